/** What the plan foresees of statements in the order in which they run, to hold it against what they did. Pure. */
import type { ParsedStatement } from '../adapters/sql-parser';
import type { UnforeseenLock } from '../contract';
import { isFelt, type MeasuredLock } from './measures';
import { describe, learn, readsRows, Schema, scriptContext, type ScriptContext } from './statements';
import { LockSet, strength, type LockMode } from './statements/locks';

export class Foresight {
  private readonly script: ScriptContext;
  private held = new LockSet();

  /**
   * @param applied statements of what is applied, oldest first.
   * @param schema that names without one are in.
   */
  constructor(
    applied: ParsedStatement[],
    private readonly schema: string,
    parse: NonNullable<ScriptContext['parse']>,
  ) {
    this.script = scriptContext(new Schema(), parse);
    for (const statement of applied) learn(statement, this.script);
  }

  /** A new transaction holds nothing. */
  begin(): void {
    this.held = new LockSet();
  }

  /** Whether its time grows with its tables; must be asked before `compare`. */
  goesOverRows(statement: ParsedStatement): boolean {
    const { scans, rewrites } = describe(statement, this.script);
    return scans || rewrites || readsRows(statement);
  }

  /** @returns those of the locks that a statement took, that others feel and that nobody foresaw. */
  compare(migration: string, statement: ParsedStatement, taken: MeasuredLock[]): UnforeseenLock[] {
    for (const { relation, mode } of describe(statement, this.script).locks) this.held.add(relation, mode as LockMode);
    learn(statement, this.script);
    // Unqualified names are in the session's schema; a dot may also be part of a name.
    const foreseen = new Map(
      this.held.list().flatMap(({ relation, mode }) => [
        [relation, mode],
        [`${this.schema}.${relation}`, mode],
      ]),
    );
    return taken.flatMap(({ relation, mode }) => {
      const expected = foreseen.get(relation) ?? null;
      if (!isFelt(mode) || (expected !== null && strength(expected) >= strength(mode))) return [];
      return [{ migration, line: statement.line, relation, mode, foreseen: expected }];
    });
  }
}
