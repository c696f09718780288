/** Scratch databases, on the target's server or on one that rehearses for it: made for one deployment, named after it, dropped with it. */
import { FailureType, permanent } from '../errors';
import { DatabaseError, openSession, withSession, type Client, type SessionOptions } from './postgres';
import { DROP_SUBSCRIPTIONS } from './subscriptions';

export const SCRATCH_PREFIX = 'lockkeeper_scratch';
const DUPLICATE_DATABASE = '42P04';
/** What CREATE DATABASE says of an encoding, a locale and a provider that the server has not. */
const NO_SUCH_LOCALE = new Set(['22023', '42809', '0A000']);
/** Not the deployment's own name: these sessions are no orphans of a migration. */
export const SCRATCH_APPLICATION = 'lockkeeper/scratch';

/** Fits PostgreSQL's 63 bytes for every deployment id. */
export function scratchName(deploymentId: string, purpose: string): string {
  return `${SCRATCH_PREFIX}_${deploymentId.replaceAll('-', '_')}_${purpose}`;
}

/** Whose a database of that name is; null where the name is none of these. */
export function deploymentOfScratch(name: string): string | null {
  const [, day, time, mark] = new RegExp(`^${SCRATCH_PREFIX}_(\\d{8})_(\\d{6})_([0-9a-f]{4})_`).exec(name) ?? [];
  return day && time && mark ? `${day}-${time}-${mark}` : null;
}

export class ScratchDatabases {
  constructor(
    private readonly url: string,
    private readonly deploymentId: string,
    /** URL of the database that they are made like, where that is on another server. */
    private readonly origin: string = url,
  ) {}

  /**
   * Makes a database, after dropping what an earlier attempt left under its name.
   * @param tablespace where it lies; null for where its template does.
   */
  create(
    purpose: string,
    template: 'template0' | { copyOf: string },
    tablespace: string | null = null,
  ): Promise<string> {
    const name = scratchName(this.deploymentId, purpose);
    const source = template === 'template0' ? 'template0' : scratchName(this.deploymentId, template.copyOf);
    return this.maintain(async (client) => {
      const locale = template === 'template0' ? await this.locale() : '';
      await this.dropDatabase(client, name);
      const place = tablespace === null ? '' : ` TABLESPACE ${client.escapeIdentifier(tablespace)}`;
      const like = `TEMPLATE ${client.escapeIdentifier(source)}${locale}${place}`;
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} ${like}`).catch((error: unknown) => {
        throw this.unlike(error);
      });
      return name;
    });
  }

  /** The same server has whatever its databases have. */
  private unlike(error: unknown): unknown {
    const elsewhere = this.origin !== this.url && error instanceof DatabaseError;
    if (!elsewhere || !NO_SUCH_LOCALE.has(error.code ?? '')) return error;
    return permanent(
      FailureType.Rehearsal,
      `The server that rehearses can make no database like the target's: ${error.message}. Production was not touched.`,
    );
  }

  /**
   * Gives a scratch database a name that outlives the scratch: it is dropped no more.
   * @throws ApplicationFailure Backup where the name is taken, which a database keeps.
   */
  keepAs(purpose: string, name: string): Promise<void> {
    const scratch = scratchName(this.deploymentId, purpose);
    return this.maintain(async (client) => {
      await client
        .query(`ALTER DATABASE ${client.escapeIdentifier(scratch)} RENAME TO ${client.escapeIdentifier(name)}`)
        .catch((error: unknown) => {
          if ((error as { code?: string }).code !== DUPLICATE_DATABASE) throw error;
          throw permanent(FailureType.Backup, `Database ${name} was made meanwhile; it is left as it is.`);
        });
    });
  }

  /** What keeps this role from restoring into a database of that name, in one sentence; null when nothing does. */
  obstacle(name: string | null): Promise<string | null> {
    return this.maintain(async (client) => {
      const { rows } = await client.query<{ role: string; may: boolean; taken: boolean }>(
        `SELECT current_user AS role, rolcreatedb OR rolsuper AS may,
                EXISTS (SELECT FROM pg_database WHERE datname = $1) AS taken FROM pg_roles WHERE rolname = current_user`,
        [name],
      );
      const [seen] = rows;
      if (!seen?.may) return `Role ${seen?.role ?? 'unknown'} may not create databases; grant CREATEDB to it.`;
      return seen.taken ? `There is a database ${name ?? ''} already, and a restore writes over nothing.` : null;
    });
  }

  drop(purpose: string): Promise<void> {
    const name = scratchName(this.deploymentId, purpose);
    return this.maintain((client) => this.dropDatabase(client, name));
  }

  /** Drops every scratch database of the deployment. */
  dropAll(): Promise<void> {
    return this.maintain(async (client) => {
      const { rows } = await client.query<{ datname: string }>(
        'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
        [scratchName(this.deploymentId, '')],
      );
      for (const { datname } of rows) await this.dropDatabase(client, datname);
    });
  }

  /** One that subscribes cannot be dropped: a restore that was killed, or a migration that is rehearsed, may have left it so. */
  private async dropDatabase(client: Client, name: string): Promise<void> {
    const { rowCount } = await client.query(
      'SELECT FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = $1',
      [name],
    );
    const there = { applicationName: SCRATCH_APPLICATION, database: name };
    if (rowCount) await withSession(this.url, there, (inside) => inside.query(DROP_SUBSCRIPTIONS));
    await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
  }

  /** The caller closes it. */
  open(purpose: string): Promise<Client> {
    return openSession(this.url, this.session(purpose));
  }

  use<T>(purpose: string, work: (client: Client) => Promise<T>): Promise<T> {
    return withSession(this.url, this.session(purpose), work);
  }

  private session(purpose: string): SessionOptions {
    return {
      applicationName: SCRATCH_APPLICATION,
      database: scratchName(this.deploymentId, purpose),
      settings: { synchronous_commit: 'off', 'lockkeeper.copy': 'on' },
    };
  }

  /** A restored dump must sort and compare as its origin does. */
  private locale(): Promise<string> {
    return withSession(this.origin, { applicationName: SCRATCH_APPLICATION }, localeOf);
  }

  /** CREATE and DROP DATABASE run from the database of the URL: the one that the role surely may connect to. */
  private maintain<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return withSession(this.url, { applicationName: SCRATCH_APPLICATION }, work);
  }
}

/** Options of CREATE DATABASE. */
async function localeOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ database: Record<string, string | null>; encoding: string }>(
    // As JSON, because the columns of the provider's locale have another name in every other version.
    `SELECT to_jsonb(d) AS database, pg_encoding_to_char(encoding) AS encoding FROM pg_database d WHERE datname = current_database()`,
  );
  const [origin] = rows;
  if (!origin) return '';
  const { database, encoding } = origin;
  const locale = database['datlocale'] ?? database['daticulocale'] ?? null;
  const options: [string, string | null | undefined][] = [
    ['ENCODING', encoding],
    ['LC_COLLATE', database['datcollate']],
    ['LC_CTYPE', database['datctype']],
    ['LOCALE_PROVIDER', locale === null ? null : database['datlocprovider'] === 'b' ? 'builtin' : 'icu'],
    [database['datlocprovider'] === 'b' ? 'BUILTIN_LOCALE' : 'ICU_LOCALE', locale],
    ['ICU_RULES', database['daticurules']],
  ];
  return options.map(([name, value]) => (value ? ` ${name} ${client.escapeLiteral(value)}` : '')).join('');
}
