/**
 * Schema `lockkeeper` in the target: its tables and functions, and how they come there. Lockkeeper's bookkeeping lives beside the data
 * because only the same transaction can be exact.
 */
import { createHash } from 'node:crypto';
import { FailureType, permanent } from '../../errors';
import { DatabaseError, type Client } from '../postgres';

/** One session is enough to keep two from creating the schema at once. */
const LEDGER_LOCK_ID = 72_707_370;

/** SQLSTATEs of our own. The first: the attempt that wanted to write is not the newest. */
export const FENCE_LOST = 'LK001';

/** The second: somebody holds what the segment needs, and has for longer than an attempt would wait. */
export const IN_THE_WAY = 'LK002';

/** What autovacuum's workers, which have no application_name, are called here. */
export const AUTOVACUUM = 'autovacuum';

/** Idempotent, so that it also brings an older ledger up to date: later columns come by ADD COLUMN IF NOT EXISTS. */
const LEDGER_DDL = `
BEGIN;
SELECT pg_advisory_xact_lock(${LEDGER_LOCK_ID});
-- The functions below are the same everywhere: compiling them here, too, would take as long as the tables.
SET LOCAL check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS lockkeeper;
CREATE TABLE IF NOT EXISTS lockkeeper.fence (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  token bigint NOT NULL,
  owner text NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE lockkeeper.fence ADD COLUMN IF NOT EXISTS run text NOT NULL DEFAULT '', ADD COLUMN IF NOT EXISTS turn int[] NOT NULL DEFAULT '{}';
INSERT INTO lockkeeper.fence (token, owner) VALUES (0, '') ON CONFLICT DO NOTHING;
-- Workflow runs that another run has taken the fence from: whatever of them wakes up comes too late.
CREATE TABLE IF NOT EXISTS lockkeeper.past_run (run text PRIMARY KEY);
CREATE TABLE IF NOT EXISTS lockkeeper.marker (
  script text NOT NULL,
  segment int NOT NULL,
  state text NOT NULL CHECK (state IN ('intent', 'committed')),
  deployment text NOT NULL,
  token bigint NOT NULL,
  -- The transaction that committed it: rows of other transactions are other people's.
  xid text NOT NULL DEFAULT pg_current_xact_id()::xid::text,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (script, segment)
);
CREATE TABLE IF NOT EXISTS lockkeeper.deployment (
  id text PRIMARY KEY,
  schema_before text NOT NULL,
  began_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Null where a ledger of an earlier version registered it.
ALTER TABLE lockkeeper.deployment ADD COLUMN IF NOT EXISTS invalid_indexes text[];
CREATE TABLE IF NOT EXISTS lockkeeper.reversal (
  deployment text NOT NULL,
  step int NOT NULL,
  migrations text[] NOT NULL,
  source text NOT NULL,
  sql text,
  digest text NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  reversed_at timestamptz,
  PRIMARY KEY (deployment, step)
);
-- Null where a ledger of an earlier version registered it: then nobody can tell that all of it is there.
ALTER TABLE lockkeeper.reversal ADD COLUMN IF NOT EXISTS segments int;
ALTER TABLE lockkeeper.reversal ADD COLUMN IF NOT EXISTS schema_before text, ADD COLUMN IF NOT EXISTS inverses jsonb NOT NULL DEFAULT '[]';
ALTER TABLE lockkeeper.reversal ADD COLUMN IF NOT EXISTS checksums text[];
-- How far sequences had come when a segment dropped them: nothing else can tell afterwards, and no number may be given out twice.
CREATE TABLE IF NOT EXISTS lockkeeper.sequence (
  name text PRIMARY KEY,
  last_value bigint NOT NULL,
  is_called boolean NOT NULL,
  xid text NOT NULL DEFAULT pg_current_xact_id()::text
);
-- Every transaction that writes for a deployment begins by it: the share lock keeps the fence as it is until the commit.
CREATE OR REPLACE FUNCTION lockkeeper.hold(holder bigint) RETURNS void LANGUAGE plpgsql AS $hold$
BEGIN
  PERFORM FROM lockkeeper.fence WHERE token = holder FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION '%', (SELECT owner FROM lockkeeper.fence) USING ERRCODE = '${FENCE_LOST}';
  END IF;
END $hold$;
-- Every segment enters by it.
CREATE OR REPLACE FUNCTION lockkeeper.enter(script text, segment int, state text, deployment text, holder bigint)
RETURNS void LANGUAGE plpgsql AS $enter$
BEGIN
  PERFORM lockkeeper.hold(holder);
  INSERT INTO lockkeeper.marker AS m (script, segment, state, deployment, token)
    VALUES (enter.script, enter.segment, enter.state, enter.deployment, holder)
    ON CONFLICT ON CONSTRAINT marker_pkey
    DO UPDATE SET token = excluded.token, state = excluded.state, xid = excluded.xid, written_at = excluded.written_at;
END $enter$;
-- Sessions that hold a lock which conflicts with a wanted one. Ages and queries of other roles' sessions are null for a
-- role without pg_read_all_stats.
CREATE OR REPLACE FUNCTION lockkeeper.holders(wanted jsonb)
RETURNS TABLE (pid int, relation text, mode text, application text, "user" text, state text, "transactionMs" float8, text text)
LANGUAGE sql STABLE AS $holders$
  SELECT DISTINCT ON (l.pid, p.gid) coalesce(l.pid, 0), w.relation, l.mode,
         CASE WHEN a.backend_type = 'autovacuum worker' THEN '${AUTOVACUUM}'
              WHEN p.gid IS NOT NULL THEN 'prepared transaction ' || p.gid
              ELSE coalesce(nullif(a.application_name, ''), 'unnamed application') END,
         coalesce(pg_get_userbyid(coalesce(a.usesysid, p.ownerid))::text, 'unknown'), coalesce(a.state, 'unknown'),
         (extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared)) * 1000)::float8, a.query
    FROM jsonb_to_recordset(wanted) AS w(relation text, modes text[])
    JOIN pg_locks l ON l.locktype = 'relation' AND l.granted AND l.relation = to_regclass(w.relation) AND l.mode = ANY(w.modes)
     AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    -- What the views are made of, without the names that they add: a session plans it once, and has few segments to win it back by.
    LEFT JOIN pg_stat_get_activity(NULL) a ON a.pid = l.pid
    LEFT JOIN pg_prepared_xact() p ON l.pid IS NULL AND l.virtualtransaction = '-1/' || p.transaction
   WHERE l.pid IS DISTINCT FROM pg_backend_pid()
   ORDER BY l.pid, p.gid
$holders$;
-- Before a segment asks for its locks, in the same message: an attempt that would be in vain is not made.
CREATE OR REPLACE FUNCTION lockkeeper.look(wanted jsonb, longest_ms float8) RETURNS void LANGUAGE plpgsql AS $look$
BEGIN
  -- Mostly nobody is there: who it is, and for how long, is a question that takes longer to ask.
  IF NOT EXISTS (
    SELECT FROM pg_locks l JOIN jsonb_to_recordset(wanted) AS w(relation text, modes text[])
        ON l.relation = to_regclass(w.relation) AND l.mode = ANY(w.modes)
     WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
  ) THEN RETURN; END IF;
  IF EXISTS (SELECT FROM lockkeeper.holders(wanted) AS holder WHERE holder."transactionMs" > longest_ms) THEN
    RAISE EXCEPTION 'in the way' USING ERRCODE = '${IN_THE_WAY}';
  END IF;
END $look$;
-- Takes several locks, in the order of the list and within one wait for all: who queues behind the first must not wait
-- for each of the others in turn. While it holds one it never waits as long as deadlock_timeout: where somebody else takes them
-- in another order, this gives up before PostgreSQL looks for a deadlock, and nobody's transaction is ended.
CREATE OR REPLACE FUNCTION lockkeeper.lock(wanted jsonb, longest_ms float8) RETURNS void LANGUAGE plpgsql AS $lock$
DECLARE
  relation regclass;
  mode text;
  held boolean := false;
  holding_ms float8 := extract(epoch FROM current_setting('deadlock_timeout')::interval) * 500;
  began timestamptz := clock_timestamp();
BEGIN
  -- What cannot be locked beforehand (an index, a table that the role does not own) is left to its statement.
  FOR relation, mode IN
    SELECT c.oid, w.lock ->> 'mode' FROM jsonb_array_elements(wanted) WITH ORDINALITY AS w(lock, place)
      JOIN pg_class c ON c.oid = to_regclass(w.lock ->> 'relation') AND c.relkind IN ('r', 'p')
     WHERE has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE') ORDER BY w.place
  LOOP
    PERFORM set_config('lock_timeout', greatest(1, ceil(longest_ms - extract(epoch FROM clock_timestamp() - began) * 1000))::text, true);
    EXECUTE format('LOCK TABLE ONLY %s IN %s MODE', relation, mode);
    IF NOT held THEN
      held := true;
      longest_ms := least(longest_ms, holding_ms + extract(epoch FROM clock_timestamp() - began) * 1000);
    END IF;
  END LOOP;
  PERFORM set_config('lock_timeout', ceil(least(longest_ms, holding_ms))::text, true);
END $lock$;
-- An attempt that was stopped before it took the fence, and wakes when others have gone on, is refused here.
CREATE OR REPLACE FUNCTION lockkeeper.check_turn(claimant text, its_turn int[]) RETURNS void LANGUAGE plpgsql AS $check$
BEGIN
  IF EXISTS (SELECT FROM lockkeeper.past_run WHERE run = claimant)
    OR EXISTS (SELECT FROM lockkeeper.fence WHERE run = claimant AND turn > its_turn) THEN
    RAISE EXCEPTION '%', (SELECT owner FROM lockkeeper.fence) USING ERRCODE = '${FENCE_LOST}';
  END IF;
END $check$;
CREATE OR REPLACE FUNCTION lockkeeper.take_fence(claimant text, its_turn int[], its_owner text)
RETURNS bigint LANGUAGE plpgsql AS $take$
DECLARE taken bigint;
BEGIN
  PERFORM FROM lockkeeper.fence FOR UPDATE;
  PERFORM lockkeeper.check_turn(claimant, its_turn);
  INSERT INTO lockkeeper.past_run SELECT run FROM lockkeeper.fence WHERE run NOT IN ('', claimant) ON CONFLICT DO NOTHING;
  UPDATE lockkeeper.fence SET token = token + 1, owner = its_owner, run = claimant, turn = its_turn, taken_at = clock_timestamp()
    RETURNING token INTO taken;
  RETURN taken;
END $take$;
-- Before a sequence is dropped, in the same transaction.
CREATE OR REPLACE FUNCTION lockkeeper.keep_sequence(dropped regclass) RETURNS void LANGUAGE plpgsql AS $keep$
DECLARE cache bigint;
BEGIN
  SELECT seqcache INTO cache FROM pg_sequence WHERE seqrelid = dropped;
  IF NOT FOUND THEN RETURN; END IF;
  -- It changes nothing, and nobody takes a number from here to the commit.
  EXECUTE format('ALTER SEQUENCE %s CACHE %s', dropped, cache);
  EXECUTE format('INSERT INTO lockkeeper.sequence SELECT $1, last_value, is_called FROM %s
    ON CONFLICT (name) DO UPDATE SET last_value = excluded.last_value, is_called = excluded.is_called, xid = excluded.xid', dropped)
    USING lockkeeper.sequence_name(dropped);
END $keep$;
-- Once it is made again: goes on behind what was kept, and behind the numbers that the columns which use it have come to since.
-- A number behind those rows that a policy shows would be too small.
CREATE OR REPLACE FUNCTION lockkeeper.resume_sequence(made regclass) RETURNS void LANGUAGE plpgsql SET row_security = off AS $resume$
DECLARE
  rising boolean := (SELECT seqincrement > 0 FROM pg_sequence WHERE seqrelid = made);
  reached bigint;
  called boolean;
  used bigint;
  place record;
BEGIN
  SELECT last_value, is_called INTO reached, called FROM lockkeeper.sequence WHERE name = lockkeeper.sequence_name(made);
  IF NOT FOUND THEN
    -- A copy of a schema has no numbers.
    IF current_setting('lockkeeper.copy', true) = 'on' THEN RETURN; END IF;
    RAISE EXCEPTION 'nobody knows how far sequence % had come', made;
  END IF;
  FOR place IN
    SELECT a.attrelid::regclass AS relation, a.attname AS name FROM pg_depend p
      LEFT JOIN pg_attrdef d ON p.classid = 'pg_attrdef'::regclass AND d.oid = p.objid AND p.refobjid = made
      JOIN pg_attribute a ON a.attrelid = coalesce(d.adrelid, p.refobjid) AND a.attnum = coalesce(d.adnum, p.refobjsubid)
     WHERE a.attnum > 0 AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
       AND (d.oid IS NOT NULL OR p.classid = 'pg_class'::regclass AND p.objid = made AND p.refclassid = 'pg_class'::regclass)
  LOOP
    EXECUTE format('SELECT %s(%I) FROM %s', CASE WHEN rising THEN 'max' ELSE 'min' END, place.name, place.relation) INTO used;
    IF (rising AND used >= reached) OR (NOT rising AND used <= reached) THEN
      reached := used;
      called := true;
    END IF;
  END LOOP;
  PERFORM setval(made, greatest(seqmin, least(seqmax, reached)), called) FROM pg_sequence WHERE seqrelid = made;
END $resume$;
-- Quoted, whatever the search_path.
CREATE OR REPLACE FUNCTION lockkeeper.sequence_name(sequence regclass) RETURNS text LANGUAGE sql STABLE AS $name$
  SELECT '"' || replace(n.nspname, '"', '""') || '"."' || replace(c.relname, '"', '""') || '"'
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = sequence
$name$;
`;

/** Kept as the schema's comment: a ledger of another version is brought up to this one. */
const LEDGER_VERSION = createHash('sha256').update(LEDGER_DDL).digest('hex').slice(0, 16);

/** @throws ApplicationFailure Configuration when the role may not create a schema. */
export async function ensureLedger(client: Client): Promise<void> {
  // The usual case costs one look instead of a lock and a dozen statements.
  if ((await ledgerVersion(client)) === LEDGER_VERSION) return;
  try {
    await client.query(`${LEDGER_DDL} COMMENT ON SCHEMA lockkeeper IS '${LEDGER_VERSION}'; COMMIT;`);
  } catch (error) {
    await client.query('ROLLBACK');
    if (!(error instanceof DatabaseError) || error.code !== '42501') throw error;
    throw permanent(
      FailureType.Configuration,
      'The migration role may not create schema "lockkeeper", or does not own it; grant CREATE on the database, or give the schema to the role.',
    );
  }
}

async function ledgerVersion(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ version: string | null }>(
    `SELECT obj_description(to_regnamespace('lockkeeper'), 'pg_namespace') AS version`,
  );
  return rows[0]?.version ?? null;
}
