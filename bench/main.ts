/** `npm run bench [-- apply|overhead|setup ...]`: prints the tables and writes them to bench/RESULTS.md. */
import { parseArgs } from 'node:util';
import { apply } from './apply';
import type { BenchOptions } from './options';
import { overhead } from './overhead';
import { writeSection, type Section } from './results';
import { setup } from './setup';

const BENCHMARKS: Record<string, (options: BenchOptions) => Promise<Section>> = { apply, overhead, setup };
/** `setup` takes minutes and is run only when it is named. */
const DEFAULT = ['apply', 'overhead'];
const USAGE = `usage: npm run bench [-- apply | overhead | setup] [--rounds N] [--no-install]`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { rounds: { type: 'string', default: '9' }, install: { type: 'boolean', default: true } },
    allowPositionals: true,
    allowNegative: true,
  });
  const rounds = Number(values.rounds);
  const unknown = positionals.filter((name) => !(name in BENCHMARKS));
  if (unknown.length > 0 || !(Number.isInteger(rounds) && rounds > 0)) throw new Error(USAGE);
  const log = (line: string): void => void process.stderr.write(`bench: ${line}\n`);
  for (const name of positionals.length > 0 ? positionals : DEFAULT) {
    const command = `npm run bench -- ${name} --rounds ${rounds}${values.install ? '' : ' --no-install'}`;
    const section = await BENCHMARKS[name]?.({ command, rounds, install: values.install, log });
    if (!section) continue;
    console.log(`\n## ${name}\n\n${section.body}`);
    writeSection(section);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
