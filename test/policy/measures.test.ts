import type { RehearsalFigures, RehearsalSample, RehearsalSummary } from '../../src/contract';
import { parseScript, loadParser } from '../../src/adapters/sql-parser';
import { Foresight } from '../../src/policy/foresight';
import { budgetOf, figures, heldLocks, type MeasuredSegment } from '../../src/policy/measures';
import type { Segment } from '../../src/policy/segments';
import { rehearsalCaveat, tellingFigures } from '../../src/policy/telling';

const EXCLUSIVE = { relation: 'public.people', mode: 'AccessExclusiveLock' as const };

function measured(overrides: Partial<MeasuredSegment> = {}, ...durations: number[]): MeasuredSegment {
  return {
    migration: '01_x',
    segment: 2,
    planned: true,
    tempBytes: 0,
    statements: durations.map((durationMs, statement) => ({
      statement,
      line: statement + 1,
      scale: 1,
      durationMs,
      walBytes: 1_000,
      locks: statement === 1 ? [EXCLUSIVE] : [],
      unforeseen: [],
      rewrites: [],
    })),
    ...overrides,
  };
}

const segment = (locks: Segment['locks']): Segment => ({
  index: 2,
  kind: 'transaction',
  statements: [],
  locks,
  locksFirst: false,
});

test('a lock is held from its statement to the end of the segment', () => {
  expect(heldLocks(measured({}, 400, 30, 20))).toEqual([{ migration: '01_x', line: 2, ...EXCLUSIVE, heldMs: 50 }]);
});

describe('budgets', () => {
  const budgets = (...segments: MeasuredSegment[]) => figures(segments, true).budgets ?? [];
  const BUSY = [{ relation: '"public"."people"', mode: 'AccessExclusiveLock' as const }];

  it('are ten times what a statement took itself, and five seconds at least', () => {
    const kept = budgets(measured({}, 2_000, 30, 700));
    expect(kept.map(({ statement, ms }) => [statement, ms])).toEqual([
      [0, 20_000],
      [2, 7_000],
    ]);
    expect([0, 1, 2].map((place) => budgetOf(kept, segment(BUSY), place))).toEqual([20_000, 5_000, 7_000]);
  });

  it('bound nothing where nobody waits', () => {
    expect(budgets(measured({ planned: false }, 60_000))).toEqual([]);
    expect(budgetOf([], segment([]), 0)).toBeNull();
  });

  it('are those of all rows where it had a part of them, by estimate', () => {
    const sampled = measured({}, 2_000, 30);
    sampled.statements[0] = { ...sampled.statements[0]!, scale: 64 };
    expect(budgets(sampled)).toEqual([{ migration: '01_x', segment: 2, statement: 0, ms: 1_280_000 }]);
    expect(figures([sampled], true)).toMatchObject({ durationMs: 128_030, walBytes: 65_000 });
  });

  it('are none without rows', () => {
    expect(figures([measured({}, 2_000)], false).budgets).toBeNull();
  });

  it('bound a lock that the plan does not know', () => {
    const kept = budgets(measured({ planned: false }, 10, 10));
    expect([0, 1].map((place) => budgetOf(kept, segment([]), place))).toEqual([5_000, 5_000]);
  });
});

test('a history carries the worst few, and sums', () => {
  const many = Array.from({ length: 300 }, (_, at) => measured({ segment: at, tempBytes: 10 }, at, 5));
  expect(figures(many, true)).toMatchObject({ statements: 600, walBytes: 600_000, tempBytes: 3_000 });
  expect(figures(many, true).slowest.map(({ durationMs }) => durationMs)).toEqual([299, 298, 297, 296, 295]);
  expect(JSON.stringify(figures(many, true)).length).toBeLessThan(4_000);
});

test('where no segment tells of temporary files, their size is unknown', () => {
  expect(figures([measured({ tempBytes: null }, 1)], true).tempBytes).toBeNull();
});

describe('foresight', () => {
  beforeAll(loadParser);

  const compare = (sql: string, mode: 'AccessExclusiveLock' | 'ShareLock' | 'RowExclusiveLock') => {
    const foresight = new Foresight(parseScript('CREATE TABLE "people" ("id" int)'), 'shop', parseScript);
    const [statement] = parseScript(sql);
    if (!statement) throw new Error('There is no statement.');
    return foresight.compare('01_x', statement, [{ relation: 'shop.people', mode }]);
  };

  it.each([
    ['what it foresaw', 'ALTER TABLE "people" ADD COLUMN "a" int', 'AccessExclusiveLock'],
    ['a weaker lock than it foresaw', 'ALTER TABLE "people" ADD COLUMN "a" int', 'ShareLock'],
    ['a lock that nobody feels', 'SELECT 1', 'RowExclusiveLock'],
  ] as const)('is silent about %s', (_, sql, mode) => {
    expect(compare(sql, mode)).toEqual([]);
  });

  it('tells of a stronger lock, and of one where it foresaw none', () => {
    const told = { migration: '01_x', line: 1, relation: 'shop.people', mode: 'AccessExclusiveLock' };
    expect(compare('CREATE INDEX "i" ON "people" ("id")', 'AccessExclusiveLock')).toEqual([
      { ...told, foreseen: 'ShareLock' },
    ]);
    expect(compare('SELECT magic()', 'AccessExclusiveLock')).toEqual([{ ...told, foreseen: null }]);
  });
});

describe('what people are told', () => {
  const FIGURES: RehearsalFigures = {
    ...figures([measured({}, 4_000, 1_500, 500)], true),
    rewrites: { count: 1, first: [{ migration: '01_x', line: 2, relation: 'public.people' }] },
    unforeseen: { count: 1, first: [{ migration: '01_x', line: 3, ...EXCLUSIVE, foreseen: null }] },
  };
  const rehearsal = (mode: RehearsalSummary['mode'], sample: RehearsalSample | null = null): RehearsalSummary => ({
    mode,
    server: null,
    restoreMs: 1,
    steps: [],
    reversals: [],
    reversible: true,
    figures: FIGURES,
    sample,
    leftOut: null,
  });
  const told = (mode: RehearsalSummary['mode'], sample: RehearsalSample | null = null) =>
    tellingFigures(rehearsal(mode, sample), { duration: (ms) => `${ms} ms`, bytes: (count) => `${count} B` });

  it('the surprises first, then what took long, what was held, rewritten and written', () => {
    expect(told('full')).toEqual([
      {
        warning: true,
        text: '01_x, line 3 took ACCESS EXCLUSIVE on public.people, where the plan foresaw no lock on it',
      },
      { warning: false, text: '01_x, line 1 took 4000 ms' },
      { warning: false, text: '01_x, line 2 took 1500 ms' },
      {
        warning: false,
        text: 'the longest strong lock was ACCESS EXCLUSIVE on public.people, 2000 ms (01_x, line 2): reads and writes wait so long',
      },
      { warning: false, text: '1 table was rewritten: public.people' },
      { warning: false, text: '3000 B of WAL at most, 0 B of temporary files' },
    ]);
  });

  it('of a sample, what it lacked before all else', () => {
    const sample = {
      tables: {
        count: 5,
        first: ['a', 'b', 'c', 'd', 'e'].map((table) => ({ table: `public.${table}`, rows: 900, kept: 10 })),
      },
      counted: 2,
      unproven: { count: 1, first: ['01_x, line 2'] },
    };
    expect(told('sample', sample).slice(0, 3)).toEqual([
      {
        warning: true,
        text: 'on a sample: it had 10 of 900 rows of public.a, 10 of 900 rows of public.b, 10 of 900 rows of public.c, a part of 2 more tables; times and sizes are scaled up to all rows',
      },
      {
        warning: false,
        text: '2 statements go over rows that it lacked; counted on the live database, no row is in the way',
      },
      {
        warning: true,
        text: 'not proven on the rows that it lacked: 01_x, line 2. A row there that does not fit fails the step, and the deployment is undone',
      },
    ]);
    expect(rehearsalCaveat(rehearsal('sample', sample))).toMatch(
      /only a sample of the rows of 5 tables: times are est/,
    );
    expect(rehearsalCaveat(rehearsal('schema-only'))).toMatch(/without its rows/);
    expect(rehearsalCaveat(rehearsal('full'))).toBeNull();
  });

  it('without rows, only the locks', () => {
    expect(told('schema-only').map(({ warning }) => warning)).toEqual([true]);
  });
});
