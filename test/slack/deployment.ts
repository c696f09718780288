/** A deployment that waits for approval, as the tests change it. */
import {
  PHASES,
  type DeploymentStatus,
  type HazardFinding,
  type PhaseProgress,
  type PlannedMigration,
} from '../../src/contract';
import { AS_WRITTEN } from '../../src/policy/segments';

export const UI_URL = 'http://localhost:8233/namespaces/default/workflows/migrate%2Fproduction%2Fmain/run-1/history';
export const DIGEST = 'b'.repeat(64);

export function hazard(overrides: Partial<HazardFinding> = {}): HazardFinding {
  return {
    id: 'index-not-concurrent',
    severity: 'danger',
    line: 12,
    message: 'Blocks writes to "orders" while the index is built.',
    saferSql: null,
    handledBy: null,
    ...overrides,
  };
}

export function migration(name: string, hazards: HazardFinding[] = []): PlannedMigration {
  return { name, checksum: 'c'.repeat(64), statements: 10, segments: 1, hazards, form: AS_WRITTEN };
}

/** Everything before `current` is done, everything after it waits. */
export function phases(current: (typeof PHASES)[number]): PhaseProgress[] {
  const at = PHASES.indexOf(current);
  return PHASES.map((phase, index) => ({
    phase,
    state: index < at ? 'done' : index === at ? 'running' : 'pending',
    startedAt: null,
    endedAt: null,
    detail: null,
  }));
}

const migrations = [
  migration('20251117022438_add_password_reset_table'),
  migration('20251202_add_owner_relation_and_role_permissions', [
    hazard({
      id: 'not-null',
      severity: 'warning',
      message: 'SET NOT NULL scans "stores" under an exclusive lock.',
      handledBy: 'online',
    }),
  ]),
  migration('add_performance_indexes', [hazard()]),
];

export function waiting(overrides: Partial<DeploymentStatus> = {}): DeploymentStatus {
  const names = migrations.map(({ name }) => name);
  return {
    input: {
      deploymentId: '20251202-101500-a1b2',
      environment: 'production',
      target: 'main',
      requester: { id: 'slack:U0REQUESTER', name: 'rhea' },
    },
    runId: 'run-1',
    phase: 'approve',
    phases: phases('approve'),
    facts: {
      database: 'broxiva',
      serverVersion: '17.2',
      systemIdentifier: '7',
      instance: '7/16384/1764287999000000',
      schemaFingerprint: 'f'.repeat(64),
      appliedMigrations: 12,
      pending: names,
      sizeBytes: 48_200_000,
    },
    plan: {
      digest: 'd'.repeat(64),
      risk: 'high',
      migrations,
      steps: names.map((name, index) => ({ index, migrations: [name] })),
      totals: { tables: 112, columns: 534, indexes: 36, enums: 25, foreignKeys: 187 },
      approval: { required: 2, expiryMs: 86_400_000 },
      window: null,
      monitor: { durationMs: 1_800_000, intervalMs: 30_000, thresholds: [] },
      backup: true,
      rehearsal: 'full',
      slack: true,
    },
    contacts: {},
    checklist: [],
    backup: {
      id: 'backup-1',
      file: 'backups/migration_backup_20251202_101512.dump',
      format: 'custom',
      bytes: 6_310_000,
      sha256: 'e'.repeat(64),
      takenAt: '2025-12-02T10:15:12.000Z',
    },
    rehearsal: {
      mode: 'full',
      server: null,
      sample: null,
      leftOut: null,
      restoreMs: 3200,
      steps: [
        { step: 0, durationMs: 900 },
        { step: 1, durationMs: 1200 },
      ],
      reversals: [],
      reversible: true,
      figures: null,
    },
    approval: {
      kind: 'deploy',
      bindingDigest: DIGEST,
      required: 2,
      requestedAt: '2025-12-02T10:16:00.000Z',
      expiresAt: '2025-12-03T10:16:00.000Z',
      note: null,
    },
    audit: [],
    steps: names.map((name, index) => ({ index, migrations: [name], state: 'pending', durationMs: null, waits: [] })),
    health: [],
    baseline: null,
    monitor: null,
    compensation: null,
    progress: null,
    reports: [],
    outcome: null,
    ...overrides,
  };
}

export function approvedBy(
  id: string,
  name: string,
  at = '2025-12-02T10:17:00.000Z',
): DeploymentStatus['audit'][number] {
  return { at, person: { id, name }, verdict: 'approve', accepted: true, reason: null };
}
