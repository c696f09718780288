/** What a hazard is: one danger of one statement, found in its parse tree with the facts of script and database beside it. */
import type { Severity } from '../../contract';
import type { ParsedStatement } from '../../adapters/sql-parser';
import type { Schema, StatementFacts } from '../statements';
import type { Zone } from '../statements/time-zone';
import type { Tag } from '../statements/ast';
import type { Work } from './sizes';

export interface Hazard {
  id: string;
  /** PostgreSQL's manual on it. */
  docs: string;
  /** True where the executor knows a form with the same end state that takes the danger away. */
  onlineForm: boolean;
  /** The executor does away with it in either form: it is a matter of where transactions end. */
  handledAsWritten?: true;
  /** It comes of sharing a transaction with others: the online form of a script cuts it where somebody would wait. */
  handledApart?: true;
  /** What the online form leaves of it, in one sentence. */
  left?: string;
  /** The types of statement it can be in; left out where any may be. */
  on?: readonly Tag[];
  detect(statement: ParsedStatement, context: HazardContext): Finding[];
}

export interface Finding {
  severity: Severity;
  /** What happens, to whom, and for how long. */
  message: string;
  /** The safe way to write it with the real names; null where only another design is safe. */
  saferSql: string | null;
}

/** A statement with its facts, as neighbours see it. */
export interface Step {
  statement: ParsedStatement;
  facts: StatementFacts;
  /** Statements with the same number commit together. */
  transaction: number;
}

export interface HazardContext {
  facts: StatementFacts;
  /** Before the statement. */
  schema: Schema;
  /** The session's time zone then. */
  zone: Zone;
  /** Before and after the whole script. */
  before: Schema;
  after: Schema;
  /** What the running version was written for; null where the files alone do not tell what is deployed. */
  deployed: Schema | null;
  /** All statements of the script, and this one's place among them. */
  steps: readonly Step[];
  position: number;
  /** True inside the file's own BEGIN. */
  inOwnTransaction: boolean;
  /** Earlier statements that commit together with this one. */
  sameTransaction: readonly Step[];
  /** True for a relation that this script creates, and (with a database at hand) for one that is not there yet. */
  isNew(relation: string): boolean;
  /** Rows that are there; null when unknown. */
  rows(relation: string): number | null;
  /** How much of the numbers of its narrow key is used, 0 to 1; null when unknown, or where the key is wide enough. */
  keyUsed(relation: string): number | null;
  /**
   * A danger that lasts as long as the work on a table: nothing on a new or empty one, `info` on a tiny one, `warning`
   * where it takes less than a second. `build` gets how long, in words: `for about 2 min (40,000,000 rows, 12 GB)`.
   */
  whileBusy(relation: string, work: Work, build: (howLong: string) => Omit<Finding, 'severity'>): Finding[];
}
