/** The statements of a migration: what each will lock, rewrite, read, create and lose. Pure. */
import type { Node } from '@pgsql/types';
import type { SchemaTotals } from '../../contract';
import type { ParsedStatement } from '../../adapters/sql-parser';
import { as, find, keyOf, tagOf, words, type Tag } from './ast';
import { CHANGE } from './change';
import { meetsUnknown } from './completeness';
import { CREATE } from './create';
import type { DescribeNode, Describers } from './describers';
import { DROP } from './drop';
import { learnNode } from './evolve';
import { Draft, type ScriptContext, type StatementFacts } from './facts';
import { kindOf } from './kinds';
import { innerStatements } from './plpgsql';
import { QUERIES } from './queries';
import { Schema, type KnownFunction } from './schema';
import { reachOf } from './reach';
import { canRunInTransaction, doBody } from './transactions';

export { conflictingWith, manualName, type LockMode } from './locks';
export { reachOf, rolesGained, rolesNamed } from './reach';
export { Schema, USUAL_MAJOR } from './schema';
export {
  canRunInTransaction,
  enumValueAdded,
  readsRows,
  endsImplicitTransaction,
  partTransactionModes,
  setsLockTimeout,
  setsSession,
  transactionControl,
  usesLiteral,
  validates,
  waitsForRows,
} from './transactions';
export { zoneOf } from './time-zone';
export type { Creation, ScriptContext, StatementFacts } from './facts';
export type { TransactionControl } from './transactions';

const DESCRIBERS: Describers = { ...CREATE, ...CHANGE, ...DROP, ...QUERIES };

/**
 * What the statements of one script look back on.
 * @param schema what earlier migrations left; it is copied, so that describing a script does not change it.
 * @param parse makes the SQL inside DO blocks count.
 */
export function scriptContext(schema: Schema = new Schema(), parse?: ScriptContext['parse']): ScriptContext {
  return { schema: schema.clone(), created: new Set(), ...(parse && { parse }) };
}

/** The facts of one statement that follows those that `script` has learnt. */
export function describe(statement: ParsedStatement, script: ScriptContext): StatementFacts {
  const draft = new Draft(script);
  describeNode(statement.node, draft);
  for (const inner of stepsInside(statement, script))
    draft.include(describe(inner.statement, inner.script), inner.script.schema);
  const locks = draft.locks.list();
  const scanned = draft.scannedTables();
  return {
    line: statement.line,
    kind: kindOf(statement),
    locks,
    contested: locks.filter(({ relation }) => !script.created.has(keyOf(relation)) && !draft.made.has(keyOf(relation))),
    rewrites: draft.rewrites,
    scans: scanned.length > 0,
    scanned: scanned.filter(Boolean),
    transactional: canRunInTransaction(statement),
    creates: draft.creates,
    dropsData: draft.dropsData,
    beyond: firstReach(within(statement, script)),
  };
}

/** Describes a whole script in order, and leaves `script` as it is after it. */
export function describeScript(
  statements: ParsedStatement[],
  script: ScriptContext = scriptContext(),
): StatementFacts[] {
  return statements.map((statement) => {
    const facts = describe(statement, script);
    learn(statement, script);
    return facts;
  });
}

/** Advances `script` past the statement. One about a table that is not known shows that the schema is not complete. */
export function learn(statement: ParsedStatement, script: ScriptContext): void {
  const { schema } = script;
  if (schema.complete && meetsUnknown(statement, schema)) schema.complete = false;
  learnNode(statement.node, script);
  for (const inner of statementsInside(statement, script)) learnNode(inner.node, script);
}

const describeNode: DescribeNode = (node: Node, draft: Draft) => {
  const tag: Tag = tagOf(node);
  const describer = DESCRIBERS[tag] as ((statement: unknown, draft: Draft, describe: DescribeNode) => void) | undefined;
  describer?.(as(node, tag), draft, describeNode);
};

/** The statements of a DO block, at their lines in the file, and those of functions that are called; none without a parser. */
export function statementsInside(
  statement: ParsedStatement,
  script: Pick<ScriptContext, 'parse' | 'calling'> & { schema?: Schema },
): ParsedStatement[] {
  const { parse } = script;
  if (!parse) return [];
  const body = doBody(statement.node);
  if (body === null)
    return calledFunctions(statement.node, script).flatMap(([, called]) => bodyOf(called, statement, parse));
  const firstLine =
    statement.line + Math.max(0, statement.text.slice(0, statement.text.indexOf(body)).split('\n').length - 1);
  return innerStatements(body).flatMap(({ sql, lineOffset }) =>
    parsed(sql, parse).map((inner) => ({ ...inner, index: statement.index, line: firstLine + lineOffset })),
  );
}

/** Every statement of a script, each followed by those that run inside it. */
export function withInside(
  statements: ParsedStatement[],
  parse: NonNullable<ScriptContext['parse']>,
): ParsedStatement[] {
  const script = scriptContext(new Schema(), parse);
  return statements.flatMap((statement) => {
    const inside = statementsInside(statement, script);
    learn(statement, script);
    return [statement, ...inside];
  });
}

/** Where a function was written does not matter here: its statements stand at the line that calls it. */
function bodyOf(
  { language, text }: NonNullable<KnownFunction['body']>,
  { index, line }: ParsedStatement,
  parse: NonNullable<ScriptContext['parse']>,
): ParsedStatement[] {
  const scripts = language === 'sql' ? [text] : innerStatements(text).map(({ sql }) => sql);
  return scripts.flatMap((sql) => parsed(sql, parse)).map((inner) => ({ ...inner, index, line }));
}

/** PL/pgSQL has what is no SQL of its own: assignments to rows, dynamic commands. */
function parsed(sql: string, parse: NonNullable<ScriptContext['parse']>): ParsedStatement[] {
  try {
    return parse(sql);
  } catch {
    return [];
  }
}

/** Functions of the migrations' own that a SELECT or CALL runs, by name. */
function calledFunctions(
  node: Node,
  { schema, calling }: Pick<ScriptContext, 'calling'> & { schema?: Schema },
): [string, NonNullable<KnownFunction['body']>][] {
  const procedure = as(node, 'CallStmt')?.funccall;
  if (!schema || schema.functions.size === 0 || !(as(node, 'SelectStmt') ?? procedure)) return [];
  const calls = [...(procedure ? [procedure] : []), ...find(node, 'FuncCall')];
  const names = calls.map(({ funcname }) => keyOf(words(funcname).join('.')));
  return [...new Set(names)].flatMap((name): [string, NonNullable<KnownFunction['body']>][] => {
    const body = calling?.has(name) ? undefined : schema.functions.get(name)?.body;
    return body ? [[name, body]] : [];
  });
}

/** The statements inside one after another, each with the script as it is when its turn comes; `script` itself stays as it is. */
export function* stepsInside(
  statement: ParsedStatement,
  script: ScriptContext,
): Generator<{ statement: ParsedStatement; script: ScriptContext }> {
  const inside = statementsInside(statement, script);
  if (inside.length === 0) return;
  const called = calledFunctions(statement.node, script).map(([name]) => name);
  const own: ScriptContext = {
    ...scriptContext(script.schema, script.parse),
    created: new Set(script.created),
    ...(script.zones && { zones: script.zones }),
    calling: new Set([...(script.calling ?? []), ...called]),
  };
  for (const inner of inside) {
    yield { statement: inner, script: own };
    learnNode(inner.node, own);
  }
}

/** The statement and all that runs inside it, at any depth. */
export function within(statement: ParsedStatement, script: ScriptContext): ParsedStatement[] {
  return [statement, ...[...stepsInside(statement, script)].flatMap((inner) => within(inner.statement, inner.script))];
}

/** What of the statements reaches beyond the database, in SQL's words; null where nothing is seen to. */
export function firstReach(statements: ParsedStatement[]): string | null {
  return statements.map(reachOf).find((reach) => reach !== null) ?? null;
}

/** What pending migrations create. Indexes are those of CREATE INDEX and of UNIQUE constraints, not of primary keys. */
export function totals(facts: StatementFacts[]): SchemaTotals {
  const sum = (count: (facts: StatementFacts) => number): number =>
    facts.reduce((total, each) => total + count(each), 0);
  return {
    tables: sum(({ creates }) => creates.tables.length),
    columns: sum(({ creates }) => creates.columns),
    indexes: sum(({ creates }) => creates.indexes.length),
    enums: sum(({ creates }) => creates.enums.length),
    foreignKeys: sum(({ creates }) => creates.foreignKeys),
  };
}
