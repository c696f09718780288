/** Servers that a test may break: a PostgreSQL cluster and a Temporal dev server of its own, both with their data on disk. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPostgres, startTemporal, type LocalPostgres, type LocalTemporal } from '../../../src/local';
import { withClient } from './state';

/**
 * The disk outlives every process that is killed here, so fsync proves nothing; synchronous_commit stays on, because a
 * killed server does lose what it has not yet written.
 */
const SETTINGS = { fsync: 'off', max_connections: 200, max_prepared_transactions: 4 };

/** Two rigs that start at once must not fight for ports, which are probed before they are taken. */
const OFFSET = 20 * Number(process.env['JEST_WORKER_ID'] ?? 0);

export class Rig {
  private constructor(
    private readonly folder: string,
    private postgres: LocalPostgres,
    private temporal: LocalTemporal,
  ) {}

  static async start(): Promise<Rig> {
    const folder = await mkdtemp(join(tmpdir(), 'lockkeeper-faults-'));
    // User `postgres` must be able to enter it.
    await chmod(folder, 0o755);
    const [postgres, temporal] = await Promise.all([
      startPostgres({ dataDir: join(folder, 'pg'), port: 5833 + OFFSET, settings: SETTINGS }),
      startTemporal({ dbFile: join(folder, 'temporal.db'), port: 7833 + OFFSET, uiPort: 8833 + OFFSET }),
    ]);
    process.env['TEMPORAL_ADDRESS'] = temporal.address;
    process.env['TEMPORAL_UI_URL'] = temporal.uiUrl;
    return new Rig(folder, postgres, temporal);
  }

  get postgresPort(): number {
    return this.postgres.port;
  }

  get temporalPort(): number {
    return this.temporal.port;
  }

  /** @param port of a relay, where the way leads through one. */
  url(database: string, port = this.postgres.port): string {
    const url = new URL(this.postgres.url);
    url.port = String(port);
    url.pathname = `/${database}`;
    return url.toString();
  }

  /** A new database, a copy of `template`. @returns its name. */
  async database(template = 'template1'): Promise<string> {
    const name = `trial_${randomBytes(5).toString('hex')}`;
    await withClient(this.url('postgres'), (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
    return name;
  }

  /** SIGKILL to every process of the cluster at once, as when its machine dies: what was not yet written is lost. */
  async killPostgres(): Promise<void> {
    const { pid } = this.postgres;
    // Stopped, it can neither restart its children nor recover while they are counted.
    process.kill(pid, 'SIGSTOP');
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
    const children = stdout
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .filter(([, parent]) => parent === pid)
      .map(([child]) => child ?? 0);
    for (const child of children) process.kill(child, 'SIGKILL');
    await this.postgres.crash();
  }

  async restartPostgres(): Promise<void> {
    const { port } = this.postgres;
    this.postgres = await startPostgres({ dataDir: join(this.folder, 'pg'), port, settings: SETTINGS });
    if (this.postgres.port !== port) throw new Error(`Port ${port} was taken while PostgreSQL was down.`);
  }

  async killTemporal(): Promise<void> {
    await this.temporal.crash();
  }

  async restartTemporal(): Promise<void> {
    const { port, uiPort } = this.temporal;
    this.temporal = await startTemporal({ dbFile: join(this.folder, 'temporal.db'), port, uiPort });
    if (this.temporal.port !== port) throw new Error(`Port ${port} was taken while Temporal was down.`);
  }

  async stop(): Promise<void> {
    await Promise.all([this.postgres.stop(), this.temporal.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }
}
