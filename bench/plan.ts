/** How long a plan of hundreds of migrations takes, as a person waits for it: the program's start, all of its work, its end. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provenance } from './machine';
import type { BenchOptions } from './options';
import { table, type Section } from './results';
import { ms, range, summarize } from './stats';

const ROOT = join(__dirname, '..');
const CORPUS = join(ROOT, 'test', 'corpus');
const MIGRATIONS = 800;
const TARGET_MS = 2000;

export function plan({ command, rounds, log }: BenchOptions): Promise<Section> {
  const sources = ['ghostfolio', 'umami'].map((project) => join(CORPUS, project, 'migrations'));
  const root = project(sources);
  try {
    run(root);
    const times = Array.from({ length: rounds }, (_, round) => {
      const took = run(root);
      log(`plan: round ${round + 1} of ${rounds}, ${ms(took)} ms`);
      return took;
    });
    return Promise.resolve({ name: 'plan', body: body(command, times) });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Real migrations, over and over, until there are as many as asked for: a plan looks at each anew. */
function project(sources: string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'lockkeeper-bench-plan-'));
  const folders = sources.flatMap((source) =>
    readdirSync(source, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(source, name)),
  );
  mkdirSync(join(root, 'prisma', 'migrations'), { recursive: true });
  for (let at = 0; at < MIGRATIONS; at++) {
    const from = folders[at % folders.length] ?? '';
    cpSync(from, join(root, 'prisma', 'migrations', `${String(at).padStart(4, '0')}_copy`), { recursive: true });
  }
  writeFileSync(join(root, 'lockkeeper.yaml'), 'environments: { x: { targets: { main: { urlEnv: X } } } }\n');
  return root;
}

function run(cwd: string): number {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'bin', 'lockkeeper.js'), 'plan', '--offline', '--json'],
    { cwd, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  if (status !== 0) throw new Error(`plan ended with ${status}: ${stderr}`);
  return performance.now() - startedAt;
}

function body(command: string, times: number[]): string {
  const summary = summarize(times);
  const row = [
    `${MIGRATIONS} migrations, as JSON`,
    ms(summary.median),
    range(summary),
    `${summary.median <= TARGET_MS ? 'met' : 'missed'} (<= ${ms(TARGET_MS)})`,
  ];
  return [
    provenance(command),
    '',
    `Milliseconds of \`lockkeeper plan --offline\` from its start to its end, ${times.length} runs after one that does not count. The migrations are ghostfolio's and umami's, over and over.`,
    '',
    table(['plan', 'median ms', 'min – max', 'target'], [row]),
  ].join('\n');
}
