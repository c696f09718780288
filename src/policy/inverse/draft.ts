/** The inverse of one statement while it is put together. */

import { literal } from './names';

/** In which order the parts of an inverse run: what depends on another goes first and comes back last. */
const STAGES = [
  'rename',
  'detach',
  'drop',
  'schemas',
  'types',
  'sequences',
  'routines',
  'tables',
  'columns',
  'constraints',
  'indexes',
  'partitions',
  'foreign keys',
  'views',
  'attachments',
  'settings',
] as const;
export type Stage = (typeof STAGES)[number];

const RESUME = 'SELECT lockkeeper.resume_sequence(';

/** A sequence goes on behind the numbers of the columns that use it: once they all do so again. */
export function resumesLast(statements: string[]): string[] {
  const isResume = (statement: string): boolean => statement.startsWith(RESUME);
  return [...statements.filter((statement) => !isResume(statement)), ...statements.filter(isResume)];
}

export class Draft {
  private readonly parts: { stage: Stage; sql: string }[] = [];
  private readonly reasons = new Set<string>();
  private readonly notes = new Set<string>();

  /** @param kept sequences whose value is known when they are made again; quoted and qualified. */
  constructor(private readonly kept: ReadonlySet<string>) {}

  add(stage: Stage, sql: string): void {
    this.parts.push({ stage, sql });
  }

  /** Notes why there is no exact inverse. */
  refuse(reason: string): void {
    this.reasons.add(reason);
  }

  /** A sequence that is made again goes on where it was. @param name quoted and qualified. */
  resume(name: string): void {
    if (this.kept.has(name)) this.add('settings', `${RESUME}${literal(name)})`);
    else this.refuse(`nobody knows how far sequence ${name} had come, and it would give out numbers for a second time`);
  }

  /** Notes what comes back in another place: all the same, but for the order of a table's columns. */
  reorder(note: string): void {
    this.notes.add(note);
  }

  get reordered(): string[] {
    return [...this.notes];
  }

  get refusals(): string[] {
    return [...this.reasons];
  }

  /** Statements without their semicolons, in the order in which they must run. */
  statements(): string[] {
    return STAGES.flatMap((stage) => this.parts.filter((part) => part.stage === stage).map(({ sql }) => sql));
  }
}
