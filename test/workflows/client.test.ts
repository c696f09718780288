/** The client against a real server: one deployment a database, one decision a click. */
import { randomUUID } from 'node:crypto';
import { NativeConnection, Worker } from '@temporalio/worker';
import { AlreadyRunningError, LockkeeperClient, RefusedError, type DeploymentRef } from '../../src/client';
import type { DeployInput } from '../../src/contract';
import { UsageError } from '../../src/errors';
import { until } from '../support/until';
import { quietRuntime } from './support/bench';
import { workflowBundle } from './support/bundle';
import { ALICE, BOB } from './support/deployment';
import { HEALTHY, HOUR, plan, planned, SIGNING_KEY } from './support/stubs';

const RHEA = { id: 'cli:rhea', name: 'rhea' };
const taskQueue = `client-${randomUUID()}`;

let client: LockkeeperClient;
let stop: () => Promise<void>;

beforeAll(async () => {
  quietRuntime();
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
  const policy = { approval: { required: 2, expiryMs: HOUR }, monitor: { ...plan().monitor, durationMs: 0 } };
  const asking = planned({ ...policy, backup: false });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: { ...HEALTHY, ...asking, recheck },
  });
  const running = worker.run();
  client = await LockkeeperClient.connect({ signingKey: SIGNING_KEY, taskQueue });
  stop = async () => {
    worker.shutdown();
    await running;
    await Promise.all([client.close(), connection.close()]);
  };
});
afterAll(() => stop());

/** What the names of targets begin with that change once after the first approval. */
const RESTLESS = 'restless';
const changed = new Set<string>();

function recheck({ deploymentId, target }: DeployInput): Promise<string | null> {
  const changes = target.startsWith(RESTLESS) && !changed.has(deploymentId);
  changed.add(deploymentId);
  return Promise.resolve(changes ? 'Backup b is not the one that was approved.' : null);
}

/** A deployment of a database of its own that waits for approval, and what it asks to be bound to. */
async function waiting(name = 't'): Promise<{ ref: DeploymentRef; binding: string; requestedAt: string }> {
  const ref = await client.start('test', `${name}-${randomUUID()}`, RHEA);
  const { approval } = await until('approval is asked for', async () => {
    const status = await client.status(ref);
    return status.approval ? status : null;
  });
  return { ref, binding: approval?.bindingDigest ?? '', requestedAt: approval?.requestedAt ?? '' };
}

test('a database that is being deployed is not deployed twice at once, but again afterwards', async () => {
  const { ref, binding } = await waiting();
  const second = client.start(ref.environment, ref.target, ALICE);
  await expect(second).rejects.toThrow(AlreadyRunningError);
  await expect(second).rejects.toMatchObject({
    deploymentId: ref.deploymentId,
    message: expect.stringContaining('started by rhea') as string,
  });

  await client.decide(ref, ALICE, 'reject', 'not now', binding);
  expect(await client.result(ref)).toMatchObject({ status: 'rejected', deploymentId: ref.deploymentId });
  const next = await client.start(ref.environment, ref.target, RHEA);
  expect(next.deploymentId).not.toBe(ref.deploymentId);
  expect(await client.latest(ref.environment, ref.target)).toMatchObject({
    deploymentId: next.deploymentId,
    state: 'RUNNING',
    requester: 'rhea',
  });
  await client.abort(next, ALICE, null);
  expect(await client.result(next)).toMatchObject({
    status: 'aborted',
    summary: 'Aborted by alice. Nothing was migrated.',
  });
});

test('what is sent again counts once, and two people are two', async () => {
  const { ref, binding } = await waiting();
  const at = new Date();
  const clicks = await Promise.all([1, 2, 3].map(() => client.decide(ref, ALICE, 'approve', null, binding, at)));
  expect(clicks).toEqual(Array(3).fill({ state: 'waiting', approvals: 1, required: 2 }));
  expect(await client.decide(ref, BOB, 'approve', null, binding)).toMatchObject({ state: 'approved' });
  expect(await client.result(ref)).toMatchObject({ status: 'deployed' });
  expect((await client.status(ref)).audit.map(({ person }) => person.name)).toEqual(['alice', 'bob']);
});

test('a refusal is told with its reason', async () => {
  const { ref, binding } = await waiting();
  await expect(client.decide(ref, RHEA, 'approve', null, binding)).rejects.toMatchObject({
    name: 'RefusedError',
    type: 'DecisionRefused',
    message: expect.stringContaining('cannot approve it') as string,
  });
  await expect(client.decide(ref, ALICE, 'approve', null, 'something else')).rejects.toThrow(RefusedError);
  await client.decide(ref, ALICE, 'reject', null, binding);
  await client.result(ref);
  await expect(client.decide(ref, BOB, 'approve', null, binding)).rejects.toMatchObject({ type: 'DecisionRefused' });
});

test('a second click is refused and counts once, like a client with another key until that is mended', async () => {
  const { ref, binding } = await waiting();
  const stranger = await LockkeeperClient.connect({ signingKey: 'x'.repeat(32), taskQueue });
  await expect(stranger.decide(ref, ALICE, 'approve', null, binding)).rejects.toThrow('The decision is not signed.');
  await stranger.close();
  expect(await client.decide(ref, ALICE, 'approve', null, binding)).toMatchObject({ state: 'waiting', approvals: 1 });
  await expect(client.decide(ref, ALICE, 'approve', null, binding, new Date(0))).rejects.toThrow(
    'alice has already decided: approve.',
  );
  await client.decide(ref, BOB, 'reject', null, binding);
  await client.result(ref);
});

test('what is asked again is decided again, also where nothing that was shown has changed', async () => {
  const { ref, binding, requestedAt } = await waiting(RESTLESS);
  await client.decide(ref, ALICE, 'approve', null, binding);
  await client.decide(ref, BOB, 'approve', null, binding);
  const again = await until('it is asked again', async () => {
    const { approval } = await client.status(ref);
    return approval && approval.requestedAt !== requestedAt ? approval : null;
  });
  expect(again.bindingDigest).toBe(binding);
  expect(await client.decide(ref, ALICE, 'approve', null, binding)).toMatchObject({ state: 'waiting', approvals: 1 });
  expect(await client.decide(ref, BOB, 'approve', null, binding)).toMatchObject({ state: 'approved', approvals: 2 });
  expect(await client.result(ref)).toMatchObject({ status: 'deployed' });
});

test('a deployment is found by its id, with its kind and end', async () => {
  const { ref, binding } = await waiting();
  await client.decide(ref, ALICE, 'reject', null, binding);
  await client.result(ref);
  const found = await until('the server lists its end', async () => {
    const known = await client.find(ref.deploymentId).catch(() => null);
    return known?.state === 'COMPLETED' ? known : null;
  });
  expect(found).toMatchObject({
    kind: 'deploy',
    environment: 'test',
    target: ref.target,
    runId: ref.runId,
    requester: 'rhea',
    outcome: 'rejected',
    phase: 'report',
  });
  await expect(client.find('20000101-000000-0000')).rejects.toThrow(UsageError);
});

test('a rollback runs under the same lock', async () => {
  const { ref, binding } = await waiting();
  await expect(client.startRollback(ref, ALICE)).rejects.toThrow(AlreadyRunningError);
  await client.decide(ref, ALICE, 'reject', null, binding);
  await client.result(ref);
  const rollback = await client.startRollback(ref, ALICE);
  expect(rollback).toMatchObject({ kind: 'rollback', environment: ref.environment, target: ref.target });
  await client.abort(rollback, BOB, 'changed my mind');
  expect(await client.result(rollback)).toMatchObject({ status: 'aborted' });
});
