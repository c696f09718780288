/** What a script itself made goes with its making: what it did to such an object later needs no inverse of its own. */
import type { ParsedStatement } from '../../adapters/sql-parser';
import { all, as, find } from '../statements/ast';
import { constraintName } from '../statements/constraints';
import type { Definitions, Relation } from './definitions';
import { quote } from './names';

/** Oids of all that is there afterwards and was not before. */
export function newObjects(before: Definitions, after: Definitions): string[] {
  const known = new Set(oids(before));
  return oids(after).filter((oid) => !known.has(oid));
}

function oids(definitions: Definitions): string[] {
  const { schemas, extensions, types, routines, relations } = definitions;
  return [...schemas, ...extensions, ...types, ...routines, ...relations, ...partsOf(definitions)].map(
    ({ oid }) => oid,
  );
}

/**
 * Leaves of what the script made only what its dropping would stumble over: names that it has since, and parts that came later. What it
 * lost or how it changed in between is nobody's to bring back.
 */
export function withoutNew(before: Definitions, after: Definitions, made: ReadonlySet<string>): Definitions {
  const reduced = <T extends { oid: string; name: string }>(
    earlier: T[],
    later: T[],
    keep: (item: T, now: T) => T,
  ): T[] =>
    earlier.flatMap((item) => {
      if (!made.has(item.oid)) return [item];
      const now = later.find(({ oid }) => oid === item.oid);
      return now ? [keep(item, now)] : [];
    });
  const named = <T extends { name: string; schema?: string }>(item: T, now: T): T =>
    'schema' in item ? { ...now, name: item.name, schema: item.schema } : { ...now, name: item.name };
  const relation = (item: Relation, now: Relation): Relation => ({
    ...named(item, now),
    columns: columnsKept(item, now),
  });
  const relations = reduced(before.relations, after.relations, relation).map((item): Relation => {
    const now = after.relations.find(({ oid }) => oid === item.oid);
    const then = before.relations.find(({ oid }) => oid === item.oid);
    if (!now || !then) return item;
    return {
      ...item,
      constraints: reduced(then.constraints, now.constraints, named),
      indexes: reduced(then.indexes, now.indexes, named),
      attachments: reduced(then.attachments, now.attachments, named),
    };
  });
  return {
    schemas: reduced(before.schemas, after.schemas, named),
    extensions: reduced(before.extensions, after.extensions, named),
    types: reduced(before.types, after.types, named),
    routines: reduced(before.routines, after.routines, named),
    relations,
  };
}

function columnsKept(before: Relation, now: Relation): Relation['columns'] {
  return before.columns.flatMap(({ num, name }) => {
    const column = now.columns.find((each) => each.num === num);
    return column ? [{ ...column, name }] : [];
  });
}

function partsOf({ relations }: Definitions): { oid: string; name: string }[] {
  return relations.flatMap(({ constraints, indexes, attachments }) => [...constraints, ...indexes, ...attachments]);
}

/** True for what is over with the table that it belongs to: nothing else can come to depend on it, nor it on what is younger. */
export function goesWithTable({ node }: ParsedStatement): boolean {
  if ('CommentStmt' in node) return true;
  if ('IndexStmt' in node) return find(node, 'FuncCall').length === 0;
  const commands = all(as(node, 'AlterTableStmt')?.cmds, 'AlterTableCmd');
  return (
    commands.length > 0 &&
    commands.every(({ subtype, def }) => subtype === 'AT_AddConstraint' && KEYS.has(as(def, 'Constraint')?.contype))
  );
}

const KEYS = new Set<string | undefined>(['CONSTR_FOREIGN', 'CONSTR_PRIMARY', 'CONSTR_UNIQUE']);

/**
 * Foreign keys between tables that the script made: they would keep one from being dropped before the other.
 * @param table the altered table, in SQL.
 */
export function foreignKeysAdded({ node }: ParsedStatement, table: { name: string; sqlName: string }): string[] {
  const statement = as(node, 'AlterTableStmt');
  if (statement?.relation?.relname !== table.name) return [];
  return all(statement.cmds, 'AlterTableCmd').flatMap(({ subtype, def }) => {
    const key = subtype === 'AT_AddConstraint' ? as(def, 'Constraint') : undefined;
    return key?.contype === 'CONSTR_FOREIGN' && key.pktable?.relname !== table.name
      ? [`ALTER TABLE IF EXISTS ${table.sqlName} DROP CONSTRAINT IF EXISTS ${quote(constraintName(key, table.name))}`]
      : [];
  });
}
