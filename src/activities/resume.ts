/** What an attempt that was killed left in Prisma's history, settled by what the markers prove. */
import { markersOf } from '../adapters/ledger/markers';
import type { MigrationFolder } from '../adapters/migration-files';
import type { Client } from '../adapters/postgres';
import { migrationList, type SchemaEngine } from '../adapters/prisma-engine';
import { unfinished } from '../adapters/prisma-history';
import { loadParser, parseScript } from '../adapters/sql-parser';
import { FailureType, permanent } from '../errors';
import { segmentsOf } from '../policy/segments';
import type { ApplyRequest } from './apply';

/** Names a migration's markers: an edited file is another script. */
export function markerKey(name: string, checksum: string): string {
  return `migration/${name}@${checksum}`;
}

/**
 * Every segment committed -> applied; else rolled back in the history, so that the engine runs the file again and the
 * executor skips what is committed.
 * @param retried whether an earlier attempt of this step may have written the row.
 * @throws ApplicationFailure History for a failed row that is not this deployment's.
 */
export async function settleHistory(
  engine: SchemaEngine,
  client: Client,
  retried: boolean,
  baseDir: string,
  folders: MigrationFolder[],
  { migrations }: ApplyRequest,
): Promise<void> {
  await loadParser();
  const left = new Set(
    await unfinished(
      client,
      migrations.map(({ name }) => name),
    ),
  );
  for (const { name, checksum, form } of migrations) {
    if (!left.has(name)) continue;
    const markers = await markersOf(client, markerKey(name, checksum));
    if (!retried && markers.size === 0) {
      throw permanent(
        FailureType.History,
        `Migration ${name} was left unfinished in _prisma_migrations by somebody else since this deployment began.`,
      );
    }
    const segments = segmentsOf(parseScript(folders.find((folder) => folder.name === name)?.sql ?? ''), form);
    if (segments.every(({ index }) => markers.get(index)?.state === 'committed')) {
      await engine.markMigrationApplied({ migrationName: name, migrationsList: migrationList(baseDir, folders) });
    } else {
      await engine.markMigrationRolledBack({ migrationName: name });
    }
  }
}
