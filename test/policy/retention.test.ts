import { expiredBackups, type KeptBackup, type Retention } from '../../src/policy/retention';

const DAY = 24 * 3_600_000;
const NOW = new Date('2026-11-24T00:00:00Z');

/** `5` is five days old, `5v` is verified too. */
const backups = (...ages: string[]): KeptBackup[] =>
  ages.map((age) => ({
    id: age,
    takenAt: new Date(NOW.getTime() - Number.parseInt(age) * DAY).toISOString(),
    verified: age.endsWith('v'),
  }));

const CASES: { name: string; has: string[]; keep: Retention; deletes: string[] }[] = [
  { name: 'no rule', has: ['1', '900'], keep: { count: null, ageMs: null }, deletes: [] },
  { name: 'none there', has: [], keep: { count: 1, ageMs: DAY }, deletes: [] },
  {
    name: 'beyond the count, oldest first',
    has: ['1', '4', '2v', '3'],
    keep: { count: 2, ageMs: null },
    deletes: ['4', '3'],
  },
  { name: 'over the age', has: ['1v', '5', '6v', '7'], keep: { count: null, ageMs: 5 * DAY }, deletes: ['7', '6v'] },
  { name: 'either rule', has: ['1v', '2', '9'], keep: { count: 1, ageMs: 8 * DAY }, deletes: ['9', '2'] },
  {
    name: 'the newest verified one is kept',
    has: ['1', '2', '8v', '9v'],
    keep: { count: 1, ageMs: DAY },
    deletes: ['9v', '2'],
  },
  { name: 'the newest is kept, however old', has: ['70', '80'], keep: { count: 5, ageMs: DAY }, deletes: ['80'] },
];

test.each(CASES)('$name', ({ has, keep, deletes }) => {
  expect(expiredBackups(backups(...has), keep, NOW)).toEqual(deletes);
});
