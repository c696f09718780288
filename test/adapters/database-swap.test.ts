/** One database takes another's name while people are connected to it. */
import { Client } from 'pg';
import {
  dress,
  exchange,
  keptName,
  markOf,
  publicationsMissing,
  tablespaceOf,
  ties,
  type Exchange,
} from '../../src/adapters/database-swap';
import { ScratchDatabases } from '../../src/adapters/scratch';
import { databaseUrl, onServer, testDatabase, type TestDatabase } from '../support/database';
import { until } from '../support/until';

let live: TestDatabase;
let fresh: TestDatabase;
let change: Exchange;
let desk: [Client, Client];
const opened: Client[] = [];

async function connect(database: string): Promise<Client> {
  const client = new Client({ connectionString: databaseUrl(database) });
  client.on('error', () => undefined);
  await client.connect();
  opened.push(client);
  return client;
}

beforeEach(async () => {
  [live, fresh] = await Promise.all([testDatabase(), testDatabase()]);
  await live.client.query(`CREATE TABLE which AS SELECT 'live' AS name`);
  await fresh.client.query(`CREATE TABLE which AS SELECT 'fresh' AS name`);
  await fresh.client.end();
  change = {
    live: live.name,
    fresh: fresh.name,
    kept: keptName(live.name, '20261124-031500-0f9b'),
    mark: 'kept by a test',
  };
  desk = [await connect('postgres'), await connect('postgres')];
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((client) => client.end().catch(() => undefined)));
  await onServer(`DROP DATABASE IF EXISTS "${change.kept}" WITH (FORCE)`);
  await Promise.all([live.drop(), fresh.drop()]);
});

async function nameIn(database: string): Promise<unknown> {
  const client = await connect(database);
  try {
    return (await client.query<{ name: string }>('SELECT name FROM which')).rows[0]?.name;
  } finally {
    await client.end();
  }
}

/** Asks for a connection again and again until `stop`; every answer is kept. */
async function reconnecting(stop: AbortSignal): Promise<string[]> {
  const answers: string[] = [];
  while (!stop.aborted) {
    const client = new Client({ connectionString: live.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      answers.push((await client.query<{ name: string }>('SELECT name FROM which')).rows[0]?.name ?? 'nothing');
    } catch (error) {
      const { code, detail } = error as { code?: string; detail?: string };
      answers.push(`${code ?? 'error'}${detail === undefined ? '' : ` ${detail}`}`);
    }
    await client.end().catch(() => undefined);
  }
  return answers;
}

it('exchanges both names at once, ends who is connected, and keeps the old one to be read', async () => {
  const [idle, busy] = [await connect(live.name), await connect(live.name)];
  await busy.query(`BEGIN; INSERT INTO which VALUES ('never committed')`);
  await exchange(desk, change);
  await expect(idle.query('SELECT 1')).rejects.toThrow();
  await expect(busy.query('COMMIT')).rejects.toThrow();
  expect(await nameIn(live.name)).toBe('fresh');
  expect(await nameIn(change.kept)).toBe('live');
  const reader = await connect(change.kept);
  await expect(reader.query('DELETE FROM which')).rejects.toThrow('read-only transaction');
  expect(await markOf(desk[0], fresh.name)).toBeNull();
});

it('ends the session that kept others away as the last one', async () => {
  const keeper = await connect(live.name);
  await keeper.query('SELECT pg_advisory_lock(1)');
  const waiting = (await connect(live.name)).query(
    `SELECT pg_advisory_lock(1); INSERT INTO which VALUES ('behind the exchange')`,
  );
  const refused = expect(waiting).rejects.toMatchObject({ code: '57P01' });
  await until('it waits', async () => {
    const { rowCount } = await live.client.query(
      `SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND NOT l.granted AND a.datname = current_database()`,
    );
    return rowCount === 1;
  });
  await exchange(desk, change, keeper);
  await refused;
  const kept = await connect(change.kept);
  expect((await kept.query('SELECT name FROM which')).rows).toEqual([{ name: 'live' }]);
});

it('does not happen when that session is gone before', async () => {
  const keeper = await connect(live.name);
  await keeper.query('SELECT 1');
  await keeper.end();
  await expect(exchange(desk, change, keeper)).rejects.toMatchObject({
    type: 'TargetUnavailable',
    nonRetryable: false,
  });
  expect(await nameIn(live.name)).toBe('live');
});

it('is harmless to repeat', async () => {
  await exchange(desk, change);
  await exchange(desk, change);
  expect(await nameIn(live.name)).toBe('fresh');
});

it('leads newcomers to the old one, then to the new one, and tells those that it made wait that the name has moved', async () => {
  const stop = new AbortController();
  const clients = [0, 1, 2].map(() => reconnecting(stop.signal));
  await until('somebody was answered', async () => ((await nameIn(live.name)) === 'live' ? true : null));
  await exchange(desk, change);
  expect(await nameIn(live.name)).toBe('fresh');
  stop.abort();
  for (const answers of await Promise.all(clients)) {
    const turn = answers.indexOf('fresh');
    expect(answers.slice(turn < 0 ? answers.length : turn).every((answer) => answer === 'fresh')).toBe(true);
    // In between: ended, or made to wait by the exchange's lock and then told that the name has just moved on.
    const between = answers.slice(0, turn < 0 ? answers.length : turn).filter((answer) => answer !== 'live');
    expect(
      between.filter((answer) => !/^57P01|^3D000 It seems to have just been dropped or renamed|^error$/.test(answer)),
    ).toEqual([]);
  }
});

it('that is cut off leaves everything as it was', async () => {
  // A session of the live database that cannot be ended from there: the exchange waits for it, and is killed meanwhile.
  const held = await connect(live.name);
  await held.query('BEGIN');
  const [writer, ender] = desk;
  const crippled = { ...ender, query: () => Promise.resolve({ rows: [] }) } as unknown as Client;
  const cut = exchange([writer, crippled], change);
  const failed = expect(cut).rejects.toThrow();
  const watcher = await connect('postgres');
  await until('it waits', async () => {
    const { rowCount } = await watcher.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'ALTER DATABASE "${live.name}"%' AND pid <> pg_backend_pid()`,
    );
    return (rowCount ?? 0) > 0 ? true : null;
  });
  await failed;
  expect(await nameIn(live.name)).toBe('live');
  expect(await nameIn(fresh.name)).toBe('fresh');
  expect(await markOf(watcher, change.kept)).toBeNull();
  // Who was connected still is.
  expect((await held.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});

it('is refused while a session does not end, with nothing changed', async () => {
  await connect(live.name);
  const [writer, ender] = desk;
  const crippled = { ...ender, query: () => Promise.resolve({ rows: [] }) } as unknown as Client;
  await expect(exchange([writer, crippled], change)).rejects.toMatchObject({
    type: 'TargetUnavailable',
    nonRetryable: false,
  });
  expect(await nameIn(live.name)).toBe('live');
});

it('dresses the new one in the rights, settings, limit and owner of the old one, also when these changed since', async () => {
  const role = `role_${live.name}`;
  await live.client.query(`CREATE ROLE ${role}; CREATE ROLE "${role} 2"`);
  try {
    await live.client.query(`
      GRANT ${role} TO current_user;
      COMMENT ON DATABASE ${live.name} IS 'Ours''s';
      REVOKE CONNECT ON DATABASE ${live.name} FROM PUBLIC;
      GRANT CONNECT, TEMPORARY ON DATABASE ${live.name} TO "${role} 2" WITH GRANT OPTION;
      ALTER DATABASE ${live.name} CONNECTION LIMIT 77;
      ALTER DATABASE ${live.name} SET search_path TO "$user", public, "Odd, one";
      ALTER DATABASE ${live.name} SET statement_timeout TO '5min';
      ALTER DATABASE ${live.name} SET "app.tenant" TO 'it''s; here';
      ALTER ROLE ${role} IN DATABASE ${live.name} SET work_mem TO '8MB';
      ALTER DATABASE ${live.name} OWNER TO ${role}`);
    const facts = async (database: string): Promise<unknown> =>
      (
        await desk[0].query(
          `SELECT pg_get_userbyid(d.datdba) AS owner, d.datconnlimit, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(d.datacl) AS a) AS rights,
                  (SELECT array_agg(s.setrole::regrole::text || s.setconfig::text ORDER BY 1) FROM pg_db_role_setting s WHERE s.setdatabase = d.oid) AS settings
             FROM pg_database d WHERE d.datname = $1`,
          [database],
        )
      ).rows;
    let before = await facts(live.name);
    await dress(live.client, fresh.name);
    expect(await facts(fresh.name)).toEqual(before);
    await live.client.query(`
      REVOKE ALL ON DATABASE ${live.name} FROM "${role} 2" CASCADE;
      ALTER DATABASE ${live.name} RESET statement_timeout;
      ALTER ROLE ${role} IN DATABASE ${live.name} RESET ALL;
      ALTER DATABASE ${live.name} SET work_mem TO '9MB';
      ALTER DATABASE ${live.name} CONNECTION LIMIT 78`);
    before = await facts(live.name);
    await dress(live.client, fresh.name);
    expect(await facts(fresh.name)).toEqual(before);
    await exchange(desk, change);
    expect(await facts(live.name)).toEqual(before);
    expect(await markOf(desk[0], live.name)).toEqual({ mark: `Ours's` });
    expect(await markOf(desk[0], change.kept)).toEqual({ mark: change.mark });
  } finally {
    await onServer(`DROP DATABASE IF EXISTS "${change.kept}" WITH (FORCE)`);
    await Promise.all([live.drop(), fresh.drop()]);
    await onServer(`DROP ROLE ${role}; DROP ROLE "${role} 2"`);
  }
});

it('names what an exchange would cut off', async () => {
  expect(await ties(live.client)).toEqual([]);
  const again = await connect(fresh.name);
  await live.client.query('CREATE PUBLICATION feed FOR ALL TABLES');
  expect(await publicationsMissing(live.client, again)).toEqual(['publication "feed" is not in it']);
  const slot = `slot_${live.name}`;
  await live.client.query(`SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput')`);
  await live.client.query(`CREATE SUBSCRIPTION sub CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)`);
  await live.client.query(`BEGIN; CREATE TABLE t (); PREPARE TRANSACTION '${live.name}'`);
  try {
    expect((await ties(live.client)).sort()).toEqual([
      `logical slot "${slot}" belongs to it`,
      `prepared transaction "${live.name}" is open in it`,
      'subscription "sub" belongs to it',
    ]);
  } finally {
    await live.client.query(`ROLLBACK PREPARED '${live.name}'`);
    await live.client.query(`SELECT pg_drop_replication_slot('${slot}')`);
    await live.client.query('ALTER SUBSCRIPTION sub SET (slot_name = NONE)');
    await live.client.query('DROP SUBSCRIPTION sub');
  }
});

it('has the new one made where the old one lies, and names what keeps the role from it', async () => {
  expect(await tablespaceOf(live.client)).toBeNull();
  const space = `space_${live.name}`;
  const scratch = new ScratchDatabases(live.url, '20261124-031500-0f9b');
  const role = `role_${live.name}`;
  // In the server's own folder: the server may run as somebody else than the tests.
  await desk[0].query('SET allow_in_place_tablespaces = on');
  await desk[0].query(`CREATE TABLESPACE ${space} LOCATION ''`);
  await onServer(`CREATE ROLE ${role} CREATEDB`);
  try {
    await live.client.end();
    await onServer(`ALTER DATABASE ${live.name} SET TABLESPACE ${space}`);
    const client = await connect(live.name);
    expect(await tablespaceOf(client)).toBe(space);
    await scratch.create('fresh', 'template0', space);
    expect(await scratch.use('fresh', tablespaceOf)).toBe(space);
    await client.query(`SET ROLE ${role}`);
    expect(await ties(client)).toContain(
      `role ${role} may not use tablespace ${space}, in which it lies; grant CREATE on it`,
    );
  } finally {
    await scratch.dropAll();
    await live.drop();
    await onServer(`DROP TABLESPACE ${space}`);
    await onServer(`DROP ROLE ${role}`);
  }
});

it('names what a role may not do', async () => {
  const role = `role_${live.name}`;
  await onServer(`CREATE ROLE ${role}`);
  await connect(live.name);
  try {
    await live.client.query(`SET ROLE ${role}`);
    expect((await ties(live.client)).sort()).toEqual([
      `role ${role} does not own it`,
      `role ${role} may not create databases`,
      expect.stringMatching(/^role \S+ may not end the sessions of role \S+, a superuser$/),
    ]);
  } finally {
    await live.client.query(`RESET ROLE; DROP ROLE ${role}`);
  }
});

it('keeps the old one under a name that fits', () => {
  expect(keptName('broxiva', '20261124-031500-0f9b')).toBe('broxiva_before_20261124_031500_0f9b');
  expect(keptName('ü'.repeat(31), '20261124-031500-0f9b')).toBe(`${'ü'.repeat(17)}_before_20261124_031500_0f9b`);
});
