/** The segments that a plan of the files alone cuts a script into, as it would run behind the migrations before it. */
import { parseScript } from '../../src/adapters/sql-parser';
import type { ExecutionForm } from '../../src/contract';
import { buildPlan } from '../../src/policy/build-plan';
import { segmentsOf, type Segment } from '../../src/policy/segments';

/** The parser must be loaded. */
export function segmentsAfter(
  before: string,
  sql: string,
  execution: ExecutionForm['execution'] = 'online',
): Segment[] {
  const statements = parseScript(sql);
  const { migrations } = buildPlan({
    environment: 'test',
    target: 'main',
    applied: [parseScript(before)],
    migrations: [{ name: 'm', checksum: 'c'.repeat(64), sql, statements, hasDownSql: false }],
    database: { tables: {}, offline: true },
    parse: parseScript,
    execution,
  });
  return segmentsOf(statements, (migrations[0] as { form: ExecutionForm }).form);
}
