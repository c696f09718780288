/**
 * Exchanging a database for another of the same server, under the same name. Both renames are one transaction, and the lock that it
 * takes first is what keeps newcomers out: there is no state in between that a crash could leave behind. A newcomer waits at that lock
 * for a database that has another name by then, is told so once (3D000), and comes into the new one when it connects again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FailureType, transient } from '../errors';
import { DatabaseError, type Client } from './postgres';

export interface Exchange {
  /** Name that the application knows. */
  live: string;
  /** The database that takes it. */
  fresh: string;
  /** What the old one is called from then on. */
  kept: string;
  /** Comment of the kept one: whose exchange it was. */
  mark: string;
}

/** PostgreSQL cuts longer names, and would then speak of another database. */
const NAME_BYTES = 63;

/** `broxiva_before_20261124_031500_0f9b`: the same for every attempt of a deployment. */
export function keptName(live: string, deploymentId: string): string {
  const suffix = `_before_${deploymentId.replaceAll('-', '_')}`;
  let front = live;
  while (Buffer.byteLength(front + suffix) > NAME_BYTES) front = front.slice(0, -1);
  return front + suffix;
}

/** Where the database of the session lies, unless that is where a new one would. */
const TABLESPACE = `SELECT s.spcname::text FROM pg_database d JOIN pg_tablespace s ON s.oid = d.dattablespace
  WHERE d.datname = current_database() AND d.dattablespace <> (SELECT dattablespace FROM pg_database WHERE datname = 'template0')`;

/** The tablespace that a new database must name to lie beside that of the session; null where it need not. */
export async function tablespaceOf(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ space: string }>(`SELECT space FROM (${TABLESPACE}) AS t(space)`);
  return rows[0]?.space ?? null;
}

/** What an exchange would cut off, or what keeps this role from it; each in words. `client` is connected to the live database. */
export async function ties(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ tie: string }>(
    `SELECT format('logical slot "%s" belongs to it', slot_name) AS tie FROM pg_replication_slots WHERE database = current_database()
     UNION ALL SELECT format('subscription "%s" belongs to it', subname) FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid AND d.datname = current_database()
     UNION ALL SELECT format('prepared transaction "%s" is open in it', gid) FROM pg_prepared_xacts WHERE database = current_database()
     UNION ALL SELECT format('role %s does not own it', current_user) FROM pg_database WHERE datname = current_database() AND NOT pg_has_role(datdba, 'USAGE')
     UNION ALL SELECT format('role %s may not create databases', current_user) FROM pg_roles WHERE rolname = current_user AND NOT (rolcreatedb OR rolsuper)
     UNION ALL SELECT format('role %s may not use tablespace %s, in which it lies; grant CREATE on it', current_user, space) FROM (${TABLESPACE}) AS t(space)
      WHERE NOT has_tablespace_privilege(space, 'CREATE')
     UNION ALL SELECT DISTINCT format('role %s may not end the sessions of role %s%s', current_user, r.rolname, CASE WHEN r.rolsuper THEN ', a superuser' ELSE '; grant pg_signal_backend to it' END)
       FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
      WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND NOT pg_has_role(a.usesysid, 'USAGE')
        AND (r.rolsuper OR NOT pg_has_role('pg_signal_backend', 'USAGE'))`,
  );
  return rows.map(({ tie }) => tie);
}

/** Of both databases: what replicas of the live one would miss afterwards. */
export async function publicationsMissing(live: Client, fresh: Client): Promise<string[]> {
  const names = async (client: Client): Promise<string[]> =>
    (await client.query<{ name: string }>('SELECT pubname AS name FROM pg_publication')).rows.map(({ name }) => name);
  const there = await names(fresh);
  return (await names(live))
    .filter((name) => !there.includes(name))
    .map((name) => `publication "${name}" is not in it`);
}

/** Gives `fresh` the owner, rights, settings and limits of the live database, which `client` is connected to, instead of those that it has. Idempotent. */
export async function dress(client: Client, fresh: string): Promise<void> {
  const name = client.escapeIdentifier(fresh);
  const [live, other] = [await factsOf(client, null), await factsOf(client, fresh)];
  if (!live || !other) return;
  // First: a change of owner hands over what the one before was granted, too.
  if (other.owner !== live.owner)
    await client.query(`ALTER DATABASE ${name} OWNER TO ${client.escapeIdentifier(live.owner)}`);
  if (live.ruled || other.ruled) await copyRights(client, fresh);
  for (const role of new Set((await settingsOf(client, fresh)).map((setting) => setting.role)))
    await client.query(`ALTER ${whose(client, name, role)} RESET ALL`);
  for (const { role, item } of await settingsOf(client, null))
    await client.query(settingStatement(client, name, role, item));
  await client.query(`ALTER DATABASE ${name} CONNECTION LIMIT ${live.limit}`);
}

/** A database by its name; null is the one of the session. */
const WHICH = `datname = coalesce($1, current_database())`;

async function factsOf(
  client: Client,
  database: string | null,
): Promise<{ owner: string; limit: number; ruled: boolean } | undefined> {
  const { rows } = await client.query<{ owner: string; limit: number; ruled: boolean }>(
    `SELECT pg_get_userbyid(datdba) AS owner, datconnlimit AS "limit", datacl IS NOT NULL AS ruled FROM pg_database WHERE ${WHICH}`,
    [database],
  );
  return rows[0];
}

async function copyRights(client: Client, fresh: string): Promise<void> {
  const name = client.escapeIdentifier(fresh);
  const role = (grantee: string | null): string => (grantee === null ? 'PUBLIC' : client.escapeIdentifier(grantee));
  for (const grantee of new Set((await rightsOf(client, fresh)).map((right) => right.grantee)))
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM ${role(grantee)} CASCADE`);
  for (const { grantee, privilege, grantable } of await rightsOf(client, null))
    await client.query(
      `GRANT ${privilege} ON DATABASE ${name} TO ${role(grantee)}${grantable ? ' WITH GRANT OPTION' : ''}`,
    );
}

interface Right {
  /** Null for everybody. */
  grantee: string | null;
  privilege: string;
  grantable: boolean;
}

async function rightsOf(client: Client, database: string | null): Promise<Right[]> {
  const { rows } = await client.query<Right>(
    `SELECT CASE WHEN grantee <> 0 THEN pg_get_userbyid(grantee) END AS grantee, privilege_type AS privilege, is_grantable AS grantable
       FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE ${WHICH}`,
    [database],
  );
  return rows;
}

interface Setting {
  /** Null for everybody. */
  role: string | null;
  /** `name=value`, as the catalog keeps it. */
  item: string;
}

async function settingsOf(client: Client, database: string | null): Promise<Setting[]> {
  const { rows } = await client.query<Setting>(
    `SELECT CASE WHEN s.setrole <> 0 THEN pg_get_userbyid(s.setrole) END AS role, item
       FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) AS item
      WHERE ${WHICH}`,
    [database],
  );
  return rows;
}

/** Lists of names: the catalog keeps them in the form in which SET reads them, quotes and all. */
const LISTS = new Set([
  'search_path',
  'temp_tablespaces',
  'local_preload_libraries',
  'session_preload_libraries',
  'unix_socket_directories',
]);

function settingStatement(client: Client, name: string, role: string | null, item: string): string {
  const at = item.indexOf('=');
  const [key, value] = [item.slice(0, at), item.slice(at + 1)];
  const to = LISTS.has(key.toLowerCase()) && value !== '' ? value : client.escapeLiteral(value);
  const parameter = key
    .split('.')
    .map((part) => client.escapeIdentifier(part))
    .join('.');
  return `ALTER ${whose(client, name, role)} SET ${parameter} TO ${to}`;
}

/** @param name of the database, quoted. */
function whose(client: Client, name: string, role: string | null): string {
  return role === null ? `DATABASE ${name}` : `ROLE ${client.escapeIdentifier(role)} IN DATABASE ${name}`;
}

/** A comment tells what state a database is in; null where there is no such database. */
export async function markOf(client: Client, database: string): Promise<{ mark: string | null } | null> {
  const { rows } = await client.query<{ mark: string | null }>(
    `SELECT shobj_description(oid, 'pg_database') AS mark FROM pg_database WHERE datname = $1`,
    [database],
  );
  return rows[0] ?? null;
}

/** The transaction that gave the database of the session its name. */
export async function exchangedIn(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ xid: string }>(
    'SELECT xmin::text AS xid FROM pg_database WHERE datname = current_database()',
  );
  return rows[0]?.xid ?? null;
}

export async function mark(client: Client, database: string, text: string): Promise<void> {
  await client.query(`COMMENT ON DATABASE ${client.escapeIdentifier(database)} IS ${client.escapeLiteral(text)}`);
}

/** Sessions in a transaction may finish it for so long, while newcomers wait. */
const GRACE_MS = 250;
const LOOK_EVERY_MS = 10;
/** A worker that is cut off with the name locked keeps nobody out for longer: the server takes the exchange back. */
const SILENCE_MS = 2_000;
const OBJECT_IN_USE = '55006';
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Exchanges the two, ending every session of the live one. Idempotent.
 * @param desk two sessions connected to neither of them.
 * @param keeper the session of the live one whose locks keep others from changing it: it is ended as the last, and nothing
 * is exchanged where it has ended by itself.
 * @throws ApplicationFailure TargetUnavailable, to be tried again, when a session does not end: everything is as it was then.
 */
export async function exchange([writer, ender]: [Client, Client], change: Exchange, keeper?: Client): Promise<void> {
  if ((await markOf(writer, change.kept))?.mark === change.mark) return;
  const comment = (await markOf(writer, change.live))?.mark ?? null;
  const quoted = (name: string): string => writer.escapeIdentifier(name);
  const rename = (from: string, to: string) => writer.query(`ALTER DATABASE ${quoted(from)} RENAME TO ${quoted(to)}`);
  const stop = new AbortController();
  try {
    await writer.query(
      `BEGIN; SET LOCAL lock_timeout = '2s'; SET LOCAL idle_in_transaction_session_timeout = ${SILENCE_MS}`,
    );
    // It takes its lock, and waits up to 5 s for the sessions to go.
    const [, kept] = await Promise.all([
      rename(change.live, change.kept).finally(() => stop.abort()),
      endSessions(ender, change.live, processOf(writer), keeper ? processOf(keeper) : null, stop.signal),
    ]);
    if (keeper && !kept)
      throw transient(
        FailureType.TargetUnavailable,
        `The session that kept others from changing ${change.live} was gone; nothing was exchanged.`,
      );
    await rename(change.fresh, change.live);
    const text = comment === null ? 'NULL' : writer.escapeLiteral(comment);
    await writer.query(`COMMENT ON DATABASE ${quoted(change.live)} IS ${text}`);
    await mark(writer, change.kept, change.mark);
    // People may look into it; nobody writes there by mistake.
    await writer.query(`ALTER DATABASE ${quoted(change.kept)} SET default_transaction_read_only = on`);
    await writer.query('COMMIT');
  } catch (error) {
    await writer.query('ROLLBACK').catch(() => undefined);
    if (!(error instanceof DatabaseError) || ![OBJECT_IN_USE, LOCK_NOT_AVAILABLE].includes(error.code ?? ''))
      throw error;
    throw transient(
      FailureType.TargetUnavailable,
      `A session of ${change.live} did not end in time (${error.message}); nothing was exchanged.`,
    );
  }
}

function processOf(client: Client): number {
  return (client as unknown as { processID: number }).processID;
}

/**
 * Ends the sessions of a database from when `holder` has locked it, those that are idle first, and `keeper` as the last.
 * @returns whether `keeper` was there to be ended.
 */
async function endSessions(
  client: Client,
  database: string,
  holder: number,
  keeper: number | null,
  stop: AbortSignal,
): Promise<boolean> {
  const locked = `EXISTS (SELECT FROM pg_locks l WHERE l.pid = $2 AND l.granted AND l.locktype = 'object'
    AND l.classid = 'pg_database'::regclass AND l.objid = a.datid AND l.mode = 'AccessExclusiveLock')`;
  const others = `EXISTS (SELECT FROM pg_stat_activity o WHERE o.datid = a.datid AND o.pid <> a.pid AND o.backend_type <> 'autovacuum worker')`;
  let since: number | null = null;
  let kept = false;
  while (!stop.aborted) {
    const { rows } = await client.query<{ pid: number; ended: boolean }>(
      `SELECT a.pid, pg_terminate_backend(a.pid) AS ended FROM pg_stat_activity a
        WHERE a.datname = $1 AND a.backend_type <> 'autovacuum worker' AND ${locked}
          AND CASE WHEN a.pid = $4 THEN NOT ${others} ELSE a.state = 'idle' OR $3 END`,
      [database, holder, since !== null && Date.now() - since > GRACE_MS, keeper],
    );
    kept ||= rows.some(({ pid, ended }) => pid === keeper && ended);
    if (rows.length > 0 || since === null) since ??= Date.now();
    await sleep(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  return kept;
}
