/** What an expression needs when it becomes a default: one value for all rows, or a new one for each. */
import type { Node } from '@pgsql/types';
import { find, keyOf, words } from './ast';
import type { Schema } from './schema';

/** PostgreSQL's volatile functions that stand in defaults, and those of the usual extensions. */
const VOLATILE = new Set([
  'random',
  'random_normal',
  'clock_timestamp',
  'timeofday',
  'gen_random_uuid',
  'uuidv4',
  'uuidv7',
  'nextval',
  'setval',
  'currval',
  'lastval',
  'pg_sleep',
  'set_config',
  'gen_random_bytes',
  'gen_salt',
  'uuid_generate_v1',
  'uuid_generate_v1mc',
  'uuid_generate_v4',
  'uuid_generate_v7',
  'nanoid',
  'cuid',
  'cuid2',
  'ulid',
  'gen_ulid',
  'generate_ulid',
  'ksuid',
  'xid',
  'gen_uuid_v7',
  'gen_random_ulid',
]);

/** True when SQL text names a function whose value differs from call to call. */
export function namesVolatile(sql: string): boolean {
  return sql
    .toLowerCase()
    .split(/\W+/)
    .some((word) => VOLATILE.has(word));
}

/** The first volatile function in an expression: its value differs from row to row, so every row must be written. */
export function volatileFunction(expression: Node | undefined, schema: Schema): string | null {
  for (const call of find(expression, 'FuncCall')) {
    const parts = words(call.funcname).filter((word) => word !== 'pg_catalog');
    const name = parts.at(-1) ?? '';
    const declared = schema.functions.get(keyOf(parts.join('.'))) ?? schema.functions.get(name);
    if ((declared?.volatility ?? (VOLATILE.has(name) ? 'volatile' : 'stable')) === 'volatile') return name;
  }
  return null;
}

/** Functions of PostgreSQL that give one value a statement, of those that stand in defaults. */
const STEADY = new Set(
  (
    'now transaction_timestamp statement_timestamp timezone date_trunc date_part make_date make_interval make_timestamp make_timestamptz age ' +
    'to_char to_date to_timestamp to_number lower upper trim btrim ltrim rtrim substr substring replace concat concat_ws format md5 left right ' +
    'repeat length char_length coalesce nullif greatest least abs round floor ceil ceiling power mod array_append array_cat string_to_array ' +
    'array_to_string jsonb_build_object jsonb_build_array json_build_object json_build_array to_json to_jsonb jsonb_set encode decode sha256 digest ' +
    'current_setting current_database current_schema current_schemas txid_current pg_current_xact_id inet_client_addr uuid_nil uuid_generate_v3 ' +
    'uuid_generate_v5 to_tsvector setweight int4range int8range numrange tsrange tstzrange daterange int2 int4 int8 text varchar numeric float4 float8 bool'
  ).split(' '),
);

/** A function of which nothing is known: neither PostgreSQL's own nor made by a migration. Those count as volatile unless they were declared otherwise. */
export function unknownFunction(expression: Node | undefined, schema: Schema): string | null {
  for (const call of find(expression, 'FuncCall')) {
    const parts = words(call.funcname);
    const name = parts.at(-1) ?? '';
    const declared = schema.functions.has(keyOf(parts.join('.'))) || schema.functions.has(name);
    if (!declared && parts[0] !== 'pg_catalog' && !VOLATILE.has(name) && !STEADY.has(name)) return name;
  }
  return null;
}
