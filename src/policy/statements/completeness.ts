/** Whether a history of migrations begins at the beginning: only then is what it does not know not there. */
import type { RangeVar } from '@pgsql/types';
import type { ParsedStatement } from '../../adapters/sql-parser';
import { as, keyOf, nameParts, relationOf } from './ast';
import type { Schema } from './schema';

/**
 * True for a statement about a table that none before it has made. Tables of other schemas may well be somebody else's: those
 * of Supabase, or of an extension.
 */
export function meetsUnknown({ node }: ParsedStatement, schema: Schema): boolean {
  const alter = as(node, 'AlterTableStmt');
  const relation: RangeVar | undefined =
    (alter?.missing_ok ? undefined : alter?.relation) ??
    as(node, 'IndexStmt')?.relation ??
    as(node, 'RenameStmt')?.relation ??
    as(node, 'UpdateStmt')?.relation ??
    as(node, 'DeleteStmt')?.relation ??
    as(node, 'InsertStmt')?.relation;
  const drop = as(node, 'DropStmt');
  const dropped = drop?.removeType === 'OBJECT_TABLE' && !drop.missing_ok ? (drop.objects ?? []) : [];
  return [relationOf(relation), ...dropped.map((object) => nameParts(object).join('.'))]
    .map(keyOf)
    .some((name) => name !== '' && !name.includes('.') && !schema.table(name) && !schema.index(name));
}
