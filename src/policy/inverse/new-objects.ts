/** What a script itself made goes with its making: what it did to such an object later needs no inverse of its own. */
import type { IndexStmt, ObjectType } from '@pgsql/types';
import type { ParsedStatement } from '../../adapters/sql-parser';
import { all, as, find } from '../statements/ast';
import { constraintName } from '../statements/constraints';
import type { Column, Definitions, Relation } from './definitions';
import { qualified, quote } from './names';

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
 * What the script made and a statement of it took away again, as `without` takes it.
 * @param made oids of what earlier statements made.
 */
export function takenAgain(before: Definitions, after: Definitions, made: ReadonlySet<string>): string[] {
  const left = new Set(oids(after));
  const taken = oids(before).filter((oid) => made.has(oid) && !left.has(oid));
  const ofTables = before.relations.flatMap((relation) => {
    const now = after.relations.find(({ oid }) => oid === relation.oid);
    if (!made.has(relation.oid) || !now) return [];
    const parts = partsOf({ relations: [relation] }).flatMap(({ oid }) => (left.has(oid) ? [] : [oid]));
    const columns = relation.columns.filter(({ num }) => !now.columns.some((column) => column.num === num));
    return [...parts, ...columns.map(({ num }) => columnKey(relation, num))];
  });
  return [...taken, ...ofTables];
}

function columnKey({ oid }: Relation, num: number): string {
  return `${oid}.${num}`;
}

/** All but what will be taken away again: undone together with that, it needs no inverse. */
export function without(taken: ReadonlySet<string>, definitions: Definitions): Definitions {
  if (taken.size === 0) return definitions;
  const stays = <T extends { oid: string }>(objects: T[]): T[] => objects.filter(({ oid }) => !taken.has(oid));
  return {
    schemas: stays(definitions.schemas),
    extensions: stays(definitions.extensions),
    types: stays(definitions.types),
    routines: stays(definitions.routines),
    relations: stays(definitions.relations).map((relation) => ({
      ...relation,
      columns: relation.columns.filter(({ num }) => !taken.has(columnKey(relation, num))),
      constraints: stays(relation.constraints),
      indexes: stays(relation.indexes),
      attachments: stays(relation.attachments),
    })),
  };
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
  const named = <T extends { name: string; schema?: string | null }>(item: T, now: T): T =>
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
      constraints: [...reduced(then.constraints, now.constraints, named, goes), ...(goes ? keysSince(then, now) : [])],
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

/** A view that gives way to one which reads nothing. */
export interface StandIn {
  oid: string;
  sql: string[];
}

/**
 * For views that the script made and a statement of it made anew: what they read since may be younger than they are, and would not
 * go before them. They stay, with their names and without a query, until their own making is undone.
 */
export function standIns(before: Definitions, after: Definitions, made: ReadonlySet<string>): StandIn[] {
  return before.relations.flatMap((view) => {
    const now = after.relations.find(({ oid }) => oid === view.oid);
    if (view.kind !== 'view' || !made.has(view.oid) || !now || now.shape === view.shape) return [];
    const columns = view.columns.map(({ name, type }) => `NULL::${type} AS ${quote(name)}`);
    const name = qualified(now);
    return [
      {
        oid: view.oid,
        sql: [`DROP VIEW IF EXISTS ${name} CASCADE`, `CREATE VIEW ${name} AS SELECT ${columns.join(', ')}`],
      },
    ];
  });
}

function columnsKept(before: Relation, now: Relation): Relation['columns'] {
  return before.columns.flatMap((earlier) => {
    const column = now.columns.find(({ num }) => num === earlier.num);
    return column ? [{ ...column, name: earlier.name, ...withoutYounger(earlier, column) }] : [];
  });
}

/** The type or default that a column has come to may be younger than its table, and would not go while the column has it. */
function withoutYounger(before: Column, now: Column): Partial<Column> {
  if (now.generated) return {};
  if (now.type !== before.type && isMadeBySomebody(now.type))
    return { type: 'text', isEnum: false, collation: null, default: null };
  return now.default !== before.default && isMadeBySomebody(now.default ?? '') ? { default: null } : {};
}

/** Read with an empty search_path: what is PostgreSQL's own has no schema then. */
function isMadeBySomebody(sql: string): boolean {
  return sql.includes('.');
}

/** Keys over the table's own columns come to depend on nothing that is younger; others' foreign keys may depend on them. */
function keysSince(then: Relation, now: Relation): Relation['constraints'] {
  return now.constraints.filter(
    ({ kind, oid }) =>
      (kind === 'primary' || kind === 'unique') && !then.constraints.some((constraint) => constraint.oid === oid),
  );
}

function partsOf({ relations }: Pick<Definitions, 'relations'>): { oid: string; name: string }[] {
  return relations.flatMap(({ constraints, indexes, attachments }) => [...constraints, ...indexes, ...attachments]);
}

/** True for what is over with the table that it belongs to: nothing else can come to depend on it, nor it on what is younger. */
export function goesWithTable({ node }: ParsedStatement): boolean {
  if ('CommentStmt' in node) return true;
  if ('RenameStmt' in node) return PARTS.has(node.RenameStmt.renameType);
  if ('IndexStmt' in node)
    // A function, an operator class or a method of an extension's may be younger than the table.
    return (
      find(node, 'FuncCall').length === 0 && !hasOpclass(node.IndexStmt) && METHODS.has(node.IndexStmt.accessMethod)
    );
  const commands = all(as(node, 'AlterTableStmt')?.cmds, 'AlterTableCmd');
  return (
    commands.length > 0 &&
    commands.every(({ subtype, def }) => subtype === 'AT_AddConstraint' && KEYS.has(as(def, 'Constraint')?.contype))
  );
}

function hasOpclass({ indexParams }: IndexStmt): boolean {
  return all(indexParams, 'IndexElem').some(({ opclass }) => (opclass ?? []).length > 0);
}

const METHODS = new Set<string | undefined>(['btree', 'hash', 'gist', 'gin', 'spgist', 'brin']);
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
