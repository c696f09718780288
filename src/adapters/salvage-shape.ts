/** Kept rows beside the table that they go back to, whose columns may be others by now. */
import { countRows } from './count-rows';
import { FailureType, permanent } from '../errors';
import { DatabaseError, type Client } from './postgres';
import { salvageName, type Salvage } from './salvage-schema';
import { withoutData } from './statement-failure';
import { isDrawn } from './written-since';

/** What both sides look like, as SQL: aliases `t` for the live table, `s` for the kept rows. */
export interface Shape {
  entry: Salvage;
  kept: string;
  columns: ShapeColumn[];
  /** `t` and `s` are the same row; null without a key. */
  sameRow: string | null;
}

interface ShapeColumn {
  /** Quoted. */
  name: string;
  /** The kept value in the live column's type. */
  value: string;
  /** The live column's default; null where it has none, or one that is another each time. */
  fallback: string | null;
  /** As SQL writes them. Values of types that a project makes are kept as text. */
  type: { live: string; kept: string };
}

interface Column {
  name: string;
  type: string;
  builtIn: boolean;
  /** As SQL writes it; null for the database's own. */
  collation: string | null;
  fallback: string | null;
}

export function refused(message: string): Error {
  return permanent(FailureType.Salvage, message);
}

/** Locks the live table against writers. @throws ApplicationFailure Salvage where it is not there, or lacks a kept column */
export async function shapeOf(client: Client, entry: Salvage): Promise<Shape> {
  const live = await columnsOf(client, entry.relation);
  const name = salvageName({ ...entry, column: null });
  const keptIn = `lockkeeper_salvage.${client.escapeIdentifier(entry.keptIn)}`;
  const then = `deploy the migration that makes it, then put salvage ${entry.id} back. Its rows are in ${keptIn}.`;
  if (live.length === 0) throw refused(`Table ${name} is not there; ${then}`);
  await client.query(`LOCK TABLE ${entry.relation} IN SHARE ROW EXCLUSIVE MODE`);
  const kept = await columnsOf(client, keptIn);
  const missing = kept.filter((column) => !live.some((one) => one.name === column.name)).map((column) => column.name);
  if (missing.length > 0) throw refused(`Table ${name} has no column ${missing.join(', ')}; ${then}`);
  const columns = kept.map((column) => shapeOfColumn(client, column, live));
  const valueOf = (key: string): string =>
    columns.find((column) => column.name === client.escapeIdentifier(key))?.value ?? 'NULL';
  return {
    entry,
    kept: `${keptIn} AS s`,
    columns,
    sameRow:
      entry.key.length === 0
        ? null
        : entry.key.map((key) => `t.${client.escapeIdentifier(key)} = ${valueOf(key)}`).join(' AND '),
  };
}

async function columnsOf(client: Client, relation: string): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, ty.typnamespace = 'pg_catalog'::regnamespace AS "builtIn",
            (SELECT format('%I.%I', n.nspname, o.collname) FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace
              WHERE o.oid = a.attcollation AND o.oid <> 'pg_catalog."default"'::regcollation) AS collation,
            CASE WHEN NOT ${isDrawn('d')} THEN pg_get_expr(d.adbin, d.adrelid) END AS fallback
       FROM pg_attribute a JOIN pg_type ty ON ty.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [relation],
  );
  return rows;
}

function shapeOfColumn(client: Client, kept: Column, live: Column[]): ShapeColumn {
  const { type, builtIn, collation, fallback } = live.find(({ name }) => name === kept.name) ?? kept;
  const name = client.escapeIdentifier(kept.name);
  const cast = `s.${name}${builtIn ? '' : '::text'}::${type}`;
  // Kept without its own: which of the two a comparison goes by must be said.
  const value = collation === null ? cast : `(${cast} COLLATE ${collation})`;
  return { name, value, fallback, type: { live: type, kept: kept.type } };
}

/**
 * A cast to another type may round, cut or refuse a value: each must be the same again when it is cast back.
 * @throws ApplicationFailure Salvage naming the column whose values are not
 */
export async function requireSameValues(client: Client, { entry, kept, columns }: Shape): Promise<void> {
  for (const { name, value, type } of columns) {
    if (type.live === type.kept) continue;
    const stays = `They are in lockkeeper_salvage.${client.escapeIdentifier(entry.keptIn)}, for a person to settle; nothing was put back.`;
    const column = `${salvageName({ ...entry, column: null })}.${name.replaceAll('"', '')}`;
    const changed = `column ${column} is ${type.live} by now, and its values were kept as ${type.kept}`;
    const back = `(${value})::${type.kept}`;
    const lost = await countRows(
      client,
      `${kept} WHERE ${asSame(back, type)} IS DISTINCT FROM ${asSame(`s.${name}`, type)}`,
    ).catch((error: unknown) => {
      if (!(error instanceof DatabaseError)) throw error;
      throw refused(
        `Salvage ${entry.id} cannot be put back: ${changed}: ${withoutData(error)} (SQLSTATE ${error.code ?? 'unknown'}). ${stays}`,
      );
    });
    if (lost > 0)
      throw refused(
        `Salvage ${entry.id} cannot be put back: ${changed}; ${lost} of ${entry.rows} would not be the same. ${stays}`,
      );
  }
}

/** Not every type knows whether two values are equal; as text, 2 and 2.00 are not. */
function asSame(value: string, { kept }: ShapeColumn['type']): string {
  return kept.startsWith('numeric') ? value : `${value}::text`;
}
