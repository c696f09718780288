/** `bench/RESULTS.md`: one section a benchmark, each replaced when that benchmark runs again. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a benchmark prints, and what goes into the file as it is. */
export interface Section {
  /** Name of the benchmark, and the section's heading. */
  name: string;
  /** Markdown, without the heading. */
  body: string;
}

const FILE = join(__dirname, 'RESULTS.md');
const ORDER = [
  'stall',
  'index',
  'apply',
  'overhead',
  'recovery',
  'plan',
  'hazards',
  'backup',
  'swap',
  'reversals',
  'setup',
];
const INTRODUCTION = `# Figures

Written by \`npm run bench\`; every section names the command that printed it and the machine it ran on. Figures of one
table come from one run, its contestants in turn (A B C, B C A, ...), so that what else the machine does meets all alike.
`;

/** Replaces one section; the others stay as their last run left them. */
export function writeSection(section: Section): void {
  const sections = readSections();
  sections.set(section.name, section.body.trim());
  const ordered = ORDER.filter((name) => sections.has(name));
  const text = ordered.map((name) => `## ${name}\n\n${sections.get(name) ?? ''}\n`);
  writeFileSync(FILE, [INTRODUCTION, ...text].join('\n'));
}

function readSections(): Map<string, string> {
  if (!existsSync(FILE)) return new Map();
  const [, ...parts] = readFileSync(FILE, 'utf8').split(/^## /m);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n')).trim()]));
}

/** A Markdown table, its columns padded so that a terminal shows it straight. All but the first are right-aligned. */
export function table(header: string[], rows: string[][]): string {
  const widths = header.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[]): string => {
    const padded = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `| ${padded.join(' | ')} |`;
  };
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}
