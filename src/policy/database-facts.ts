/** The tables that are there, under the names that a script gives them as it goes on. */
import type { ParsedStatement } from '../adapters/sql-parser';
import { tableRenamed } from './hazards/names';
import type { TableSize } from './hazards/sizes';
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
  private readonly renamed = new Map<string, string>();
  private readonly schema: string;

  constructor(private readonly database: DatabaseFacts) {
    this.schema = database.schema ?? 'public';
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

  follow(statement: ParsedStatement): void {
    const rename = tableRenamed(statement);
    if (rename) this.renamed.set(keyOf(rename.to), this.renamed.get(keyOf(rename.from)) ?? rename.from);
  }
}
