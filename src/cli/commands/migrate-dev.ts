import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_FILTER, type SchemaEngine } from '../../adapters/prisma-engine';
import { UsageError } from '../../errors';
import type { Cli } from '../cli';
import { ask, confirm } from '../confirm';
import { migrationsOf, onTarget, openUnprotected, schemaFiles, where, type Developer, type Shadows } from '../developer';
import { ExitCode } from '../exit-codes';

export interface MigrateDevOptions {
  name?: string;
  createOnly?: boolean;
}

/** What `prisma migrate dev` does, without its binary: apply what is pending, write what changed in the schema, apply that. */
export async function migrateDev(cli: Cli, options: MigrateDevOptions): Promise<number> {
  const developer = openUnprotected(cli, 'migrate dev', 'lockkeeper deploy');
  // A new project has none yet.
  mkdirSync(developer.config.migrationsDir, { recursive: true });
  const result = await onTarget(developer, async (engine, shadows) => {
    await refuseDrift(engine, shadows, developer);
    const applied = await apply(engine, developer);
    for (const name of applied) cli.note(`applied  ${name}`);
    const created = await create(cli, engine, developer, options);
    if (created === null) return { applied, created };
    cli.note(`wrote    ${created}`);
    return { applied: options.createOnly ? applied : [...applied, ...(await apply(engine, developer))], created };
  });
  cli.answer(result, summary(where(developer), result));
  return ExitCode.Ok;
}

function summary(target: string, { applied, created }: { applied: string[]; created: string | null }): string {
  if (created !== null && !applied.includes(created)) return `Wrote ${created} without applying it; edit it, then run "lockkeeper migrate dev".`;
  return applied.length === 0 ? `${target} is up to date with the migrations and the schema.` : `${target} is up to date: applied ${applied.join(', ')}.`;
}

async function refuseDrift(engine: SchemaEngine, shadows: Shadows, developer: Developer): Promise<void> {
  const input = { migrationsList: migrationsOf(developer), filters: NO_FILTER };
  const { history } = await engine.diagnoseMigrationHistory({ ...input, optInToShadowDatabase: false });
  const unapplied = history && 'unappliedMigrationNames' in history ? history.unappliedMigrationNames : [];
  const names = input.migrationsList.migrationDirectories.map(({ path }) => path);
  // It first compares the database with what is applied, then tries out the rest.
  shadows.push(names.filter((name) => !unapplied.includes(name)));
  const { action } = await engine.devDiagnostic(input);
  if (action.tag === 'reset') {
    throw new UsageError(`${where(developer)} is not what its migrations make. ${action.reason.trim()}\nTo start afresh, run "lockkeeper migrate reset".`);
  }
}

async function apply(engine: SchemaEngine, developer: Developer): Promise<string[]> {
  const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList: migrationsOf(developer), filters: NO_FILTER });
  return appliedMigrationNames;
}

/** @returns the new migration's name, or null when the schema asks for nothing. */
async function create(cli: Cli, engine: SchemaEngine, developer: Developer, options: MigrateDevOptions): Promise<string | null> {
  const input = { migrationsList: migrationsOf(developer), schema: { files: schemaFiles(developer) }, filters: NO_FILTER };
  const draft = options.createOnly ?? false;
  const { migrationSteps, warnings, unexecutableSteps } = await engine.evaluateDataLoss(input);
  if (migrationSteps === 0 && !draft) return null;
  if (unexecutableSteps.length > 0 && !draft) {
    throw new UsageError(`${unexecutableSteps.map(({ message }) => message).join(' ')} Write it with "--create-only" and edit the SQL.`);
  }
  if (warnings.length > 0 && !draft) {
    for (const { message } of warnings) cli.note(`warning  ${message}`);
    await confirm(cli, { action: 'go on all the same', typed: null, yes: false });
  }
  const migrationName = await nameOf(cli, options);
  const { generatedMigrationName, migrationScript } = await engine.createMigration({ ...input, migrationName, draft });
  if (migrationScript === null) return null;
  write(developer.config.migrationsDir, generatedMigrationName, migrationScript);
  return generatedMigrationName;
}

async function nameOf(cli: Cli, { name }: MigrateDevOptions): Promise<string> {
  const given = name ?? (cli.interactive ? await ask(cli, 'Name of the new migration:') : null);
  if (!given?.trim()) throw new UsageError('The schema has changed; name the migration with --name.');
  // As Prisma's CLI does: the name becomes a folder's.
  return given.trim().toLowerCase().replace(/[^a-z0-9]+/g, '_');
}

function write(migrationsDir: string, name: string, script: string): void {
  mkdirSync(join(migrationsDir, name), { recursive: true });
  writeFileSync(join(migrationsDir, name, 'migration.sql'), script, { flag: 'wx' });
  const lock = join(migrationsDir, 'migration_lock.toml');
  if (!existsSync(lock)) writeFileSync(lock, '# Written by Prisma and Lockkeeper; keep it in version control.\nprovider = "postgresql"\n');
}
