/** Parallel workers of what is built beside the application, which needs the processors more. */
import type { Client } from './postgres';

const SETTING = 'max_parallel_maintenance_workers';

/** Sessions in which nobody has chosen a number: asking the server makes it list all of its settings. */
const unchosen = new WeakSet<Client>();

/**
 * Runs what nobody waits for with no parallel workers: two or three processes that build an index leave a small server's
 * application none. Whoever has chosen a number for the role, the database or the session (the file itself) has it.
 */
export async function withoutHelpers(client: Client, run: () => Promise<void>): Promise<void> {
  if (!unchosen.has(client) && (await isChosen(client))) return run();
  unchosen.add(client);
  await client.query(`SET ${SETTING} = 0`);
  try {
    await run();
  } finally {
    // A session that is gone has nothing to give back.
    await client.query(`RESET ${SETTING}`).catch(() => undefined);
  }
}

/** To be called when statements run that may have chosen a number for their session. */
export function settingsMayHaveChanged(client: Client): void {
  unchosen.delete(client);
}

async function isChosen(client: Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_settings
      WHERE name = '${SETTING}' AND source IN ('database', 'user', 'database user', 'client', 'session')`,
  );
  return rowCount !== 0;
}
