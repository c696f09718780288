/** The real migrations: nothing crashes, and the dangers are those that a team would stop for, counted one kind at a time. */
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { findHazards, TableFacts } from '../../src/policy/hazards';
import { describeScript, learn, scriptContext, Schema } from '../../src/policy/statements';
import { corpusScripts, type CorpusProject } from './corpus';

beforeAll(loadParser);

/** By hazard, as if each migration came alone to a database whose sizes nobody knows. */
function dangersOf({ migrations }: CorpusProject): Record<string, number> {
  const schema = new Schema();
  schema.complete = true;
  const counts: Record<string, number> = {};
  for (const { sql } of migrations) {
    const statements = parseScript(sql);
    const script = scriptContext(schema, parseScript);
    const facts = describeScript(statements, script);
    const findings = findHazards(statements, facts, new TableFacts({ tables: {}, offline: true }), {
      schema,
      parse: parseScript,
    });
    for (const { id, severity } of findings) if (severity === 'danger') counts[id] = (counts[id] ?? 0) + 1;
    for (const statement of statements) learn(statement, { ...script, schema });
  }
  return counts;
}

/** Looked through by hand: each is a rewrite, a scan under a lock, or something that the running version misses. */
const EXPECTED: Record<string, Record<string, number>> = {
  ghostfolio: {
    'column-type-change': 11,
    'drop-cascade': 1,
    'drop-column': 12,
    'foreign-key-not-valid': 21,
    'index-not-concurrent': 49,
    'lock-held-during-scan': 1,
    'set-not-null': 3,
    'unique-constraint': 5,
    'update-or-delete-without-where': 4,
  },
  umami: {
    'column-type-change': 4,
    'drop-column': 5,
    'drop-table': 1,
    'index-not-concurrent': 27,
    'rename-column': 8,
    'set-not-null': 1,
    'update-or-delete-without-where': 2,
  },
};

test.each(corpusScripts().filter(({ project }) => project in EXPECTED))('dangers of $project', (project) => {
  expect(dangersOf(project)).toEqual(EXPECTED[project.project]);
});
