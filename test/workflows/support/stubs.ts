/** Activities of a deployment that goes well, and the data they answer with. A test replaces the ones it is about. */
import { Context } from '@temporalio/activity';
import type { Activities } from '../../../src/activities';
import type {
  CheckResult,
  Plan,
  PlanStep,
  RehearsalFigures,
  RehearsalSummary,
  RollbackPlan,
  SignedDecision,
  TargetFacts,
  UndoAssessment,
} from '../../../src/contract';
import { AS_WRITTEN } from '../../../src/policy/segments';
import { permanent, type FailureType } from '../../../src/errors';
import { isSigned } from '../../../src/signing';

export const SIGNING_KEY = 'the signing key of the workflow tests';
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const FACTS: TargetFacts = {
  database: 'broxiva',
  serverVersion: '17.2',
  systemIdentifier: '7',
  instance: '7/16384/1764287999000000',
  schemaFingerprint: 'f'.repeat(64),
  appliedMigrations: 12,
  pending: ['0_first', '1_second', '2_third'],
  sizeBytes: 48_200_000,
};

/** Three steps, nobody asked, three samples. */
export function plan(overrides: Partial<Plan> = {}): Plan {
  return {
    digest: 'd'.repeat(64),
    risk: 'low',
    migrations: FACTS.pending.map((name) => ({
      name,
      checksum: 'c'.repeat(64),
      statements: 2,
      segments: 1,
      form: AS_WRITTEN,
      hazards: [],
    })),
    steps: FACTS.pending.map((name, index) => ({ index, migrations: [name] })),
    totals: { tables: 3, columns: 12, indexes: 4, enums: 0, foreignKeys: 2 },
    approval: { required: 0, expiryMs: 24 * HOUR },
    window: null,
    monitor: {
      durationMs: MINUTE,
      intervalMs: 30_000,
      thresholds: [
        { level: 'critical', metric: 'error_rate', op: '>', value: 5, unit: '%' },
        { level: 'critical', metric: 'connection_pool', op: '>', value: 95, unit: '%' },
      ],
    },
    backup: true,
    rehearsal: 'full',
    slack: false,
    ...overrides,
  };
}

/** One migration a step. */
export const STEPS: PlanStep[] = FACTS.pending.map((name, index) => ({ index, migrations: [name] }));

export const PROVEN: RehearsalSummary = {
  mode: 'full',
  server: null,
  sample: null,
  leftOut: null,
  restoreMs: 900,
  steps: FACTS.pending.map((_, step) => ({ step, durationMs: 20 })),
  reversals: FACTS.pending.map((_, step) => ({
    step,
    source: 'engine-diff',
    proven: true,
    reason: null,
    digest: `${step}`.repeat(64),
  })),
  reversible: true,
  figures: null,
};

/** A rehearsal that measured nothing of note. */
export const MEASURED: RehearsalFigures = {
  statements: 6,
  durationMs: 60,
  walBytes: 9_000,
  tempBytes: 0,
  slowest: [],
  locks: [],
  rewrites: { count: 0, first: [] },
  unforeseen: { count: 0, first: [] },
  budgets: [],
};

const REVERSE: RollbackPlan = {
  action: 'reverse',
  reason: 'Every step has a way back.',
  takes: [],
  approval: false,
  options: [],
};

/** Every step left something that can be undone without loss. */
export const ALL_STEPS: UndoAssessment = { steps: [2, 1, 0], plan: REVERSE, digest: 'u'.repeat(64) };
export const NOTHING: UndoAssessment = {
  steps: [],
  plan: { ...REVERSE, action: 'nothing-to-undo', reason: 'Nothing of it is left in the database.' },
  digest: 'n'.repeat(64),
};

/** Every step can be undone, but so many rows of public.orders are in the way. */
export function taking(rows: number, digest: string): UndoAssessment {
  const plan = { ...REVERSE, takes: [{ relation: 'public.orders', rows }], approval: true };
  return { ...ALL_STEPS, plan, digest: digest.repeat(64) };
}
export const LOSSY: UndoAssessment = taking(7, 'l');

/** Another way than reversing the steps. */
export function by(action: RollbackPlan['action'], approval = false): UndoAssessment {
  return { ...ALL_STEPS, plan: { ...REVERSE, action, approval }, digest: 'b'.repeat(64) };
}

/** No way is open. */
export function stuck(action: 'forward-fix' | 'needs-human', reason: string): UndoAssessment {
  return { ...ALL_STEPS, plan: { ...REVERSE, action, reason }, digest: 's'.repeat(64) };
}

const CLEAN: CheckResult = {
  id: 'history',
  title: 'Migration history is clean',
  status: 'pass',
  evidence: '12 applied.',
};

/** Activity `plan`, answering with these differences. */
export function planned(overrides: Partial<Plan> = {}, checks: CheckResult[] = [CLEAN]): Pick<Activities, 'plan'> {
  return { plan: () => Promise.resolve({ plan: plan(overrides), checklist: checks, contacts: {} }) };
}

/** An activity that fails for good. */
export function failing(type: FailureType, message: string): () => Promise<never> {
  return () => Promise.reject(permanent(type, message));
}

/** An activity that does not answer until it is released. */
export function held<T>(value: T): { activity: () => Promise<T>; release: () => void } {
  let release = (): void => undefined;
  const released = new Promise<T>((resolve) => (release = () => resolve(value)));
  return { activity: () => released, release };
}

/** An activity that works until it is cancelled, and then takes a while to come to rest. */
export async function cancelled(...afterwards: (() => void)[]): Promise<never> {
  const context = Context.current();
  const heart = setInterval(() => context.heartbeat(), 10);
  try {
    return await context.cancelled;
  } finally {
    clearInterval(heart);
    for (const step of afterwards) step();
  }
}

/** Activity `sample`, answering with these error rates one after the other; the first is the baseline, the last stays. */
export function errorRates(...rates: (number | null)[]): Pick<Activities, 'sample'> {
  let at = 0;
  return {
    sample: () => {
      const value = rates[Math.min(at++, rates.length - 1)] ?? null;
      return Promise.resolve({
        at: '2026-01-01T00:00:00.000Z',
        values: { error_rate: value, connection_pool: value === null ? null : 10 },
        counters: { commits: 1, rollbacks: 0 },
      });
    },
  };
}

const resolved =
  <T>(value: T) =>
  () =>
    Promise.resolve(value);

export const HEALTHY: Activities = {
  inspect: resolved(FACTS),
  ...planned(),
  recheck: resolved(null),
  backup: (input, round) =>
    Promise.resolve({
      id: `backup-${round}`,
      file: `backups/${round}.dump`,
      format: 'custom',
      bytes: 6_310_000,
      sha256: `${round}`.repeat(64),
      takenAt: '2026-01-01T00:00:00.000Z',
    }),
  rehearse: resolved(PROVEN),
  dropScratch: resolved(undefined),
  verifyDecision: (input, signed: SignedDecision) =>
    Promise.resolve(isSigned(signed, SIGNING_KEY) ? null : 'The decision is not signed.'),
  registerUndo: resolved(undefined),
  applyStep: (input, { step }) =>
    Promise.resolve({ index: step.index, durationMs: 10, statements: 2, resumedSegments: 0, waits: [] }),
  verify: resolved([{ name: 'Database connectivity', status: 'pass', evidence: 'Answered in 1.0 ms.' }]),
  sample: resolved({
    at: '2026-01-01T00:00:00.000Z',
    values: { error_rate: 0, connection_pool: 10 },
    counters: { commits: 1, rollbacks: 0 },
  }),
  assessUndo: resolved(ALL_STEPS),
  rollbackBasis: resolved({
    assessment: ALL_STEPS,
    instance: FACTS.instance,
    schemaFingerprint: FACTS.schemaFingerprint,
    steps: STEPS,
    contacts: {},
    slack: false,
    approval: { required: 1, expiryMs: HOUR },
  }),
  reverseStep: (input, undo, step) =>
    Promise.resolve({ step, state: 'reversed', detail: 'Undone by engine-diff.', kept: [] }),
  prepareSwap: resolved({ refusal: null, backup: 'backup-1', takes: [], digest: 'x'.repeat(64) }),
  swapDatabases: resolved({ state: 'exchanged', kept: 'broxiva_before', takes: [] }),
  bringBack: resolved([{ relation: 'public.orders.note (salvage 1)', rows: 3 }]),
  schemaIs: resolved('same' as const),
  writeReport: ({ input }) => Promise.resolve([`reports/${input.deploymentId}.json`]),
  announce: (status) => Promise.resolve({ channel: status.input.deploymentId, ts: '1.0' }),
  note: resolved(undefined),
};
