/** What a script takes away: a reversal from what was written since, a migration from what was there before. Pure. */
import type { AlterTableCmd, Node, RangeVar } from '@pgsql/types';
import type { Place } from '../adapters/written-since';
import type { ParsedStatement } from '../adapters/sql-parser';

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

function rowsChanged(node: Node): Place[] {
  if ('TruncateStmt' in node)
    return (node.TruncateStmt.relations ?? []).flatMap((table) => ('RangeVar' in table ? tableOf(table.RangeVar) : []));
  if ('DeleteStmt' in node) return tableOf(node.DeleteStmt.relation);
  if (!('UpdateStmt' in node) || !node.UpdateStmt.relation) return [];
  const relation = relationOf(node.UpdateStmt.relation);
  return (node.UpdateStmt.targetList ?? []).flatMap((target) =>
    'ResTarget' in target && target.ResTarget.name ? [{ relation, column: target.ResTarget.name }] : [],
  );
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
