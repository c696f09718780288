/** Rows that were kept: which there are, putting them back, and forgetting them. */
import { countRows } from './count-rows';
import { DatabaseError, type Client } from './postgres';
import { salvageName, type Salvage } from './salvage-schema';
import { refused, requireSameValues, shapeOf, type Shape } from './salvage-shape';
import { withoutData } from './statement-failure';
import { plural } from '../policy/words';

/** Newest first; of one deployment, or of all. */
export async function salvages(client: Client, deployment: string | null = null): Promise<Salvage[]> {
  const { rows: there } = await client.query(`SELECT WHERE to_regclass('lockkeeper_salvage.manifest') IS NOT NULL`);
  if (there.length === 0) return [];
  const { rows } = await client.query<Salvage>(
    `SELECT id, deployment, source, relation, column_name AS "column", key, kept_in AS "keptIn", rows::float8 AS rows,
            kept_at AS "keptAt", put_back_at AS "putBackAt"
       FROM lockkeeper_salvage.manifest WHERE coalesce(deployment = $1, true) ORDER BY id DESC`,
    [deployment],
  );
  return rows;
}

/** Drops the rows for good; the schema goes with the last of them. @throws ApplicationFailure Salvage when there is no such entry. */
export async function forgetSalvage(client: Client, id: number): Promise<Salvage> {
  const entry = await find(client, id);
  await client.query('SELECT lockkeeper.forget($1)', [id]);
  return entry;
}

export interface PutBack {
  entry: Salvage;
  /** Rows that the live table has again. */
  rows: number;
}

/**
 * Puts rows back into the live table; values that are the same already count as put back. Nothing is put back where one is in
 * the way, nor where a trigger or rule keeps out some rows of a table without a primary key. Where rows that a column's values
 * belong to are gone, or a trigger kept rows with a key out, the entry is not ticked off.
 * @param overwrite of a column: also where the live row has another value by now.
 * @throws ApplicationFailure Salvage saying what is in the way.
 */
export async function putBack(client: Client, id: number, overwrite: boolean): Promise<PutBack> {
  // A policy that hides rows from their owner is an error: what nobody sees cannot be put back.
  await client.query('BEGIN; SET LOCAL row_security = off');
  try {
    const entry = await find(client, id);
    if (entry.putBackAt !== null)
      throw refused(`Salvage ${id} was put back at ${entry.putBackAt.toISOString()}; nothing was done.`);
    const shape = await shapeOf(client, entry);
    await requireSameValues(client, shape);
    const { rows, reached } = await (entry.column === null
      ? insertRows(client, shape)
      : updateColumn(client, shape, overwrite));
    if (reached >= entry.rows)
      await client.query('UPDATE lockkeeper_salvage.manifest SET put_back_at = clock_timestamp() WHERE id = $1', [id]);
    await client.query('COMMIT');
    return { entry, rows };
  } catch (error) {
    await client.query('ROLLBACK');
    if (!(error instanceof DatabaseError)) throw error;
    throw refused(
      `Salvage ${id} cannot be put back: ${withoutData(error)} (SQLSTATE ${error.code ?? 'unknown'}). Nothing was done.`,
    );
  }
}

async function find(client: Client, id: number): Promise<Salvage> {
  const entry = (await salvages(client)).find((salvage) => salvage.id === id);
  if (!entry) throw refused(`There is no salvage ${id}; "lockkeeper salvage list" shows what there is.`);
  return entry;
}

/** `reached`: kept rows that the live table has. */
type Reached = Pick<PutBack, 'rows'> & { reached: number };

async function insertRows(client: Client, { entry, kept, columns, sameRow }: Shape): Promise<Reached> {
  const live = columns.map(({ name }) => `t.${name}`).join(', ');
  const values = columns.map(({ value }) => value).join(', ');
  // Beside rows from a backup, live ones may have been changed since: those are not lost.
  if (sameRow !== null && entry.source === 'undo') {
    const differs = `ROW(${live})::text IS DISTINCT FROM ROW(${values})::text`;
    const taken = await countRows(client, `${kept} JOIN ${entry.relation} AS t ON ${sameRow} WHERE ${differs}`);
    if (taken > 0)
      throw refused(
        `${taken} of ${plural(entry.rows, 'row')} have a key that another row of ${salvageName(entry)} has by now. Nothing was put back; they are in lockkeeper_salvage.${entry.keptIn}, for a person to settle.`,
      );
  }
  const absent = sameRow === null ? 'true' : `NOT EXISTS (SELECT FROM ${entry.relation} AS t WHERE ${sameRow})`;
  const names = columns.map(({ name }) => name).join(', ');
  const { rowCount } = await client.query(
    `INSERT INTO ${entry.relation} (${names}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM ${kept} WHERE ${absent}`,
  );
  const inserted = rowCount ?? 0;
  if (sameRow === null) requireAll(entry, inserted, await countRows(client, kept));
  await advanceSequences(client, entry.relation);
  if (sameRow === null) return { rows: inserted, reached: entry.rows };
  const reached = await countRows(client, `${kept} JOIN ${entry.relation} AS t ON ${sameRow}`);
  return { rows: entry.source === 'undo' ? reached : inserted, reached };
}

/**
 * Without a key the next attempt would insert again what this one did: all of them or none. A person may have taken some of
 * what was kept away, so that it is counted anew.
 * @throws ApplicationFailure Salvage
 */
function requireAll(entry: Salvage, inserted: number, there: number): void {
  if (inserted < there)
    throw refused(
      `A trigger or rule keeps ${there - inserted} of ${plural(there, 'row')} out of ${salvageName(entry)}, and without a primary key nobody could tell afterwards which are missing; nothing was put back, and they stay in lockkeeper_salvage.${entry.keptIn}.`,
    );
}

/** Keys that came back must not be dealt out again. */
async function advanceSequences(client: Client, relation: string): Promise<void> {
  const { rows } = await client.query<{ sequence: string; name: string }>(
    `SELECT pg_get_serial_sequence($1, attname) AS sequence, attname AS name FROM pg_attribute
      WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND pg_get_serial_sequence($1, attname) IS NOT NULL`,
    [relation],
  );
  for (const { sequence, name } of rows)
    await client.query(
      `SELECT setval($1::regclass, greatest((SELECT max(${client.escapeIdentifier(name)}) FROM ${relation}), nextval($1::regclass)))`,
      [sequence],
    );
}

async function updateColumn(
  client: Client,
  { entry, kept, columns, sameRow }: Shape,
  overwrite: boolean,
): Promise<Reached> {
  if (sameRow === null)
    throw refused(
      `${salvageName(entry)} was kept from a table without a primary key, so nobody can tell which row a value belongs to; they are in lockkeeper_salvage.${entry.keptIn}.`,
    );
  const target = columns.find(({ name }) => name === client.escapeIdentifier(entry.column ?? ''));
  if (!target) throw refused(`lockkeeper_salvage.${entry.keptIn} has no column ${entry.column ?? ''}.`);
  const live = `t.${target.name}`;
  const differs = `${live}::text IS DISTINCT FROM (${target.value})::text`;
  const fresh = target.fallback === null ? '' : ` AND ${live}::text IS DISTINCT FROM (${target.fallback})::text`;
  const taken = await countRows(
    client,
    `${kept} JOIN ${entry.relation} AS t ON ${sameRow} WHERE ${differs} AND ${live} IS NOT NULL${fresh}`,
  );
  if (taken > 0 && !overwrite)
    throw refused(
      `${taken} of ${plural(entry.rows, 'row')} of ${salvageName(entry)} have another value by now; --overwrite replaces it. Nothing was put back.`,
    );
  await client.query(
    `UPDATE ${entry.relation} AS t SET ${target.name} = ${target.value} FROM ${kept} WHERE ${sameRow} AND ${differs}`,
  );
  const reached = await countRows(client, `${kept} JOIN ${entry.relation} AS t ON ${sameRow} WHERE NOT (${differs})`);
  return { rows: reached, reached };
}
