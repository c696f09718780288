/** The PostgreSQL server of a benchmark: as initdb leaves it, so durable, and the same for every contestant. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { withDatabase } from '../src/adapters/postgres';
import { requireTool, resolvePostgres, startPostgres, type LocalPostgres } from '../src/local';

export class BenchServer {
  private constructor(
    private readonly postgres: LocalPostgres,
    private readonly maintenance: Client,
    /** Removed at the end; user `postgres` may enter it. */
    readonly folder: string,
    readonly version: string,
  ) {}

  static async start(log: (line: string) => void): Promise<BenchServer> {
    const { path: binDir } = requireTool(await resolvePostgres({ mode: 'install', log }));
    const folder = await mkdtemp(join(tmpdir(), 'lockkeeper-bench-'));
    await chmod(folder, 0o755);
    const postgres = await startPostgres({ dataDir: join(folder, 'pg'), port: 5633, binDir, log });
    const maintenance = new Client({ connectionString: postgres.url });
    await maintenance.connect();
    const { rows } = await maintenance.query<{ server_version: string }>('SHOW server_version');
    return new BenchServer(postgres, maintenance, folder, rows[0]?.server_version.split(' ')[0] ?? 'unknown');
  }

  get binDir(): string {
    return this.postgres.binDir;
  }

  program(name: string): string {
    return join(this.postgres.binDir, name);
  }

  url(database: string): string {
    return withDatabase(this.postgres.url, database);
  }

  /** Makes `database` anew, as a copy; what a copy leaves to be written is written before it returns. @returns its URL. */
  async recreate(database: string, template = 'template0'): Promise<string> {
    await this.drop(database);
    // Before 15 files were always copied; since then the copy's every page goes through the WAL unless one asks for it.
    const strategy = Number.parseInt(this.version, 10) >= 15 ? 'STRATEGY FILE_COPY' : '';
    await this.maintenance.query(`CREATE DATABASE "${database}" TEMPLATE "${template}" ${strategy}`);
    await this.maintenance.query('CHECKPOINT');
    return this.url(database);
  }

  async drop(database: string): Promise<void> {
    await this.maintenance.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
  }

  async stop(): Promise<void> {
    await this.maintenance.end();
    await this.postgres.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Runs queries on a connection of their own. */
export async function connected<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
