/**
 * DETACH PARTITION CONCURRENTLY. Its first transaction marks the partition, and queries of the parent pass it over from then on;
 * its second waits for those who use the parent, and shuts the partition to take it out. Where that is broken off, FINALIZE
 * shuts the partition first, and then waits for every snapshot of the database. Neither is begun before all these are gone.
 */
import type { RangeVar } from '@pgsql/types';
import type { Blocker } from '../contract';
import { all, as } from '../policy/statements/ast';
import { blockersOf, oldestFirst, toBlocker, type BlockerRow } from './lock-queue';
import type { Client } from './postgres';
import type { ParsedStatement } from './sql-parser';

export interface Detach {
  parent: RangeVar;
  partition: RangeVar;
}

/** Null for every statement but DETACH PARTITION CONCURRENTLY: no other ALTER TABLE is kept out of transactions. */
export function detachOf({ node }: ParsedStatement): Detach | null {
  const alter = as(node, 'AlterTableStmt');
  const partition = as(all(alter?.cmds, 'AlterTableCmd')[0]?.def, 'PartitionCmd')?.name;
  return alter?.relation && partition ? { parent: alter.relation, partition } : null;
}

export async function detachState(
  client: Client,
  { parent, partition }: Detach,
): Promise<'attached' | 'pending' | 'detached'> {
  const { rows } = await client.query<{ pending: boolean }>(
    'SELECT inhdetachpending AS pending FROM pg_inherits WHERE inhparent = to_regclass($1) AND inhrelid = to_regclass($2)',
    [relationText(client, parent), relationText(client, partition)],
  );
  const [inherits] = rows;
  if (!inherits) return 'detached';
  return inherits.pending ? 'pending' : 'attached';
}

/**
 * Who keeps it from its end, or from its beginning. The ledger must be there.
 * @param attempted an earlier attempt left its intent: only then is a partition that is pending ours.
 */
export async function inTheWayOfDetach(client: Client, detach: Detach, attempted: boolean): Promise<Blocker[]> {
  if (attempted && (await detachState(client, detach)) !== 'attached') return inTheWayOfFinalize(client, detach);
  const [parent, partition] = textsOf(client, detach);
  return blockersOf(client, [
    { relation: parent, mode: 'AccessExclusiveLock' },
    { relation: partition, mode: 'AccessExclusiveLock' },
  ]);
}

/** Nobody is where nothing is pending. */
export async function inTheWayOfFinalize(client: Client, detach: Detach): Promise<Blocker[]> {
  if ((await detachState(client, detach)) !== 'pending') return [];
  const [parent, partition] = textsOf(client, detach);
  const reading = await snapshotsBeside(client, partition);
  const holding = await blockersOf(client, [
    { relation: partition, mode: 'AccessExclusiveLock' },
    { relation: parent, mode: 'ShareUpdateExclusiveLock' },
  ]);
  const pids = new Set(holding.map(({ pid }) => pid));
  return [...holding, ...reading.filter(({ pid }) => !pids.has(pid))].sort(oldestFirst);
}

/** Sessions whose snapshots FINALIZE waits for: all that have one, but for VACUUM. */
async function snapshotsBeside(client: Client, relation: string): Promise<Blocker[]> {
  const { rows } = await client.query<BlockerRow>(
    `SELECT pid, $1::text AS relation, 'snapshot' AS mode, coalesce(nullif(application_name, ''), 'unnamed application') AS application,
            coalesce(usename::text, 'unknown') AS "user", coalesce(state, 'unknown') AS state,
            (extract(epoch FROM clock_timestamp() - xact_start) * 1000)::float8 AS "transactionMs", query AS text
       FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL
        AND backend_type <> 'autovacuum worker' AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)`,
    [relation],
  );
  return rows.map(toBlocker);
}

/**
 * There is no way back to attached from pending, only the way on. Who has a snapshot from before may come for the partition, which is
 * shut while that snapshot is waited for: it is opened again before PostgreSQL looks for a deadlock.
 * @returns false where nothing has begun.
 */
export async function finishDetach(client: Client, detach: Detach): Promise<boolean> {
  const state = await detachState(client, detach);
  if (state !== 'pending') return state === 'detached';
  const [parent, partition] = textsOf(client, detach);
  await client.query(
    `SELECT set_config('lock_timeout', ceil(least(nullif(own.setting::int, 0), deadlock.setting::int / 2.0))::text, false)
       FROM pg_settings own, pg_settings deadlock WHERE own.name = 'lock_timeout' AND deadlock.name = 'deadlock_timeout'`,
  );
  await client.query(`ALTER TABLE ${parent} DETACH PARTITION ${partition} FINALIZE`);
  return true;
}

function textsOf(client: Client, { parent, partition }: Detach): [parent: string, partition: string] {
  return [relationText(client, parent), relationText(client, partition)];
}

/** Quoted, and qualified where the statement has it so. */
export function relationText(client: Client, { schemaname, relname = '' }: RangeVar): string {
  return [schemaname, relname]
    .filter((part): part is string => Boolean(part))
    .map((part) => client.escapeIdentifier(part))
    .join('.');
}
