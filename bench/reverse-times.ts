/** Undoing Broxiva's seven by Lockkeeper's executor, against psql with the same SQL. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSql } from '../src/activities/script';
import { takeFence } from '../src/adapters/ledger/fence';
import { ensureLedger } from '../src/adapters/ledger/schema';
import { openSession } from '../src/adapters/postgres';
import { AS_WRITTEN } from '../src/policy/segments';
import { timedProcess } from './contestants/timed-process';
import type { BenchOptions } from './options';
import { table } from './results';
import type { BenchServer } from './server';
import { ms, range, summarize } from './stats';
import { reversalsOf } from './undone';
import { broxivaEmpty, migrationFile } from './workloads';

const TARGET = 1.3;
const MIGRATED = 'bench_migrated';
const COPY = 'bench_undone';

export async function reverseTimes(server: BenchServer, { rounds, log }: BenchOptions): Promise<string> {
  const workload = await broxivaEmpty(server);
  const url = await server.recreate(MIGRATED, workload.template);
  const run = (files: string[], database: string): Promise<number> => {
    const each = files.flatMap((file) => ['-f', file]);
    return timedProcess(server.program('psql'), ['--no-psqlrc', '-q', '-v', 'ON_ERROR_STOP=1', ...each, database]);
  };
  // Not by Prisma's engine: one of the seven uses an enum value at once, which takes a commit in between.
  await run(
    workload.pending.map((folder) => migrationFile(workload, folder)),
    url,
  );
  const all = await reversalsOf(server.url('postgres'), server.binDir, workload.migrationsDir);
  const scripts = all.slice(0, workload.pending.length).map(({ sql }) => sql ?? '');
  const files = scripts.map((sql, place) => {
    const file = join(server.folder, `undo-${place}.sql`);
    writeFileSync(file, `BEGIN;\n${sql}COMMIT;\n`);
    return file;
  });
  const times = { psql: [] as number[], lockkeeper: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    log(`undo, round ${round} of ${rounds}`);
    const byPsql = await run(files, await server.recreate(COPY, MIGRATED));
    const byUs = await byExecutor(await server.recreate(COPY, MIGRATED), scripts);
    if (round === 0) continue;
    times.psql.push(byPsql);
    times.lockkeeper.push(byUs);
  }
  return report(times);
}

/** One session for all, as psql has; connecting counts for both. */
async function byExecutor(url: string, scripts: string[]): Promise<number> {
  const startedAt = performance.now();
  const client = await openSession(url, {
    applicationName: 'lockkeeper/bench',
    settings: { synchronous_commit: 'off' },
  });
  try {
    await ensureLedger(client);
    const token = await takeFence(client, {
      owner: 'bench',
      run: 'bench',
      turn: [1, 1],
      orphans: 'lockkeeper/bench-none/',
    });
    for (const [place, sql] of scripts.entries())
      await runSql({ client, token, deployment: 'bench' }, sql, AS_WRITTEN, {
        script: `reverse/bench/${place}`,
        title: 'undo',
        patience: { timeoutMs: 2_000, budgetMs: 10_000, eviction: null },
        signal: new AbortController().signal,
      });
    return performance.now() - startedAt;
  } finally {
    await client.end();
  }
}

function report({ psql, lockkeeper }: { psql: number[]; lockkeeper: number[] }): string {
  const [theirs, ours] = [summarize(psql), summarize(lockkeeper)];
  const ratio = ours.median / theirs.median;
  const rows = [
    ['psql -f, each script in a transaction', ms(theirs.median), range(theirs), ''],
    [
      "Lockkeeper's executor",
      ms(ours.median),
      range(ours),
      `${ratio.toFixed(2)}x (${ratio <= TARGET ? 'met' : 'missed'}, <= ${TARGET})`,
    ],
  ];
  return `The reversals of Broxiva's seven, without rows, ${theirs.runs} runs each in turn after one that does not count:\n\n${table(['by', 'median ms', 'min – max', 'ratio'], rows)}`;
}
