/** Measures every statement of a rehearsal: its time, the locks that it takes, what it rewrites, its WAL and its temporary files. */
import type { Foresight } from '../policy/foresight';
import { bracketOf, type Segment } from '../policy/segments';
import type { MeasuredLock, MeasuredSegment, MeasuredStatement } from '../policy/measures';
import { LockSet, type LockMode } from '../policy/statements/locks';
import type { Client } from './postgres';
import type { Around } from './segment';
import type { ParsedStatement } from './sql-parser';

interface Table {
  name: string;
  /** relfilenode: another one means that the table was written anew. */
  file: string;
}

const TABLES = `
  SELECT c.oid::text, n.nspname || '.' || c.relname AS name, c.relfilenode::text AS file
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'lockkeeper')`;

/** pg_relation_filenode() waits for no lock. */
const AFTERWARDS = `
  SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1)::float8 AS wal,
         (SELECT coalesce(json_agg(json_build_object('oid', l.relation::text, 'mode', l.mode, 'file', pg_relation_filenode(l.relation)::text)), '[]')
            FROM pg_locks l
           WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.relation >= 16384) AS locks`;

interface Afterwards {
  wal: number;
  locks: { oid: string; mode: LockMode; file: string | null }[];
}

/** One for all the scripts that are run on one scratch database, in their order. */
export class StatementMeter {
  /** What was there before the first of them, by oid: the locks that others could wait for. */
  private tables: Map<string, Table> | null = null;
  private readonly measured = new Map<Segment, MeasuredSegment>();
  private readonly temp = new TempFiles();
  private last: MeasuredSegment | null = null;
  /** What runs, or ran last: after a failure, what failed. */
  current: ParsedStatement | null = null;

  /** @param lacking tables without all of their rows, and how many times as many there should be. */
  constructor(
    private readonly foresight: Foresight,
    private readonly lacking: ReadonlyMap<string, number> = new Map(),
  ) {}

  /** For the executor, when it runs this migration. */
  of(migration: string, client: Client): Around {
    return (segment, statement, execute) => this.measure(client, migration, segment, statement, execute);
  }

  /** The temporary files of a script's last segment are known only now. */
  finish(client: Client): Promise<void> {
    return this.settle(client, null);
  }

  segments(): MeasuredSegment[] {
    return [...this.measured.values()];
  }

  private async measure(
    client: Client,
    migration: string,
    segment: Segment,
    statement: ParsedStatement,
    execute: () => Promise<unknown>,
  ): Promise<void> {
    this.tables ??= await tablesOf(client);
    const place = bracketOf(segment).inner.indexOf(statement);
    // A second attempt at the segment takes the place of the first, which left nothing.
    if (place === 0) {
      const { index, locks } = segment;
      const planned = locks.length > 0;
      const first: MeasuredSegment = { migration, segment: index, planned, tempBytes: null, statements: [] };
      await this.settle(client, first);
      this.measured.set(segment, first);
      this.foresight.begin();
    }
    this.current = statement;
    const wal = await walPosition(client);
    const startedAt = performance.now();
    await execute();
    const durationMs = performance.now() - startedAt;
    const { touched, ...seen } = await this.look(client, segment, wal);
    const { line } = statement;
    const scale = this.foresight.goesOverRows(statement) ? this.scaleOf(touched) : 1;
    const unforeseen = this.foresight.compare(migration, statement, seen.locks);
    this.last?.statements.push({ statement: place, line, durationMs: rounded(durationMs), scale, ...seen, unforeseen });
  }

  private async look(
    client: Client,
    { kind }: Segment,
    before: string,
  ): Promise<Pick<MeasuredStatement, 'walBytes' | 'locks' | 'rewrites'> & { touched: string[] }> {
    const { rows } = await client.query<Afterwards>(AFTERWARDS, [before]);
    await this.temp.tell(client);
    const { wal = 0, locks: held = [] } = rows[0] ?? {};
    const locks = held.filter(({ mode }) => mode !== 'AccessShareLock');
    const files = new Map(locks.map(({ oid, file }) => [oid, file]));
    // Outside a transaction the locks are gone by now, and with them the sign of what to look at.
    if (kind === 'single') for (const [oid, { file }] of await tablesOf(client)) files.set(oid, file);
    const touched =
      kind === 'single' ? [...this.lacking.keys()] : held.map(({ oid }) => this.tables?.get(oid)?.name ?? '');
    return { walBytes: wal, locks: this.newLocks(locks), rewrites: this.rewritten(files), touched };
  }

  private scaleOf(touched: string[]): number {
    return Math.max(1, ...touched.map((name) => this.lacking.get(name) ?? 1));
  }

  private newLocks(held: Afterwards['locks']): MeasuredLock[] {
    const locks = new LockSet();
    for (const { oid, mode } of held) {
      const name = this.tables?.get(oid)?.name;
      if (name !== undefined) locks.add(name, mode);
    }
    const before = new Set(
      this.last?.statements.flatMap((each) => each.locks.map(({ relation, mode }) => `${mode} ${relation}`)),
    );
    return locks.list().filter(({ relation, mode }) => !before.has(`${mode} ${relation}`));
  }

  private rewritten(files: Map<string, string | null>): string[] {
    return [...files].flatMap(([oid, file]) => {
      const table = this.tables?.get(oid);
      if (!table || file === null || file === table.file) return [];
      table.file = file;
      return [table.name];
    });
  }

  /** The server adds temporary files up when their transaction has ended: what is new belongs to the segment before. */
  private async settle(client: Client, next: MeasuredSegment | null): Promise<void> {
    const since = await this.temp.since(client);
    if (this.last) this.last.tempBytes = since;
    this.last = next;
  }
}

/** Bytes of the temporary files in this database, from one look to the next. */
class TempFiles {
  private before: number | null = null;
  private tells: boolean | null = null;

  /** Without it a session tells the server once a second at most. PostgreSQL 14 cannot be asked to. */
  async tell(client: Client): Promise<void> {
    if (this.tells) await client.query('SELECT pg_stat_force_next_flush()');
  }

  /** Null where the server does not tell in time. */
  async since(client: Client): Promise<number | null> {
    const { rows } = await client.query<{ bytes: number; tells: boolean }>(
      `SELECT temp_bytes::float8 AS bytes, to_regprocedure('pg_stat_force_next_flush()') IS NOT NULL AS tells
         FROM pg_stat_database WHERE datname = current_database()`,
    );
    const { bytes = 0, tells = false } = rows[0] ?? {};
    const { before } = this;
    this.tells = tells;
    this.before = bytes;
    return tells && before !== null ? bytes - before : null;
  }
}

async function tablesOf(client: Client): Promise<Map<string, Table>> {
  const { rows } = await client.query<Table & { oid: string }>(TABLES);
  return new Map(rows.map(({ oid, name, file }) => [oid, { name, file }]));
}

async function walPosition(client: Client): Promise<string> {
  const { rows } = await client.query<{ position: string }>('SELECT pg_current_wal_insert_lsn()::text AS position');
  return rows[0]?.position ?? '0/0';
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
