/**
 * Lockkeeper's own bookkeeping in the target, schema `lockkeeper`: markers (what is committed), the fence (who may
 * write) and registered reversals (how to undo it). It lives beside the data because only the same transaction can be exact.
 */
import { FailureType, permanent } from '../errors';
import { FENCE_LOST } from './ledger-schema';
import { historyExists } from './prisma-history';
import { DatabaseError, type Client } from './postgres';

/** What the reversal of one step is registered as, before the step runs. */
export interface RegisteredReversal {
  step: number;
  migrations: string[];
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
}

/** Sessions that killed attempts of the deployment left behind are ended, and waited for. */
const END_ORPHANS = (client: Client, applicationPrefix: string): string =>
  `SELECT pg_terminate_backend(pid, 10000) AS ended FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND starts_with(application_name, ${client.escapeLiteral(applicationPrefix)})`;

/** Who asks for the fence. */
export interface Claim {
  /** For people who look at the fence. */
  owner: string;
  /** Temporal's id of the workflow run. */
  run: string;
  /** The attempt's place in its run: the number of its activity, and which attempt of that it is. */
  turn: [activity: number, attempt: number];
  /** Start of the application_name of the sessions to end. */
  orphans: string;
}

/**
 * Makes this session the one that may write: ends those of earlier attempts, and takes the fence, so that every session
 * with an older token is refused from here on. The ledger must be there.
 * @returns the new token.
 * @throws ApplicationFailure Fenced where a later attempt, or another run, has had the fence since; NeedsHuman when an
 * earlier session does not end.
 */
export async function takeFence(client: Client, { owner, run, turn, orphans }: Claim): Promise<bigint> {
  const claim = `${client.escapeLiteral(run)}, '{${turn.join(',')}}'`;
  const answers = await client
    .query(
      `SELECT lockkeeper.check_turn(${claim});
       ${END_ORPHANS(client, orphans)};
       SELECT lockkeeper.take_fence(${claim}, ${client.escapeLiteral(owner)}) AS token`,
    )
    .catch((error: unknown) => {
      throw asFenced(error, owner);
    });
  // A message of several statements has as many answers, which the driver's types do not know.
  const [, ended, taken] = answers as unknown as [
    unknown,
    { rows: { ended: boolean }[] },
    { rows: { token: string | null }[] },
  ];
  if (ended.rows.some((row) => !row.ended)) {
    throw permanent(
      FailureType.NeedsHuman,
      'A session of an earlier attempt does not end; look for application_name lockkeeper/... in pg_stat_activity.',
    );
  }
  const token = taken.rows[0]?.token;
  if (!token)
    throw permanent(FailureType.NeedsHuman, 'Table lockkeeper.fence is empty; insert its row (token 0) again.');
  return BigInt(token);
}

/** What the ledger's functions raise, in words; any other error as it is. */
export function asFenced(error: unknown, who: string): unknown {
  if (!(error instanceof DatabaseError) || error.code !== FENCE_LOST) return error;
  return permanent(
    FailureType.Fenced,
    `Deployment ${error.message} has taken over; ${who} writes nothing more to this database.`,
  );
}

export interface Marker {
  /** `intent`: a statement outside any transaction was about to run; the catalog tells how far it came. */
  state: 'intent' | 'committed';
  deployment: string;
}

/** Markers of many scripts at once, by script and segment; a script without any has an empty map. */
export async function markersOfAll(client: Client, scripts: string[]): Promise<Map<string, Map<number, Marker>>> {
  const { rows } = await client.query<{ script: string; segment: number } & Marker>(
    'SELECT script, segment, state, deployment FROM lockkeeper.marker WHERE script = ANY($1)',
    [scripts],
  );
  const all = new Map(scripts.map((script) => [script, new Map<number, Marker>()]));
  for (const { script, segment, state, deployment } of rows) all.get(script)?.set(segment, { state, deployment });
  return all;
}

/** Markers of one script (`migration/<name>@<checksum>` or `reverse/<deployment>/<step>`) by segment. */
export async function markersOf(client: Client, script: string): Promise<Map<number, Marker>> {
  return (await markersOfAll(client, [script])).get(script) ?? new Map<number, Marker>();
}

export async function forgetMarkers(client: Client, scripts: string[]): Promise<void> {
  await client.query('DELETE FROM lockkeeper.marker WHERE script = ANY($1)', [scripts]);
}

/** @param schemaBefore fingerprint of the schema that undoing comes back to. Idempotent. */
export async function registerDeployment(client: Client, deployment: string, schemaBefore: string): Promise<void> {
  await client.query('INSERT INTO lockkeeper.deployment (id, schema_before) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    deployment,
    schemaBefore,
  ]);
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

/** `migration/<name>` of `migration/<name>@<checksum>`: names may hold an @, checksums have 64 digits. */
const MIGRATION_OF_SCRIPT = 'left(script, -65)';
/** Before the script's name once it is undone. */
const UNDONE = `format('undone/%s/', deployment)`;

/** Idempotent: a retry registers the same reversal again. */
export async function registerReversal(
  client: Client,
  deployment: string,
  reversal: Omit<RegisteredReversal, 'reversed'>,
): Promise<void> {
  await client.query(
    `INSERT INTO lockkeeper.reversal (deployment, step, migrations, segments, source, sql, schema_before, inverses, digest)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (deployment, step) DO NOTHING`,
    [
      ...[deployment, reversal.step, reversal.migrations, reversal.segments, reversal.source, reversal.sql],
      ...[reversal.schemaBefore, JSON.stringify(reversal.inverses), reversal.digest],
    ],
  );
}

/** Newest first: the order of undoing. */
export async function registeredReversals(client: Client, deployment: string): Promise<RegisteredReversal[]> {
  const { rows } = await client.query<RegisteredReversal>(
    `SELECT step, migrations, segments, source, sql, schema_before AS "schemaBefore", inverses, digest, reversed_at IS NOT NULL AS reversed
       FROM lockkeeper.reversal WHERE deployment = $1 ORDER BY step DESC`,
    [deployment],
  );
  return rows;
}

/** Marks a step as undone: its markers, its history rows and its registration change together. */
export async function recordReversed(
  client: Client,
  deployment: string,
  step: number,
  migrations: string[],
): Promise<void> {
  const hasHistory = await historyExists(client);
  await client.query('BEGIN');
  // They prove nothing any more, and still tell whose rows are whose while older steps are undone.
  await client.query(
    `UPDATE lockkeeper.marker SET script = ${UNDONE} || script WHERE deployment = $1 AND ${MIGRATION_OF_SCRIPT} = ANY($2)`,
    [deployment, migrations.map((name) => `migration/${name}`)],
  );
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
  await client.query('COMMIT');
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

/** How many segments of these migrations a deployment committed, and how many of them and others it left a marker of. */
export async function segmentsDone(
  client: Client,
  deployment: string,
  migrations: string[],
): Promise<{ committed: number; marked: number }> {
  const { rows } = await client.query<{ committed: number; marked: number }>(
    `SELECT count(*) FILTER (WHERE state = 'committed')::int AS committed, count(*)::int AS marked
       FROM lockkeeper.marker WHERE deployment = $1 AND ${MIGRATION_OF_SCRIPT} = ANY($2)`,
    [deployment, migrations.map((name) => `migration/${name}`)],
  );
  return rows[0] ?? { committed: 0, marked: 0 };
}

/** The segments of these migrations that a deployment began outside a transaction or committed. */
export async function segmentsMarked(
  client: Client,
  deployment: string,
  migrations: string[],
): Promise<{ migration: string; segment: number }[]> {
  const { rows } = await client.query<{ migration: string; segment: number }>(
    `SELECT substr(${MIGRATION_OF_SCRIPT}, length('migration/') + 1) AS migration, segment
       FROM lockkeeper.marker WHERE deployment = $1 AND ${MIGRATION_OF_SCRIPT} = ANY($2)`,
    [deployment, migrations.map((name) => `migration/${name}`)],
  );
  return rows;
}

/** The transactions in which a deployment committed segments of these migrations (32-bit ids, as `xmin` shows them), also of those undone since. */
export async function transactionsOf(client: Client, deployment: string, migrations: string[]): Promise<string[]> {
  const { rows } = await client.query<{ xid: string }>(
    `SELECT DISTINCT xid FROM lockkeeper.marker
      WHERE deployment = $1 AND replace(${MIGRATION_OF_SCRIPT}, ${UNDONE}, '') = ANY($2)`,
    [deployment, migrations.map((name) => `migration/${name}`)],
  );
  return rows.map(({ xid }) => xid);
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
