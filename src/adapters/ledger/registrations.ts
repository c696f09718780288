/** What a deployment registers before it writes: where it began, and how each of its steps is undone. */
import type { Client } from '../postgres';
import { historyExists } from '../prisma-history';
import { underFence, type Holder } from './fence';
import { markUndone } from './markers';

/** What the reversal of one step is registered as, before the step runs. */
export interface RegisteredReversal {
  step: number;
  migrations: string[];
  /** sha256 (hex) of each of its migrations' files, in their order; null for a registration of an earlier version. */
  checksums: string[] | null;
  /** Of all its migrations, in the form that they were planned in; null for a registration of an earlier version. */
  segments: number | null;
  source: string;
  /** Null where no source was proven: undoing needs a person. */
  sql: string | null;
  /** Fingerprint of the schema that undoing the step comes back to; null where that was not rehearsed. */
  schemaBefore: string | null;
  /** Of each segment, newest first: what undoes a step that is there in part. */
  inverses: SegmentReversal[];
  digest: string;
  reversed: boolean;
}

export interface SegmentReversal {
  migration: string;
  segment: number;
  /** Null where it has no exact inverse. */
  sql: string | null;
  /** What it runs, where that is one statement that cannot run in a transaction; a registration of an earlier version does not say. */
  single?: string;
}

/** @param schemaBefore fingerprint of the schema that undoing comes back to. Idempotent. */
export async function registerDeployment(client: Client, deployment: string, schemaBefore: string): Promise<void> {
  await client.query(
    `INSERT INTO lockkeeper.deployment (id, schema_before, invalid_indexes) VALUES ($1, $2, ARRAY(${INVALID_INDEXES})) ON CONFLICT DO NOTHING`,
    [deployment, schemaBefore],
  );
}

/**
 * pg_dump leaves them out; one that somebody builds, or drops, is not valid either. Of other roles' sessions the view of progress says no
 * more than that they build, and of several indexes that are built anew it names one: the lock on their table tells. VACUUM takes
 * the same lock on a table, but never on an index, as who drops one does.
 */
const INVALID_INDEXES = `
  SELECT format('%I.%I', n.nspname, c.relname)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relpersistence <> 't'
     AND NOT EXISTS (
       SELECT FROM pg_locks l
        WHERE l.locktype = 'relation' AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted AND l.pid <> pg_backend_pid()
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND (l.relation = i.indexrelid
            OR (l.relation = i.indrelid AND l.pid IN (SELECT pid FROM pg_stat_progress_create_index))))`;

/** Invalid indexes that were not there, or not invalid, before the deployment; none where its registration does not tell. */
export async function invalidIndexesSince(client: Client, deployment: string): Promise<string[]> {
  if (!(await ledgerExists(client))) return [];
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM (${INVALID_INDEXES}) AS invalid(name)
      WHERE name <> ALL (SELECT unnest(invalid_indexes) FROM lockkeeper.deployment WHERE id = $1)
        AND EXISTS (SELECT FROM lockkeeper.deployment WHERE id = $1 AND invalid_indexes IS NOT NULL)`,
    [deployment],
  );
  return rows.map(({ name }) => name);
}

/** Fingerprint of the schema before a deployment; null when it never began to write here. */
export async function schemaBefore(client: Client, deployment: string): Promise<string | null> {
  if (!(await ledgerExists(client))) return null;
  const { rows } = await client.query<{ fingerprint: string }>(
    'SELECT schema_before AS fingerprint FROM lockkeeper.deployment WHERE id = $1',
    [deployment],
  );
  return rows[0]?.fingerprint ?? null;
}

/** Idempotent: a retry registers the same reversal again. */
export async function registerReversal(
  client: Client,
  deployment: string,
  reversal: Omit<RegisteredReversal, 'reversed'>,
): Promise<void> {
  await client.query(
    `INSERT INTO lockkeeper.reversal (deployment, step, migrations, checksums, segments, source, sql, schema_before, inverses, digest)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (deployment, step) DO NOTHING`,
    [
      ...[deployment, reversal.step, reversal.migrations, reversal.checksums, reversal.segments, reversal.source],
      ...[reversal.sql, reversal.schemaBefore, JSON.stringify(reversal.inverses), reversal.digest],
    ],
  );
}

/** Newest first: the order of undoing. */
export async function registeredReversals(client: Client, deployment: string): Promise<RegisteredReversal[]> {
  const { rows } = await client.query<RegisteredReversal>(
    `SELECT step, migrations, checksums, segments, source, sql, schema_before AS "schemaBefore", inverses, digest, reversed_at IS NOT NULL AS reversed
       FROM lockkeeper.reversal WHERE deployment = $1 ORDER BY step DESC`,
    [deployment],
  );
  return rows;
}

/**
 * Marks a step as undone: its markers, its history rows and its registration change together.
 * @param holder whose fence the database has.
 * @throws ApplicationFailure Fenced
 */
export async function recordReversed(
  client: Client,
  holder: Holder,
  deployment: string,
  step: number,
  migrations: string[],
): Promise<void> {
  const hasHistory = await historyExists(client);
  await underFence(client, holder, () => writeReversed(client, hasHistory, deployment, step, migrations));
}

async function writeReversed(
  client: Client,
  hasHistory: boolean,
  deployment: string,
  step: number,
  migrations: string[],
): Promise<void> {
  await markUndone(client, deployment, migrations);
  // The engine marks only failed rows as rolled back; these may be finished. It ignores them from here on, and they stay as a record.
  if (hasHistory)
    await client.query(
      'UPDATE _prisma_migrations SET rolled_back_at = clock_timestamp() WHERE migration_name = ANY($1) AND rolled_back_at IS NULL',
      [migrations],
    );
  await client.query(
    'UPDATE lockkeeper.reversal SET reversed_at = clock_timestamp() WHERE deployment = $1 AND step = $2',
    [deployment, step],
  );
}

export async function ledgerExists(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('lockkeeper.reversal') IS NOT NULL AS there`,
  );
  return rows[0]?.there ?? false;
}

/** The newest deployment that registered the undo of a migration and has not run it; null when there is none. */
export async function openDeploymentOf(client: Client, migration: string): Promise<string | null> {
  const { rows } = await client.query<{ deployment: string }>(
    `SELECT deployment FROM lockkeeper.reversal WHERE $1 = ANY(migrations) AND reversed_at IS NULL ORDER BY registered_at DESC LIMIT 1`,
    [migration],
  );
  return rows[0]?.deployment ?? null;
}

/** Deployments that began after this one and of which something is committed, newest first. */
export async function laterDeployments(client: Client, deployment: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT d.id FROM lockkeeper.deployment d WHERE d.began_at > (SELECT began_at FROM lockkeeper.deployment WHERE id = $1)
        AND EXISTS (SELECT FROM lockkeeper.marker m WHERE m.deployment = d.id AND m.script LIKE 'migration/%') ORDER BY d.began_at DESC`,
    [deployment],
  );
  return rows.map(({ id }) => id);
}
