/** What the `migrate` commands share: the guard, the schema engine on the target, and a shadow database that is dropped again. */
import {
  migrationList,
  schemaOf,
  withEngine,
  type EngineOptions,
  type MigrationList,
  type SchemaEngine,
  type SchemaFile,
  type ShadowConnection,
} from '../adapters/prisma-engine';
import { readMigrations, readSchema } from '../adapters/migration-files';
import { openSession, type Client } from '../adapters/postgres';
import { ScratchDatabases } from '../adapters/scratch';
import { sendPreamble } from '../adapters/segment';
import { loadParser } from '../adapters/sql-parser';
import { newDeploymentId } from '../client/deployment-id';
import { runMigrations, runSegments } from '../planner/shadow';
import { resolveTarget, targetUrl, type Config, type Target } from '../config';
import { UsageError } from '../errors';
import type { Cli } from './cli';
import { openConfig } from './open-config';

export interface Developer {
  config: Config;
  target: Target;
  url: string;
}

/** The target of a command that may change a database without a deployment. @throws UsageError where it may not. */
export function openUnprotected(cli: Cli, command: string, instead: string): Developer {
  const config = openConfig(cli);
  const target = resolveTarget(config, cli.options.env ?? onlyUnprotected(config), cli.options.target);
  const { environment, name } = target;
  if (environment.protected) {
    throw new UsageError(
      `${command} is refused: ${environment.name} is protected. Run "${instead} --env ${environment.name} --target ${name}" instead.`,
    );
  }
  return { config, target, url: targetUrl(target, cli.io.env) };
}

/** A project has one environment for developers, and they need not name it every time. */
function onlyUnprotected(config: Config): string | undefined {
  const names = Object.values(config.environments)
    .filter((environment) => !environment.protected)
    .map(({ name }) => name);
  return names.length === 1 ? names[0] : undefined;
}

export function openTarget(cli: Cli): Developer {
  const config = openConfig(cli);
  const target = resolveTarget(config, cli.options.env, cli.options.target);
  return { config, target, url: targetUrl(target, cli.io.env) };
}

export function where({ target }: Developer): string {
  return `${target.environment.name}/${target.name}`;
}

/** The migrations on disk, in the engine's form; read anew each time, because `migrate dev` writes one. */
export function migrationsOf({ config }: Developer): MigrationList {
  return migrationList(config.migrationsDir, readMigrations(config.migrationsDir));
}

export function schemaFiles({ config }: Developer): SchemaFile[] {
  return readSchema(config.schemaPath);
}

/**
 * Runs `use` on a fresh engine of the target, whose scripts run segment by segment as a deployment would run them.
 * @param shadows the migrations that its shadow databases hold, in the order in which it asks; all of them where nothing is said.
 */
export async function onTarget<T>(
  developer: Developer,
  use: (engine: SchemaEngine) => Promise<T>,
  ...shadows: string[][]
): Promise<T> {
  const { config, url } = developer;
  const main: { client?: Client } = {};
  const failures: unknown[] = [];
  // The engine would say only that it got no connection; this says why.
  const noted = <R>(work: Promise<R>): Promise<R> =>
    work.catch((error: unknown) => {
      failures.push(error);
      throw error;
    });
  await loadParser();
  const options: EngineOptions = {
    datamodels: schemaFiles(developer),
    schema: schemaOf(url),
    connect: async () => (main.client = await noted(openSession(url, { applicationName: 'lockkeeper/migrate' }))),
    runScript: async (script, _migration, preamble) => {
      if (!main.client) return;
      await sendPreamble(main.client, preamble, null);
      await runSegments(main.client, script);
    },
    connectToShadow: () => noted(openShadow(url, config, shadows.shift())),
  };
  try {
    return await withEngine(options, use);
  } catch (error) {
    throw failures[0] ?? error;
  }
}

/** Filled here and not by the engine, which would run each migration in one transaction: some of them cannot. */
async function openShadow(url: string, config: Config, names: string[] | undefined): Promise<ShadowConnection> {
  const scratch = new ScratchDatabases(url, newDeploymentId());
  const database = await scratch.create('shadow', 'template0');
  const drop = (): Promise<void> => scratch.drop('shadow');
  try {
    const client = await openSession(url, {
      applicationName: 'lockkeeper/shadow',
      database,
      settings: { synchronous_commit: 'off' },
    });
    const folders = readMigrations(config.migrationsDir).filter(({ name }) => names?.includes(name) ?? true);
    await runMigrations(client, folders);
    return { client, prepared: true, drop };
  } catch (error) {
    await drop();
    throw error;
  }
}
