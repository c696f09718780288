/**
 * The handbook's examples as a script. Blocks say in their first line how they are run:
 *
 *     ```sql run         psql runs it, and it succeeds
 *     ```sql fails       psql runs it, and its last statement fails
 *     ```sql migration   its first line names its file; the plan of it is made, then psql runs it
 *     ```sql plan        as a migration, but it is only planned
 *
 * A ```text block right behind one is what it prints. A section (###) has a database of its own: a copy of what the
 * section "The shop" leaves.
 */
export type ExampleKind = 'run' | 'fails' | 'migration' | 'plan';

export interface Example {
  kind: ExampleKind;
  /** Line of the document, counted from 1, on which the block begins. */
  line: number;
  text: string;
  /** What it prints, where the document says so: the lines of the block behind it. */
  output: { from: number; to: number; text: string } | null;
}

export interface Section {
  heading: string;
  examples: Example[];
}

export function sectionsWithExamples(document: string): Section[] {
  const lines = document.split('\n');
  const sections: Section[] = [{ heading: '', examples: [] }];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const heading = /^#{2,3} (.+)$/.exec(line)?.[1];
    if (heading) sections.push({ heading, examples: [] });
    if (!line.startsWith('```')) continue;
    const end = endOfBlock(lines, at);
    const kind = /^```sql (run|fails|migration|plan)$/.exec(line)?.[1] as ExampleKind | undefined;
    if (kind)
      sections.at(-1)?.examples.push({
        kind,
        line: at + 1,
        text: lines.slice(at + 1, end).join('\n'),
        output: outputBehind(lines, end),
      });
    at = end;
  }
  return sections.filter(({ examples }) => examples.length > 0);
}

function outputBehind(lines: string[], end: number): Example['output'] {
  if (lines[end + 1] !== '' || lines[end + 2] !== '```text') return null;
  const [from, to] = [end + 3, endOfBlock(lines, end + 2)];
  return { from, to, text: lines.slice(from, to).join('\n') };
}

function endOfBlock(lines: string[], start: number): number {
  const end = lines.indexOf('```', start + 1);
  if (end < 0) throw new Error(`The block in line ${start + 1} does not end.`);
  return end;
}

/** `20260105090000_example_gift_wrap` of a block that begins `-- 20260105090000_example_gift_wrap/migration.sql`. */
export function migrationName({ text, line }: Example): string {
  const name = /^-- (\w+)\/migration\.sql\n/.exec(text)?.[1];
  if (!name) throw new Error(`The migration in line ${line} does not name its file in its first line.`);
  return name;
}

/** The document with what its examples really print. */
export function withOutputs(document: string, printed: Map<Example, string>): string {
  const lines = document.split('\n');
  for (const [{ output }, text] of [...printed].sort(([one], [other]) => other.line - one.line))
    if (output) lines.splice(output.from, output.to - output.from, ...text.split('\n'));
  return lines.join('\n');
}
