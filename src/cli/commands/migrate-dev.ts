import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_FILTER, type SchemaEngine } from '../../adapters/prisma-engine';
import { UsageError } from '../../errors';
import type { Cli } from '../cli';
import { ask, confirm } from '../confirm';
import { migrationsOf, onTarget, openUnprotected, schemaFiles, where, type Developer } from '../developer';
import { ExitCode } from '../exit-codes';

type Loss = Awaited<ReturnType<SchemaEngine['evaluateDataLoss']>>;

export interface MigrateDevOptions {
  name?: string;
  createOnly?: boolean;
  yes?: boolean;
}

/** What `prisma migrate dev` does, without its binary: apply what is pending, write what changed in the schema, apply that. */
export async function migrateDev(cli: Cli, options: MigrateDevOptions): Promise<number> {
  const developer = openUnprotected(cli, 'migrate dev', 'lockkeeper deploy');
  // A new project has none yet.
  mkdirSync(developer.config.migrationsDir, { recursive: true });
  await refuseDrift(developer);
  const applied = await apply(developer);
  for (const name of applied) cli.note(`applied  ${name}`);
  const created = await create(cli, developer, options);
  if (created !== null) cli.note(`wrote    ${created}`);
  if (created !== null && !options.createOnly) applied.push(...(await apply(developer)));
  cli.answer({ applied, created }, summary(where(developer), applied, created));
  return ExitCode.Ok;
}

function summary(target: string, applied: string[], created: string | null): string {
  if (created !== null && !applied.includes(created))
    return `Wrote ${created} without applying it; edit it, then run "lockkeeper migrate dev".`;
  return applied.length === 0
    ? `${target} is up to date with the migrations and the schema.`
    : `${target} is up to date: applied ${applied.join(', ')}.`;
}

async function refuseDrift(developer: Developer): Promise<void> {
  const input = { migrationsList: migrationsOf(developer), filters: NO_FILTER };
  const { history } = await onTarget(developer, (engine) =>
    engine.diagnoseMigrationHistory({ ...input, optInToShadowDatabase: false }),
  );
  const unapplied = history && 'unappliedMigrationNames' in history ? history.unappliedMigrationNames : [];
  const names = input.migrationsList.migrationDirectories.map(({ path }) => path);
  const appliedOnly = names.filter((name) => !unapplied.includes(name));
  // It first compares the database with what is applied, then tries out the rest.
  const { action } = await onTarget(developer, (engine) => engine.devDiagnostic(input), appliedOnly);
  if (action.tag === 'reset') {
    throw new UsageError(
      `${where(developer)} is not what its migrations make. ${action.reason.trim()}\nTo start afresh, run "lockkeeper migrate reset".`,
    );
  }
}

async function apply(developer: Developer): Promise<string[]> {
  const input = { migrationsList: migrationsOf(developer), filters: NO_FILTER };
  return (await onTarget(developer, (engine) => engine.applyMigrations(input))).appliedMigrationNames;
}

/** @returns the new migration's name, or null when the schema asks for nothing. */
async function create(cli: Cli, developer: Developer, options: MigrateDevOptions): Promise<string | null> {
  const input = {
    migrationsList: migrationsOf(developer),
    schema: { files: schemaFiles(developer) },
    filters: NO_FILTER,
  };
  const draft = options.createOnly ?? false;
  const written = await onTarget(developer, async (engine) => {
    // The engine works out what the migrations make only while it diagnoses; the two operations below use what it kept.
    await engine.devDiagnostic(input);
    const loss = await engine.evaluateDataLoss(input);
    if (loss.migrationSteps === 0 && !draft) return null;
    if (!draft) await accept(cli, loss, options.yes ?? false);
    return engine.createMigration({ ...input, migrationName: await nameOf(cli, options), draft });
  });
  if (!written?.migrationScript) return null;
  write(developer.config.migrationsDir, written.generatedMigrationName, written.migrationScript);
  return written.generatedMigrationName;
}

/** @throws UsageError when the migration cannot run as it is, or the person does not want what it loses. */
async function accept(cli: Cli, { unexecutableSteps, warnings }: Loss, yes: boolean): Promise<void> {
  if (unexecutableSteps.length > 0) {
    throw new UsageError(
      `${unexecutableSteps.map(({ message }) => message).join(' ')} Write it with "--create-only" and edit the SQL.`,
    );
  }
  if (warnings.length === 0) return;
  for (const { message } of warnings) cli.note(`warning  ${message}`);
  await confirm(cli, { action: 'go on all the same', typed: null, yes });
}

async function nameOf(cli: Cli, { name }: MigrateDevOptions): Promise<string> {
  const given = name ?? (cli.interactive ? await ask(cli, 'Name of the new migration:') : null);
  if (!given?.trim()) throw new UsageError('The schema has changed; name the migration with --name.');
  // As Prisma's CLI does: the name becomes a folder's.
  return given
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
}

function write(migrationsDir: string, name: string, script: string): void {
  mkdirSync(join(migrationsDir, name), { recursive: true });
  writeFileSync(join(migrationsDir, name, 'migration.sql'), script, { flag: 'wx' });
  const lock = join(migrationsDir, 'migration_lock.toml');
  if (!existsSync(lock))
    writeFileSync(lock, '# Written by Prisma and Lockkeeper; keep it in version control.\nprovider = "postgresql"\n');
}
