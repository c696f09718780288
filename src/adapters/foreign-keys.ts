/** Foreign keys of a dump, before they are there: which rows refer to which, and the rows that refer to none. */
import { countRows } from './count-rows';
import { KeySet } from './key-set';
import type { Client } from './postgres';
import { keyOf } from './sampled-copy';
import { parseScript } from './sql-parser';
import { addedConstraints } from '../policy/hazards/sql';
import { relationOf, words } from '../policy/statements/ast';

/** Tables are `schema.name`, as the catalog has the two. */
export interface ForeignKey {
  child: string;
  columns: string[];
  parent: string;
  parentColumns: string[];
}

/** A table of the scratch database. */
export interface Relation {
  /** `schema.name`, as the catalog has the two. */
  name: string;
  /** For a query: quoted, and without what inherits from it, whose rows its foreign keys do not see. */
  rows: string;
  /** As a backup's `.meta` names it. */
  quoted: string;
  /** Itself and what it is a partition of. */
  within: string[];
}

/** @param script of pg_restore, which qualifies every name. One that was never validated binds no row that is there. */
export function foreignKeysOf(script: string): ForeignKey[] {
  // Commands of psql's own frame the script.
  return parseScript(script.replace(/^\\.*$/gm, ''))
    .flatMap((statement) => addedConstraints(statement, 'CONSTR_FOREIGN'))
    .filter(({ constraint }) => !constraint.skip_validation)
    .map(({ table, constraint }) => ({
      child: table,
      columns: words(constraint.fk_attrs),
      parent: relationOf(constraint.pktable),
      parentColumns: words(constraint.pk_attrs),
    }));
}

export async function relationsOf(client: Client): Promise<Map<string, Relation>> {
  const { rows } = await client.query<Relation>(
    `WITH own AS (
       SELECT c.oid, c.relkind, n.nspname || '.' || c.relname AS name, format('%I.%I', n.nspname, c.relname) AS quoted
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_')
     SELECT name, quoted, CASE relkind WHEN 'p' THEN '' ELSE 'ONLY ' END || quoted AS rows,
            ARRAY(SELECT o.name FROM own o WHERE o.oid = own.oid OR o.oid IN (SELECT relid FROM pg_partition_ancestors(own.oid))) AS within
       FROM own`,
  );
  return new Map(rows.map((relation) => [relation.name, relation]));
}

/** Rows at once: a table may have more keys than fit into memory as texts. */
const FETCHED = 10_000;

/** The keys that the child's rows refer to by now. */
export async function referredKeys(client: Client, { rows: from }: Relation, key: ForeignKey): Promise<KeySet> {
  const columns = key.columns.map((column) => client.escapeIdentifier(column));
  const isSet = columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
  const keys = new KeySet(await countRows(client, `${from} WHERE ${isSet}`));
  const texts = `ARRAY[${columns.map((column) => `${column}::text`).join(', ')}]`;
  await client.query(`BEGIN; DECLARE referred NO SCROLL CURSOR FOR SELECT ${texts} AS key FROM ${from} WHERE ${isSet}`);
  for (;;) {
    const { rows } = await client.query<{ key: string[] }>(`FETCH ${FETCHED} FROM referred`);
    for (const row of rows) keys.add(keyOf(row.key));
    if (rows.length < FETCHED) break;
  }
  await client.query('COMMIT');
  return keys;
}

/** Deletes the rows that refer to a row that is not there. @returns how many. */
export async function deleteDangling(
  client: Client,
  { rows: child }: Relation,
  { rows: parent }: Relation,
  { columns, parentColumns }: ForeignKey,
): Promise<number> {
  const quoted = columns.map((column) => `c.${client.escapeIdentifier(column)}`);
  const isSet = quoted.map((column) => `${column} IS NOT NULL`).join(' AND ');
  const isThere = parentColumns
    .map((column, place) => `p.${client.escapeIdentifier(column)} = ${quoted[place] ?? ''}`)
    .join(' AND ');
  const { rowCount } = await client.query(
    `DELETE FROM ${child} AS c WHERE ${isSet} AND NOT EXISTS (SELECT FROM ${parent} AS p WHERE ${isThere})`,
  );
  return rowCount ?? 0;
}
