/** The handbook against the rules of the code: hazards and the checklist. */
import { HAZARDS } from '../../src/policy/hazards';
import { runChecklist, type ChecklistFacts } from '../../src/policy/checklist';
import { documents } from './documents';

const text = (name: string): string => documents().find(({ path }) => path === `docs/${name}`)?.text ?? '';

test('every hazard has its row and its section in the handbook, and none is there that does not exist', () => {
  const guide = text('DATABASE_MIGRATION_GUIDE.md');
  const ids = HAZARDS.map(({ id }) => id).sort();
  const chapter = guide.slice(guide.indexOf('## Hazards'), guide.indexOf('## Zero-downtime changes'));
  const sections = [...chapter.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading).sort();
  expect(sections).toEqual(ids);
  expect(ids.filter((id) => !chapter.includes(`[\`${id}\`](#${id})`))).toEqual([]);
});

test('the checklist lists the checks in their order, with their titles', () => {
  // Enough for each check to say something: titles do not depend on the verdicts.
  const facts: Partial<ChecklistFacts> = {
    hazards: [],
    drift: { sql: null, statements: 0, unknown: null },
    earlier: null,
    reversals: [],
    requester: { id: 'cli:x', name: 'x' },
    backup: null,
    rehearsal: 'off',
    longTransactions: [],
    connections: { used: 0, max: 100 },
    approvals: { required: 0, approvers: [] },
    contacts: {},
  };
  const rows = [...text('PRE_DEPLOYMENT_MIGRATION_CHECKLIST.md').matchAll(/^\| \d+ \| `([a-z-]+)` \| ([^|]+) \|/gm)];
  expect(rows.map(([, id, title]) => ({ id, title }))).toEqual(
    runChecklist(facts as ChecklistFacts).map(({ id, title }) => ({ id, title })),
  );
});
