/** backup: what it costs to take a backup with its digests, and to prove it, beside PostgreSQL's own programs with the same flags. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { seed } from '../prisma/seed';
import { createPgTools } from '../src/adapters/pg-tools';
import { COMPRESS } from '../src/backup/compression';
import { timedProcess, watchedProcess } from './contestants/timed-process';
import { provenance } from './machine';
import type { BenchOptions } from './options';
import { benchProject, ENVIRONMENT } from './project';
import { table, type Section } from './results';
import { BenchServer, connected } from './server';
import { ms, summarize } from './stats';
import { broxivaEmpty, type Workload } from './workloads';

const TARGET = 1.25;
const JOBS = 2;
/** Scales of Broxiva's seed: a small database for its memory alone, then about 1 and 5 GB. */
const SMALL = 1;
const SIZES = [18];
const LARGE = 90;
const LOCKKEEPER = join(__dirname, '..', 'bin', 'lockkeeper.js');
const FORMATS = ['custom', 'directory'] as const;
type Format = (typeof FORMATS)[number];

interface Figures {
  /** Milliseconds of each round, the floor's beside ours. */
  floor: Record<Format | 'restore', number[]>;
  ours: Record<Format | 'restore', number[]>;
  peaks: { create: number; verify: number };
}

export async function backup({ command, rounds, large, log }: BenchOptions): Promise<Section> {
  const server = await BenchServer.start(log);
  try {
    const workload = await broxivaEmpty(server);
    const compress = (await createPgTools(server.binDir).hasZstd()) ? COMPRESS.zstd : COMPRESS.gzip;
    const sections: string[] = [];
    const memory: string[][] = [];
    for (const scale of [SMALL, ...SIZES, ...(large ? [LARGE] : [])]) {
      log(`Broxiva at scale ${scale}`);
      const size = await fill(server, workload, scale);
      const figures = await race({ server, workload, compress, rounds: scale === SMALL ? 1 : rounds, log });
      memory.push([size, `${Math.round(figures.peaks.create)}`, `${Math.round(figures.peaks.verify)}`]);
      if (scale !== SMALL) sections.push(`### ${size}\n\n${times(figures)}`);
    }
    return { name: 'backup', body: report(command, server.version, compress, rounds, sections, memory) };
  } finally {
    await server.stop();
  }
}

const DATABASE = 'bench_live';

/** @returns its size, for people. */
async function fill(server: BenchServer, workload: Workload, scale: number): Promise<string> {
  const url = await server.recreate(DATABASE, workload.template);
  await seed(url, { scale });
  return connected(url, async (client) => {
    // What a reader of fresh rows writes is written, and all of it is where it is read from.
    await client.query('VACUUM ANALYZE');
    await client.query('CHECKPOINT');
    const { rows } = await client.query<{ size: string }>(
      'SELECT pg_size_pretty(pg_database_size(current_database())) AS size',
    );
    return rows[0]?.size ?? '';
  });
}

interface Race {
  server: BenchServer;
  workload: Workload;
  compress: string;
  rounds: number;
  log: (line: string) => void;
}

async function race({ server, workload, compress, rounds, log }: Race): Promise<Figures> {
  const empty = (): Figures['floor'] => ({ custom: [], directory: [], restore: [] });
  const figures: Figures = { floor: empty(), ours: empty(), peaks: { create: 0, verify: 0 } };
  for (let round = 0; round < rounds; round++) {
    const floor = (): Promise<void> => byPostgres(server, compress, figures.floor);
    const ours = (): Promise<void> => byLockkeeper(server, workload, figures);
    for (const contestant of round % 2 === 0 ? [floor, ours] : [ours, floor]) await contestant();
    log(`backup: round ${round + 1} of ${rounds}`);
  }
  return figures;
}

async function byPostgres(server: BenchServer, compress: string, times: Figures['floor']): Promise<void> {
  for (const format of FORMATS) {
    const file = join(server.folder, `floor.${format}`);
    const jobs = format === 'directory' ? [`--jobs=${JOBS}`] : [];
    const args = [`--format=${format}`, ...jobs, `--compress=${compress}`, `--file=${file}`, server.url(DATABASE)];
    times[format].push(await timedProcess(server.program('pg_dump'), args));
  }
  const restored = await server.recreate('bench_floor');
  const args = ['--exit-on-error', `--jobs=${JOBS}`, `--dbname=${restored}`, join(server.folder, 'floor.directory')];
  times.restore.push(await timedProcess(server.program('pg_restore'), args));
  await server.drop('bench_floor');
  for (const format of FORMATS) rmSync(join(server.folder, `floor.${format}`), { recursive: true });
}

/** By the commands of the command line, their start counted: the same code that a worker runs. */
async function byLockkeeper(server: BenchServer, workload: Workload, { ours, peaks }: Figures): Promise<void> {
  for (const format of FORMATS) {
    const dir = join(server.folder, 'backups');
    const settings = { backup: { dir, format, jobs: JOBS } };
    const { config, env } = benchProject(server.folder, { ...workload, id: 'backup', settings }, 'full');
    const lockkeeper = (action: string) =>
      watchedProcess(
        process.execPath,
        [LOCKKEEPER, 'backup', action, '--env', ENVIRONMENT],
        { ...env(server.url(DATABASE)), LOCKKEEPER_PG_BIN: server.binDir },
        config.root,
      );
    const made = await lockkeeper('create');
    ours[format].push(made.elapsed);
    peaks.create = Math.max(peaks.create, made.peakMiB ?? 0);
    if (format === 'directory') {
      const verified = await lockkeeper('verify');
      ours.restore.push(verified.elapsed);
      peaks.verify = Math.max(peaks.verify, verified.peakMiB ?? 0);
    }
    rmSync(dir, { recursive: true });
    // What it left to be written is its own, and not the next one's.
    await connected(server.url('postgres'), (client) => client.query('CHECKPOINT'));
  }
}

function times({ floor, ours }: Figures): string {
  const sums = (of: Figures['floor']): number[] => of.directory.map((took, round) => took + (of.restore[round] ?? 0));
  const compared: [string, string, number[], number[]][] = [
    ['backup, custom format', 'pg_dump -Fc', floor.custom, ours.custom],
    ['backup, directory format', `pg_dump -Fd -j${JOBS}`, floor.directory, ours.directory],
    ['verified restore', `pg_restore -j${JOBS}`, floor.restore, ours.restore],
    ['backup and verified restore', `pg_dump -Fd -j${JOBS}, pg_restore -j${JOBS}`, sums(floor), sums(ours)],
  ];
  const rows = compared.map(([what, by, theirs, own]) => {
    const ratio = summarize(own.map((took, round) => took / (theirs[round] ?? 0))).median;
    const verdict = `${ratio <= TARGET ? 'met' : 'missed'} (<= ${TARGET}x)`;
    return [what, by, ms(summarize(theirs).median), ms(summarize(own).median), `${ratio.toFixed(2)}x`, verdict];
  });
  return table(['what', 'floor', 'floor ms', 'Lockkeeper ms', 'ratio', 'target'], rows);
}

function report(
  command: string,
  version: string,
  compress: string,
  rounds: number,
  sections: string[],
  memory: string[][],
): string {
  return [
    provenance(command, version),
    `Median milliseconds over ${rounds} rounds, PostgreSQL's programs and Lockkeeper in turn, on Broxiva's seeded data; a ratio is the median of the rounds' ratios. Both compress with \`--compress=${compress}\`. Lockkeeper is \`lockkeeper backup create\` and \`verify\`, from their start to their end: digests of every row at the dump's snapshot, sha256 of every file and fsync in the first; sha256, the restore with --exit-on-error, the digests of what was restored and dropping it in the second.`,
    ...sections,
    "Peak memory (VmHWM) of Lockkeeper's own process, MiB, by the size of the database:",
    table(['database', 'create', 'verify'], memory),
  ].join('\n\n');
}
