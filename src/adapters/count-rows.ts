/** How many rows there are. Exact to 2^53, and a number to JavaScript. */
import type { Client } from './postgres';

/** @param from what stands behind FROM: a table, a join with its conditions, a query in brackets. */
export async function countRows(client: Client, from: string): Promise<number> {
  const { rows } = await client.query<{ n: number }>(`SELECT count(*)::float8 AS n FROM ${from}`);
  return rows[0]?.n ?? 0;
}
