/** What is known of one statement before it runs. */
import type { ParsedStatement } from '../../adapters/sql-parser';
import type { LockPrediction, StatementPlan } from '../plan';
import type { Schema } from './schema';

/** What a statement adds to the schema; names as the file writes them, without quotes. */
export interface Creation {
  tables: string[];
  /** Columns of new tables and columns added to old ones. */
  columns: number;
  /** `CREATE INDEX` and UNIQUE constraints; the index behind a primary key is not counted. */
  indexes: string[];
  enums: string[];
  foreignKeys: number;
}

export interface StatementFacts extends StatementPlan {
  /** The locks that someone can wait for: those on relations that were there before the script. */
  contested: LockPrediction[];
  /** True when a whole table is read (to validate, to build an index, to rewrite) while the locks are held. */
  scans: boolean;
  creates: Creation;
  /** Rows or values are gone afterwards: DROP TABLE/COLUMN, TRUNCATE, DELETE, a narrowing type change. */
  dropsData: boolean;
}

/** What a statement can look back on: the schema as earlier migrations and earlier statements of its own script left it. */
export interface ScriptContext {
  schema: Schema;
  /** Parses SQL inside `DO` blocks, so that their statements count too; without it such a block locks nothing we know of. */
  parse?: (sql: string) => ParsedStatement[];
}
