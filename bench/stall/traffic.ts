/** The application: four clients of pgbench on Broxiva's hot tables. Each sends a transaction, pauses, sends the next. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchServer } from '../server';

export const APPLICATION = 'broxiva-shop';
export const CLIENTS = 4;
/** What every script sleeps at its end; pgbench counts it as the transaction's time. */
const PAUSE_MS = 10;

/** Name of a script in `traffic/`, and how often it is drawn. */
export type Mix = Record<string, number>;

export const SHOP: Mix = { browse: 4, orders: 2, 'sign-in': 2, cart: 2, checkout: 2 };

export interface Transaction {
  /** Milliseconds since the epoch. */
  beganAt: number;
  endedAt: number;
  script: string;
}

export interface TrafficLog {
  transactions: Transaction[];
  /** What the server refused, as pgbench printed it; a client that gets an error ends. */
  errors: string[];
}

export class Traffic {
  private output = '';
  private readonly ended: Promise<number | null>;

  private constructor(
    private readonly pgbench: ChildProcess,
    private readonly logs: string,
    private readonly scripts: string[],
  ) {
    pgbench.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.ended = new Promise((resolve, reject) => pgbench.on('error', reject).on('close', resolve));
    this.ended.catch(() => undefined);
  }

  static start(server: BenchServer, url: string, mix: Mix): Traffic {
    const parent = join(server.folder, 'traffic');
    mkdirSync(parent, { recursive: true });
    const logs = mkdtempSync(join(parent, 'run-'));
    const files = Object.entries(mix).flatMap(([name, weight]) => [
      '-f',
      `${join(__dirname, 'traffic', `${name}.sql`)}@${weight}`,
    ]);
    const run = ['-n', '-M', 'prepared', '-c', String(CLIENTS), '-T', '3600', '--random-seed=1'];
    const log = ['--log', `--log-prefix=${join(logs, 'log')}`];
    const pgbench = spawn(server.program('pgbench'), [...run, ...log, ...files, url], {
      env: { ...process.env, PGAPPNAME: APPLICATION },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new Traffic(pgbench, logs, Object.keys(mix));
  }

  /** Lets what is under way finish. @throws Error when pgbench could not run at all. */
  async stop(): Promise<TrafficLog> {
    // What its own clock would send at the end of -T.
    this.pgbench.kill('SIGALRM');
    await this.ended;
    const lines = readdirSync(this.logs).flatMap((file) => readFileSync(join(this.logs, file), 'utf8').split('\n'));
    const entries = lines.filter(Boolean).map((line) => this.entry(line));
    const transactions = entries.filter((entry) => typeof entry !== 'string');
    if (transactions.length === 0) throw new Error(`pgbench did nothing: ${this.output.slice(-500)}`);
    const refused = this.output.split('\n').filter((line) => line.includes('aborted'));
    return { transactions, errors: [...refused, ...entries.filter((entry) => typeof entry === 'string')] };
  }

  /** `client transaction microseconds script seconds microseconds`, or "failed" in the third place: then an error. */
  private entry(line: string): Transaction | string {
    const fields = line.split(' ');
    const [, , elapsed = 0, script = 0, seconds = 0, fraction = 0] = fields.map(Number);
    const name = this.scripts[script] ?? 'unknown';
    if (fields[2] === 'failed') return `${name}: deadlock or serialization failure`;
    const endedAt = seconds * 1000 + fraction / 1000;
    // The pause comes last: the work ended before it.
    return { beganAt: endedAt - elapsed / 1000, endedAt: endedAt - PAUSE_MS, script: name };
  }
}
