/** What the rollback planner decides on, gathered from the target. */
import { transactionsOf } from '../adapters/ledger/markers';
import { laterDeployments, type RegisteredReversal } from '../adapters/ledger/registrations';
import type { MigrationFolder } from '../adapters/migration-files';
import type { BackupStore } from '../adapters/backup-store/store';
import { ties } from '../adapters/database-swap';
import { endpointOf, type Client } from '../adapters/postgres';
import { parseScript, type ParsedStatement } from '../adapters/sql-parser';
import { placeName, rowsWritten, rowsWrittenAnywhere, type Place } from '../adapters/written-since';
import type { Backup } from '../backup/catalog';
import type { RollbackStrategy, RowCost } from '../contract';
import { placesDestroyed, placesDropped, placesFilled } from '../policy/reversal';
import type { RollbackFacts, StepFacts } from '../policy/rollback';
import { withInside } from '../policy/statements';
import { backupOfDeployment } from './deployment-backup';

/** A step of which something may be there. */
export interface Trace {
  reversal: RegisteredReversal;
  /** How far it came: every segment committed, none, or some. */
  extent: Extent;
}
export type Extent = 'all' | 'none' | 'some';

export interface FactsRequest {
  deployment: string;
  strategy: RollbackStrategy;
  /** Newest first. */
  traces: Trace[];
  /** All of the deployment's, also those without a trace. */
  registered: RegisteredReversal[];
  folders: MigrationFolder[];
  url: string;
  store: BackupStore;
}

export async function rollbackFacts(client: Client, request: FactsRequest): Promise<RollbackFacts> {
  const { strategy, traces, registered } = request;
  const steps: StepFacts[] = [];
  const backup = await backupOfDeployment(request.store, request.deployment);
  const own = await ownTransactions(client, request.deployment, registered);
  for (const { reversal, extent } of traces) {
    const statements = extent === 'none' ? [] : statementsOf(request.folders, reversal.migrations);
    steps.push({
      step: reversal.step,
      reversal: reversalOf(reversal, extent),
      takes: extent === 'none' ? [] : await rowsTaken(client, request.deployment, reversal, own),
      destroys: destroyed(statements, request.url, backup),
      fills: qualified(placesFilled(statements), request.url).map(placeName),
    });
  }
  const complete = traces.length === registered.length && traces.every(({ extent }) => extent === 'all');
  const about = backup && { id: backup.meta.id, ageMs: Date.now() - Date.parse(backup.meta.takenAt) };
  const later = await laterDeployments(client, request.deployment);
  return { strategy, steps, complete, backup: about, later, ...(await swapFacts(client, request, steps, own)) };
}

/** Whatever the deployment wrote, in steps that are undone by now too. */
export function ownTransactions(client: Client, deployment: string, all: RegisteredReversal[]): Promise<string[]> {
  const migrations = all.flatMap((reversal) => reversal.migrations);
  return migrations.length === 0 ? Promise.resolve([]) : transactionsOf(client, deployment, migrations);
}

function reversalOf({ sql }: RegisteredReversal, extent: Extent): StepFacts['reversal'] {
  if (sql === null) return 'none';
  return extent === 'some' ? 'derivable' : 'proven';
}

/** Rows that people wrote into what undoing the step would drop. */
async function rowsTaken(
  client: Client,
  deployment: string,
  { sql, migrations }: RegisteredReversal,
  own: string[],
): Promise<RowCost[]> {
  if (!sql) return [];
  const step = await transactionsOf(client, deployment, migrations);
  const taken: RowCost[] = [];
  for (const place of placesDropped(parseScript(sql))) {
    const rows = await rowsWritten(client, place, own, step);
    if (rows !== 0) taken.push({ relation: placeName(place), rows });
  }
  return taken;
}

/** What migrations took away of what was there before them, with the schema that an unqualified name means. */
export function destroyedPlaces(folders: MigrationFolder[], migrations: string[], url: string): Place[] {
  return qualified(placesDestroyed(statementsOf(folders, migrations)), url);
}

function statementsOf(folders: MigrationFolder[], migrations: string[]): ParsedStatement[] {
  const files = folders.filter(({ name }) => migrations.includes(name));
  return withInside(
    files.flatMap(({ sql }) => parseScript(sql)),
    parseScript,
  );
}

function qualified(places: Place[], url: string): Place[] {
  const schema = `"${endpointOf(url).schema}"`;
  return places.map(({ relation, column }) => ({
    relation: relation.includes('"."') ? relation : `${schema}.${relation}`,
    column,
  }));
}

/** Without what the backup knows to have been empty. */
function destroyed(statements: ParsedStatement[], url: string, backup: Backup | null): string[] {
  const tables = new Map(
    Object.entries(backup?.meta.contents.tables ?? {}).map(([name, { rows }]) => [name.replaceAll('"', ''), rows]),
  );
  return qualified(placesDestroyed(statements), url)
    .filter(({ relation }) => tables.get(placeName({ relation, column: null })) !== 0)
    .map(placeName);
}

/** Looked up only where they decide: counting reads every table. */
async function swapFacts(
  client: Client,
  { strategy }: FactsRequest,
  steps: StepFacts[],
  own: string[],
): Promise<Pick<RollbackFacts, 'writtenSince' | 'ties'>> {
  if (strategy !== 'restore' && steps.every(({ reversal }) => reversal !== 'none'))
    return { writtenSince: null, ties: [] };
  return {
    writtenSince: own.length === 0 ? null : await rowsWrittenAnywhere(client, own),
    ties: await ties(client),
  };
}
