/** `npm run bench [-- apply|overhead|stall|index|plan|hazards|backup|swap|setup ...]`: prints the tables and writes them to bench/RESULTS.md. */
import { parseArgs } from 'node:util';
import { apply } from './apply';
import { backup } from './backup';
import { hazards } from './hazards';
import { indexBuild } from './index-build';
import type { BenchOptions } from './options';
import { overhead } from './overhead';
import { plan } from './plan';
import { recovery } from './recovery';
import { reversals } from './reversals';
import { writeSection, type Section } from './results';
import { setup } from './setup';
import { stall } from './stall';
import { swap } from './swap';

interface Benchmark {
  run: (options: BenchOptions) => Promise<Section>;
  /** Runs of each contestant unless --rounds says otherwise. */
  rounds: number;
}

const BENCHMARKS: Record<string, Benchmark> = {
  apply: { run: apply, rounds: 9 },
  overhead: { run: overhead, rounds: 9 },
  stall: { run: stall, rounds: 3 },
  recovery: { run: recovery, rounds: 3 },
  index: { run: indexBuild, rounds: 1 },
  plan: { run: plan, rounds: 9 },
  hazards: { run: hazards, rounds: 1 },
  backup: { run: backup, rounds: 3 },
  swap: { run: swap, rounds: 9 },
  reversals: { run: reversals, rounds: 5 },
  setup: { run: setup, rounds: 1 },
};
/** The others take many minutes and are run only when they are named. */
const DEFAULT = ['apply', 'overhead'];
const USAGE = `usage: npm run bench [-- ${Object.keys(BENCHMARKS).join(' | ')}] [--rounds N] [--no-install] [--large], or stall --by NAME --scenario report | large | hopeless`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      rounds: { type: 'string' },
      by: { type: 'string' },
      scenario: { type: 'string' },
      install: { type: 'boolean', default: true },
      large: { type: 'boolean', default: false },
    },
    allowPositionals: true,
    allowNegative: true,
  });
  const asked = values.rounds === undefined ? null : Number(values.rounds);
  const unknown = positionals.filter((name) => !(name in BENCHMARKS));
  if (unknown.length > 0 || !(asked === null || (Number.isInteger(asked) && asked > 0))) throw new Error(USAGE);
  const log = (line: string): void => void process.stderr.write(`bench: ${line}\n`);
  for (const name of positionals.length > 0 ? positionals : DEFAULT) {
    const benchmark = BENCHMARKS[name];
    if (!benchmark) continue;
    const rounds = asked ?? benchmark.rounds;
    const command = `npm run bench -- ${name} --rounds ${rounds}${values.install ? '' : ' --no-install'}${values.large ? ' --large' : ''}`;
    const { by = null, scenario = null, install, large } = values;
    const section = await benchmark.run({ command, rounds, by, scenario, install, large, log });
    console.log(`\n## ${name}\n\n${section.body}`);
    if (by === null && scenario === null) writeSection(section);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
