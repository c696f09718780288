/** An undo keeps the rows that others wrote into what it takes away, in the transaction that takes them. */
import { transactionsOf } from '../adapters/ledger/markers';
import type { RegisteredReversal } from '../adapters/ledger/registrations';
import type { Client } from '../adapters/postgres';
import { salvages } from '../adapters/salvage';
import { ensureSalvage, keepStatement, salvageName, type Salvage } from '../adapters/salvage-schema';
import { loadParser, parseScript } from '../adapters/sql-parser';
import { writersOf, type Writers } from '../adapters/written-since';
import type { RowCost } from '../contract';
import { takingsOf } from '../policy/reversal';
import { keepingRows } from '../policy/salvage';
import { ownTransactions } from './rollback-facts';

/**
 * @param schema what a name without one means.
 * @returns the reversal's SQL with the statements that keep what others wrote.
 */
export async function keepingOthers(
  client: Client,
  sql: string,
  undo: string,
  { migrations }: RegisteredReversal,
  registered: RegisteredReversal[],
  schema: string,
): Promise<string> {
  const own = await ownTransactions(client, undo, registered);
  const step = await transactionsOf(client, undo, migrations);
  return keeping(client, sql, undo, writersOf(own, step), schema);
}

/** As an undo does it, where there is nobody whose rows to keep: for the proof of a reversal. */
export function keepingNobodys(client: Client, sql: string, schema: string): Promise<string> {
  return keeping(client, sql, '', { others: 'false', newer: 'false' }, schema);
}

async function keeping(client: Client, sql: string, undo: string, writers: Writers, schema: string): Promise<string> {
  await loadParser();
  const statements = parseScript(sql);
  const taken = takingsOf(statements, schema, parseScript);
  if (taken.takings.length === 0) return sql;
  await ensureSalvage(client);
  return keepingRows(statements, taken, (target) => keepStatement(client, target, undo, writers));
}

/** What was kept so far of an undo, or brought for it from the backup. */
export async function keptRows(client: Client, undo: string, source: Salvage['source']): Promise<RowCost[]> {
  const entries = (await salvages(client, undo)).filter((entry) => entry.source === source);
  return entries.map((entry) => ({ relation: `${salvageName(entry)} (salvage ${entry.id})`, rows: entry.rows }));
}
