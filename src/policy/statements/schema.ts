/** What the statements so far say of the schema. Its rows are values: a clone shares them. */
import { keyOf } from './ast';
import {
  emptyTable,
  foreignKeys,
  type Column,
  type Constraint,
  type Domain,
  type Index,
  type KnownFunction,
  type Table,
} from './schema-rows';
import { SharedMap } from './shared-map';

export { emptyTable, foreignKeys, isKey } from './schema-rows';
export type { Column, Constraint, Domain, Index, KnownFunction, Policy, Table, Trigger } from './schema-rows';

/** The rules of a server that nobody has asked: of 14 to 17 they are the same in what is looked at here. */
export const USUAL_MAJOR = 17;

export class Schema {
  /** PostgreSQL's major version: it decides what some statements lock. */
  serverMajor = USUAL_MAJOR;
  /** True while it may have been built from the first migration on: what it does not know is not there. */
  complete = false;
  private readonly tableRows: SharedMap<Table>;
  private readonly indexRows: SharedMap<Index>;
  readonly enums: SharedMap<readonly string[]>;
  readonly domains: SharedMap<Domain>;
  /** By name alone: the last of several overloads. */
  readonly functions: SharedMap<KnownFunction>;
  /** Extended statistics: name -> table. */
  readonly statistics: SharedMap<string>;
  /** By name: the tables that it lists. */
  readonly publications: SharedMap<readonly string[]>;

  constructor(from?: Schema) {
    this.tableRows = from?.tableRows.clone() ?? new SharedMap();
    this.indexRows = from?.indexRows.clone() ?? new SharedMap();
    this.enums = from?.enums.clone() ?? new SharedMap();
    this.domains = from?.domains.clone() ?? new SharedMap();
    this.functions = from?.functions.clone() ?? new SharedMap();
    this.statistics = from?.statistics.clone() ?? new SharedMap();
    this.publications = from?.publications.clone() ?? new SharedMap();
    this.complete = from?.complete ?? false;
    this.serverMajor = from?.serverMajor ?? USUAL_MAJOR;
  }

  clone(): Schema {
    return new Schema(this);
  }

  table(name: string): Table | undefined {
    return this.tableRows.get(keyOf(name));
  }

  tables(): Table[] {
    return this.tableRows.values();
  }

  setTable(table: Table): void {
    this.tableRows.set(keyOf(table.name), table);
  }

  /** Replaces parts of a table's row; a table that no statement created starts empty. */
  changeTable(name: string, change: (table: Table) => Partial<Table>): void {
    const table = this.table(name) ?? emptyTable(name);
    this.setTable({ ...table, ...change(table) });
  }

  dropTable(name: string): void {
    this.tableRows.delete(keyOf(name));
    for (const index of this.indexesOf(name)) this.dropIndex(index.name);
  }

  renameTable(from: string, to: string): void {
    const table = this.table(from);
    this.tableRows.delete(keyOf(from));
    if (table) this.setTable({ ...table, name: to });
    for (const index of this.indexesOf(from)) this.setIndex({ ...index, table: to });
    const renamed = (name: string): string => (keyOf(name) === keyOf(from) ? to : name);
    for (const other of this.tables()) {
      const named = [...other.parents, ...other.reads, ...foreignKeys(other).map(({ references }) => references ?? '')];
      if (!named.some((name) => keyOf(name) === keyOf(from))) continue;
      const constraints = other.constraints.map((each) => ({
        ...each,
        references: each.references && renamed(each.references),
      }));
      this.setTable({ ...other, parents: other.parents.map(renamed), reads: other.reads.map(renamed), constraints });
    }
  }

  index(name: string): Index | undefined {
    return this.indexRows.get(keyOf(name));
  }

  setIndex(index: Index): void {
    this.indexRows.set(keyOf(index.name), index);
  }

  dropIndex(name: string): void {
    this.indexRows.delete(keyOf(name));
  }

  indexesOf(table: string): Index[] {
    const key = keyOf(table);
    return this.indexRows.where((index) => keyOf(index.table) === key);
  }

  /** Partitions and inheriting tables, theirs included. */
  descendants(name: string): Table[] {
    return reach(name, (from) => {
      const key = keyOf(from);
      return this.tableRows.where(({ parents }) => parents.some((parent) => keyOf(parent) === key));
    });
  }

  /** What a partition or an inheriting table hangs below, the nearest first. */
  ancestors(name: string): string[] {
    return reach(name, (from) =>
      (this.table(from)?.parents ?? []).map((parent) => this.table(parent) ?? emptyTable(parent)),
    ).map((table) => table.name);
  }

  /** Foreign keys of other tables that point at this one. */
  referencing(name: string): { table: Table; constraint: Constraint }[] {
    const key = keyOf(name);
    const isMeant = ({ kind, references }: Constraint): boolean =>
      kind === 'foreign' && keyOf(references ?? '') === key;
    return this.tableRows
      .where(({ constraints }) => constraints.some(isMeant))
      .flatMap((table) => table.constraints.filter(isMeant).map((constraint) => ({ table, constraint })));
  }

  /** Tables with a column of this type. */
  tablesWithType(type: string): Table[] {
    const key = keyOf(type);
    return this.tableRows.where(({ columns }) => some(columns, (column) => keyOf(column.type.name) === key));
  }

  /** Tables made of this type, with a column of it, or with a default that was written in it. */
  tablesDependingOn(type: string): Table[] {
    const key = keyOf(type);
    const depends = ({ type, defaultType }: Column): boolean =>
      keyOf(type.name) === key || keyOf(defaultType ?? '') === key;
    return this.tableRows.where(({ columns, ofType }) => keyOf(ofType ?? '') === key || some(columns, depends));
  }

  /** Views over a table; with a column, those that need it. */
  viewsOver(table: string, column?: string): Table[] {
    const key = keyOf(table);
    return this.tableRows.where(
      ({ reads, mentions }) =>
        reads.some((read) => keyOf(read) === key) &&
        (column === undefined || mentions.includes(column) || mentions.includes('*')),
    );
  }

  /** The views over a table, and the views over those: what CASCADE takes along. */
  viewsAbove(table: string, column?: string): Table[] {
    return reach(table, (from) => this.viewsOver(from, from === table ? column : undefined));
  }

  /** What a view reads, and what the views among that read. */
  readsBehind(view: string): Table[] {
    return reach(view, (from) => {
      const known = this.table(from);
      return known?.kind === 'view' ? known.reads.map((read) => this.table(read) ?? emptyTable(read)) : [];
    });
  }

  /** Tables with a column that is numbered by the sequence. */
  tablesNumberedBy(sequence: string): Table[] {
    const key = keyOf(sequence);
    return this.tableRows.where(({ columns }) => some(columns, (column) => keyOf(column.sequence ?? '') === key));
  }

  /** Before PostgreSQL 18 a partitioned table's foreign key cannot wait for its validation. */
  validatesAtOnce(table: string): boolean {
    return this.serverMajor < 18 && this.table(table)?.partitioned === true;
  }

  /** True for a table that some publication lists. */
  isPublished(table: string): boolean {
    return this.publications.values().some((tables) => tables.some((each) => keyOf(each) === keyOf(table)));
  }

  /** True for what `IF EXISTS` passes over. */
  isMissing(name: string): boolean {
    return this.complete && !this.table(name) && !this.index(name) && this.tablesNumberedBy(name).length === 0;
  }
}

function some(columns: Table['columns'], is: (column: Column) => boolean): boolean {
  for (const column of columns.values()) if (is(column)) return true;
  return false;
}

/** All that a step leads to from a name, each once: a script that would be refused may make a circle. */
function reach(name: string, step: (from: string) => Table[]): Table[] {
  const found = new Map<string, Table>();
  const seen = new Set([keyOf(name)]);
  const visit = (from: string): void => {
    for (const table of step(from)) {
      const key = keyOf(table.name);
      if (seen.has(key)) continue;
      seen.add(key);
      found.set(key, table);
      visit(table.name);
    }
  };
  visit(name);
  return [...found.values()];
}
