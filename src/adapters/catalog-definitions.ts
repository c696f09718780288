/** Reads the definitions of the objects that a statement names, and of those that it would touch with them. */
import type { Definitions, Extension, Owned, Relation, Routine, TypeDefinition } from '../policy/inverse/definitions';
import type { Scope } from '../policy/inverse';
import {
  EXISTING,
  EXTENSIONS,
  HOLDERS,
  NAMED,
  REACHED,
  REACHED_BY_CASCADE,
  RELATIONS,
  ROUTINES,
  SCHEMAS,
  TYPES,
} from './catalog-queries';
import type { Client } from './postgres';

export interface CatalogObject {
  kind: 'relation' | 'type' | 'routine' | 'schema' | 'extension';
  oid: string;
  /** Of a relation, bare and as SQL writes it; empty for the others. */
  name: string;
  sqlName: string;
}

const ALONE = { name: 'reached', query: REACHED };
const CASCADE = { name: 'cascade', query: REACHED_BY_CASCADE };

/** An entry of one of PostgreSQL's catalogs; `sub` is a column, or 0. */
interface Entry {
  class: number;
  object: number;
  sub?: number;
}

/**
 * The objects that a scope means now, and those that a change of them reaches. Names without a schema mean what they mean to the session's
 * search_path.
 */
export function findObjects(client: Client, scope: Scope): Promise<CatalogObject[]> {
  return reachable(client, scope, []);
}

/** The same afterwards: what was found before, whatever it is called now, and what the scope's names mean since; not what depends on them. */
export function findAgain(client: Client, scope: Scope, before: CatalogObject[]): Promise<CatalogObject[]> {
  return reachable(
    client,
    { ...scope, cascade: false },
    before.map(({ oid }) => oid),
  );
}

async function reachable(client: Client, scope: Scope, known: string[]): Promise<CatalogObject[]> {
  const found = new Map<string, Entry>();
  const { name, query } = scope.cascade ? CASCADE : ALONE;
  let fresh = await prepared<Entry>(client, 'named', NAMED, [JSON.stringify(scope.subjects), known]);
  while (fresh.length > 0) {
    for (const entry of fresh) found.set(keyOf(entry), entry);
    const reached = await prepared<Entry>(client, name, query, columnsOf(fresh));
    fresh = reached.filter((entry) => !found.has(keyOf(entry)));
  }
  if (found.size === 0) return [];
  return prepared(client, 'holders', HOLDERS, columnsOf([...found.values()]).slice(0, 2));
}

function keyOf({ class: catalog, object, sub = 0 }: Entry): string {
  return `${catalog}/${object}/${sub}`;
}

function columnsOf(entries: Entry[]): [number[], number[], number[]] {
  return [entries.map((entry) => entry.class), entries.map(({ object }) => object), entries.map(({ sub = 0 }) => sub)];
}

/** Oids of all that there is. */
export async function existingObjects(client: Client): Promise<Set<string>> {
  return new Set((await client.query<{ oid: string }>(EXISTING)).rows.map(({ oid }) => oid));
}

/** Leaves the session's search_path as it was. */
export async function readDefinitions(client: Client, objects: CatalogObject[]): Promise<Definitions> {
  if (objects.length === 0) return { schemas: [], extensions: [], types: [], routines: [], relations: [] };
  return withEmptySearchPath(client, async () => {
    const read = async <Row extends object>(kind: CatalogObject['kind'], query: string): Promise<Row[]> => {
      const oids = objects.filter((object) => object.kind === kind).map(({ oid }) => oid);
      return oids.length === 0 ? [] : prepared<Row>(client, kind, query, [oids]);
    };
    return {
      schemas: await read<Owned>('schema', SCHEMAS),
      extensions: await read<Extension>('extension', EXTENSIONS),
      types: await read<TypeDefinition>('type', TYPES),
      routines: await read<Routine>('routine', ROUTINES),
      relations: await read<Relation>('relation', RELATIONS),
    };
  });
}

/** Outside a transaction the setting would not last until the next query: the reads get one of their own. */
async function withEmptySearchPath<T>(client: Client, read: () => Promise<T>): Promise<T> {
  const inside = client.getTransactionStatus() === 'T';
  if (!inside) await client.query('BEGIN');
  const { rows } = await client.query<{ path: string }>(`SELECT current_setting('search_path') AS path`);
  await client.query(`SET LOCAL search_path = ''`);
  const result = await read();
  if (inside) await client.query(`SELECT set_config('search_path', $1, true)`, [rows[0]?.path ?? '']);
  else await client.query('COMMIT');
  return result;
}

/** Planning these takes longer than running them: a session plans each once. */
async function prepared<Row extends object>(
  client: Client,
  name: string,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  return (await client.query<Row>({ name: `lockkeeper_${name}`, text, values })).rows;
}
