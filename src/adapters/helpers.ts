/**
 * Parallel workers of what is built beside the application, which needs the processors more: two or three processes that
 * build an index leave a small server's application none.
 */
import type { Client } from './postgres';

const SETTING = 'max_parallel_maintenance_workers';

/** For a session, until USUAL_HELPERS. */
export const NO_HELPERS = `SET ${SETTING} = 0`;
export const USUAL_HELPERS = `RESET ${SETTING}`;

/** Sessions in which nobody has chosen a number: asking the server makes it list all of its settings. */
const unchosen = new WeakSet<Client>();

/** True where a number was chosen for the role, the database or the session (by the file itself): then that is meant. */
export async function hasChosenHelpers(client: Client): Promise<boolean> {
  if (unchosen.has(client)) return false;
  const { rowCount } = await client.query(
    `SELECT FROM pg_settings
      WHERE name = '${SETTING}' AND source IN ('database', 'user', 'database user', 'client', 'session')`,
  );
  if (rowCount === 0) unchosen.add(client);
  return rowCount !== 0;
}

/** To be called where statements run that may choose one. */
export function settingsMayHaveChanged(client: Client): void {
  unchosen.delete(client);
}
