/** The planner over every combination of its facts: what must hold of each decision, and some decisions by name. */
import {
  costText,
  planRollback,
  priceText,
  roughly,
  type RollbackFacts,
  type StepFacts,
} from '../../src/policy/rollback';
import type { RowCost } from '../../src/contract';

const HOUR = 3_600_000;
const ORDERS: RowCost = { relation: 'public.orders', rows: 7 };
const UNKNOWN: RowCost = { relation: 'public.events', rows: null };

function step(facts: Partial<StepFacts> = {}): StepFacts {
  return { step: 0, reversal: 'proven', takes: [], destroys: [], unseen: [], fills: [], ...facts };
}

function facts(overrides: Partial<RollbackFacts> = {}): RollbackFacts {
  const backup = { id: 'b', ageMs: HOUR };
  return {
    strategy: 'auto',
    steps: [step()],
    complete: true,
    backup,
    writtenSince: [],
    ties: [],
    later: [],
    ...overrides,
  };
}

/** Every value that a decision may depend on, of each fact. */
const SPACE: { [fact in keyof RollbackFacts]: RollbackFacts[fact][] } = {
  strategy: ['auto', 'reverse', 'restore'],
  steps: stepLists(),
  complete: [true, false],
  backup: [null, { id: 'b', ageMs: HOUR }, { id: 'b', ageMs: 25 * HOUR }],
  writtenSince: [null, [], [ORDERS], [UNKNOWN]],
  ties: [[], ['slot "s"'], ['slot "s"', 'subscription "u"']],
  later: [[], ['d2']],
};

/** None, each kind of step alone, and every pair. */
function stepLists(): StepFacts[][] {
  const kinds = (['proven', 'derivable', 'none'] as const).flatMap((reversal) =>
    [[], [ORDERS], [UNKNOWN]].flatMap((takes) =>
      [
        { destroys: [], unseen: [] },
        { destroys: ['public.orders.note'], unseen: [] },
        { destroys: [], unseen: ['whatever DROP OWNED reaches'] },
      ].map((losses) => step({ reversal, takes, ...losses })),
    ),
  );
  const pairs = kinds.flatMap((newer) => kinds.map((older) => [{ ...newer, step: 1 }, older]));
  return [[], ...kinds.map((kind) => [kind]), ...pairs];
}

function product(): RollbackFacts[] {
  return Object.entries(SPACE).reduce<RollbackFacts[]>(
    (all, [fact, values]) => all.flatMap((so) => values.map((value) => ({ ...so, [fact]: value }))),
    [facts()],
  );
}

const DECISIONS = product().map((given) => ({ given, plan: planRollback(given) }));

/** @throws Error showing the facts of the first decision that breaks the rule, or when the rule is about no decision at all. */
function always(about: (decision: (typeof DECISIONS)[number]) => boolean, holds: typeof about): void {
  const concerned = DECISIONS.filter(about);
  expect(concerned.length).toBeGreaterThan(0);
  expect(concerned.filter((decision) => !holds(decision)).slice(0, 1)).toEqual([]);
}

const destroys = ({ steps }: RollbackFacts): boolean => steps.some((one) => one.destroys.length > 0);
const isUnseen = ({ steps }: RollbackFacts): boolean => steps.some((one) => one.unseen.length > 0);
const wayBack = ({ steps, later }: RollbackFacts): boolean =>
  later.length === 0 && steps.every(({ reversal }) => reversal !== 'none');

describe(`of ${DECISIONS.length} combinations`, () => {
  test('nothing that takes rows away goes without approval', () =>
    always(
      ({ plan }) => plan.takes.length > 0,
      ({ plan }) => plan.approval,
    ));

  test('the price that is shown is all of it', () => {
    always(
      ({ plan }) => plan.action === 'reverse' || plan.action === 'restore-side-by-side',
      ({ plan, given }) => given.steps.every(({ takes }) => takes.every((cost) => plan.takes.includes(cost))),
    );
    always(
      ({ plan }) => plan.action === 'restore-swap',
      ({ plan, given }) => (given.writtenSince ?? []).every((cost) => plan.takes.includes(cost)),
    );
  });

  test('a swap is never without approval, a backup, or against a tie', () =>
    always(
      ({ plan }) => plan.action === 'restore-swap',
      ({ plan, given }) => plan.approval && given.backup !== null && given.ties.length === 0,
    ));

  test('nobody who did not ask for a swap gets one that costs rows, may cost rows, or goes back more than a day', () =>
    always(
      ({ plan, given }) => plan.action === 'restore-swap' && given.strategy !== 'restore',
      ({ given }) =>
        given.strategy === 'auto' && given.writtenSince?.length === 0 && (given.backup?.ageMs ?? 0) <= 24 * HOUR,
    ));

  test('nobody who did not ask for a swap gets one where the steps have a way back', () =>
    always(
      ({ given }) => wayBack(given) && given.strategy !== 'restore' && given.steps.length > 0,
      ({ plan }) => plan.action === 'reverse' || plan.action === 'restore-side-by-side',
    ));

  test('nothing is undone beneath a later deployment', () =>
    always(
      ({ given }) => given.later.length > 0 && given.steps.length > 0,
      ({ plan }) =>
        ['forward-fix', 'needs-human'].includes(plan.action) && plan.options.every(({ refusal }) => refusal !== null),
    ));

  test('no step without a way back is reversed', () =>
    always(
      ({ plan }) => plan.action === 'reverse' || plan.action === 'restore-side-by-side',
      ({ given }) => wayBack(given),
    ));

  test('what takes nothing and leaves nothing out goes by itself', () =>
    always(
      ({ given }) =>
        given.strategy !== 'restore' &&
        wayBack(given) &&
        !destroys(given) &&
        !isUnseen(given) &&
        given.steps.every(({ takes }) => takes.length === 0),
      ({ plan }) => !plan.approval,
    ));

  test('rows that the deployment destroyed are brought back, or a person knows that they are not', () =>
    always(
      ({ given, plan }) => destroys(given) && plan.action === 'reverse',
      ({ given, plan }) => plan.approval && plan.reason.includes('public.orders.note') && given.steps.length > 0,
    ));

  test('what nobody can tell of a deployment goes back only when a person knows it', () =>
    always(
      ({ given, plan }) => isUnseen(given) && (plan.action === 'reverse' || plan.action === 'restore-side-by-side'),
      ({ plan }) => plan.approval && plan.reason.includes('whatever DROP OWNED reaches'),
    ));

  test('fully new is never touched without a way, and in between is never left without a person', () => {
    always(
      ({ plan }) => plan.action === 'forward-fix',
      ({ given }) => given.complete,
    );
    always(
      ({ plan }) => plan.action === 'needs-human',
      ({ given }) => !given.complete,
    );
  });

  test('nothing left is nothing to undo, and only that', () =>
    always(
      () => true,
      ({ plan, given }) => (plan.action === 'nothing-to-undo') === (given.steps.length === 0),
    ));

  test('every way is shown with its price, or with why not; the one that is taken is one of them', () => {
    always(
      ({ given }) => given.steps.length > 0,
      ({ plan }) => plan.options.length === 3 && plan.options.every(({ refusal }) => refusal !== ''),
    );
    always(
      ({ plan }) => ['reverse', 'restore-side-by-side', 'restore-swap'].includes(plan.action),
      ({ plan }) => plan.options.some(({ action, refusal }) => action === plan.action && refusal === null),
    );
  });

  test('the reason is a sentence', () =>
    always(
      () => true,
      ({ plan }) => /^[A-Z].*\.$/.test(plan.reason) || plan.reason.endsWith('asks for it.'),
    ));
});

test.each([
  ['lossless', facts(), 'reverse', 'Every step has a way back.'],
  [
    'a dropped column, with its backup',
    facts({ steps: [step({ destroys: ['public.orders.note'] })] }),
    'restore-side-by-side',
    'Every step has a way back; the rows that the deployment took out of public.orders.note are brought from backup b beside the live ones.',
  ],
  [
    'a dropped column, without',
    facts({ steps: [step({ destroys: ['public.orders.note'] })], backup: null }),
    'reverse',
    'Every step has a way back. What the deployment took out of public.orders.note does not come back, and there is no backup to bring it from.',
  ],
  [
    'a function that nobody has read',
    facts({ steps: [step({ unseen: ['whatever function purge() reaches'] })] }),
    'reverse',
    'Every step has a way back. Its SQL does not tell what else the deployment took away, and nothing brings that back: whatever function purge() reaches.',
  ],
  [
    'rows written into a table of before',
    facts({ steps: [step({ fills: ['public.plans'] })] }),
    'reverse',
    'Every step has a way back. The rows that it wrote into public.plans stay there.',
  ],
  [
    'no way back, quiet since',
    facts({ steps: [step({ reversal: 'none' })] }),
    'restore-swap',
    'A step has no way back, and nobody wrote anything since: the database is exchanged for backup b, 60 min old; the database of today is kept beside it.',
  ],
  [
    'no way back, complete',
    facts({ steps: [step({ reversal: 'none' })], writtenSince: [ORDERS] }),
    'forward-fix',
    'Step 1 has no proven reversal. The deployment is complete: mend it forward. Exchanging the database for backup b (60 min old) costs 7 rows of public.orders: "--strategy restore" asks for it.',
  ],
  [
    'no way back, in between, tied',
    facts({ steps: [step({ reversal: 'none' })], complete: false, ties: ['slot "s"'] }),
    'needs-human',
    'Step 1 has no proven reversal.',
  ],
  [
    'a swap that is asked for, days later',
    facts({ strategy: 'restore', backup: { id: 'b', ageMs: 72 * HOUR }, writtenSince: [ORDERS] }),
    'restore-swap',
    'As asked: the database is exchanged for backup b, 3 days old; the database of today is kept beside it.',
  ],
  [
    'a swap that is asked for, and tied',
    facts({ strategy: 'restore', ties: ['slot "s"', 'subscription "u"'] }),
    'forward-fix',
    'The database cannot be exchanged: slot "s"; subscription "u". The deployment is complete: mend it forward.',
  ],
  [
    'beneath a later deployment',
    facts({ later: ['d2'] }),
    'forward-fix',
    'Deployment d2 came after it and stands on it; roll that back first.',
  ],
  [
    'beneath two, with no way back either',
    facts({ later: ['d3', 'd2'], steps: [step({ reversal: 'none' })], strategy: 'restore' }),
    'forward-fix',
    'Deployments d3, d2 came after it and stand on it; roll them back first, in this order.',
  ],
])('%s', (_, given, action, reason) => expect(planRollback(given)).toMatchObject({ action, reason }));

test('a price in words', () => {
  expect(costText([])).toBe('no rows');
  expect(costText([ORDERS, UNKNOWN])).toBe('7 rows of public.orders, an unknown number of rows of public.events');
  const lost: RowCost = { relation: 'whatever DROP OWNED reaches', rows: null, kept: false };
  const price = (takes: RowCost[]): string => priceText({ action: 'reverse', takes });
  expect(price([])).toBe('takes no rows away');
  expect(price([ORDERS])).toBe('takes away 7 rows of public.orders, and keeps them in schema lockkeeper_salvage');
  expect(price([lost])).toBe(
    'takes away an unknown number of rows of whatever DROP OWNED reaches, and nothing keeps them',
  );
  expect(price([ORDERS, lost])).toBe(`${price([ORDERS])}; ${price([lost]).replace('takes away ', '')}`);
});

test('a yes holds while the rows that it was given for have not about doubled', () => {
  const of = (rows: number | null, relation = 'public.orders'): RowCost[] => roughly([{ relation, rows }]);
  expect(of(1000)).toEqual(of(1020));
  expect(of(1000)).not.toEqual(of(2100));
  expect(of(0)).not.toEqual(of(1));
  expect(of(7)).not.toEqual(of(null));
  expect(of(7)).not.toEqual(of(7, 'public.events'));
});
