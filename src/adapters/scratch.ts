/** Scratch databases on the target's server: made for one deployment, named after it, dropped with it. */
import { openSession, withSession, type Client, type SessionOptions } from './postgres';

const PREFIX = 'lockkeeper_scratch';
/** Not the deployment's own name: these sessions are no orphans of a migration. */
const APPLICATION = 'lockkeeper/scratch';

/** Fits PostgreSQL's 63 bytes for every deployment id. */
export function scratchName(deploymentId: string, purpose: string): string {
  return `${PREFIX}_${deploymentId.replaceAll('-', '_')}_${purpose}`;
}

export class ScratchDatabases {
  constructor(
    private readonly url: string,
    private readonly deploymentId: string,
  ) {}

  /** Makes a database, after dropping what an earlier attempt left under its name. */
  create(purpose: string, template: 'template0' | { copyOf: string }): Promise<string> {
    const name = scratchName(this.deploymentId, purpose);
    const source = template === 'template0' ? 'template0' : scratchName(this.deploymentId, template.copyOf);
    return this.maintain(async (client) => {
      await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
      await client.query(
        `CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE ${client.escapeIdentifier(source)}${await this.locale(client, template)}`,
      );
      return name;
    });
  }

  drop(purpose: string): Promise<void> {
    const name = scratchName(this.deploymentId, purpose);
    return this.maintain(
      async (client) =>
        void (await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`)),
    );
  }

  /** Drops every scratch database of the deployment. */
  dropAll(): Promise<void> {
    return this.maintain(async (client) => {
      const { rows } = await client.query<{ datname: string }>(
        'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
        [scratchName(this.deploymentId, '')],
      );
      for (const { datname } of rows)
        await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(datname)} WITH (FORCE)`);
    });
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
      applicationName: APPLICATION,
      database: scratchName(this.deploymentId, purpose),
      settings: { synchronous_commit: 'off' },
    };
  }

  /** A restored dump must sort and compare as its origin does. */
  private async locale(client: Client, template: 'template0' | { copyOf: string }): Promise<string> {
    if (template !== 'template0') return '';
    const { rows } = await client.query<{ encoding: string; collate: string; ctype: string }>(
      `SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype FROM pg_database WHERE datname = current_database()`,
    );
    const [origin] = rows;
    if (!origin) return '';
    return ` ENCODING ${client.escapeLiteral(origin.encoding)} LC_COLLATE ${client.escapeLiteral(origin.collate)} LC_CTYPE ${client.escapeLiteral(origin.ctype)}`;
  }

  /** CREATE and DROP DATABASE run from the target's own database: the one that the role surely may connect to. */
  private maintain<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return withSession(this.url, { applicationName: APPLICATION }, work);
  }
}
