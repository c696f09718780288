/** How far a sequence had come when a segment dropped it: kept in the segment's own transaction, for whoever makes it again. */
import type { BusyLock } from '../../policy/segments';
import { sequencesDropped, type DroppedSequence } from '../../policy/statements/sequences';
import { lockingFirst } from '../lock-queue';
import type { Client } from '../postgres';
import type { ParsedStatement } from '../sql-parser';

/**
 * To run right before the statement, in its transaction; empty for nearly all. A file that has taken another role may not write the
 * ledger: then nothing is kept, and nobody takes the sequence for one that could be brought back.
 * @param lockMs longest wait for the tables that the sequences belong to; null where the segment has them already. Whoever has
 * read such a table may come for a number next: a sequence is held while its table is waited for only where the catalog
 * alone knows the table, and then for less than deadlock_timeout.
 */
export function keepingSequences(client: Client, statement: ParsedStatement, lockMs: number | null): string[] {
  const dropped = sequencesDropped(statement);
  if (dropped.length === 0) return [];
  const locked = lockMs === null ? [] : [`PERFORM ${lockingFirst(client, tablesOf(dropped), lockMs)};`];
  const kept = dropped.map((sequence) => `PERFORM lockkeeper.keep_sequence(${found(client, sequence)});`);
  const body = `BEGIN ${[...locked, ...kept].join(' ')} EXCEPTION WHEN insufficient_privilege OR undefined_table OR undefined_column THEN NULL; END`;
  return [`DO ${client.escapeLiteral(body)}`];
}

function tablesOf(dropped: DroppedSequence[]): BusyLock[] {
  const tables = new Set(dropped.flatMap(({ relation, identity }) => (identity === null ? [] : [relation])));
  return [...tables].map((relation) => ({ relation, mode: 'AccessExclusiveLock' }));
}

function found(client: Client, { relation, identity }: DroppedSequence): string {
  const name = client.escapeLiteral(relation);
  return identity === null
    ? `to_regclass(${name})`
    : `pg_get_serial_sequence(${name}, ${client.escapeLiteral(identity)})::regclass`;
}

/** Names, quoted and qualified, of the sequences that were kept in this transaction. */
export async function sequencesKept(client: Client): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT name FROM lockkeeper.sequence WHERE xid = pg_current_xact_id_if_assigned()::text',
  );
  return new Set(rows.map(({ name }) => name));
}
