/** The oracle's eyes: what a database holds, and what a deployment left behind. Own SQL, so that it cannot share the product's mistakes. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, escapeIdentifier } from 'pg';
import { pgBin } from '../../support/database';
import type { WorkerProcess } from '../../support/processes';

export interface DatabaseState {
  /** pg_dump's, without comments; Lockkeeper's own schema left out. */
  schema: string;
  /** What pg_dump leaves out: the remains of a cancelled CREATE INDEX CONCURRENTLY. */
  invalidIndexes: unknown[];
  /** `schema.table` -> rows and their digest, without what no two runs give alike: UUIDs and times. */
  contents: Record<string, string>;
  /** `_prisma_migrations` without ids, times and what was rolled back. A row that Prisma's engine marks as applied has no steps and an empty log. */
  history: unknown[];
  /** Segments of migrations that the ledger says are committed, or begun. */
  markers: unknown[];
}

export async function stateOf(url: string): Promise<DatabaseState> {
  return withClient(url, async (client) => ({
    schema: await schemaOf(url),
    invalidIndexes: await rows(
      client,
      'SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid ORDER BY 1',
    ),
    contents: await contentsOf(client),
    history: await rows(
      client,
      `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished, nullif(logs, '') AS logs FROM _prisma_migrations
        WHERE rolled_back_at IS NULL ORDER BY migration_name, finished_at`,
    ),
    markers: await rows(
      client,
      `SELECT script, segment, state FROM lockkeeper.marker WHERE starts_with(script, 'migration/') ORDER BY script, segment`,
    ),
  }));
}

/** pg_dump's text without comments. */
export async function schemaOf(url: string): Promise<string> {
  const args = ['--schema-only', '--exclude-schema=lockkeeper', '--exclude-table=_prisma_migrations', '--dbname', url];
  const { stdout } = await promisify(execFile)(pgBin('pg_dump'), args);
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !/^(--|\\(un)?restrict )/.test(line))
    .join('\n');
}

export async function contentsOf(client: Client): Promise<Record<string, string>> {
  const tables = await rows<{ schema: string; name: string; columns: string | null }>(
    client,
    `SELECT schemaname AS schema, tablename AS name,
            (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
              WHERE attrelid = format('%I.%I', schemaname, tablename)::regclass AND attnum > 0 AND NOT attisdropped
                AND atttypid NOT IN ('uuid'::regtype, 'timestamptz'::regtype)) AS columns
       FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'lockkeeper') AND tablename <> '_prisma_migrations'`,
  );
  const contents: Record<string, string> = {};
  for (const { schema, name, columns } of tables) {
    const table = `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
    const [digest] = await rows<{ digest: string }>(
      client,
      `SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) AS digest
         FROM (SELECT ${columns ?? ''} FROM ${table}) AS t`,
    );
    contents[`${schema}.${name}`] = digest?.digest ?? '';
  }
  return contents;
}

/** Sessions, locks, scratch databases and closed doors on the server, half-written files below `root`, and work folders of its workers. */
export async function leftBehind(
  url: string,
  deploymentId: string,
  root: string,
  workers: WorkerProcess[],
): Promise<string[]> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const isWhole = (name: string): boolean =>
    names.some((other) => other.endsWith('.meta') && idOf(other) === idOf(name));
  const files = names.filter((name) => name.endsWith('.partial') || (idOf(name) !== null && !isWhole(name)));
  const onServer = await withClient(url, (client) =>
    rows<{ what: string }>(
      client,
      `SELECT 'session ' || application_name AS what FROM pg_stat_activity
        WHERE datname = current_database() AND starts_with(application_name, 'lockkeeper')
       UNION ALL SELECT 'advisory lock ' || objid FROM pg_locks
        WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       UNION ALL SELECT 'prepared transaction ' || gid FROM pg_prepared_xacts WHERE database = current_database()
       UNION ALL SELECT 'closed database ' || datname FROM pg_database
        WHERE starts_with(datname, current_database()) AND (NOT datallowconn OR datconnlimit <> -1)
       UNION ALL SELECT 'database ' || datname FROM pg_database
        WHERE datname LIKE 'lockkeeper_scratch%' AND datname LIKE '%${deploymentId.replaceAll('-', '\\_')}%'`,
    ),
  );
  return [...onServer.map(({ what }) => what), ...[...files, ...workFolders(workers)].map((name) => `file ${name}`)];
}

/** Of the backup that a file belongs to. */
function idOf(name: string): string | null {
  return /migration_backup_\d{8}_\d{6}/.exec(name)?.[0] ?? null;
}

function workFolders(workers: WorkerProcess[]): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith('lockkeeper-work-'))
    .filter((name) => workers.some(({ child }) => child.pid === ownerOf(join(tmpdir(), name, 'owner.json'))));
}

/** Pid of the process that made it; null where it is gone meanwhile. */
function ownerOf(file: string): number | null {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid;
  } catch {
    return null;
  }
}

export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'oracle' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function rows<T extends object>(client: Client, sql: string): Promise<T[]> {
  return (await client.query<T>(sql)).rows;
}
