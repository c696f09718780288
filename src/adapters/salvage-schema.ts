/**
 * Schema `lockkeeper_salvage` in the target: rows that an undo took out of the live tables, each place in a table of its own, and
 * a manifest of them. It comes with the first row that is kept and goes with the last.
 */
import type { Client } from './postgres';
import { reached, type Reach } from './reach';
import { conditionOf, type Place, type Writers } from './written-since';

/** An entry of the manifest. */
export interface Salvage {
  id: number;
  /** Whose undo kept them. */
  deployment: string;
  /** `undo`: taken out of the live table; `backup`: brought from the deployment's backup. */
  source: 'undo' | 'backup';
  /** As SQL writes it: `"public"."orders"`. */
  relation: string;
  /** Null where whole rows are kept. */
  column: string | null;
  /** Columns of the primary key; empty where there was none. */
  key: string[];
  /** Table of schema `lockkeeper_salvage`. */
  keptIn: string;
  rows: number;
  keptAt: Date;
  putBackAt: Date | null;
}

/** `public.orders.note`: for people. */
export function salvageName({ relation, column }: Pick<Salvage, 'relation' | 'column'>): string {
  const name = relation.replaceAll('"', '');
  return column === null ? name : `${name}.${column}`;
}

/** Types that no migration makes and none drops: values of all others are kept as text, so that their type may go. So may a collation. */
export const IS_BUILT_IN = `(SELECT typnamespace = 'pg_catalog'::regnamespace FROM pg_type WHERE oid = a.atttypid)`;

const MANIFEST_DDL = `
  CREATE SCHEMA IF NOT EXISTS lockkeeper_salvage;
  CREATE TABLE IF NOT EXISTS lockkeeper_salvage.manifest (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Whose undo it was.
    deployment text NOT NULL,
    -- undo: taken out of the live table; backup: brought from the deployment's backup.
    source text NOT NULL CHECK (source IN ('undo', 'backup')),
    -- As SQL writes it: "public"."orders".
    relation text NOT NULL,
    -- Null where whole rows are kept.
    column_name text,
    -- The primary key's columns; empty where there was none.
    key text[] NOT NULL,
    kept_in text NOT NULL DEFAULT '',
    rows bigint NOT NULL DEFAULT 0,
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    put_back_at timestamptz
  );`;

/** The lock comes before the copy: nobody can write a row between what is kept and what is taken. */
const KEEP_DDL = `
DROP FUNCTION IF EXISTS lockkeeper.keep(text, text, text, text);
CREATE OR REPLACE FUNCTION lockkeeper.keep(relation text, column_name text, deployment text, others text, newer text, partly boolean, becomes text)
RETURNS bigint LANGUAGE plpgsql SET row_security = off AS $keep$
DECLARE
  live regclass := to_regclass(relation);
  condition text;
  key_columns text[];
  kept_columns text;
  entry int;
  kept_name text;
  kept_rows bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = live AND c.relkind IN ('r', 'p')) THEN
    RETURN 0;
  END IF;
  EXECUTE format('LOCK TABLE %s IN %s MODE', live, CASE WHEN partly THEN 'SHARE ROW EXCLUSIVE' ELSE 'ACCESS EXCLUSIVE' END);
  SELECT built.condition INTO condition FROM (${conditionOf({
    live: 'live',
    column: 'keep.column_name',
    others: 'keep.others',
    newer: 'keep.newer',
    partly: 'keep.partly',
    becomes: 'keep.becomes',
  })}) AS built;
  IF condition IS NULL THEN
    RETURN 0;
  END IF;
  SELECT coalesce(array_agg(a.attname::text ORDER BY k.place), '{}') INTO key_columns
    FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place), pg_attribute a
   WHERE i.indrelid = live AND i.indisprimary AND a.attrelid = live AND a.attnum = k.number;
  SELECT string_agg(format(
           CASE WHEN ${IS_BUILT_IN} THEN 't.%1$I' ELSE 't.%1$I::text' END
             || CASE WHEN EXISTS (SELECT FROM pg_collation o WHERE o.oid = a.attcollation AND o.collnamespace <> 'pg_catalog'::regnamespace)
                THEN ' COLLATE "default"' ELSE '' END || ' AS %1$I', a.attname), ', ' ORDER BY a.attnum)
    INTO kept_columns
    FROM pg_attribute a
   WHERE a.attrelid = live AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     AND (column_name IS NULL OR key_columns = '{}' OR a.attname = column_name OR a.attname = ANY (key_columns));
  ${MANIFEST_DDL}
  INSERT INTO lockkeeper_salvage.manifest (deployment, source, relation, column_name, key)
    SELECT keep.deployment, 'undo', format('%I.%I', n.nspname, c.relname), keep.column_name, key_columns
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = live
    RETURNING id, left(format('s%s_%s', id, (SELECT c.relname FROM pg_class c WHERE c.oid = live)), 63)::name::text INTO entry, kept_name;
  EXECUTE format('CREATE TABLE lockkeeper_salvage.%I AS SELECT %s FROM %s AS t WHERE %s', kept_name, kept_columns, live, condition);
  GET DIAGNOSTICS kept_rows = ROW_COUNT;
  UPDATE lockkeeper_salvage.manifest SET kept_in = kept_name, rows = kept_rows WHERE id = entry;
  IF kept_rows = 0 THEN
    PERFORM lockkeeper.forget(entry);
  END IF;
  RETURN kept_rows;
END $keep$;
CREATE OR REPLACE FUNCTION lockkeeper.keep_reached(reach text, kind text, name text, deployment text, others text, newer text)
RETURNS bigint LANGUAGE sql AS $keep$
  SELECT coalesce(sum(lockkeeper.keep(place.relation, place.column_name, $4, $5, $6, place.partly, NULL)), 0)::bigint
    FROM (${reached('$1', '$2', '$3')}) AS place
$keep$;`;

const FORGET_DDL = `
CREATE OR REPLACE FUNCTION lockkeeper.forget(entry int) RETURNS void LANGUAGE plpgsql AS $forget$
DECLARE
  kept_name text;
BEGIN
  DELETE FROM lockkeeper_salvage.manifest WHERE id = entry RETURNING kept_in INTO kept_name;
  EXECUTE format('DROP TABLE lockkeeper_salvage.%I', kept_name);
  IF NOT EXISTS (SELECT FROM lockkeeper_salvage.manifest) THEN
    DROP SCHEMA lockkeeper_salvage CASCADE;
  END IF;
END $forget$;`;

/** Idempotent. The ledger must be there. */
export async function ensureSalvage(client: Client): Promise<void> {
  await client.query(`BEGIN; ${FORGET_DDL} ${KEEP_DDL} COMMIT`);
}

/** The schema and its manifest. Idempotent. */
export async function ensureManifest(client: Client): Promise<void> {
  await client.query(MANIFEST_DDL);
}

/**
 * The statement that keeps what a statement takes away, to run right before it: rows of a table, or values of a column with
 * the key of their rows.
 * @param writers whose rows.
 */
export function keepStatement(client: Client, target: Place | Reach, deployment: string, writers: Writers): string {
  const text = (value: string | null | undefined): string => (value == null ? 'NULL' : client.escapeLiteral(value));
  const whose = [deployment, writers.others, writers.newer].map(text);
  const [name, values] =
    'relation' in target
      ? [
          'keep',
          [text(target.relation), text(target.column), ...whose, String(target.partly ?? false), text(target.becomes)],
        ]
      : ['keep_reached', [text(target.reach), text(target.kind), text(target.name), ...whose]];
  return `SELECT lockkeeper.${name}(${values.join(', ')})`;
}
