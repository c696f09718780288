/** The rows of the schema: values, so that a change replaces them and a clone may share them. */
import type { ColumnType } from './types';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** As it was written; null for that of its type. */
  readonly collation: string | null;
  readonly notNull: boolean;
  /** The type that its default was written in: a later change of the column's type keeps it inside the default. */
  readonly defaultType: string | null;
  /** The sequence that its default asks for the next number. */
  readonly sequence: string | null;
  /** Of a generated column: the columns that it is computed from. */
  readonly computedFrom: readonly string[];
}

export interface KnownFunction {
  readonly volatility: 'volatile' | 'stable';
  /** What a call runs; null for languages that are not SQL. */
  readonly body: { readonly language: 'sql' | 'plpgsql'; readonly text: string } | null;
}

export interface Trigger {
  readonly name: string;
  readonly function: string;
  /** FOR EACH ROW: every partition has one like it. */
  readonly row: boolean;
  /** Columns that `UPDATE OF` and `WHEN` name. */
  readonly columns: readonly string[];
}

/** A row policy, with the columns of its own table that its two conditions name. */
export interface Policy {
  readonly name: string;
  readonly using: readonly string[];
  readonly check: readonly string[];
}

export interface Constraint {
  readonly name: string;
  readonly kind: 'primary' | 'unique' | 'foreign' | 'check' | 'exclusion' | 'not-null';
  readonly columns: readonly string[];
  /** Of a foreign key: the other table, as it was written. */
  readonly references: string | null;
  readonly referencedColumns: readonly string[];
  /** False until a NOT VALID constraint is validated. */
  readonly valid: boolean;
  /** The columns that a check `column IS NOT NULL` proves. */
  readonly provesNotNull: readonly string[];
  /** The columns of which a check says more than whether they are NULL. */
  readonly limits: readonly string[];
}

export interface Table {
  /** As it was first written. */
  readonly name: string;
  readonly kind: 'table' | 'view' | 'materialized view' | 'sequence';
  readonly columns: ReadonlyMap<string, Column>;
  readonly constraints: readonly Constraint[];
  /** Inheritance parents; a partition has one. */
  readonly parents: readonly string[];
  readonly partitioned: boolean;
  /** The columns that say which partition a row belongs into; empty for a table without partitions. */
  readonly partitionKey: readonly string[];
  readonly defaultPartition: boolean;
  /** Of a view: the tables it selects from, and every column name in its query (`*` for all). */
  readonly reads: readonly string[];
  readonly mentions: readonly string[];
  /** `CREATE TABLE ... OF type`. */
  readonly ofType: string | null;
  readonly triggers: readonly Trigger[];
  readonly policies: readonly Policy[];
}

export interface Index {
  readonly name: string;
  readonly table: string;
  /** Null for an expression. */
  readonly columns: readonly (string | null)[];
  /** Columns that its expressions, its predicate and INCLUDE name. */
  readonly mentions: readonly string[];
  readonly unique: boolean;
  readonly partial: boolean;
}

export interface Domain {
  readonly base: ColumnType;
  readonly constrained: boolean;
}

/** True for an index by which all of a table's rows can be told apart. */
export function isKey({ unique, partial, columns }: Index): boolean {
  return unique && !partial && !columns.includes(null);
}

export function foreignKeys(table: Table | undefined): Constraint[] {
  return table?.constraints.filter(({ kind }) => kind === 'foreign') ?? [];
}

export function emptyTable(name: string, kind: Table['kind'] = 'table'): Table {
  return {
    name,
    kind,
    columns: new Map(),
    constraints: [],
    parents: [],
    partitioned: false,
    partitionKey: [],
    defaultPartition: false,
    reads: [],
    mentions: [],
    ofType: null,
    triggers: [],
    policies: [],
  };
}
