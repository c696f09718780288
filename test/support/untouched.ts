/** The oracle of every refusal: nothing was written, neither to the database nor beside it. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { databaseUrl } from './database';
import { until } from './until';

export interface Witness {
  /** @throws when anything was written since, or a session or scratch database of the role is left. */
  confirm(): Promise<void>;
}

/** Takes down what is there; `role` owns whatever the deployment under test would make on the server. */
export async function witness(database: string, role: string, root: string): Promise<Witness> {
  const before = await sight(database, root);
  return {
    async confirm() {
      await nothingOf(database, role);
      expect(await sight(database, root)).toEqual(before);
    },
  };
}

async function sight(database: string, root: string): Promise<unknown> {
  return withClient(database, async (client) => ({
    relations: await list(
      client,
      `SELECT n.nspname || '.' || relname || ':' || relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1`,
    ),
    schemas: await list(client, 'SELECT nspname FROM pg_namespace ORDER BY 1'),
    history: (await list(client, `SELECT coalesce(to_regclass('public._prisma_migrations')::text, '')`))[0]
      ? await list(client, 'SELECT to_jsonb(m)::text FROM public._prisma_migrations m ORDER BY 1')
      : null,
    files: filesOf(root),
  }));
}

/** Reports and the client's own key are no traces of a migration. */
function filesOf(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^(reports|\.lockkeeper)(\/signing-key|\/deployments|\/[^/]+\.(md|json|html))?$/.test(name))
    .map((name) => join(name))
    .sort();
}

async function nothingOf(database: string, role: string): Promise<void> {
  await withClient(database, async (client) => {
    const literal = client.escapeLiteral(role);
    const left = (): Promise<string[]> =>
      list(
        client,
        `SELECT 'session ' || application_name FROM pg_stat_activity WHERE usename = ${literal}
         UNION ALL SELECT 'database ' || datname FROM pg_database WHERE datdba::regrole::text = ${literal} AND datname LIKE 'lockkeeper%'
         UNION ALL SELECT 'lock ' || objid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
    let seen: string[] = [];
    await until(
      'no session, lock or scratch database is left',
      async () => (seen = await left()).length === 0,
      5,
    ).catch(() => undefined);
    expect(seen).toEqual([]);
  });
}

async function withClient<T>(database: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl(database) });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function list(client: Client, sql: string): Promise<string[]> {
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
  return rows.map(([value]) => String(value));
}
