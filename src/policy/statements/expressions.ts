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
    if ((declared ?? (VOLATILE.has(name) ? 'volatile' : 'stable')) === 'volatile') return name;
  }
  return null;
}
