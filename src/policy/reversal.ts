/** What a script takes away: a reversal from what was written since, a migration from what was there before. Pure. */
import type { AlterTableCmd, MergeStmt, Node, RangeVar } from '@pgsql/types';
import type { Place } from '../adapters/written-since';
import type { ParsedStatement } from '../adapters/sql-parser';
import { all, find } from './statements/ast';

/** The tables and columns that a reversal drops, each once: rows written there since the deployment would be lost. */
export function placesDropped(statements: ParsedStatement[]): Place[] {
  return eachOnce(statements.flatMap(({ node }) => [...droppedTables(node), ...droppedColumns(node)]));
}

/**
 * The tables and columns whose earlier rows or values a migration drops, deletes or overwrites: bringing the schema back does
 * not bring those back. What the script itself made held nothing.
 */
export function placesDestroyed(statements: ParsedStatement[]): Place[] {
  const nodes = statements.map(({ node }) => node);
  const made = nodes.flatMap((node) => [...createdTables(node), ...addedColumns(node)]);
  const isMade = ({ relation, column }: Place): boolean =>
    made.some((place) => place.relation === relation && (place.column === null || place.column === column));
  const taken = nodes.flatMap((node) => [...droppedTables(node), ...droppedColumns(node), ...rowsChanged(node)]);
  return eachOnce(taken.filter((place) => !isMade(place)));
}

function eachOnce(places: Place[]): Place[] {
  const tables = new Set(places.filter(({ column }) => column === null).map(({ relation }) => relation));
  const seen = new Set<string>();
  return places.filter(({ relation, column }) => {
    const key = JSON.stringify([relation, column]);
    // The table's own entry counts its columns too.
    if (seen.has(key) || (column !== null && tables.has(relation))) return false;
    seen.add(key);
    return true;
  });
}

function droppedTables(node: Node): Place[] {
  if (!('DropStmt' in node) || node.DropStmt.removeType !== 'OBJECT_TABLE') return [];
  return (node.DropStmt.objects ?? []).flatMap((object) =>
    'List' in object ? [{ relation: quoted((object.List.items ?? []).map(stringOf)), column: null }] : [],
  );
}

function droppedColumns(node: Node): Place[] {
  return columnsOf(node, ({ subtype, name }) => (subtype === 'AT_DropColumn' ? name : undefined));
}

function addedColumns(node: Node): Place[] {
  return columnsOf(node, ({ subtype, def }) =>
    subtype === 'AT_AddColumn' && def && 'ColumnDef' in def ? def.ColumnDef.colname : undefined,
  );
}

function columnsOf(node: Node, nameOf: (command: AlterTableCmd) => string | undefined): Place[] {
  if (!('AlterTableStmt' in node) || !node.AlterTableStmt.relation) return [];
  const relation = relationOf(node.AlterTableStmt.relation);
  return (node.AlterTableStmt.cmds ?? []).flatMap((command) => {
    const column = 'AlterTableCmd' in command ? nameOf(command.AlterTableCmd) : undefined;
    return column === undefined ? [] : [{ relation, column }];
  });
}

function createdTables(node: Node): Place[] {
  if ('CreateStmt' in node) return tableOf(node.CreateStmt.relation);
  return 'CreateTableAsStmt' in node ? tableOf(node.CreateTableAsStmt.into?.rel) : [];
}

/** Also where a query brings it along: `WITH gone AS (DELETE ...)`. */
function rowsChanged(node: Node): Place[] {
  return [
    ...find(node, 'TruncateStmt').flatMap(({ relations }) => all(relations, 'RangeVar').flatMap(tableOf)),
    ...find(node, 'DeleteStmt').flatMap(({ relation }) => tableOf(relation)),
    ...find(node, 'UpdateStmt').flatMap(({ relation, targetList }) => valuesOf(relation, targetList)),
    ...find(node, 'InsertStmt').flatMap(({ relation, onConflictClause }) =>
      valuesOf(relation, onConflictClause?.targetList),
    ),
    ...find(node, 'MergeStmt').flatMap(mergedInto),
  ];
}

function mergedInto({ relation, mergeWhenClauses }: MergeStmt): Place[] {
  return all(mergeWhenClauses, 'MergeWhenClause').flatMap(({ commandType, targetList }) => {
    if (commandType === 'CMD_DELETE') return tableOf(relation);
    return commandType === 'CMD_UPDATE' ? valuesOf(relation, targetList) : [];
  });
}

/** The columns that an assignment overwrites. */
function valuesOf(table: RangeVar | undefined, targets: Node[] | undefined): Place[] {
  return tableOf(table).flatMap(({ relation }) =>
    all(targets, 'ResTarget').flatMap(({ name }) => (name ? [{ relation, column: name }] : [])),
  );
}

/** The tables that were there before a migration and that it writes rows into: these stay when its schema is undone. */
export function placesFilled(statements: ParsedStatement[]): Place[] {
  const nodes = statements.map(({ node }) => node);
  const made = new Set(nodes.flatMap(createdTables).map(({ relation }) => relation));
  const filled = nodes.flatMap((node) => [
    ...find(node, 'InsertStmt').flatMap(({ relation }) => tableOf(relation)),
    ...find(node, 'CopyStmt').flatMap(({ relation, is_from }) => (is_from ? tableOf(relation) : [])),
    ...find(node, 'MergeStmt').flatMap(({ relation, mergeWhenClauses }) =>
      all(mergeWhenClauses, 'MergeWhenClause').some(({ commandType }) => commandType === 'CMD_INSERT')
        ? tableOf(relation)
        : [],
    ),
  ]);
  return eachOnce(filled.filter(({ relation }) => !made.has(relation)));
}

function tableOf(table: RangeVar | undefined): Place[] {
  return table ? [{ relation: relationOf(table), column: null }] : [];
}

function relationOf({ schemaname, relname = '' }: RangeVar): string {
  return quoted(schemaname ? [schemaname, relname] : [relname]);
}

function quoted(parts: string[]): string {
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
}

function stringOf(node: Node): string {
  return 'String' in node ? (node.String.sval ?? '') : '';
}
