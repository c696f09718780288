/** Migrations written to mislead: each miss and each false alarm is named, and none is tolerated. */
import type { HazardFinding } from '../../src/contract';
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { findHazards, TableFacts } from '../../src/policy/hazards';
import { describeScript, scriptContext, Schema } from '../../src/policy/statements';
import { BEFORE, HARMLESS, HAZARDOUS, type AdversarialCase } from './adversarial/cases';

const before = new Schema();

beforeAll(async () => {
  await loadParser();
  const script = scriptContext(before, parseScript);
  describeScript(parseScript(BEFORE), script);
  Object.assign(before, script.schema, { complete: true });
});

function find({ sql, database }: AdversarialCase): HazardFinding[] {
  const statements = parseScript(sql);
  const facts = describeScript(statements, scriptContext(before, parseScript));
  return findHazards(statements, facts, new TableFacts(database), { schema: before, parse: parseScript });
}

const inWords = ({ severity, id, line }: HazardFinding): string => `${severity} ${id} on line ${line}`;

test('there are enough of both kinds', () => {
  expect(HAZARDOUS.length).toBeGreaterThanOrEqual(90);
  expect(HARMLESS.length).toBeGreaterThanOrEqual(90);
});

test('every hazard is found', () => {
  const misses = HAZARDOUS.flatMap((each) => {
    const found = find(each);
    const told = found.some(({ id, severity }) => id === each.hazard?.id && severity === each.hazard.severity);
    return told ? [] : [`${each.name}: ${each.hazard?.id} not among [${found.map(inWords).join(', ')}]`];
  });
  expect(misses).toEqual([]);
});

test('no danger is seen in what is harmless', () => {
  const alarms = HARMLESS.flatMap((each) =>
    find(each)
      .filter(({ severity }) => severity === 'danger')
      .map((finding) => `${each.name}: ${inWords(finding)}`),
  );
  expect(alarms).toEqual([]);
});

/** What is worth a word even there. */
const WORTH_A_WORD = [
  'index concurrently, formatted: warning if-not-exists-index on line 1', // it may be content with an invalid index
];

test('no warning is given there either, but where it helps', () => {
  const warnings = HARMLESS.flatMap((each) =>
    find(each)
      .filter(({ severity }) => severity === 'warning')
      .map((finding) => `${each.name}: ${inWords(finding)}`),
  );
  expect(warnings).toEqual(WORTH_A_WORD);
});
