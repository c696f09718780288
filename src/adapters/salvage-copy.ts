/** Rows that a deployment destroyed, brought from its restored backup beside the live ones. */
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Client } from './postgres';
import { ensureManifest, IS_BUILT_IN } from './salvage-schema';
import { placesReached, type Reach } from './reach';
import type { Place } from './written-since';

export interface CopyRequest {
  live: Client;
  /** The restored backup. */
  aside: Client;
  /** As they were called when the backup was taken. */
  targets: (Place | Reach)[];
  deployment: string;
}

/**
 * Whole tables, or a column with its table's key, and what the backup's catalog leads to from them, in the transaction of the
 * session; what keeps them must be there. What the backup has not, or has empty, is left out.
 */
export async function copyAside({ live, aside, targets, deployment }: CopyRequest): Promise<void> {
  await ensureManifest(live);
  for (const place of await placesOf(aside, targets)) await copyPlace(live, aside, place, deployment);
}

/** Each once; a table's own entry brings its columns too. */
async function placesOf(aside: Client, targets: (Place | Reach)[]): Promise<Place[]> {
  const places: Place[] = [];
  for (const target of targets)
    places.push(...('relation' in target ? [target] : ((await placesReached(aside, target)) ?? [])));
  const tables = new Set(places.filter(({ column }) => column === null).map(({ relation }) => relation));
  const columns = places.filter(({ relation, column }) => column !== null && !tables.has(relation));
  const seen = new Set<string>();
  const names = [...[...tables].map((relation) => ({ relation, column: null })), ...columns];
  return names.filter(({ relation, column }) => {
    const key = JSON.stringify([relation, column]);
    return !seen.has(key) && seen.add(key);
  });
}

interface Source {
  relation: string;
  name: string;
  key: string[];
  columns: { name: string; type: string; value: string }[] | null;
}

async function copyPlace(live: Client, aside: Client, { relation, column }: Place, deployment: string): Promise<void> {
  const { rows } = await aside.query<Source>(SOURCE, [relation, column]);
  const [source] = rows;
  if (!source?.columns) return;
  const quoted = (name: string): string => live.escapeIdentifier(name);
  const { rows: entries } = await live.query<{ id: number; name: string }>(
    `INSERT INTO lockkeeper_salvage.manifest (deployment, source, relation, column_name, key) VALUES ($1, 'backup', $2, $3, $4)
     RETURNING id, format('s%s_%s', id, $5::text)::name::text AS name`,
    [deployment, source.relation, column, source.key, source.name],
  );
  const { id = 0, name = '' } = entries[0] ?? {};
  const kept = `lockkeeper_salvage.${quoted(name)}`;
  await live.query(
    `CREATE TABLE ${kept} (${source.columns.map((each) => `${quoted(each.name)} ${each.type}`).join(', ')})`,
  );
  const values = source.columns.map(({ value }) => value).join(', ');
  const condition = column === null ? '' : ` WHERE t.${quoted(column)} IS NOT NULL`;
  await pipeline(
    aside.query(copyTo(`COPY (SELECT ${values} FROM ${source.relation} AS t${condition}) TO STDOUT`)),
    live.query(copyFrom(`COPY ${kept} FROM STDIN`)),
  );
  const counted = `UPDATE lockkeeper_salvage.manifest SET kept_in = $2, rows = (SELECT count(*) FROM ${kept}) WHERE id = $1 RETURNING rows::float8 AS rows`;
  const { rows: done } = await live.query<{ rows: number }>(counted, [id, name]);
  if (done[0]?.rows === 0) await live.query('SELECT lockkeeper.forget($1)', [id]);
}

/** Columns are null where the place is not there; without a key, a column brings its whole rows. */
const SOURCE = `
WITH source AS (SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS relation, c.relname AS name,
         ARRAY(SELECT a.attname::text FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place), pg_attribute a
                WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND a.attnum = k.number ORDER BY k.place) AS key
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1))
SELECT s.relation, s.name, s.key,
       (SELECT jsonb_agg(jsonb_build_object('name', a.attname,
            'type', CASE WHEN ${IS_BUILT_IN} THEN format_type(a.atttypid, a.atttypmod) ELSE 'text' END,
            'value', format(CASE WHEN ${IS_BUILT_IN} THEN 't.%I' ELSE 't.%I::text' END, a.attname)) ORDER BY a.attnum)
          FROM pg_attribute a
         WHERE a.attrelid = s.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
           AND ($2::text IS NULL OR s.key = '{}' OR a.attname = $2 OR a.attname = ANY (s.key))
           AND ($2::text IS NULL OR EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = s.oid AND o.attname = $2 AND NOT o.attisdropped))) AS columns
  FROM source s`;
