/** The story of a deployment that nobody is asked about, and its early ends. */
import { defineSearchAttributeKey } from '@temporalio/common';
import { SEARCH_ATTRIBUTES, type CheckResult } from '../../src/contract';
import { AS_WRITTEN } from '../../src/policy/segments';
import { Bench } from './support/bench';
import type { ActivityName } from './support/deployment';
import { FACTS, failing, HOUR, MEASURED, MINUTE, planned, PROVEN } from './support/stubs';

const END: ActivityName[] = ['dropScratch', 'writeReport'];

let bench: Bench;
beforeAll(async () => (bench = await Bench.timeSkipping()));
afterAll(() => bench.close());

test('takes every step in its order, and registers the undo before the first write', async () => {
  const deployment = await bench.deploy();
  const { outcome, status } = await deployment.ended();
  expect(outcome).toEqual({
    deploymentId: deployment.id,
    environment: 'test',
    target: deployment.id,
    status: 'deployed',
    summary: `3 migrations deployed to test/${deployment.id}; watched: healthy over 3 samples.`,
    failure: null,
  });
  expect(deployment.story).toEqual([
    ...['inspect', 'plan', 'backup', 'rehearse', 'recheck'],
    ...['sample', 'registerUndo', 'applyStep', 'applyStep', 'applyStep', 'verify', 'sample'],
    ...END,
  ]);
  expect(status.steps.map(({ state, durationMs }) => [state, durationMs])).toEqual(Array(3).fill(['applied', 10]));
  expect(status.phases.filter(({ state }) => state !== 'done').map(({ phase, state }) => [phase, state])).toEqual([
    ['window', 'skipped'],
    ['compensate', 'skipped'],
  ]);
  expect(status.reports).toEqual([`reports/${deployment.id}.json`]);
});

test('applies each step with its migrations at the checksums that were planned, within the budgets that were rehearsed', async () => {
  const checksums = ['1', '2', '3'].map((digit) => digit.repeat(64));
  const migrations = FACTS.pending.map((name, at) => ({
    name,
    checksum: checksums[at] ?? '',
    statements: 1,
    segments: 1,
    form: AS_WRITTEN,
    hazards: [],
  }));
  const steps = [
    { index: 0, migrations: FACTS.pending.slice(0, 2) },
    { index: 1, migrations: FACTS.pending.slice(2) },
  ];
  const [early, late] = [0, 2].map((at) => ({
    migration: FACTS.pending[at] ?? '',
    segment: 0,
    statement: 0,
    ms: 8_000,
  }));
  const figures = { ...MEASURED, budgets: [early, late].flatMap((budget) => budget ?? []) };
  const rehearse = () => Promise.resolve({ ...PROVEN, figures });
  const deployment = await bench.deploy({ ...planned({ migrations, steps }), rehearse });
  await deployment.ended();
  const [first, second, third] = migrations.map(({ name, checksum, form }) => ({ name, checksum, form }));
  expect(deployment.argsOf('applyStep')).toEqual([
    [{ step: steps[0], migrations: [first, second], budgets: [early], window: null, isLast: false }],
    [{ step: steps[1], migrations: [third], budgets: [late], window: null, isLast: true }],
  ]);
});

test('shows its phase and its end to searches', async () => {
  const deployment = await bench.deploy();
  await deployment.ended();
  const { typedSearchAttributes } = await deployment.handle.describe();
  expect(typedSearchAttributes.get(defineSearchAttributeKey(SEARCH_ATTRIBUTES.phase, 'KEYWORD'))).toBe('report');
  expect(typedSearchAttributes.get(defineSearchAttributeKey(SEARCH_ATTRIBUTES.outcome, 'KEYWORD'))).toBe('deployed');
});

test('without pending migrations there is nothing to do', async () => {
  const deployment = await bench.deploy({ inspect: () => Promise.resolve({ ...FACTS, pending: [] }) });
  const { outcome } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'up-to-date',
    summary: 'Nothing to deploy: 12 migrations applied, none pending.',
    failure: null,
  });
  expect(deployment.story).toEqual(['inspect', 'writeReport']);
});

test('a failed check ends it, with its evidence, before anything is done', async () => {
  const check = (id: string, status: CheckResult['status']): CheckResult => ({
    id,
    title: `Check ${id}`,
    status,
    evidence: `seen at ${id}.`,
  });
  const deployment = await bench.deploy(
    planned({}, [check('a', 'pass'), check('b', 'fail'), check('c', 'warn'), check('d', 'fail')]),
  );
  const { outcome, status } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'blocked',
    summary: 'Blocked by the checklist: Check b: seen at b. Check d: seen at d.',
  });
  expect(deployment.story).toEqual(['inspect', 'plan', 'writeReport']);
  expect(status.checklist).toHaveLength(4);
});

test('a warning of the checklist does not stop it', async () => {
  const deployment = await bench.deploy(
    planned({}, [{ id: 'contacts', title: 'Contacts are known', status: 'warn', evidence: 'None.' }]),
  );
  expect((await deployment.ended()).outcome.status).toBe('deployed');
});

const EARLY: [ActivityName, 'TargetUnavailable' | 'MigrationFiles' | 'Backup' | 'Rehearsal' | 'Configuration'][] = [
  ['inspect', 'TargetUnavailable'],
  ['plan', 'MigrationFiles'],
  ['backup', 'Backup'],
  ['rehearse', 'Rehearsal'],
  ['recheck', 'Configuration'],
];

test.each(EARLY)('when %s fails, it fails and nothing is migrated or undone', async (name, type) => {
  const deployment = await bench.deploy({ [name]: failing(type, 'It went wrong.') });
  const { outcome, status } = await deployment.ended();
  expect(outcome).toMatchObject({
    status: 'failed',
    summary: 'It went wrong. Nothing was migrated.',
    failure: { phase: name, type, message: 'It went wrong.' },
  });
  // Scratch databases are there to be dropped only once the rehearsal has begun.
  const end = ['rehearse', 'recheck'].includes(name) ? END : ['writeReport'];
  expect(deployment.story.slice(deployment.story.indexOf(name))).toEqual([name, ...end]);
  expect(deployment.story).not.toContain('registerUndo');
  expect(status.phases.filter(({ state }) => state === 'failed').map(({ phase }) => phase)).toEqual([name]);
});

test('what is switched off is skipped and said so', async () => {
  const deployment = await bench.deploy(planned({ backup: false }));
  const { outcome, status } = await deployment.ended();
  expect(outcome.status).toBe('deployed');
  expect(deployment.story).not.toContain('backup');
  expect(deployment.argsOf('rehearse')[0]?.[1]).toBeNull();
  expect(status.phases.find(({ phase }) => phase === 'backup')).toMatchObject({
    state: 'skipped',
    detail: 'switched off for this environment',
  });
});

test('a report that cannot be written changes nothing about the end', async () => {
  const deployment = await bench.deploy({
    writeReport: failing('Configuration', 'The folder is gone.'),
    dropScratch: failing('TargetUnavailable', 'Nobody there.'),
  });
  const { outcome, status } = await deployment.ended();
  expect(outcome.status).toBe('deployed');
  expect(status.phases.find(({ phase }) => phase === 'report')).toMatchObject({
    state: 'failed',
    detail: 'The folder is gone.',
  });
});

/** How far the zone's clocks are ahead, in minutes. */
test.each([
  ['UTC', 0],
  ['Etc/GMT-3', 180],
])('waits for the maintenance window to open, and migrates only then (%s)', async (zone, ahead) => {
  const minutes = Math.floor((await bench.env.currentTimeMs()) / MINUTE) % (24 * 60);
  const from = (minutes + ahead + 5 * 60) % (24 * 60);
  const deployment = await bench.deploy(planned({ window: { days: [], from, to: (from + 60) % (24 * 60), zone } }));
  const { outcome, status } = await deployment.ended();
  expect(outcome.status).toBe('deployed');
  const at = (name: string): { startedAt: string | null; endedAt: string | null } =>
    status.phases.find(({ phase }) => phase === name) ?? { startedAt: null, endedAt: null };
  const opened = new Date(at('window').endedAt ?? 0);
  expect((opened.getUTCHours() * 60 + opened.getUTCMinutes() + ahead) % (24 * 60)).toBe(from);
  expect(opened.getTime() - Date.parse(at('window').startedAt ?? '')).toBeGreaterThan(4 * HOUR);
  expect(Date.parse(at('recheck').startedAt ?? '')).toBeGreaterThanOrEqual(opened.getTime());
});

test('every deployment of this file replays', () => bench.replayAll());
