/** The whole zoo on one server: where what it takes is not what was predicted. */
import type { Client } from 'pg';
import { parseScript } from '../../src/adapters/sql-parser';
import { describeScript, scriptContext } from '../../src/policy/statements';
import { differences, measure } from './measure';
import { BASE, ZOO } from './zoo';
import { KIN, KIN_ZOO, SINCE, SINCE_BASE } from './zoo-kin';
import { READS, READS_ZOO } from './zoo-reads';

/** @param client of an empty database; the parser is loaded. */
export async function zooMisses(client: Client): Promise<{ measured: number; misses: string[] }> {
  const { rows } = await client.query<{ major: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS major",
  );
  const major = rows[0]?.major ?? 0;
  const known = <T>(since: Record<number, T>): T[] =>
    Object.entries(since).flatMap(([from, each]) => (Number(from) <= major ? [each] : []));
  const base = [BASE, KIN, READS, ...known(SINCE_BASE)].join('');
  await client.query(base);
  const script = scriptContext();
  script.schema.complete = true;
  script.schema.serverMajor = major;
  describeScript(parseScript(base), script);
  const statements = [...ZOO, ...KIN_ZOO, ...READS_ZOO, ...known(SINCE).flat()];
  const misses: string[] = [];
  for (const sql of statements) {
    // What stands before the last statement of an entry is a setting.
    const facts = describeScript(parseScript(sql), scriptContext(script.schema, parseScript)).at(-1);
    if (!facts) throw new Error(`does not parse: ${sql}`);
    const found = await measure(client, sql, 'ROLLBACK').then(
      (measured) => differences(facts, measured),
      (error: unknown) => [`failed: ${String(error)}`],
    );
    misses.push(...found.map((miss) => `${sql}\n    ${miss}`));
  }
  return { measured: statements.length, misses };
}
