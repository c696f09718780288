/** Deployments as the workflow tells of them, for tests of what people and programs are shown. */
import { PHASES, type DeploymentStatus, type Outcome, type OutcomeStatus, type Phase } from '../../src/contract';
import { AS_WRITTEN } from '../../src/policy/segments';
import type { DeploymentRef } from '../../src/client';

export const ID = '20261123-101112-ab12';
export const STARTED = '2026-11-23T10:11:12.000Z';

/** A production deployment of two migrations that has just been started. */
export function begun(): DeploymentStatus {
  return {
    input: {
      deploymentId: ID,
      environment: 'production',
      target: 'main',
      requester: { id: 'cli:alice', name: 'alice' },
    },
    runId: 'run-1',
    phase: 'inspect',
    phases: PHASES.map((phase) => ({ phase, state: 'pending', startedAt: null, endedAt: null, detail: null })),
    facts: null,
    plan: null,
    contacts: {},
    checklist: [],
    backup: null,
    rehearsal: null,
    approval: null,
    audit: [],
    steps: [],
    health: [],
    baseline: null,
    monitor: null,
    compensation: null,
    progress: null,
    reports: [],
    outcome: null,
  };
}

/** In `phase`, with every phase before it done in one second each. */
export function inPhase(phase: Phase, status: DeploymentStatus = planned()): DeploymentStatus {
  const now = PHASES.indexOf(phase);
  const at = (index: number): string => new Date(Date.parse(STARTED) + index * 1000).toISOString();
  return {
    ...status,
    phase,
    phases: status.phases.map((progress, index) => {
      if (index > now) return progress;
      if (index === now) return { ...progress, state: 'running', startedAt: at(index) };
      return { ...progress, state: 'done', startedAt: at(index), endedAt: at(index + 1) };
    }),
  };
}

export function planned(): DeploymentStatus {
  return {
    ...begun(),
    facts: {
      database: 'broxiva',
      serverVersion: '16.4',
      systemIdentifier: '7711339515505631384',
      instance: '7711339515505631384/16384/1764287999000000',
      schemaFingerprint: 'f'.repeat(64),
      appliedMigrations: 9,
      pending: ['add_users', 'add_index'],
      sizeBytes: 1_234_567,
    },
    contacts: { 'Database Team': '#database-team' },
    plan: {
      digest: 'd'.repeat(64),
      risk: 'high',
      migrations: [
        { name: 'add_users', checksum: 'a'.repeat(64), statements: 3, segments: 1, form: AS_WRITTEN, hazards: [] },
        {
          name: 'add_index',
          checksum: 'b'.repeat(64),
          statements: 1,
          segments: 1,
          form: AS_WRITTEN,
          hazards: [
            {
              id: 'create-index',
              severity: 'danger',
              line: 4,
              message: 'CREATE INDEX blocks writes to "orders" | until it is built.',
              saferSql: 'CREATE INDEX CONCURRENTLY i ON orders (id);',
              handledBy: null,
            },
          ],
        },
      ],
      steps: [
        { index: 0, migrations: ['add_users'] },
        { index: 1, migrations: ['add_index'] },
      ],
      totals: { tables: 1, columns: 3, indexes: 2, enums: 0, foreignKeys: 1 },
      approval: { required: 2, expiryMs: 86_400_000 },
      window: null,
      monitor: { durationMs: 60_000, intervalMs: 1000, thresholds: [] },
      backup: true,
      rehearsal: 'full',
      slack: false,
    },
    backup: {
      id: 'b1',
      file: 'backups/migration_backup_20261123_101113.dump',
      format: 'custom',
      bytes: 2_500_000,
      sha256: 'c'.repeat(64),
      takenAt: '2026-11-23T10:11:13.000Z',
    },
    steps: [
      { index: 0, migrations: ['add_users'], state: 'pending', durationMs: null, waits: [] },
      { index: 1, migrations: ['add_index'], state: 'pending', durationMs: null, waits: [] },
    ],
  };
}

/** Two must approve; one has. */
export function waiting(): DeploymentStatus {
  return {
    ...inPhase('approve'),
    approval: {
      kind: 'deploy',
      bindingDigest: 'e'.repeat(64),
      required: 2,
      requestedAt: '2026-11-23T10:12:00.000Z',
      expiresAt: '2026-11-24T10:12:00.000Z',
      note: null,
    },
    audit: [
      {
        at: '2026-11-23T10:13:00.000Z',
        person: { id: 'slack:U1', name: 'bob' },
        verdict: 'approve',
        accepted: true,
        reason: null,
      },
    ],
  };
}

export function ended(
  status: OutcomeStatus,
  summary = 'It ended.',
  more: Partial<DeploymentStatus> = {},
): DeploymentStatus {
  const last = inPhase('report');
  const outcome: Outcome = {
    deploymentId: ID,
    environment: 'production',
    target: 'main',
    status,
    summary,
    failure: null,
  };
  return { ...last, outcome, ...more };
}

export function refTo(status: DeploymentStatus, more: Partial<DeploymentRef> = {}): DeploymentRef {
  const { deploymentId, environment, target, requester } = status.input;
  return {
    deploymentId,
    kind: 'deploy',
    environment,
    target,
    requester: requester.name,
    runId: status.runId,
    state: status.outcome ? 'COMPLETED' : 'RUNNING',
    phase: status.phase,
    outcome: status.outcome?.status ?? null,
    startedAt: new Date(STARTED),
    closedAt: null,
    uiUrl: 'http://ui/run-1',
    ...more,
  };
}
