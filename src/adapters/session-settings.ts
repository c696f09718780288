/** What a script changes of its session: later segments were written to run with it, and nobody else. */
import type { Segment } from '../policy/segments';
import { setsSession, transactionControl } from '../policy/statements';
import type { Holder } from './ledger/fence';
import type { Client } from './postgres';
import { sendPreamble } from './segment';
import type { ParsedStatement } from './sql-parser';

/** Of a segment that an earlier attempt committed, in another session. */
export async function repeatSettings(
  client: Client,
  holder: Holder,
  { statements }: Segment,
  preamble: string[],
): Promise<void> {
  const last = statements.at(-1);
  if (last && transactionControl(last) === 'rollback') return;
  const settings = statements.filter(mayBeRepeated);
  // They are not meant for the engine's history.
  if (settings.length > 0) await sendPreamble(client, preamble, holder);
  for (const { text } of settings) await client.query(text);
}

/** Without `FROM`, set_config() changes nothing but the session. */
function mayBeRepeated(statement: ParsedStatement): boolean {
  return setsSession(statement) && !('SelectStmt' in statement.node && statement.node.SelectStmt.fromClause);
}

/** SET, RESET and set_config() outlive the transaction that ran them, also where a block or a function did. */
export async function forgetSettings(client: Client, segments: Segment[]): Promise<void> {
  const changed = segments.some(({ statements }) => statements.some(mayChangeSession));
  // RESET ALL leaves out who the session is.
  if (changed) await client.query('RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL');
}

/** A block, a procedure and what a query calls may hold anything. */
function mayChangeSession({ node, text }: ParsedStatement): boolean {
  const runsCode = 'DoStmt' in node || 'CallStmt' in node || 'SelectStmt' in node;
  return runsCode || 'VariableSetStmt' in node || text.includes('set_config');
}
