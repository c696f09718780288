/** A deployment rests while what follows the server is over its limit, and never touches a slot. */
import { replicationGate, replicationState } from '../../src/adapters/replication';
import { overLimit, type ReplicationLimits } from '../../src/policy/replication';
import { onServer, testDatabase, type TestDatabase } from '../support/database';
import { until } from '../support/until';

const LIMITS: ReplicationLimits = { maxLagMs: 30_000, maxSlotBytes: 10_000_000, patienceMs: 60_000 };

describe('what is over its limit', () => {
  const slot = { name: 'analytics', bytes: 9_000_000 };
  const replica = { name: 'standby1', lagMs: 29_000 };

  it.each([
    ['nothing follows', { replicas: [], slots: [] }, null],
    ['all are near', { replicas: [replica], slots: [slot] }, null],
    ['an idle replica has no lag', { replicas: [{ ...replica, lagMs: null }], slots: [] }, null],
    [
      'a replica is late',
      { replicas: [replica, { name: 'standby2', lagMs: 45_000 }], slots: [] },
      'replica standby2 is 45 s behind (limit 30 s)',
    ],
    [
      'a slot keeps too much',
      { replicas: [], slots: [{ ...slot, bytes: 12_000_000 }] },
      'replication slot analytics keeps 12 MB of WAL (limit 10 MB)',
    ],
  ])('%s', (_case, state, expected) => {
    expect(overLimit(state, LIMITS)).toBe(expected);
  });
});

describe('the gate', () => {
  let database: TestDatabase;
  let slot: string;

  beforeEach(async () => {
    database = await testDatabase();
    slot = database.name;
    await database.client.query(`SELECT pg_create_physical_replication_slot($1, true)`, [slot]);
    // More WAL than the limits below, which no other test's slot reaches.
    await database.client.query(`SELECT pg_switch_wal()`);
  });

  afterEach(async () => {
    await onServer(`SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '${slot}'`);
    await database.drop();
  });

  async function kept(): Promise<number> {
    return (await replicationState(database.client)).slots.find(({ name }) => name === slot)?.bytes ?? 0;
  }

  it('holds a segment back until the slot has caught up', async () => {
    const limits = { ...LIMITS, maxSlotBytes: 1 };
    await until('the slot keeps WAL', async () => (await kept()) > 1);
    const paused: string[] = [];
    const gate = replicationGate(database.client, limits, (why) => paused.push(why), new AbortController().signal);
    const passed = gate();
    await until('it rests', () => Promise.resolve(paused.length > 0));
    expect(paused[0]).toMatch(/^paused: replication slot \S+ keeps \d+ MB of WAL/);
    await onServer(`SELECT pg_drop_replication_slot('${slot}')`);
    await passed;
  });

  it('gives up after its patience, and leaves the slot alone', async () => {
    const limits = { ...LIMITS, maxSlotBytes: 1, patienceMs: 0 };
    await until('the slot keeps WAL', async () => (await kept()) > 1);
    const gate = replicationGate(database.client, limits, () => undefined, new AbortController().signal);
    await expect(gate()).rejects.toMatchObject({ type: 'ReplicationLag', nonRetryable: true });
    expect(await kept()).toBeGreaterThan(1);
  });
});
