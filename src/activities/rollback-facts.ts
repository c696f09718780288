/** What the rollback planner decides on, gathered from the target. */
import { transactionsOf } from '../adapters/ledger/markers';
import { laterDeployments, type RegisteredReversal } from '../adapters/ledger/registrations';
import { unchanged, type MigrationFolder } from '../adapters/migration-files';
import type { BackupStore } from '../adapters/backup-store/store';
import { ties } from '../adapters/database-swap';
import { endpointOf, type Client } from '../adapters/postgres';
import { parseScript, type ParsedStatement } from '../adapters/sql-parser';
import { mayWrite, placesReached, reachName } from '../adapters/reach';
import { isThere, placeName, rowsWritten, rowsWrittenAnywhere, type Place } from '../adapters/written-since';
import type { Backup } from '../backup/catalog';
import type { RollbackStrategy, RowCost } from '../contract';
import {
  eachOnce,
  isPlace,
  placesFilled,
  takingsOf,
  targetsDestroyed,
  type Taking,
  type Takings,
  type Target,
} from '../policy/reversal';
import type { RollbackFacts, StepFacts } from '../policy/rollback';
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
  /** The project's files of today. */
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
    const left = extent !== 'none';
    steps.push({
      step: reversal.step,
      reversal: reversalOf(reversal, extent),
      takes: left ? await rowsTaken(client, request.deployment, reversal, own, endpointOf(request.url).schema) : [],
      ...(left ? await lossesOf(client, request, reversal, backup) : { destroys: [], unseen: [], fills: [] }),
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

/** Rows that people wrote into what undoing the step would take away. */
async function rowsTaken(
  client: Client,
  deployment: string,
  { sql, migrations }: RegisteredReversal,
  own: string[],
  schema: string,
): Promise<RowCost[]> {
  if (!sql) return [];
  const step = await transactionsOf(client, deployment, migrations);
  const taken = takingsOf(parseScript(sql), schema, parseScript);
  const places: Place[] = [];
  const costs = new Map<string, number | null>();
  for (const taking of taken.takings) {
    const found = await placesOf(client, taking);
    if (found) places.push(...found);
    else costs.set(targetName(taking.before), null);
  }
  for (const place of eachOnce(places).filter(isPlace)) {
    const rows = await rowsWritten(client, place, own, step);
    const name = placeName(place);
    const known = costs.get(name) ?? 0;
    if (rows !== 0) costs.set(name, rows === null || costs.get(name) === null ? null : Math.max(rows, known));
  }
  const unseen = [...taken.unseen, ...(await mayWrite(client, taken.calls)).map(callName)];
  return [
    ...[...costs].map(([relation, rows]) => ({ relation, rows })),
    ...unseen.map((relation): RowCost => ({ relation, rows: null, kept: false })),
  ];
}

/** Where it is now: a reversal that was cut off may have renamed it already. Null where nobody can tell. */
async function placesOf(client: Client, { before, then }: Taking): Promise<Place[] | null> {
  if (isPlace(before))
    return [isPlace(then) && !(await isThere(client, before)) && (await isThere(client, then)) ? then : before];
  const found = (await placesReached(client, before)) ?? (isPlace(then) ? null : await placesReached(client, then));
  // Of a table that is not there, its own entry tells.
  return found ?? (before.optional || before.kind === 'relation' ? [] : null);
}

/** For people, to follow "rows of". */
function targetName(target: Target): string {
  return isPlace(target) ? placeName(target) : reachName(target);
}

function callName(name: string): string {
  return `whatever function ${name}() reaches`;
}

/**
 * What migrations took away of what was there before the first of them, under its name of then.
 * @param registered of their steps, newest first.
 * @param folders the project's files of today.
 */
export function destroyedTargets(registered: RegisteredReversal[], folders: MigrationFolder[], url: string): Target[] {
  return targetsDestroyed(takingsOfSteps(registered, folders, url));
}

function takingsOfSteps(registered: RegisteredReversal[], folders: MigrationFolder[], url: string): Takings {
  const [first = ''] = registered.flatMap(({ migrations }) => migrations).toSorted();
  const earlier = folders.filter(({ name }) => name < first).flatMap(({ sql }) => parseScript(sql));
  return takingsOf(statementsRun(registered, folders), endpointOf(url).schema, parseScript, earlier);
}

/** @param registered newest first. @returns in the order that they ran in; nothing of a migration whose file is another by now. */
export function statementsRun(registered: RegisteredReversal[], folders: MigrationFolder[]): ParsedStatement[] {
  return registered
    .toReversed()
    .flatMap((reversal) => filesRun(reversal, folders))
    .flatMap(({ file }) => (file ? parseScript(file.sql) : []));
}

/** Its migrations with their files, as long as these are what ran. */
function filesRun({ migrations, checksums }: RegisteredReversal, folders: MigrationFolder[]) {
  return migrations.map((name, place) => ({
    name,
    file: unchanged(folders, { name, checksum: checksums?.[place] ?? '' }),
  }));
}

/** What the step took away of what was there before it, and wrote beside. */
async function lossesOf(
  client: Client,
  { folders, url }: FactsRequest,
  reversal: RegisteredReversal,
  backup: Backup | null,
): Promise<Pick<StepFacts, 'destroys' | 'unseen' | 'fills'>> {
  const taken = takingsOfSteps([reversal], folders, url);
  const calls = await mayWrite(client, taken.calls);
  const filled = placesFilled(statementsRun([reversal], folders), endpointOf(url).schema, parseScript);
  const untold = filesRun(reversal, folders).flatMap(({ name, file }) =>
    file ? [] : [`whatever ${name} took, whose file is not what ran`],
  );
  return {
    destroys: destroyed(targetsDestroyed(taken), backup),
    unseen: [...untold, ...taken.unseen, ...calls.map(callName)],
    fills: filled.map(placeName),
  };
}

/** Without what the backup knows to have been empty; what foreign keys delete goes by the table whose rows they follow. */
function destroyed(targets: Target[], backup: Backup | null): string[] {
  const tables = new Map(
    Object.entries(backup?.meta.contents.tables ?? {}).map(([name, { rows }]) => [name.replaceAll('"', ''), rows]),
  );
  const isEmpty = (target: Target): boolean =>
    isPlace(target) ? tables.get(placeName({ ...target, column: null })) === 0 : target.reach === 'deleted';
  return [...new Set(targets.filter((target) => !isEmpty(target)).map(targetName))];
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
