/** What the statements so far say of the schema. Its rows are values: a clone shares them. */
import { keyOf } from './ast';
import {
  emptyTable,
  foreignKeys,
  type Constraint,
  type Domain,
  type Index,
  type KnownFunction,
  type Table,
  type Trigger,
} from './schema-rows';

export { emptyTable, foreignKeys } from './schema-rows';
export type { Column, Constraint, Domain, Index, KnownFunction, Table, Trigger } from './schema-rows';

/** The rules of a server that nobody has asked: of 14 to 17 they are the same in what is looked at here. */
export const USUAL_MAJOR = 17;

export class Schema {
  /** PostgreSQL's major version: it decides what some statements lock. */
  serverMajor = USUAL_MAJOR;
  /** True while it may have been built from the first migration on: what it does not know is not there. */
  complete = false;
  private tableRows: Map<string, Table>;
  private indexRows: Map<string, Index>;
  /** False while a clone reads the same rows: whoever writes first takes a copy. */
  private ownsRows: boolean;
  readonly enums: Map<string, readonly string[]>;
  readonly domains: Map<string, Domain>;
  /** By name alone: the last of several overloads. */
  readonly functions: Map<string, KnownFunction>;
  /** Extended statistics: name -> table. */
  readonly statistics: Map<string, string>;
  /** By name: the tables that it lists. */
  readonly publications: Map<string, readonly string[]>;
  /** By `table.trigger`. */
  readonly triggers: Map<string, Trigger>;

  constructor(from?: Schema) {
    this.tableRows = from?.tableRows ?? new Map<string, Table>();
    this.indexRows = from?.indexRows ?? new Map<string, Index>();
    this.ownsRows = from === undefined;
    if (from) from.ownsRows = false;
    this.enums = new Map(from?.enums);
    this.domains = new Map(from?.domains);
    this.functions = new Map(from?.functions);
    this.statistics = new Map(from?.statistics);
    this.publications = new Map(from?.publications);
    this.triggers = new Map(from?.triggers);
    this.complete = from?.complete ?? false;
    this.serverMajor = from?.serverMajor ?? USUAL_MAJOR;
  }

  clone(): Schema {
    return new Schema(this);
  }

  private write(): { tables: Map<string, Table>; indexes: Map<string, Index> } {
    if (!this.ownsRows) {
      this.tableRows = new Map(this.tableRows);
      this.indexRows = new Map(this.indexRows);
      this.ownsRows = true;
    }
    return { tables: this.tableRows, indexes: this.indexRows };
  }

  table(name: string): Table | undefined {
    return this.tableRows.get(keyOf(name));
  }

  tables(): Table[] {
    return [...this.tableRows.values()];
  }

  setTable(table: Table): void {
    this.write().tables.set(keyOf(table.name), table);
  }

  /** Replaces parts of a table's row; a table that no statement created starts empty. */
  changeTable(name: string, change: (table: Table) => Partial<Table>): void {
    const table = this.table(name) ?? emptyTable(name);
    this.setTable({ ...table, ...change(table) });
  }

  dropTable(name: string): void {
    this.write().tables.delete(keyOf(name));
    for (const index of this.indexesOf(name)) this.dropIndex(index.name);
  }

  renameTable(from: string, to: string): void {
    const table = this.table(from);
    this.write().tables.delete(keyOf(from));
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
    this.write().indexes.set(keyOf(index.name), index);
  }

  dropIndex(name: string): void {
    this.write().indexes.delete(keyOf(name));
  }

  indexesOf(table: string): Index[] {
    const key = keyOf(table);
    return [...this.indexRows.values()].filter((index) => keyOf(index.table) === key);
  }

  /** Partitions and inheriting tables, theirs included. */
  descendants(name: string): Table[] {
    return reach(name, (from) => {
      const key = keyOf(from);
      return this.tables().filter(({ parents }) => parents.some((parent) => keyOf(parent) === key));
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
    return this.tables().flatMap((table) =>
      foreignKeys(table)
        .filter(({ references }) => keyOf(references ?? '') === key)
        .map((constraint) => ({ table, constraint })),
    );
  }

  /** Tables with a column of this type. */
  tablesWithType(type: string): Table[] {
    const key = keyOf(type);
    return this.tables().filter(({ columns }) =>
      [...columns.values()].some((column) => keyOf(column.type.name) === key),
    );
  }

  /** Tables made of this type, with a column of it, or with a default that was written in it. */
  tablesDependingOn(type: string): Table[] {
    const key = keyOf(type);
    return this.tables().filter(
      ({ columns, ofType }) =>
        keyOf(ofType ?? '') === key ||
        [...columns.values()].some(
          (column) => keyOf(column.type.name) === key || keyOf(column.defaultType ?? '') === key,
        ),
    );
  }

  /** Views over a table; with a column, those that need it. */
  viewsOver(table: string, column?: string): Table[] {
    const key = keyOf(table);
    return this.tables().filter(
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
    return this.tables().filter(({ columns }) =>
      [...columns.values()].some((column) => keyOf(column.sequence ?? '') === key),
    );
  }

  /** Before PostgreSQL 18 a partitioned table's foreign key cannot wait for its validation. */
  validatesAtOnce(table: string): boolean {
    return this.serverMajor < 18 && this.table(table)?.partitioned === true;
  }

  /** True for a table that some publication lists. */
  isPublished(table: string): boolean {
    return [...this.publications.values()].some((tables) => tables.some((each) => keyOf(each) === keyOf(table)));
  }

  /** True for what `IF EXISTS` passes over. */
  isMissing(name: string): boolean {
    return this.complete && !this.table(name) && !this.index(name) && this.tablesNumberedBy(name).length === 0;
  }
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
