/** What files may hold (FAULTS 3 to 6): executed as psql executes them, also where a worker dies between two segments. */
import { createHash } from 'node:crypto';
import type { Fault } from '../harness/faults';
import type { Files, Trial } from '../harness/trial';
import { killedAt, undisturbed } from './points';

const BYTES: Files = {
  '02_bytes': `-- a comment; with a semicolon, a ' quote and a $$
CREATE TABLE word (word text); /* another; /* nested; */ one; */
INSERT INTO word VALUES ('a;b'), ('it''s; here'), (E'back\\\\slash\\';'), ('\\. \\connect \\n'), ($q$dollar; $$ inside$q$), (U&'\\00e9;');
CREATE FUNCTION shout(word text) RETURNS text LANGUAGE plpgsql AS $body$
BEGIN
  -- BEGIN; COMMIT; in a body are no transaction
  RETURN upper(word) || ';';
END;
$body$;
CREATE TABLE "semi;colon" ("a;b" int);
INSERT INTO word SELECT shout(word) FROM word;
COMMENT ON TABLE word IS 'COMMIT; --';
`,
};

const ENUM: Files = {
  '02_mood': `CREATE TYPE mood AS ENUM ('sad');`,
  '03_happy': `ALTER TYPE mood ADD VALUE 'happy';
CREATE TABLE person (id int PRIMARY KEY, mood mood NOT NULL DEFAULT 'happy');
INSERT INTO person SELECT id FROM account;
`,
};

const OWN_TRANSACTION: Files = {
  '02_own': `SET search_path = pg_catalog;
SET statement_timeout = '1h';
BEGIN;
UPDATE public.account SET balance = balance + 1;
CREATE TABLE public.kept (id int);
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
CREATE TABLE public.dropped (id int);
ROLLBACK;
BEGIN;
SET LOCAL statement_timeout = 0;
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
CREATE TABLE public.isolated AS SELECT current_setting('transaction_isolation') AS level;
COMMIT;
UPDATE public.account SET balance = balance * 2;
`,
  // Where a setting of the file before were left, it would go elsewhere.
  '03_after': `CREATE TABLE after_settings AS SELECT current_setting('statement_timeout') AS timeout;`,
};

/** Prisma sends a file as one query: a transaction that nobody began, which COMMIT ends. */
const PARTED: Files = {
  '02_parted': `SET LOCAL statement_timeout = '1h';
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;
CREATE TABLE isolated AS SELECT current_setting('transaction_isolation') AS level;
COMMIT;
CREATE TABLE afterwards AS SELECT current_setting('transaction_isolation') AS level;
`,
};

/** Every segment after the first depends on what the first told the session. */
const SETTINGS: Files = {
  '02_settings': `CREATE SCHEMA other;
SET search_path = other;
SELECT set_config('statement_timeout', '1h', false);
CREATE TABLE first (id int);
CREATE INDEX CONCURRENTLY first_id ON first (id);
CREATE TABLE second AS SELECT current_setting('statement_timeout') AS timeout;
`,
};

/** The database is what psql makes of the same files, and Prisma finds their checksums. */
async function asPsqlDoes(trial: Trial): Promise<void> {
  expect(await trial.contents()).toEqual(await trial.contentsByPsql());
  const history = await trial.query<{ name: string; checksum: string }>(
    `SELECT migration_name AS name, checksum FROM _prisma_migrations WHERE rolled_back_at IS NULL AND migration_name <> '01_base'`,
  );
  for (const { name, checksum } of history)
    expect({ name, checksum }).toEqual({
      name,
      checksum: createHash('sha256').update(trial.fileOf(name)).digest('hex'),
    });
}

const asWritten = (files: Files, fault: Omit<Fault, 'files' | 'also'>): Fault => ({
  ...fault,
  files,
  also: asPsqlDoes,
});

export const INPUT: Record<string, Fault> = {
  'semicolons in literals, bodies, names and comments': asWritten(BYTES, { ends: 'new', inject: undisturbed }),
  'a value of an enum added and used, killed in between': asWritten(
    ENUM,
    killedAt({ sql: /INSERT INTO person/, when: 'before' }),
  ),
  'settings for all that follows, killed in between': asWritten(
    SETTINGS,
    killedAt({ sql: /CREATE TABLE second/, when: 'before' }),
  ),
  'transactions and settings of its own': asWritten(OWN_TRANSACTION, {
    environment: { rehearsal: 'full' },
    ends: 'new',
    inject: undisturbed,
  }),
  'a COMMIT of what nobody began, killed behind it': {
    ...killedAt({ sql: /CREATE TABLE afterwards/, when: 'before' }),
    files: PARTED,
    environment: { rehearsal: 'full' },
    async also(trial) {
      const levels = await trial.query(`SELECT i.level AS before, a.level AS after FROM isolated i, afterwards a`);
      expect(levels).toEqual([{ before: 'serializable', after: 'read committed' }]);
    },
  },
  'killed in a transaction of its own': asWritten(
    OWN_TRANSACTION,
    killedAt({ sql: /UPDATE public\.account SET balance = balance \+ 1/, when: 'after' }),
  ),
  'killed between a transaction of its own and the next': asWritten(
    OWN_TRANSACTION,
    killedAt({ sql: /CREATE TABLE public\.dropped/, when: 'before' }),
  ),
};
