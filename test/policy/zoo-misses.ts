/** The whole zoo on one server: where what it takes is not what was predicted. */
import type { Client } from 'pg';
import { parseScript } from '../../src/adapters/sql-parser';
import { describe as predict, describeScript, scriptContext } from '../../src/policy/statements';
import { differences, measure } from './measure';
import { BASE, ZOO } from './zoo';
import { KIN, KIN_ZOO, SINCE, SINCE_BASE } from './zoo-kin';

/** @param client of an empty database; the parser is loaded. */
export async function zooMisses(client: Client): Promise<{ measured: number; misses: string[] }> {
  const { rows } = await client.query<{ major: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS major",
  );
  const major = rows[0]?.major ?? 0;
  const known = <T>(since: Record<number, T>): T[] =>
    Object.entries(since).flatMap(([from, each]) => (Number(from) <= major ? [each] : []));
  const base = [BASE, KIN, ...known(SINCE_BASE)].join('');
  await client.query(base);
  const script = scriptContext();
  script.schema.complete = true;
  script.schema.serverMajor = major;
  describeScript(parseScript(base), script);
  const statements = [...ZOO, ...KIN_ZOO, ...known(SINCE).flat()];
  const misses: string[] = [];
  for (const sql of statements) {
    const [statement] = parseScript(sql);
    if (!statement) throw new Error(`does not parse: ${sql}`);
    const facts = predict(statement, scriptContext(script.schema, parseScript));
    const found = await measure(client, sql, 'ROLLBACK').then(
      (measured) => differences(facts, measured),
      (error: unknown) => [`failed: ${String(error)}`],
    );
    misses.push(...found.map((miss) => `${sql}\n    ${miss}`));
  }
  return { measured: statements.length, misses };
}
