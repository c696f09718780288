/** The ways that a deployment can go, each as one run whose history is kept. */
import { BOB, ALICE, type Deployment } from '../workflows/support/deployment';
import type { Bench } from '../workflows/support/bench';
import type { Activities } from '../../src/activities';
import {
  ALL_STEPS,
  by,
  cancelled,
  errorRates,
  failing,
  FACTS,
  HEALTHY,
  LOSSY,
  NOTHING,
  plan,
  planned,
} from '../workflows/support/stubs';
import type { OutcomeStatus, Plan } from '../../src/contract';

export interface Path {
  ends: OutcomeStatus;
  walk(bench: Bench): Promise<Deployment>;
}

/** Real time passes while histories are recorded: what lasts half an hour elsewhere is short here. */
const QUICK: Partial<Plan> = { monitor: { ...plan().monitor, durationMs: 120, intervalMs: 40 } };
const SECOND = 1_000;

const deploys = (overrides: Partial<Plan> = {}, activities: Partial<Activities> = {}) => ({
  ...planned({ ...QUICK, ...overrides }),
  ...activities,
});
const ASKING = { approval: { required: 1, expiryMs: 3_600 * SECOND } };

export const PATHS: Record<string, Path> = {
  deployed: {
    ends: 'deployed',
    walk: (bench) => bench.deploy(deploys({ slack: true, approval: { required: 0, expiryMs: 0 } })),
  },
  'approved-by-two': {
    ends: 'deployed',
    async walk(bench) {
      const deployment = await bench.deploy(deploys({ approval: { required: 2, expiryMs: 3_600 * SECOND } }));
      await deployment.asked();
      await deployment.refusal(deployment.decide(deployment.input.requester));
      await deployment.decide(ALICE);
      await deployment.decide(BOB);
      return deployment;
    },
  },
  'approved-by-signal': {
    ends: 'deployed',
    async walk(bench) {
      const deployment = await bench.deploy(deploys(ASKING));
      await deployment.asked();
      const { decision } = await deployment.signed(ALICE, 'approve');
      await deployment.signalApproval({ decision, signature: 'forged' });
      await deployment.signalApproval(await deployment.signed(BOB, 'approve'));
      return deployment;
    },
  },
  'up-to-date': {
    ends: 'up-to-date',
    walk: (bench) => bench.deploy({ inspect: () => Promise.resolve({ ...FACTS, pending: [] }) }),
  },
  blocked: {
    ends: 'blocked',
    walk: (bench) => bench.deploy(planned({}, [{ id: 'rights', title: 'Rights', status: 'fail', evidence: 'None.' }])),
  },
  'backup-failed': {
    ends: 'failed',
    walk: (bench) => bench.deploy(deploys({}, { backup: failing('Backup', 'The disk is full.') })),
  },
  rejected: {
    ends: 'rejected',
    async walk(bench) {
      const deployment = await bench.deploy(deploys(ASKING));
      await deployment.asked();
      await deployment.decide(ALICE, 'reject', { reason: 'not today' });
      return deployment;
    },
  },
  expired: { ends: 'expired', walk: (bench) => bench.deploy(deploys({ approval: { required: 1, expiryMs: 100 } })) },
  replanned: {
    ends: 'deployed',
    async walk(bench) {
      const changes = ['The schema of the database changed after the plan was approved.'];
      const deployment = await bench.deploy(deploys(ASKING, { recheck: () => Promise.resolve(changes.pop() ?? null) }));
      const { bindingDigest } = await deployment.asked();
      await deployment.decide(ALICE);
      await deployment.until(
        'it is asked again',
        ({ approval }) => approval !== null && approval.bindingDigest !== bindingDigest,
      );
      await deployment.decide(ALICE);
      return deployment;
    },
  },
  'waited-for-window': {
    ends: 'deployed',
    walk(bench) {
      // Opens with the next minute.
      const from = (Math.floor(Date.now() / 60_000) + 1) % (24 * 60);
      return bench.deploy(deploys({ window: { days: [], from, to: (from + 60) % (24 * 60), zone: 'UTC' } }));
    },
  },
  'step-failed': {
    ends: 'rolled-back',
    walk: (bench) =>
      bench.deploy(
        deploys(
          { slack: true },
          {
            applyStep: (input, request) =>
              request.step.index === 1
                ? failing('Statement', 'column "a" does not exist')()
                : HEALTHY.applyStep(input, request),
            assessUndo: () => Promise.resolve({ ...ALL_STEPS, steps: [1, 0] }),
          },
        ),
      ),
  },
  'unhealthy-afterwards': {
    ends: 'rolled-back',
    walk: (bench) =>
      bench.deploy(
        deploys(
          {},
          {
            verify: () =>
              Promise.resolve([{ name: 'Critical tables', status: 'fail', evidence: 'orders cannot be read.' }]),
          },
        ),
      ),
  },
  'threshold-breached': { ends: 'rolled-back', walk: (bench) => bench.deploy(deploys({}, errorRates(0, 50))) },
  'lossy-undo-approved': {
    ends: 'rolled-back',
    async walk(bench) {
      const deployment = await bench.deploy(
        deploys({}, { ...errorRates(0, 50), assessUndo: () => Promise.resolve(LOSSY) }),
      );
      await deployment.asked('rollback');
      await deployment.decide(ALICE);
      return deployment;
    },
  },
  'brought-back': {
    ends: 'rolled-back',
    walk: (bench) =>
      bench.deploy(
        deploys({}, { ...errorRates(0, 50), assessUndo: () => Promise.resolve(by('restore-side-by-side')) }),
      ),
  },
  'rollback-exchanged': {
    ends: 'rolled-back',
    async walk(bench) {
      const assessment = by('restore-swap', true);
      const rollback = await bench.rollback({
        rollbackBasis: async (...args) => ({ ...(await HEALTHY.rollbackBasis(...args)), assessment }),
        assessUndo: () => Promise.resolve(assessment),
      });
      await rollback.asked('rollback');
      await rollback.decide(ALICE);
      return rollback;
    },
  },
  'reversal-failed': {
    ends: 'needs-human',
    walk: (bench) =>
      bench.deploy(
        deploys(
          {},
          {
            ...errorRates(0, 50),
            reverseStep: (input, undo, step) =>
              Promise.resolve({ step, state: 'failed', detail: 'the table is in use', kept: [] }),
          },
        ),
      ),
  },
  'aborted-while-asking': {
    ends: 'aborted',
    async walk(bench) {
      const deployment = await bench.deploy(deploys(ASKING));
      await deployment.asked();
      await deployment.abort(ALICE, 'wrong database');
      return deployment;
    },
  },
  'aborted-while-migrating': {
    ends: 'rolled-back',
    async walk(bench) {
      const deployment = await bench.deploy(
        deploys({}, { applyStep: () => cancelled(), assessUndo: () => Promise.resolve({ ...ALL_STEPS, steps: [0] }) }),
      );
      await deployment.begun('applyStep');
      await deployment.abort(ALICE);
      return deployment;
    },
  },
  'cancelled-in-temporal': {
    ends: 'rolled-back',
    async walk(bench) {
      const deployment = await bench.deploy(
        deploys({}, { applyStep: () => cancelled(), assessUndo: () => Promise.resolve(LOSSY) }),
      );
      await deployment.begun('applyStep');
      await deployment.handle.cancel();
      await deployment.asked('rollback');
      await deployment.decide(ALICE);
      return deployment;
    },
  },
  'rollback-approved': {
    ends: 'rolled-back',
    async walk(bench) {
      const rollback = await bench.rollback();
      await rollback.asked('rollback');
      await rollback.decide(ALICE);
      return rollback;
    },
  },
  'rollback-rejected': {
    ends: 'rejected',
    async walk(bench) {
      const rollback = await bench.rollback();
      await rollback.asked('rollback');
      await rollback.decide(ALICE, 'reject');
      return rollback;
    },
  },
  'rollback-of-nothing': {
    ends: 'up-to-date',
    walk: (bench) =>
      bench.rollback({
        rollbackBasis: () =>
          Promise.resolve({
            assessment: NOTHING,
            instance: FACTS.instance,
            schemaFingerprint: FACTS.schemaFingerprint,
            steps: [],
            contacts: {},
            approval: { required: 1, expiryMs: SECOND },
            slack: false,
          }),
      }),
  },
};
