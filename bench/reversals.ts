/** reversals: of the last migrations of each project, how many come back exactly, by which source, and why the others do not. */
import { provenance } from './machine';
import type { BenchOptions } from './options';
import { table, type Section } from './results';
import { reverseTimes } from './reverse-times';
import { BenchServer } from './server';
import { LAST, reversalsOf, type MigrationReversal } from './undone';
import { MIGRATIONS } from './workloads';

export async function reversals(options: BenchOptions): Promise<Section> {
  const server = await BenchServer.start(options.log);
  try {
    const rows: string[][] = [];
    const named: string[] = [];
    for (const [project, dir] of MIGRATIONS) {
      options.log(project);
      const found = await reversalsOf(server.url('postgres'), server.binDir, dir);
      const by = (source: MigrationReversal['source']): string =>
        String(found.filter((each) => each.source === source).length);
      rows.push([project, String(found.length), by('inverses'), by('engine-diff'), by('none')]);
      for (const { migration, reason } of found)
        if (reason !== null) named.push(`- ${project} \`${migration}\`: ${reason}`);
    }
    const times = await reverseTimes(server, options);
    return { name: 'reversals', body: report(options.command, server.version, rows, named, times) };
  } finally {
    await server.stop();
  }
}

function report(command: string, postgres: string, rows: string[][], named: string[], times: string): string {
  return [
    provenance(command, postgres),
    `The last ${LAST} migrations of each project, undone newest first without their \`down.sql\`; \`pg_dump --schema-only\` must be the same after each as before it.`,
    table(['project', 'migrations', 'by inverses', "by the engine's diff", 'not exactly'], rows),
    `Those that do not come back exactly, and why:\n\n${named.join('\n')}`,
    times,
  ].join('\n\n');
}
