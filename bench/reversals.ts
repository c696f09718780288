/** reversals: of the last k migrations of each project, for every k, which come back exactly, which but for the order of columns, and which not. */
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
    const found = new Map<string, MigrationReversal[]>();
    for (const [project, dir] of MIGRATIONS) {
      options.log(project);
      found.set(project, await reversalsOf(server.url('postgres'), server.binDir, dir));
    }
    const times = await reverseTimes(server, options);
    return { name: 'reversals', body: report(options.command, server.version, found, times) };
  } finally {
    await server.stop();
  }
}

function report(command: string, postgres: string, found: Map<string, MigrationReversal[]>, times: string): string {
  const rows = [...found].map(([project, reversals]) => [
    project,
    String(reversals.length),
    ranges(reversals, 'same'),
    ranges(reversals, 'reordered'),
    ranges(reversals, null),
    sources(reversals),
  ]);
  const named = [...found].flatMap(([project, reversals]) =>
    reversals.flatMap(({ migration, reason }) => (reason === null ? [] : [`- ${project} \`${migration}\`: ${reason}`])),
  );
  return [
    provenance(command, postgres),
    `The last k migrations of each project, undone newest first without their \`down.sql\`, for every k up to ${LAST}; \`pg_dump --schema-only\` must be the same as before them. A dropped column that comes back stands behind the others of its table, and stays there until the table itself goes.`,
    table(['project', 'k up to', 'exactly', 'but for the order of columns', 'no way back', 'by'], rows),
    `What comes back in another place, or not at all:\n\n${named.join('\n')}`,
    times,
  ].join('\n\n');
}

/** The values of k that end alike: `1–5, 7`. */
function ranges(reversals: MigrationReversal[], wanted: MigrationReversal['likeness']): string {
  const spans: [number, number][] = [];
  for (const [place, { likeness }] of reversals.entries()) {
    if (likeness !== wanted) continue;
    const last = spans.at(-1);
    if (last?.[1] === place) last[1] = place + 1;
    else spans.push([place + 1, place + 1]);
  }
  return spans.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ') || 'none';
}

function sources(reversals: MigrationReversal[]): string {
  const names = [...new Set(reversals.map(({ source }) => source))];
  return names.map((name) => `${name} ${reversals.filter(({ source }) => source === name).length}`).join(', ');
}
