/** The tables that are there, under the names that a deployment gives them as it goes on, and those that it makes. */
import type { ParsedStatement } from '../adapters/sql-parser';
import { renameAmong, tableRenamed } from './hazards/names';
import type { TableSize } from './hazards/sizes';
import type { StatementFacts } from './statements';
import { keyOf } from './statements/ast';

export interface DatabaseFacts {
  /** Every table of the database by `schema.table`; nothing is known of sizes when offline. */
  tables: Record<string, TableSize>;
  /** True when only the files were read: a table of unknown size counts as large and busy. */
  offline: boolean;
  /** PostgreSQL's major version; the usual rules are taken where none is known. */
  serverMajor?: number;
  /** Where names without a schema are; `public` unless the URL says otherwise. */
  schema?: string;
}

export class TableFacts {
  private renamed = new Map<string, string>();
  /** Keys of the tables and views that earlier scripts of the deployment make: empty and unused when the next one runs. */
  private made = new Set<string>();
  private readonly schema: string;

  constructor(private readonly database: DatabaseFacts) {
    this.schema = database.schema ?? 'public';
  }

  clone(): TableFacts {
    const copy = new TableFacts(this.database);
    copy.renamed = new Map(this.renamed);
    copy.made = new Set(this.made);
    return copy;
  }

  get isOffline(): boolean {
    return this.database.offline;
  }

  size(relation: string): TableSize | null {
    const { tables } = this.database;
    const name = this.renamed.get(keyOf(relation)) ?? relation;
    return tables[`${this.schema}.${name}`] ?? tables[name] ?? null;
  }

  /** With a database at hand a table without a size is one that is not there yet. */
  isMissing(relation: string): boolean {
    return !this.database.offline && this.size(relation) === null;
  }

  /** Quoted and qualified, by its present name: a name with a dot in it is told from a qualified one by what is there. */
  sqlName(relation: string): string {
    const dot = relation.indexOf('.');
    const inDefault =
      dot < 0 || (!(relation in this.database.tables) && `${this.schema}.${relation}` in this.database.tables);
    const parts = inDefault ? [this.schema, relation] : [relation.slice(0, dot), relation.slice(dot + 1)];
    return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
  }

  /** True for what an earlier script of the deployment makes: nobody uses it yet. */
  isMade(relation: string): boolean {
    return this.made.has(keyOf(relation));
  }

  /** Keys, as `keyOf` gives them. */
  get madeTables(): ReadonlySet<string> {
    return this.made;
  }

  /**
   * What a script has made, once it is through. Files alone do not tell which of them are deployed: there every earlier table
   * may be large and busy.
   */
  learn(statements: readonly ParsedStatement[], facts: readonly StatementFacts[]): void {
    if (this.isOffline) return;
    for (const [place, statement] of statements.entries()) {
      for (const relation of madeBy(facts[place])) this.made.add(keyOf(relation));
      renameAmong(this.made, statement);
    }
  }

  follow(statement: ParsedStatement): void {
    const rename = tableRenamed(statement);
    if (rename) this.renamed.set(keyOf(rename.to), this.renamed.get(keyOf(rename.from)) ?? rename.from);
  }
}

/** Tables, and what else a statement locks without having to share it: views that its script makes. */
function madeBy(facts: StatementFacts | undefined): string[] {
  if (!facts) return [];
  const old = new Set(facts.contested.map(({ relation }) => relation));
  return [...facts.creates.tables, ...facts.locks.map(({ relation }) => relation).filter((name) => !old.has(name))];
}
