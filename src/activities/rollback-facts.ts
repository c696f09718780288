/** What the rollback planner decides on, gathered from the target. */
import { transactionsOf, type RegisteredReversal } from '../adapters/ledger';
import type { MigrationFolder } from '../adapters/migration-files';
import type { Client } from '../adapters/postgres';
import { parseScript } from '../adapters/sql-parser';
import { placeName, rowsWritten } from '../adapters/written-since';
import type { RollbackStrategy, RowCost } from '../contract';
import { placesDestroyed, placesDropped } from '../policy/reversal';
import type { RollbackFacts, StepFacts } from '../policy/rollback';

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
}

export async function rollbackFacts(client: Client, request: FactsRequest): Promise<RollbackFacts> {
  const { strategy, traces, registered } = request;
  const steps: StepFacts[] = [];
  const own = await ownTransactions(client, request.deployment, registered);
  for (const { reversal, extent } of traces)
    steps.push({
      step: reversal.step,
      reversal: reversalOf(reversal, extent),
      takes: extent === 'none' ? [] : await rowsTaken(client, request.deployment, reversal, own),
      destroys: extent === 'none' ? [] : destroyed(request.folders, reversal),
    });
  const complete = traces.length === registered.length && traces.every(({ extent }) => extent === 'all');
  return { strategy, steps, complete, backup: null, writtenSince: null, ties: [] };
}

/** Whatever the deployment wrote, in steps that are undone by now too. */
export function ownTransactions(client: Client, deployment: string, all: RegisteredReversal[]): Promise<string[]> {
  const migrations = all.flatMap((reversal) => reversal.migrations);
  return migrations.length === 0 ? Promise.resolve([]) : transactionsOf(client, deployment, migrations);
}

function reversalOf({ sql }: RegisteredReversal, extent: Extent): StepFacts['reversal'] {
  if (extent === 'some') return 'derivable';
  return extent === 'none' || sql !== null ? 'proven' : 'none';
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

function destroyed(folders: MigrationFolder[], { migrations }: RegisteredReversal): string[] {
  const sql = folders.filter(({ name }) => migrations.includes(name)).map((folder) => folder.sql);
  return placesDestroyed(sql.flatMap((text) => parseScript(text))).map(placeName);
}
