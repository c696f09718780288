/** The plan from the files alone. Apart from the rest of the planner: in a pull request it should be there at once, and needs no database's client. */
import { requireMigrations } from '../adapters/migration-files';
import { loadParser, parseScript } from '../adapters/sql-parser';
import type { Config, Target } from '../config';
import { UsageError } from '../errors';
import { buildPlan } from '../policy/build-plan';
import type { FullPlan } from '../policy/plan';
import { sha256 } from './digest';
import { toPending, toStatements } from './parsing';

export interface OfflineOptions {
  /** The first migration that counts as pending; all of them where nothing is said. */
  from?: string | undefined;
  /** The environment's, where one is meant. */
  execution?: Target['environment']['execution'] | undefined;
  /** PostgreSQL's major version, where it is known. */
  serverMajor?: number | undefined;
}

/** The plan from the files alone, every table taken as large. */
export async function makeOfflinePlan(
  config: Config,
  { from, execution = 'online', serverMajor }: OfflineOptions = {},
): Promise<FullPlan> {
  await loadParser();
  const folders = requireMigrations(config.migrationsDir);
  const first = from === undefined ? 0 : folders.findIndex(({ name }) => name === from);
  if (first < 0) throw new UsageError(`${config.migrationsDir} holds no migration ${from}.`);
  const plan = buildPlan({
    environment: 'offline',
    target: 'files',
    applied: folders.slice(0, first).map(toStatements),
    migrations: folders.slice(first).map(toPending),
    database: { tables: {}, offline: true, ...(serverMajor !== undefined && { serverMajor }) },
    parse: parseScript,
    execution,
  });
  return { ...plan, digest: sha256(plan), checklist: [], drift: null };
}
