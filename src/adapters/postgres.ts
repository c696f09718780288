/** Connections to a target: one pinned pg.Client with the session settings that a migration needs, and errors in words. */
import { Client, DatabaseError, type ClientConfig } from 'pg';
import { parse } from 'pg-connection-string';
import { FailureType, permanent, transient } from '../errors';

export interface SessionOptions {
  /** Shown in pg_stat_activity, at most 63 bytes. */
  applicationName: string;
  /** Milliseconds; 0 waits for ever. */
  lockTimeoutMs?: number;
  /** Milliseconds; 0 = no limit. */
  statementTimeoutMs?: number;
  /** Extra settings for the session's start, `name -> value`. They survive RESET ALL. */
  settings?: Record<string, string>;
  /** Connect to another database of the same server (scratch and shadow databases). */
  database?: string;
}

/** How to reach a target, free of its password in every printed form. */
export interface Endpoint {
  host: string;
  port: number;
  user: string;
  database: string;
  password: string;
  /** Prisma's `?schema=`; `public` when absent. */
  schema: string;
  sslmode: string | null;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** The parts of a URL that PostgreSQL's own tools and Prisma's parameters give meaning to. */
export function endpointOf(url: string): Endpoint {
  const parsed = parse(url);
  const query = new URL(url).searchParams;
  return {
    host: parsed.host ?? 'localhost',
    port: Number(parsed.port ?? 5432),
    user: parsed.user ?? '',
    database: parsed.database ?? '',
    password: parsed.password ?? '',
    schema: query.get('schema') ?? 'public',
    sslmode: query.get('sslmode'),
  };
}

/** The same server and login, another database. */
export function withDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.toString();
}

/**
 * Opens a session.
 * @throws ApplicationFailure TargetUnavailable; permanent where another attempt cannot help (wrong password, no such database).
 */
export async function openSession(url: string, options: SessionOptions): Promise<Client> {
  const client = new Client(clientConfig(url, options));
  // A connection that dies between two queries emits 'error'; without a listener that ends the process. The next query reports it.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw connectFailure(error, endpointOf(url));
  }
  return client;
}

export async function withSession<T>(url: string, options: SessionOptions, use: (client: Client) => Promise<T>): Promise<T> {
  const client = await openSession(url, options);
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function clientConfig(url: string, options: SessionOptions): ClientConfig {
  const endpoint = endpointOf(url);
  const target = new URL(url);
  const settings: Record<string, string> = {
    // Without it the backend of a killed worker finishes its statement and commits (PostgreSQL >= 14, Linux).
    client_connection_check_interval: '500ms',
    lock_timeout: String(options.lockTimeoutMs ?? 0),
    statement_timeout: String(options.statementTimeoutMs ?? 0),
    // What Prisma's own connector sets. The default's "$user" would put the tables of a role called lockkeeper into our schema.
    search_path: `"${endpoint.schema}"`,
    ...options.settings,
  };
  const fromUrl = target.searchParams.get('options');
  for (const prismaOnly of ['schema', 'connection_limit', 'pool_timeout', 'pgbouncer', 'socket_timeout', 'options', 'application_name']) {
    target.searchParams.delete(prismaOnly);
  }
  if (options.database !== undefined) target.pathname = `/${encodeURIComponent(options.database)}`;
  return {
    connectionString: target.toString(),
    application_name: options.applicationName.slice(0, 63),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    options: [fromUrl ?? '', ...Object.entries(settings).map(([name, value]) => `-c ${name}=${escapeOption(value)}`)].join(' ').trim(),
  };
}

/** libpq's rule for the options parameter: backslash before blanks and backslashes. */
function escapeOption(value: string): string {
  return value.replace(/([\\\s])/g, '\\$1');
}

const HOPELESS: Record<string, (at: Endpoint) => string> = {
  '28P01': (at) => `the password of user ${at.user} was refused`,
  '28000': (at) => `the server does not let user ${at.user} in`,
  '3D000': (at) => `database ${at.database} does not exist`,
  '42501': (at) => `user ${at.user} may not connect to database ${at.database}`,
};

function connectFailure(error: unknown, at: Endpoint): Error {
  const code = (error as { code?: string }).code ?? '';
  const where = `PostgreSQL at ${at.host}:${at.port}`;
  const reason = HOPELESS[code];
  if (reason) return permanent(FailureType.TargetUnavailable, `${where}: ${reason(at)}.`, { code });
  if (code === 'ENOTFOUND') return permanent(FailureType.TargetUnavailable, `${where}: the host name is unknown.`, { code });
  const message = code === 'ECONNREFUSED' ? 'nothing listens there' : error instanceof DatabaseError ? error.message : code || 'no answer';
  return transient(FailureType.TargetUnavailable, `${where} cannot be reached: ${message}.`, { code });
}

export { DatabaseError };
export type { Client };
