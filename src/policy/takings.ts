/** What one statement takes away of rows and values, under the names that it uses. */
import type { AlterTableStmt, DropStmt, MergeStmt, Node, ObjectType, RangeVar } from '@pgsql/types';
import type { Reach } from '../adapters/reach';
import type { ParsedStatement } from '../adapters/sql-parser';
import { rangeOf } from './old-names';
import { all, as, find, nameParts, words } from './statements/ast';
import { opaqueSql } from './statements/plpgsql';
import { IDENTIFIER, subcommands } from './statements/scan';
import { doBody } from './statements/transactions';
import { columnType, type ValueChange } from './statements/types';

/** A table, or a column of it. */
export interface TakenPlace {
  range: RangeVar;
  column: string | null;
  /** Only some of its rows or values, and nobody can tell which without running it. */
  partly?: true;
  /** It says IF EXISTS. */
  optional?: true;
  /** Another type for the column. */
  retyped?: Omit<ValueChange, 'from'> & { becomes: string };
}

/** What the catalog leads to from a name. */
export interface TakenReach {
  reach: Reach['reach'];
  kind: Reach['kind'];
  parts: string[];
  /** It says IF EXISTS. */
  optional?: true;
}

export function placesTaken({ node, text }: ParsedStatement): TakenPlace[] {
  return [...droppedTables(node), ...alteredColumns(node, text), ...rowsChanged(node)];
}

function droppedTables(node: Node): TakenPlace[] {
  const drop = as(node, 'DropStmt');
  if (drop?.removeType !== 'OBJECT_TABLE') return [];
  return (drop.objects ?? []).map((object) => ({
    range: rangeOf(nameParts(object)),
    column: null,
    ...(drop.missing_ok && { optional: true }),
  }));
}

/** Of tables: a foreign table has its rows elsewhere, and a view has none. */
function alteredColumns(node: Node, text: string): TakenPlace[] {
  const alter = as(node, 'AlterTableStmt');
  const { relation } = alter ?? {};
  if (!alter || !relation || alter.objtype !== 'OBJECT_TABLE') return [];
  const commands = all(alter.cmds, 'AlterTableCmd');
  return commands.flatMap(({ subtype, name = '', missing_ok, def }, at): TakenPlace[] => {
    const optional = missing_ok || alter.missing_ok ? { optional: true as const } : {};
    if (subtype === 'AT_DropColumn') return [{ range: relation, column: name, ...optional }];
    if (subtype !== 'AT_AlterColumnType') return [];
    const written = as(def, 'ColumnDef');
    const change = { to: columnType(written?.typeName), using: written?.raw_default, column: name };
    const becomes = valueWritten(subcommands(text)[at] ?? '');
    return [{ range: relation, column: name, ...optional, retyped: { ...change, becomes } }];
  });
}

const RETYPE = new RegExp(
  String.raw`^ALTER\s+(?:COLUMN\s+)?(${IDENTIFIER})\s+(?:SET\s+DATA\s+)?TYPE\s+((?:"(?:[^"]|"")*"|[^"])*?)(?:\s+COLLATE\s+${IDENTIFIER}(?:\s*\.\s*${IDENTIFIER})*)?(?:\s+USING\s+([\s\S]+))?$`,
  'i',
);

/** @param command `ALTER COLUMN "price" TYPE integer USING "price"::integer`. @returns the new value, as SQL over the old row. */
function valueWritten(command: string): string {
  const [, column = 'NULL', type = 'unknown', using] = RETYPE.exec(command) ?? [];
  return `CAST((${using ?? column}) AS ${type})`;
}

/** Also where a query brings it along: `WITH gone AS (DELETE ...)`. */
function rowsChanged(node: Node): TakenPlace[] {
  return [
    ...find(node, 'TruncateStmt').flatMap(({ relations }) =>
      all(relations, 'RangeVar').map((range) => ({ range, column: null })),
    ),
    ...find(node, 'DeleteStmt').flatMap(({ relation }) => someRows(relation)),
    ...find(node, 'UpdateStmt').flatMap(({ relation, targetList }) => someValues(relation, targetList)),
    ...find(node, 'InsertStmt').flatMap(({ relation, onConflictClause }) =>
      someValues(relation, onConflictClause?.targetList),
    ),
    ...find(node, 'MergeStmt').flatMap(mergedInto),
  ];
}

function mergedInto({ relation, mergeWhenClauses }: MergeStmt): TakenPlace[] {
  return all(mergeWhenClauses, 'MergeWhenClause').flatMap(({ commandType, targetList }) => {
    if (commandType === 'CMD_DELETE') return someRows(relation);
    return commandType === 'CMD_UPDATE' ? someValues(relation, targetList) : [];
  });
}

function someRows(range: RangeVar | undefined): TakenPlace[] {
  return range ? [{ range, column: null, partly: true }] : [];
}

/** The columns that an assignment overwrites. */
function someValues(range: RangeVar | undefined, targets: Node[] | undefined): TakenPlace[] {
  if (!range) return [];
  return all(targets, 'ResTarget').flatMap(({ name }) =>
    name ? [{ range, column: name, partly: true as const }] : [],
  );
}

/** What goes along: with a schema, a type or an extension, and by foreign keys. */
export function reachesTaken(node: Node): TakenReach[] {
  const drop = as(node, 'DropStmt');
  const alter = as(node, 'AlterTableStmt');
  return [
    ...(drop ? dropped(drop) : []),
    ...(alter ? narrowed(alter) : []),
    ...find(node, 'TruncateStmt').flatMap(({ relations, behavior }) =>
      behavior === 'DROP_CASCADE' ? all(relations, 'RangeVar').map((range) => byKeys('truncated', range)) : [],
    ),
    ...rowsChanged(node).flatMap(({ range, column, partly }) =>
      partly && column === null ? [byKeys('deleted', range)] : [],
    ),
  ];
}

const KINDS: Partial<Record<ObjectType, Reach['kind']>> = {
  OBJECT_SCHEMA: 'schema',
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'type',
  OBJECT_EXTENSION: 'extension',
};

/** Without CASCADE only an extension takes something along: its own tables and types. */
function dropped({ removeType = 'OBJECT_TABLE', behavior, objects, missing_ok }: DropStmt): TakenReach[] {
  const kind = KINDS[removeType];
  if (!kind || (behavior !== 'DROP_CASCADE' && kind !== 'extension')) return [];
  return (objects ?? []).map((object) => ({
    reach: 'dropped',
    kind,
    parts: nameParts(object),
    ...(missing_ok && { optional: true }),
  }));
}

/** A part of a composite type. */
function narrowed({ objtype, relation, cmds }: AlterTableStmt): TakenReach[] {
  if (objtype !== 'OBJECT_TYPE' || !relation) return [];
  const takes = all(cmds, 'AlterTableCmd').some(
    ({ subtype }) => subtype === 'AT_DropColumn' || subtype === 'AT_AlterColumnType',
  );
  return takes ? [{ ...byKeys('narrowed', relation), kind: 'type' }] : [];
}

function byKeys(reach: Reach['reach'], { schemaname, relname = '' }: RangeVar): TakenReach {
  return { reach, kind: 'relation', parts: schemaname ? [schemaname, relname] : [relname] };
}

/** Kinds whose CASCADE reaches no row: what hangs on them is computed, or a rule. */
const ROWLESS = new Set<ObjectType | undefined>([
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_FOREIGN_TABLE',
  'OBJECT_FOREIGN_SERVER',
  'OBJECT_FDW',
  'OBJECT_INDEX',
  'OBJECT_SEQUENCE',
  'OBJECT_FUNCTION',
  'OBJECT_PROCEDURE',
  'OBJECT_ROUTINE',
  'OBJECT_AGGREGATE',
  'OBJECT_TRIGGER',
  'OBJECT_EVENT_TRIGGER',
  'OBJECT_POLICY',
  'OBJECT_RULE',
  'OBJECT_STATISTIC_EXT',
  'OBJECT_PUBLICATION',
]);

/** What takes rows that neither SQL nor catalog name, to follow "rows of". */
export function unseenBy({ node }: ParsedStatement): string[] {
  const found: string[] = [];
  if (as(node, 'DropOwnedStmt')) found.push('whatever DROP OWNED reaches');
  const drop = as(node, 'DropStmt');
  const { removeType, behavior } = drop ?? {};
  if (drop && behavior === 'DROP_CASCADE' && !ROWLESS.has(removeType) && !KINDS[removeType ?? 'OBJECT_TABLE'])
    found.push('whatever a DROP ... CASCADE reaches');
  const body = doBody(node);
  const language = all(as(node, 'DoStmt')?.args, 'DefElem').find(({ defname }) => defname === 'language');
  if (body !== null && ((as(language?.arg, 'String')?.sval ?? 'plpgsql') !== 'plpgsql' || opaqueSql(body).length > 0))
    found.push('whatever a DO block reaches by SQL that it makes itself');
  return found;
}

/** Functions that a SELECT or CALL runs, as it names them. */
export function callsOf(node: Node): string[][] {
  const procedure = as(node, 'CallStmt')?.funccall;
  if (!procedure && !as(node, 'SelectStmt')) return [];
  return [...(procedure ? [procedure] : []), ...find(node, 'FuncCall')].map(({ funcname }) => words(funcname));
}
