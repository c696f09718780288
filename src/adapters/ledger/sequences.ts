/** How far a sequence had come when a segment dropped it: kept in the segment's own transaction, for whoever makes it again. */
import { sequencesDropped, type DroppedSequence } from '../../policy/statements/sequences';
import type { Client } from '../postgres';
import type { ParsedStatement } from '../sql-parser';

/**
 * To run right before the statement, in its transaction; empty for nearly all. A file that has taken another role may not write the
 * ledger: then nothing is kept, and nobody takes the sequence for one that could be brought back.
 */
export function keepingSequences(client: Client, statement: ParsedStatement): string[] {
  const kept = sequencesDropped(statement).map(
    (dropped) => `PERFORM lockkeeper.keep_sequence(${found(client, dropped)});`,
  );
  if (kept.length === 0) return [];
  const body = `BEGIN ${kept.join(' ')} EXCEPTION WHEN insufficient_privilege OR undefined_table OR undefined_column THEN NULL; END`;
  return [`DO ${client.escapeLiteral(body)}`];
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
