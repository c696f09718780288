/** verify: the five health checks and the project's own. */
import { readSchema, readMigrations } from '../adapters/migration-files';
import { generateClient } from '../adapters/prisma-generate';
import { migrationList, NO_FILTER, schemaOf, withEngine } from '../adapters/prisma-engine';
import { DatabaseError, openSession, withSession, type Client } from '../adapters/postgres';
import { isProjects } from '../adapters/project-tables';
import { isConnectionLoss } from '../adapters/statement-failure';
import type { DeployInput, HealthCheck } from '../contract';
import { plural } from '../policy/words';
import { inWords } from './failure';
import { heartbeating } from './heartbeat';
import type { Deps } from './deps';
import { applicationName, resolve, type ResolvedTarget } from './target';

const TABLES_LOOKED_AT = 20;
const QUERY_TIMEOUT_MS = 10_000;

export function createVerify(deps: Deps) {
  return {
    /** A check that fails, or that cannot be told, is a result; only an unreachable target is a failure. */
    async verify(input: DeployInput): Promise<HealthCheck[]> {
      const target = resolve(deps, input);
      const session = {
        applicationName: applicationName(input.deploymentId, 'verify'),
        statementTimeoutMs: QUERY_TIMEOUT_MS,
        lockTimeoutMs: QUERY_TIMEOUT_MS,
      };
      return heartbeating(async () => {
        const generation = checked('Prisma Client generation', () => generatedClient(deps, target));
        const checks = await withSession(target.url, session, async (client) => [
          await checked('Database connectivity', () => connectivity(client)),
          await checked('Migration status', () => migrationStatus(deps, target, input)),
          await checked('Critical tables', () => criticalTables(client, target)),
          await checked('Query execution', () => queryExecution(client)),
          ...(await ownChecks(client, target)),
        ]);
        checks.splice(4, 0, await generation);
        return checks;
      });
    },
  };
}

type Verdict = Omit<HealthCheck, 'name'>;

async function checked(name: string, check: () => Promise<Verdict>): Promise<HealthCheck> {
  try {
    return { name, ...(await check()) };
  } catch (error) {
    // Another attempt tells: a server that restarts says nothing of what was deployed.
    if (isConnectionLoss(error)) throw error;
    if (isTimeout(error))
      return { name, status: 'warn', evidence: `No answer within ${QUERY_TIMEOUT_MS / 1000} s: ${inWords(error)}` };
    return { name, status: 'fail', evidence: inWords(error) };
  }
}

/** Of the statement or of its lock: a busy server says nothing of what was deployed either. */
function isTimeout(error: unknown): boolean {
  return error instanceof DatabaseError && ['57014', '55P03'].includes(error.code ?? '');
}

const pass = (evidence: string): Verdict => ({ status: 'pass', evidence });
const fail = (evidence: string): Verdict => ({ status: 'fail', evidence });

async function connectivity(client: Client): Promise<Verdict> {
  const startedAt = performance.now();
  await client.query('SELECT 1');
  return pass(`Answered in ${(performance.now() - startedAt).toFixed(1)} ms.`);
}

async function migrationStatus(deps: Deps, target: ResolvedTarget, input: DeployInput): Promise<Verdict> {
  const migrations = readMigrations(deps.config.migrationsDir);
  const connect = (): Promise<Client> =>
    openSession(target.url, { applicationName: applicationName(input.deploymentId, 'verify') });
  const { failedMigrationNames, editedMigrationNames, history } = await withEngine(
    { schema: schemaOf(target.url), connect },
    (engine) =>
      engine.diagnoseMigrationHistory({
        migrationsList: migrationList(deps.config.migrationsDir, migrations),
        optInToShadowDatabase: false,
        filters: NO_FILTER,
      }),
  );
  if (failedMigrationNames.length > 0) return fail(`Recorded as failed: ${failedMigrationNames.join(', ')}.`);
  if (editedMigrationNames.length > 0)
    return fail(`Edited after they were applied: ${editedMigrationNames.join(', ')}.`);
  if (history !== null) return fail('The history does not match the migrations folder.');
  return pass(`${plural(migrations.length, 'migration')} applied and unchanged.`);
}

/** Planned, locked and allowed, but not one row: before the first live one may stand all those that an UPDATE left dead. */
async function criticalTables(client: Client, target: ResolvedTarget): Promise<Verdict> {
  const { criticalTables: named } = target.environment.verify;
  const tables = named.length > 0 ? named.map((table) => quoted(client, table)) : await tablesWithRows(client);
  for (const table of tables) await client.query(`SELECT * FROM ${table} LIMIT 0`);
  return pass(
    tables.length > 0
      ? `${tables.length} tables answer: ${tables.slice(0, 5).join(', ')}${tables.length > 5 ? ', ...' : ''}.`
      : 'The database holds no rows yet.',
  );
}

/** `billing.invoices`, as the configuration writes it. */
function quoted(client: Client, table: string): string {
  return table
    .split('.')
    .map((part) => client.escapeIdentifier(part))
    .join('.');
}

/** As SQL writes them. */
async function tablesWithRows(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, relname) AS name FROM pg_stat_user_tables
      WHERE ${isProjects('schemaname')} AND n_live_tup > 0 ORDER BY n_live_tup DESC LIMIT ${TABLES_LOOKED_AT}`,
  );
  return rows.map(({ name }) => name);
}

/** Sorting, hashing and aggregating over the catalog: the planner and the executor work, whatever the project's tables hold. */
async function queryExecution(client: Client): Promise<Verdict> {
  const { rows } = await client.query<{ relations: number; columns: number }>(
    `SELECT count(DISTINCT c.oid)::int AS relations, count(a.attnum)::int AS columns
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND ${isProjects('n.nspname')}`,
  );
  return pass(`A join over ${rows[0]?.relations ?? 0} tables and ${rows[0]?.columns ?? 0} columns ran.`);
}

async function generatedClient(deps: Deps, target: ResolvedTarget): Promise<Verdict> {
  if (!target.environment.verify.generate) return { status: 'skipped', evidence: 'verify.generate is off.' };
  const { schemaPath } = deps.config;
  const result = await generateClient(schemaPath, readSchema(schemaPath));
  return result === 'no-prisma'
    ? { status: 'skipped', evidence: 'No prisma package is installed where the schema is.' }
    : pass('Prisma Client was generated from the schema.');
}

async function ownChecks(client: Client, target: ResolvedTarget): Promise<HealthCheck[]> {
  const checks: HealthCheck[] = [];
  for (const { name, sql } of target.environment.verify.checks) {
    checks.push(
      await checked(name, async () => {
        await client.query('BEGIN READ ONLY');
        try {
          const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
          return rows[0]?.[0] === true ? pass('The query answered true.') : fail('The query did not answer true.');
        } finally {
          // After an error it rolls back; else it is no error of the application's for the statistics to count.
          await client.query('COMMIT');
        }
      }),
    );
  }
  return checks;
}
