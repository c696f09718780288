/** What a reversal takes away. Pure. */
import type { Node, RangeVar } from '@pgsql/types';
import type { Place } from '../adapters/written-since';
import type { ParsedStatement } from '../adapters/sql-parser';

/** The tables and columns that a reversal drops, each once: rows written there since the deployment would be lost. */
export function placesDropped(statements: ParsedStatement[]): Place[] {
  const places = statements.flatMap(({ node }) => [...droppedTables(node), ...droppedColumns(node)]);
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
  if (!('AlterTableStmt' in node) || !node.AlterTableStmt.relation) return [];
  const relation = relationOf(node.AlterTableStmt.relation);
  return (node.AlterTableStmt.cmds ?? []).flatMap((command) =>
    'AlterTableCmd' in command && command.AlterTableCmd.subtype === 'AT_DropColumn' && command.AlterTableCmd.name
      ? [{ relation, column: command.AlterTableCmd.name }]
      : [],
  );
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
