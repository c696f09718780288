/** An undo keeps the rows that others wrote into what it drops: exactly those, in the transaction that drops them. */
import { transactionsOf } from '../adapters/ledger/markers';
import type { RegisteredReversal } from '../adapters/ledger/registrations';
import type { Client } from '../adapters/postgres';
import { salvages } from '../adapters/salvage';
import { ensureSalvage, keepStatement, salvageName, type Salvage } from '../adapters/salvage-schema';
import { loadParser, parseScript } from '../adapters/sql-parser';
import { othersRows, type Place } from '../adapters/written-since';
import type { RowCost } from '../contract';
import { keepingRows, placesToKeep } from '../policy/salvage';
import { ownTransactions } from './rollback-facts';

/** @returns the reversal's SQL with the statements that keep what others wrote. */
export async function keepingOthers(
  client: Client,
  sql: string,
  undo: string,
  { migrations }: RegisteredReversal,
  registered: RegisteredReversal[],
): Promise<string> {
  await loadParser();
  const statements = parseScript(sql);
  const places = placesToKeep(statements);
  if (places.length === 0) return sql;
  await ensureSalvage(client);
  const own = await ownTransactions(client, undo, registered);
  const step = await transactionsOf(client, undo, migrations);
  const conditions = new Map<string, string>();
  for (const place of places) conditions.set(keyOf(place), await othersRows(client, place, own, step));
  return keepingRows(statements, (place) => keepStatement(client, place, undo, conditions.get(keyOf(place)) ?? 'true'));
}

function keyOf({ relation, column }: Place): string {
  return JSON.stringify([relation, column]);
}

/** What was kept so far of an undo, or brought for it from the backup. */
export async function keptRows(client: Client, undo: string, source: Salvage['source']): Promise<RowCost[]> {
  const entries = (await salvages(client, undo)).filter((entry) => entry.source === source);
  return entries.map((entry) => ({ relation: `${salvageName(entry)} (salvage ${entry.id})`, rows: entry.rows }));
}
