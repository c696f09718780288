/** What a script itself made goes with its making: what it did to such an object later needs no inverse of its own. */
import type { ObjectType } from '@pgsql/types';
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
    goes = false,
  ): T[] =>
    earlier.flatMap((item) => {
      if (!goes && !made.has(item.oid)) return [item];
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
    // The parts of a table that the script made go with it, whether or not their own making was looked at.
    const goes = made.has(item.oid);
    return {
      ...item,
      constraints: reduced(then.constraints, now.constraints, named, goes),
      indexes: reduced(then.indexes, now.indexes, named, goes),
      attachments: reduced(then.attachments, now.attachments, named, goes),
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
  if ('RenameStmt' in node) return PARTS.has(node.RenameStmt.renameType);
  if ('IndexStmt' in node) return find(node, 'FuncCall').length === 0;
  const commands = all(as(node, 'AlterTableStmt')?.cmds, 'AlterTableCmd');
  return (
    commands.length > 0 &&
    commands.every(({ subtype, def }) => subtype === 'AT_AddConstraint' && KEYS.has(as(def, 'Constraint')?.contype))
  );
}

const KEYS = new Set<string | undefined>(['CONSTR_FOREIGN', 'CONSTR_PRIMARY', 'CONSTR_UNIQUE']);

/** What has a name within its table, or, as an index, beside it. */
const PARTS = new Set<ObjectType | undefined>([
  'OBJECT_INDEX',
  'OBJECT_TABCONSTRAINT',
  'OBJECT_TRIGGER',
  'OBJECT_POLICY',
  'OBJECT_RULE',
]);

/** Names that a statement gives to foreign keys from this table to another, or might: only who knows its keys can tell what is renamed. */
export function foreignKeysNamed(
  { node }: ParsedStatement,
  table: string,
): { added: string[]; renamed: [string, string][] } {
  const rename = as(node, 'RenameStmt');
  if (rename?.renameType === 'OBJECT_TABCONSTRAINT')
    return { added: [], renamed: [[rename.subname ?? '', rename.newname ?? '']] };
  const statement = as(node, 'AlterTableStmt');
  if (statement?.relation?.relname !== table) return { added: [], renamed: [] };
  const added = all(statement.cmds, 'AlterTableCmd').flatMap(({ subtype, def }) => {
    const key = subtype === 'AT_AddConstraint' ? as(def, 'Constraint') : undefined;
    return key?.contype === 'CONSTR_FOREIGN' && key.pktable?.relname !== table ? [constraintName(key, table)] : [];
  });
  return { added, renamed: [] };
}

/** @param table in SQL. */
export function dropKey(table: string, name: string): string {
  return `ALTER TABLE IF EXISTS ${table} DROP CONSTRAINT IF EXISTS ${quote(name)}`;
}
