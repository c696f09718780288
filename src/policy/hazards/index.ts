import type { HazardFinding, Risk } from '../../contract';
import type { ParsedStatement } from '../../adapters/sql-parser';
import type { Schema, StatementFacts } from '../statements';

export interface DatabaseFacts {
  /** By `schema.table`. */
  tables: Record<string, { rows: number; bytes: number }>;
  /** True when the sizes are unknown because only the files were read. */
  offline: boolean;
}
export interface Allowance { line: number; hazard: string; reason: string }
export interface FindOptions {
  /** `online` marks what the executor's online form takes away. */
  execution?: 'online' | 'as-written';
  allowances?: Allowance[];
  /** The schema as it was before the script. */
  schema?: Schema;
}
export function findHazards(_statements: ParsedStatement[], _facts: StatementFacts[], _database: DatabaseFacts, _options: FindOptions = {}): HazardFinding[] { return []; }
export function allowances(_sql: string): Allowance[] { return []; }
export function riskOf(hazards: HazardFinding[][]): Risk { return hazards.flat().length ? 'low' : 'none'; }
