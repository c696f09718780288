/** Parallel workers of what is built beside the application, which needs the processors more. */
import type { Client } from './postgres';

const SETTING = 'max_parallel_maintenance_workers';

/**
 * Runs what nobody waits for with no parallel workers: two or three processes that build an index leave a small server's
 * application none. Whoever has chosen a number for the role, the database or the session (the file itself) has it.
 */
export async function withoutHelpers(client: Client, run: () => Promise<void>): Promise<void> {
  const { rowCount } = await client.query(
    `SELECT set_config(name, '0', false) FROM pg_settings
      WHERE name = '${SETTING}' AND source NOT IN ('database', 'user', 'database user', 'client', 'session')`,
  );
  try {
    await run();
  } finally {
    // A session that is gone has nothing to give back.
    if (rowCount) await client.query(`RESET ${SETTING}`).catch(() => undefined);
  }
}
