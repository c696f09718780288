/** What is known of one statement before it runs. */
import type { ParsedStatement } from '../../adapters/sql-parser';
import type { LockPrediction, StatementPlan } from '../plan';
import { keyOf } from './ast';
import { LockSet, type LockMode } from './locks';
import type { Schema } from './schema';
import type { Zones } from './time-zone';

/** What a statement adds to the schema; names as the file writes them, without quotes. */
export interface Creation {
  tables: string[];
  /** Columns of new tables and columns added to old ones. */
  columns: number;
  /** `CREATE INDEX` and UNIQUE constraints; the index behind a primary key is not counted. */
  indexes: string[];
  enums: string[];
  foreignKeys: number;
}

export interface StatementFacts extends Omit<StatementPlan, 'online' | 'asWritten' | 'findRows'> {
  /** True when a table gets a new file: its rows are copied, or (TRUNCATE) thrown away. */
  rewrites: boolean;
  /** The locks that somebody can wait for: those on relations that were there before the script. */
  contested: LockPrediction[];
  /** True when a whole table is read (to validate, to build an index, to rewrite) while the locks are held. */
  scans: boolean;
  /** Those tables; none where the statement does not name them. */
  scanned: string[];
  creates: Creation;
  /** Rows or values are gone afterwards: DROP TABLE/COLUMN, TRUNCATE, DELETE, a narrowing type change. */
  dropsData: boolean;
}

/** What a statement can look back on: the schema as earlier migrations and earlier statements of its own script left it. */
export interface ScriptContext {
  schema: Schema;
  /** Keys of the relations that this script created: nobody else can see them yet. */
  created: Set<string>;
  /** Parses the SQL inside `DO` blocks and called functions, so that it counts too; without it they lock nothing we know of. */
  parse?: (sql: string) => ParsedStatement[];
  /** The session's time zone, once the script has set it. */
  zones?: Zones;
  /** Functions whose bodies are being looked into: one that calls itself is looked into once. */
  calling?: ReadonlySet<string>;
}

/** The facts of one statement while they are gathered. */
export class Draft {
  readonly locks = new LockSet();
  readonly creates: Creation = { tables: [], columns: 0, indexes: [], enums: [], foreignKeys: 0 };
  /** Keys of the relations that are there only afterwards. */
  readonly made = new Set<string>();
  private readonly scanned = new Map<string, string>();
  rewrites = false;
  dropsData = false;

  constructor(readonly script: ScriptContext) {}

  get schema(): Schema {
    return this.script.schema;
  }

  /** Notes that a whole table is read; without a name, that some are. */
  scan(table: string, really = true): void {
    if (really) this.scanned.set(keyOf(table), table);
  }

  /** Notes that a table gets a new file, for which all of it is read. */
  rewrite(table: string): void {
    this.rewrites = true;
    this.scan(table);
  }

  scannedTables(): string[] {
    return [...this.scanned.values()];
  }

  /** A relation that is new with this statement, unless it only replaces one. */
  make(relation: string): void {
    this.locks.add(relation, 'AccessExclusiveLock');
    if (!this.schema.table(relation)) this.made.add(keyOf(relation));
  }

  /**
   * Locks a foreign key's other side with all that is below it. PostgreSQL 14 has its triggers on the leaves alone.
   * @param opened the statement looks at the table itself as well, not only at the triggers.
   */
  lockWhole(table: string, mode: LockMode, opened = true): void {
    const hasTriggers = (name: string): boolean =>
      this.schema.serverMajor > 14 || !this.schema.table(name)?.partitioned;
    if (opened || hasTriggers(table)) this.locks.add(table, mode);
    for (const { name } of this.schema.descendants(table)) if (hasTriggers(name)) this.locks.add(name, mode);
  }

  /** Locks a table's partitions and the tables that inherit from it. */
  lockBelow(table: string, mode: LockMode): void {
    for (const child of this.schema.descendants(table)) this.locks.add(child.name, mode);
  }

  /** Takes over what a statement inside this one does; a branch that speaks of what is not there is not the one taken. */
  include(facts: StatementFacts, schema: Schema): void {
    const others = new Set(facts.contested.map(({ relation }) => relation));
    for (const { relation, mode } of facts.locks) {
      const isOld = others.has(relation);
      if (isOld && schema.isMissing(relation)) continue;
      this.locks.add(relation, mode as LockMode);
      if (!isOld) this.made.add(keyOf(relation));
    }
    this.rewrites ||= facts.rewrites;
    for (const table of facts.scanned) this.scan(table);
    this.dropsData ||= facts.dropsData;
    this.creates.tables.push(...facts.creates.tables);
    this.creates.indexes.push(...facts.creates.indexes);
    this.creates.enums.push(...facts.creates.enums);
    this.creates.columns += facts.creates.columns;
    this.creates.foreignKeys += facts.creates.foreignKeys;
  }
}
