/** A step that was committed in part: the inverses of what is there, proven on a copy of the live schema. Needs nothing of the host that rehearsed it. */
import { join } from 'node:path';
import { markersOf, segmentsMarked } from '../adapters/ledger/markers';
import type { RegisteredReversal } from '../adapters/ledger/registrations';
import type { MigrationFolder } from '../adapters/migration-files';
import type { Client } from '../adapters/postgres';
import { dropRemains } from '../adapters/single-statement';
import { parseScript } from '../adapters/sql-parser';
import { withWorkFolder } from '../adapters/work-folder';
import type { DeployInput } from '../contract';
import type { Deps } from './deps';
import { markerKey } from './resume';
import { resolve } from './target';
import { rehearsalBench, restoreSchema, saveSchema, tryOut } from './workbench';

/** @returns null where a segment that is there has no exact inverse. */
export async function inversesOfMarked(
  client: Client,
  undo: string,
  { migrations, inverses }: RegisteredReversal,
): Promise<string | null> {
  const marked = await segmentsMarked(client, undo, migrations);
  const theirs = inverses.filter(({ migration, segment }) =>
    marked.some((one) => one.migration === migration && one.segment === segment),
  );
  const known = theirs.length === marked.length && theirs.every(({ sql }) => sql !== null);
  return known ? theirs.map(({ sql }) => sql).join('') : null;
}

/** @returns why the SQL does not bring the schema back to what it was before the step, or null when it does. */
export async function whyNotPartial(
  deps: Deps,
  input: DeployInput,
  { step, schemaBefore }: RegisteredReversal,
  sql: string,
  signal: AbortSignal,
): Promise<string | null> {
  if (schemaBefore === null) return 'the schema before it was not rehearsed';
  const bench = rehearsalBench(deps, resolve(deps, input), input.deploymentId, signal);
  try {
    await withWorkFolder(async (folder) =>
      restoreSchema(bench, 'partial', await saveSchema(bench, bench.url, join(folder, 'live.sql'))),
    );
    const { reason } = await tryOut(bench, 'partial', `what is there of step ${step + 1}`, sql, schemaBefore);
    return reason;
  } finally {
    await bench.scratch.dropAll();
  }
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
