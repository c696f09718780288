/**
 * What the SQL of a deployment does to the rows of tables. A transaction stamps every row that it writes, and most of them were
 * somebody else's before: what it stamped is its own only where nothing but an INSERT of its own can have brought it there. Pure.
 */
import type {
  AlterTableCmd,
  AlterTableStmt,
  ColumnDef,
  InsertStmt,
  MergeStmt,
  Node,
  RangeVar,
  RenameStmt,
} from '@pgsql/types';
import type { ParsedStatement } from '../adapters/sql-parser';
import { all, as, find, nameParts, typeNameOf, words } from './statements/ast';

export interface TableEffects {
  /** What the table was called before (`schema.table`). */
  before: string;
  /** What columns were called before, by today's names; null for those that it added. Others kept their names. */
  columns: Map<string, string | null>;
  /** Rows of its own: such as stand in the script, or also what a query found. */
  inserts: 'none' | 'values' | 'query';
  /** Rows from before may be missing for its sake. */
  deletes: boolean;
  /** Each statement that may have stamped rows which were there. */
  stamps: Stamp[];
  /** Added columns that have values by a default. */
  defaults: Set<string>;
}

export interface Stamp {
  /** Columns that it adds, or gives other values. */
  columns: string[];
  /** It writes the whole table anew, or leaves every row as it is. */
  whole: boolean;
}

export interface RowEffects {
  /** By the names that the deployment leaves, `schema.table`. */
  tables: Map<string, TableEffects>;
  /** It drops or deletes somewhere: what a query of its own copied may have been there. */
  removes: boolean;
  /** It runs code that does not show here which tables it writes, or foreign keys that follow a DELETE. */
  hidden: boolean;
}

/** Whose a row or value is that a transaction of the deployment stamped last, and that the backup has not. */
export type Author = 'deployment' | 'others' | 'unknown';

/** @param older a row from before the deployment stands in the table, so that it was not written anew as a whole. */
export function authorOfRows(effects: RowEffects, table: TableEffects | undefined, older: boolean): Author {
  if (!table || table.inserts === 'none') return 'others';
  const copied = table.inserts === 'query' && effects.removes;
  const stamped = table.stamps.some(({ whole }) => !(whole && older));
  return effects.hidden || copied || stamped ? 'unknown' : 'deployment';
}

/** The same of values other than NULL and the default in a column that the deployment added. */
export function authorOfValues(effects: RowEffects, table: TableEffects, column: string, older: boolean): Author {
  const { inserts, defaults, stamps } = table;
  const set = stamps.some(({ columns, whole }) => !whole && columns.includes(column));
  const given = set || inserts !== 'none' || defaults.has(column);
  if (!given && !effects.hidden) return 'others';
  const besides = stamps.some(({ columns, whole }) => !columns.includes(column) && !(whole && older));
  return effects.hidden || besides ? 'unknown' : 'deployment';
}

/** Columns whose values it sets in rows that were there; those that it added among them. */
export function setColumns({ stamps }: TableEffects): string[] {
  return [...new Set(stamps.flatMap(({ columns }) => columns))];
}

/**
 * @param statements in their order, with those that run inside them.
 * @param schema where a name without one leads.
 */
export function rowEffects(statements: ParsedStatement[], schema: string): RowEffects {
  const reader = new Reader(schema);
  for (const { node } of statements) reader.read(node);
  return reader.effects;
}

/** They may write every row of the table anew. */
const REWRITING = new Set([
  'AT_AlterColumnType',
  'AT_SetLogged',
  'AT_SetUnLogged',
  'AT_SetAccessMethod',
  'AT_SetExpression',
]);
/** Functions that write no rows. */
const HARMLESS = new Set(['setval', 'set_config']);

class Reader {
  readonly effects: RowEffects = { tables: new Map(), removes: false, hidden: false };

  constructor(private readonly schema: string) {}

  read(node: Node): void {
    this.readDefinition(node);
    for (const insert of find(node, 'InsertStmt')) this.insert(insert);
    for (const { relation, is_from } of find(node, 'CopyStmt')) if (is_from) this.fill(this.nameOf(relation), 'values');
    for (const { relation, targetList } of find(node, 'UpdateStmt')) this.update(relation, targetList);
    for (const merge of find(node, 'MergeStmt')) this.merge(merge);
    for (const { relation } of find(node, 'DeleteStmt')) this.remove(relation);
    for (const { relations } of find(node, 'TruncateStmt'))
      for (const relation of all(relations, 'RangeVar')) this.remove(relation);
    if (runsCode(node)) this.effects.hidden = true;
  }

  private readDefinition(node: Node): void {
    const made = as(node, 'CreateStmt')?.relation ?? as(node, 'CreateTableAsStmt')?.into?.rel;
    if (made) this.make(this.nameOf(made));
    if (made && as(node, 'CreateTableAsStmt')) this.fill(this.nameOf(made), 'query');
    const alter = as(node, 'AlterTableStmt');
    if (alter) this.alter(alter);
    const rename = as(node, 'RenameStmt');
    if (rename) this.rename(rename);
    const moved = as(node, 'AlterObjectSchemaStmt');
    if (moved?.objectType === 'OBJECT_TABLE')
      this.move(this.nameOf(moved.relation), `${moved.newschema ?? ''}.${moved.relation?.relname ?? ''}`);
    const drop = as(node, 'DropStmt');
    if (!drop) return;
    const isTable = drop.removeType === 'OBJECT_TABLE';
    if (isTable || drop.removeType === 'OBJECT_SCHEMA' || drop.behavior === 'DROP_CASCADE') this.effects.removes = true;
    if (isTable) for (const object of drop.objects ?? []) this.effects.tables.delete(this.qualified(nameParts(object)));
  }

  /** A table of that name from before is gone, and with it what the backup has there. */
  private make(name: string): void {
    this.effects.tables.set(name, { ...untouched(name), deletes: true });
  }

  private alter({ relation, cmds, objtype }: AlterTableStmt): void {
    if (objtype !== 'OBJECT_TABLE') return;
    const table = this.table(this.nameOf(relation));
    const commands = all(cmds, 'AlterTableCmd');
    const given = commands.flatMap((command) => this.alterColumn(table, command));
    if (given.length > 0 || commands.some(({ subtype }) => REWRITING.has(subtype ?? '')))
      table.stamps.push({ columns: given, whole: true });
  }

  /** @returns the column that it adds or gives other values. */
  private alterColumn(table: TableEffects, { subtype, name = '', def }: AlterTableCmd): string[] {
    const added = as(def, 'ColumnDef');
    switch (subtype) {
      case 'AT_AddColumn':
        table.columns.set(added?.colname ?? '', null);
        if (added && hasDefault(added)) table.defaults.add(added.colname ?? '');
        return [added?.colname ?? ''];
      case 'AT_ColumnDefault':
        if (def) table.defaults.add(name);
        return [];
      case 'AT_DropColumn':
        this.effects.removes = true;
        return [];
      case 'AT_AlterColumnType':
        return isCast(as(def, 'ColumnDef')?.raw_default) ? [] : [name];
      default:
        return [];
    }
  }

  private rename({ renameType, relation, relationType, subname = '', newname = '' }: RenameStmt): void {
    const name = this.nameOf(relation);
    if (renameType === 'OBJECT_TABLE') this.move(name, `${name.slice(0, -(relation?.relname ?? '').length)}${newname}`);
    if (renameType !== 'OBJECT_COLUMN' || relationType !== 'OBJECT_TABLE') return;
    const { columns, stamps, defaults } = this.table(name);
    const before = columns.get(subname);
    columns.delete(subname);
    columns.set(newname, before === undefined ? subname : before);
    if (defaults.delete(subname)) defaults.add(newname);
    for (const stamp of stamps) stamp.columns = stamp.columns.map((column) => (column === subname ? newname : column));
  }

  private move(from: string, to: string): void {
    const table = this.table(from);
    this.effects.tables.delete(from);
    this.effects.tables.set(to, table);
  }

  private insert({ relation, selectStmt, onConflictClause }: InsertStmt): void {
    this.fill(this.nameOf(relation), find(selectStmt, 'RangeVar').length > 0 ? 'query' : 'values');
    if (onConflictClause?.action === 'ONCONFLICT_UPDATE') this.update(relation, onConflictClause.targetList);
  }

  private fill(name: string, inserts: 'values' | 'query'): void {
    const table = this.table(name);
    if (table.inserts !== 'query') table.inserts = inserts;
  }

  private update(relation: RangeVar | undefined, targets: Node[] | undefined): void {
    const columns = all(targets, 'ResTarget').flatMap(({ name }) => name ?? []);
    this.table(this.nameOf(relation)).stamps.push({ columns, whole: false });
  }

  private merge({ relation, mergeWhenClauses }: MergeStmt): void {
    for (const { commandType, targetList } of all(mergeWhenClauses, 'MergeWhenClause')) {
      if (commandType === 'CMD_INSERT') this.fill(this.nameOf(relation), 'query');
      if (commandType === 'CMD_UPDATE') this.update(relation, targetList);
      if (commandType === 'CMD_DELETE') this.remove(relation);
    }
  }

  private remove(relation: RangeVar | undefined): void {
    this.table(this.nameOf(relation)).deletes = true;
    Object.assign(this.effects, { removes: true, hidden: true });
  }

  private table(name: string): TableEffects {
    const known = this.effects.tables.get(name) ?? untouched(name);
    this.effects.tables.set(name, known);
    return known;
  }

  private nameOf(relation: RangeVar | undefined): string {
    return this.qualified([relation?.schemaname, relation?.relname].flatMap((part) => part ?? []));
  }

  private qualified(parts: string[]): string {
    return parts.length > 1 ? parts.slice(-2).join('.') : `${this.schema}.${parts[0] ?? ''}`;
  }
}

function untouched(name: string): TableEffects {
  return { before: name, columns: new Map(), inserts: 'none', deletes: false, stamps: [], defaults: new Set() };
}

function hasDefault({ typeName, constraints }: ColumnDef): boolean {
  if (/serial\d?$/.test(typeNameOf(typeName))) return true;
  return all(constraints, 'Constraint').some(
    ({ contype }) => contype === 'CONSTR_DEFAULT' || contype === 'CONSTR_IDENTITY',
  );
}

/** What USING says where it says no more than the types do, or nothing. */
function isCast(using: Node | undefined): boolean {
  const cast = as(using, 'TypeCast');
  return using === undefined || as(using, 'ColumnRef') !== undefined || (cast !== undefined && isCast(cast.arg));
}

function runsCode(node: Node): boolean {
  if (as(node, 'DoStmt') ?? as(node, 'CallStmt')) return true;
  if (!as(node, 'SelectStmt')) return false;
  return find(node, 'FuncCall').some(({ funcname }) => !HARMLESS.has(words(funcname).at(-1) ?? ''));
}
