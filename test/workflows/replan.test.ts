/** What was approved and then changed is not deployed: it is planned, backed up, rehearsed and approved again. */
import { Bench } from './support/bench';
import { ALICE, BOB } from './support/deployment';
import { FACTS, HOUR, plan, planned } from './support/stubs';

let bench: Bench;
beforeAll(async () => (bench = await Bench.timeSkipping()));
afterAll(() => bench.close());

/** The first checks find a change, the next do not. */
function changes(times: number) {
  let left = times;
  return {
    recheck: () =>
      Promise.resolve(left-- > 0 ? 'The schema of the database changed after the plan was approved.' : null),
  };
}

test('a change after the approval voids it: everything is done and asked again', async () => {
  const digests = ['1'.repeat(64), '2'.repeat(64)];
  const deployment = await bench.deploy({
    ...changes(1),
    plan: () =>
      Promise.resolve({
        plan: plan({ digest: digests.shift() ?? '', approval: { required: 1, expiryMs: HOUR } }),
        checklist: [],
        contacts: {},
      }),
  });
  const first = await deployment.asked();
  await deployment.decide(ALICE);
  const { approval: second } = await deployment.until(
    'it is asked again',
    ({ approval }) => approval !== null && approval.bindingDigest !== first.bindingDigest,
  );
  expect(second?.bindingDigest).toBe(['2'.repeat(32), FACTS.schemaFingerprint.slice(0, 32), '2'.repeat(32)].join('.'));

  const stale = await deployment.refusal(deployment.decide(BOB, 'approve', { bindingDigest: first.bindingDigest }));
  expect(stale).toMatch(/^What you saw is no longer what would be deployed/);
  expect(await deployment.decide(ALICE)).toEqual({ state: 'approved', approvals: 1, required: 1 });
  expect((await deployment.ended()).outcome.status).toBe('deployed');

  const round = ['inspect', 'plan', 'backup', 'rehearse', 'recheck'];
  expect(deployment.story.slice(0, 11)).toEqual([...round, ...round, 'sample']);
  expect(deployment.argsOf('backup')).toEqual([[1], [2]]);
  expect(deployment.argsOf('recheck')[1]?.[0]).toMatchObject({
    planDigest: '2'.repeat(64),
    backup: { id: 'backup-2' },
  });
});

test('what the second plan switches off is not taken from the first', async () => {
  const backups = [true, false];
  const deployment = await bench.deploy({
    ...changes(1),
    plan: () => Promise.resolve({ plan: plan({ backup: backups.shift() ?? false }), checklist: [], contacts: {} }),
  });
  const { status } = await deployment.ended();
  expect(status.backup).toBeNull();
  expect(deployment.argsOf('rehearse').map(([, backup]) => backup)).toEqual([
    expect.objectContaining({ id: 'backup-1' }),
    null,
  ]);
});

test('when the second look finds nothing pending, there is nothing to deploy', async () => {
  const facts = [FACTS, { ...FACTS, pending: [], appliedMigrations: 15 }];
  const deployment = await bench.deploy({ ...changes(1), inspect: () => Promise.resolve(facts.shift() ?? FACTS) });
  expect((await deployment.ended()).outcome).toMatchObject({
    status: 'up-to-date',
    summary: 'Nothing to deploy: 15 migrations applied, none pending.',
  });
});

test('a project that does not come to rest is given up after five plans, untouched', async () => {
  const deployment = await bench.deploy({ ...planned(), ...changes(9) });
  const { outcome } = await deployment.ended();
  expect(outcome).toMatchObject({ status: 'failed', failure: { phase: 'recheck', type: 'Changed' } });
  expect(outcome.summary).toMatch(
    /That was plan 5; deploy again when the project is at rest\. Nothing was migrated\.$/,
  );
  expect(deployment.argsOf('recheck')).toHaveLength(5);
  expect(deployment.story).not.toContain('registerUndo');
});

test('every deployment of this file replays', () => bench.replayAll());
