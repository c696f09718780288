/** What a database holds, as text to compare. */
import { createPgTools } from '../../src/adapters/pg-tools';
import type { TestDatabase } from './database';

/** Schema, a digest of every table's rows, and the indexes that are not valid; Lockkeeper's own schemas are left out. */
export async function contents({ url, client }: TestDatabase): Promise<string> {
  const schema = await createPgTools(process.env['LOCKKEEPER_PG_BIN'] ?? '').schemaText(url);
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname NOT LIKE 'lockkeeper%' ORDER BY 1`,
  );
  const digests = [];
  for (const { name } of rows) {
    const digest = await client.query<{ md5: string }>(
      `SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM ${name} t`,
    );
    digests.push(`${name} ${digest.rows[0]?.md5}`);
  }
  const { rows: invalid } = await client.query('SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid');
  return [schema, ...digests, JSON.stringify(invalid)].join('\n');
}
