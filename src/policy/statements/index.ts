import type { SchemaTotals } from '../../contract';
import type { ParsedStatement } from '../../adapters/sql-parser';
import type { ScriptContext, StatementFacts } from './facts';
import { Schema } from './schema';

export { Schema };
export type { Creation, ScriptContext, StatementFacts } from './facts';

export function scriptContext(schema: Schema = new Schema(), parse?: ScriptContext['parse']): ScriptContext {
  return parse ? { schema: schema.clone(), parse } : { schema: schema.clone() };
}
export function describe(statement: ParsedStatement, _script: ScriptContext): StatementFacts {
  return { line: statement.line, kind: Object.keys(statement.node)[0] ?? '', locks: [], contested: [], rewrites: false, transactional: true, scans: false,
    creates: { tables: [], columns: 0, indexes: [], enums: [], foreignKeys: 0 }, dropsData: false };
}
/** Describes a whole script in order; `schema` is what earlier migrations left, and is not changed. */
export function describeScript(statements: ParsedStatement[], script: ScriptContext = scriptContext()): StatementFacts[] {
  return statements.map((statement) => describe(statement, script));
}
/** Advances `script.schema` past the statement. */
export function learn(_statement: ParsedStatement, _script: ScriptContext): void {}
export function transactionControl(_statement: ParsedStatement): 'begin' | 'commit' | 'rollback' | null { return null; }
export function canRunInTransaction(_statement: ParsedStatement): boolean { return true; }
export function enumValueAdded(_statement: ParsedStatement): { type: string; value: string } | null { return null; }
export function usesLiteral(_statement: ParsedStatement, _value: string): boolean { return false; }
export function setsSession(_statement: ParsedStatement): boolean { return false; }
export function totals(_facts: StatementFacts[]): SchemaTotals { return { tables: 0, columns: 0, indexes: 0, enums: 0, foreignKeys: 0 }; }
