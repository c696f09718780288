/** A step that was committed in part: its reversal is made and proven from what is there now. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readMigrations, type MigrationFolder } from '../adapters/migration-files';
import { markersOf, registeredReversals, type RegisteredReversal } from '../adapters/ledger';
import { withSession, type Client } from '../adapters/postgres';
import { dropRemains } from '../adapters/single-statement';
import { parseScript } from '../adapters/sql-parser';
import type { DeployInput } from '../contract';
import { deploymentFiles } from './deployment-files';
import type { Deps } from './deps';
import { markerKey } from './resume';
import { applicationName, resolve } from './target';
import { diffOf, fingerprintOf, restoreSchema, runOn, whyNot, workbench, type Workbench } from './workbench';

/**
 * Rebuilds the schema as it was before the step, copies the live one, and takes the engine's diff if it proves itself.
 * @returns null when the starting schema is not on this host, or the diff does not bring it back exactly.
 */
export async function derivePartialReversal(
  deps: Deps,
  input: DeployInput,
  undo: string,
  reversal: RegisteredReversal,
  signal: AbortSignal,
): Promise<string | null> {
  const target = resolve(deps, input);
  const files = await deploymentFiles(deps.config, undo);
  if (!existsSync(files.schemaDump)) return null;
  const bench = workbench(deps, target, input.deploymentId, signal);
  const earlier = await withSession(
    target.url,
    { applicationName: applicationName(input.deploymentId, 'partial') },
    (client) => registeredReversals(client, undo),
  );
  try {
    await restoreSchema(bench, 'before', files.schemaDump);
    await replay(bench, deps, earlier.filter(({ step }) => step < reversal.step).toReversed());
    const live = join(dirname(files.schemaDump), 'schema-partial.dump');
    await deps.tools.dump({ url: target.url, format: 'custom', jobs: 1, file: live, schemaOnly: true, signal });
    await restoreSchema(bench, 'schema', live);
    const sql = await diffOf(bench, 'schema', 'before');
    const step = { index: reversal.step, migrations: reversal.migrations };
    return (await whyNot(bench, step, sql, await fingerprintOf(bench, 'before'))) === null ? sql : null;
  } finally {
    await bench.scratch.dropAll();
  }
}

/** Steps before the one in question stand in the live schema still: they are undone after it. */
async function replay(bench: Workbench, deps: Deps, steps: RegisteredReversal[]): Promise<void> {
  const folders = new Map(readMigrations(deps.config.migrationsDir).map((folder) => [folder.name, folder]));
  for (const name of steps.flatMap(({ migrations }) => migrations))
    await runOn(bench, 'before', name, folders.get(name)?.sql ?? '');
}

/** A concurrent build that was begun and came to no end leaves an index that no diff would name. */
export async function dropUnfinishedIndexes(
  client: Client,
  folders: MigrationFolder[],
  { migrations }: RegisteredReversal,
): Promise<void> {
  for (const { name, checksum, sql } of folders.filter((folder) => migrations.includes(folder.name))) {
    const markers = await markersOf(client, markerKey(name, checksum));
    if (![...markers.values()].some(({ state }) => state === 'intent')) continue;
    for (const statement of parseScript(sql)) await dropRemains(client, statement);
  }
}
