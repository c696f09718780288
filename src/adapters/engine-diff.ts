/** The engine's diff between two live databases, as SQL. */
import { migrationList, NO_FILTER, withEngine, type ShadowConnection } from './prisma-engine';
import type { Client } from './postgres';

/** What `migrations` means to the engine here: a list that its shadow databases have run already. */
const PREPARED = migrationList('/', [{ name: 'prepared', sql: '', checksum: '', downSql: null }]);

/**
 * SQL that turns the objects of `schema` in `from` into those in `to`, as far as Prisma models it: no checks, triggers, functions,
 * views, partial or expression indexes.
 */
export async function diffDatabases(
  schema: string,
  from: () => Promise<Client>,
  to: () => Promise<Client>,
): Promise<string> {
  // The engine opens its two shadow databases in this order.
  const opened = [from, to].values();
  const connectToShadow = async (): Promise<ShadowConnection> => {
    const open = opened.next().value;
    if (!open) throw new Error('The engine asked for a third database.');
    return { client: await open(), prepared: true, drop: () => Promise.resolve() };
  };
  return withEngine({ schema, connect: from, connectToShadow }, async (engine) => {
    const result = await engine.diff({
      from: { tag: 'migrations', ...PREPARED },
      to: { tag: 'migrations', ...PREPARED },
      script: true,
      exitCode: null,
      filters: NO_FILTER,
    });
    return result.stdout ?? '';
  });
}
