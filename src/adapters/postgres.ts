/** Connections to a target: one pinned pg.Client with the session settings that a migration needs, and errors in words. */
import { Client, DatabaseError, type ClientConfig } from 'pg';
import { parse, parseIntoClientConfig } from 'pg-connection-string';
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

/** For a look: it can write nothing, and waits for nobody for long. */
export const READ_ONLY = {
  lockTimeoutMs: 2_000,
  statementTimeoutMs: 10_000,
  settings: { default_transaction_read_only: 'on' },
} satisfies Partial<SessionOptions>;

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
  /** Paths of the URL's certificate files, by their libpq parameter. */
  sslFiles: Partial<Record<SslFile, string>>;
}

const SSL_FILES = ['sslrootcert', 'sslcert', 'sslkey'] as const;
type SslFile = (typeof SSL_FILES)[number];

const CONNECT_TIMEOUT_MS = 10_000;
/** Silence of a connection after which its other end is asked whether it is there. */
const KEEP_ALIVE_AFTER_MS = 10_000;

/** The parts of a URL that PostgreSQL's own tools and Prisma's parameters give meaning to. */
export function endpointOf(url: string): Endpoint {
  const bare = new URL(url);
  const query = new URL(url).searchParams;
  // The parser would read the certificates, and speak up about the mode.
  for (const name of ['sslmode', ...SSL_FILES]) bare.searchParams.delete(name);
  const parsed = parse(bare.toString());
  return {
    host: given(parsed.host) ?? 'localhost',
    port: Number(given(parsed.port) ?? 5432),
    user: parsed.user ?? '',
    database: databaseOf(bare),
    password: parsed.password ?? '',
    schema: query.get('schema') ?? 'public',
    sslmode: query.get('sslmode'),
    sslFiles: Object.fromEntries(SSL_FILES.flatMap((name) => (query.has(name) ? [[name, query.get(name)]] : []))),
  };
}

/** The parser leaves what separates the parts of a URL (`=`, `/`, `&`, ...) encoded in a name. A lone percent sign is one. */
function databaseOf(url: URL): string {
  return decodeURIComponent(url.pathname.slice(1).replace(/%(?![0-9a-f]{2})/gi, '%25'));
}

/** The parser answers '' for what a URL leaves out. */
function given(part: string | null | undefined): string | null {
  return part === '' ? null : (part ?? null);
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
  const endpoint = endpointOf(url);
  try {
    return await connect(url, options);
  } catch (error) {
    // What libpq means by "prefer": TLS where the server has it.
    if (PREFERS_TLS.has(endpoint.sslmode ?? '') && (error as Error).message.includes(NO_TLS_THERE))
      return openSession(withSslMode(url, 'disable'), options);
    throw connectFailure(error, endpoint);
  }
}

const PREFERS_TLS = new Set(['prefer', 'allow']);
const NO_TLS_THERE = 'does not support SSL';

async function connect(url: string, options: SessionOptions): Promise<Client> {
  const client = new Client(clientConfig(url, options));
  // A connection that dies between two queries emits 'error'; without a listener that ends the process.
  client.once('error', (error: Error) => {
    lossOf.set(client, error);
    client.on('error', () => undefined);
  });
  try {
    await client.connect();
  } catch (error) {
    // A login that the driver itself gave up on leaves the socket open, and a backend waiting behind it.
    void client.end().catch(() => undefined);
    throw error;
  }
  return client;
}

/** Why a session is gone, of several errors the first: the driver's next query says only that it is. */
const lossOf = new WeakMap<Client, Error>();

/** True where the other end has ended it, as far as is known here. */
export function isLost(client: Client): boolean {
  return lossOf.has(client);
}

function withSslMode(url: string, mode: string): string {
  const other = new URL(url);
  other.searchParams.set('sslmode', mode);
  return other.toString();
}

export async function withSession<T>(
  url: string,
  options: SessionOptions,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await openSession(url, options);
  try {
    return await use(client);
  } catch (error) {
    throw (error as Error).message.includes('is not queryable') ? (lossOf.get(client) ?? error) : error;
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
    // A peer that is silently gone answers nothing: by the system's own reckoning that is noticed after two hours.
    tcp_keepalives_idle: '30s',
    tcp_keepalives_interval: '10s',
    lock_timeout: String(options.lockTimeoutMs ?? 0),
    statement_timeout: String(options.statementTimeoutMs ?? 0),
    // What Prisma's own connector sets. The default's "$user" would put the tables of a role called lockkeeper into our schema.
    search_path: `"${endpoint.schema}"`,
    ...options.settings,
  };
  const fromUrl = target.searchParams.get('options');
  for (const prismaOnly of [
    'schema',
    'connection_limit',
    'pool_timeout',
    'pgbouncer',
    'socket_timeout',
    'options',
    'application_name',
  ]) {
    target.searchParams.delete(prismaOnly);
  }
  if (endpoint.sslmode !== null && endpoint.sslmode !== 'no-verify') {
    // As pg_dump and Prisma read it; the driver's own reading of "require" is stricter than theirs.
    target.searchParams.set('uselibpqcompat', 'true');
    if (PREFERS_TLS.has(endpoint.sslmode)) target.searchParams.set('sslmode', 'prefer');
  }
  const database = options.database ?? databaseOf(target);
  return {
    ...parseIntoClientConfig(target.toString()),
    // Without a name, the user's.
    ...(database === '' ? {} : { database }),
    application_name: options.applicationName.slice(0, 63),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    options: [fromUrl ?? '', ...Object.entries(settings).map(([name, value]) => `-c ${name}=${escapeOption(value)}`)]
      .join(' ')
      .trim(),
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
  ENOTFOUND: () => 'the host name is unknown',
};

/** What the network, TLS and the driver say, for people. */
const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  EAI_AGAIN: 'the host name cannot be looked up now',
  ETIMEDOUT: 'no answer',
  'timeout expired': `no answer within ${CONNECT_TIMEOUT_MS / 1000} s`,
  'Connection terminated unexpectedly': 'what answers there closed the connection; it may not be PostgreSQL',
  'The server does not support SSL connections': 'the server does not support TLS, which the URL asks for (sslmode)',
};

function connectFailure(error: unknown, at: Endpoint): Error {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const where = `PostgreSQL at ${at.host}:${at.port}`;
  const reason = HOPELESS[code]?.(at) ?? hopeless(error, at);
  if (reason !== null) return permanent(FailureType.TargetUnavailable, `${where}: ${reason}.`, { code });
  const words = REASONS[code] ?? REASONS[message] ?? message.split('\n')[0] ?? '';
  return transient(
    FailureType.TargetUnavailable,
    `${where} cannot be reached: ${(words || code || 'no answer').replace(/\.$/, '')}.`,
    { code },
  );
}

/** What no SQLSTATE of its own tells. */
function hopeless(error: unknown, at: Endpoint): string | null {
  const { code, message, path } = error as NodeJS.ErrnoException;
  if (message.includes('client password must be'))
    return `the server asks for a password, and the URL has none for user ${at.user}`;
  if (path !== undefined && Object.values(at.sslFiles).includes(path))
    return `the URL names the file ${path}, which cannot be read (${code ?? 'error'})`;
  if (!(error instanceof DatabaseError)) return null;
  if (code === '42704' && message.includes('client_connection_check_interval'))
    return 'the server is older than PostgreSQL 14; Lockkeeper needs 14 or newer';
  if (message.includes('startup parameter'))
    return `a connection pooler answers there (${message}); point the URL at the server itself`;
  return null;
}

export { DatabaseError };
export type { Client };
