/** Statements that cannot run in a transaction: what the catalog tells of them after a crash. */
import type { DropStmt, IndexStmt, RangeVar, ReindexStmt } from '@pgsql/types';
import type { Client } from './postgres';
import type { ParsedStatement } from './sql-parser';

/**
 * Settles a statement that may have run before: an index that is there and valid is done, an invalid one is dropped; one
 * that should go and is gone is done; what a rebuild left half built is dropped.
 * @param attempted an earlier attempt wrote its intent: only then may a finished index be ours.
 * @returns true when the statement has already done its work.
 */
export async function resumeSingle(client: Client, statement: ParsedStatement, attempted: boolean): Promise<boolean> {
  const { node } = statement;
  if ('IndexStmt' in node) return resumeBuild(client, statement, node.IndexStmt, attempted);
  if ('DropStmt' in node) return attempted && (await isDropped(client, node.DropStmt));
  if ('ReindexStmt' in node && attempted) await dropLeftovers(client, node.ReindexStmt);
  return false;
}

/** After a failure: a cancelled or impossible build leaves an invalid index behind. @returns true when nothing is left. */
export async function abandonSingle(client: Client, statement: ParsedStatement): Promise<boolean> {
  const { node } = statement;
  if ('ReindexStmt' in node) await dropLeftovers(client, node.ReindexStmt);
  await dropRemains(client, statement);
  return 'ReindexStmt' in node || 'IndexStmt' in node;
}

/** Drops what a build that failed or was cancelled has left of its index: pg_dump does not see it, and no diff names it. */
export async function dropRemains(client: Client, statement: ParsedStatement): Promise<void> {
  for (const { name, table } of indexesOf(statement)) {
    if ((await indexValidity(client, name, table)) !== false) continue;
    await dropIndex(client, await qualified(client, name, table));
  }
}

/** What a statement builds outside a transaction, as it is written or in its online form, which keeps the names. */
function indexesOf({ node }: ParsedStatement): { name: string; table: RangeVar | undefined }[] {
  if ('IndexStmt' in node) {
    const { idxname, relation } = node.IndexStmt;
    return idxname ? [{ name: idxname, table: relation }] : [];
  }
  if (!('AlterTableStmt' in node)) return [];
  const { cmds = [], relation } = node.AlterTableStmt;
  return cmds.flatMap((command) => {
    const definition = 'AlterTableCmd' in command ? command.AlterTableCmd.def : undefined;
    const name = definition && 'Constraint' in definition ? definition.Constraint.conname : undefined;
    return name ? [{ name, table: relation }] : [];
  });
}

/** CONCURRENTLY waits for transactions older than itself, however long they are. */
export function waitsForOthers(statement: ParsedStatement): boolean {
  return /\bconcurrently\b/i.test(statement.text);
}

async function resumeBuild(
  client: Client,
  statement: ParsedStatement,
  { idxname, relation, if_not_exists: ifNotExists }: IndexStmt,
  attempted: boolean,
): Promise<boolean> {
  if (!idxname || (!attempted && !ifNotExists)) return false;
  const valid = await indexValidity(client, idxname, relation);
  if (valid === null) return false;
  if (valid) return attempted;
  // IF NOT EXISTS would take the leftover of a cancelled build for the index.
  await dropRemains(client, statement);
  return false;
}

/** Its last act removes the index from the catalog; until then it is there, invalid perhaps, and can be dropped again. */
async function isDropped(client: Client, { removeType, objects = [] }: DropStmt): Promise<boolean> {
  if (removeType !== 'OBJECT_INDEX') return false;
  const names = objects.flatMap((object) =>
    'List' in object
      ? [(object.List.items ?? []).map((item) => ('String' in item ? (item.String.sval ?? '') : '')).join('\0')]
      : [],
  );
  const quoted = names.map((name) =>
    name
      .split('\0')
      .map((part) => client.escapeIdentifier(part))
      .join('.'),
  );
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT EXISTS (SELECT FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL) AS there`,
    [quoted],
  );
  return rows[0]?.there === false;
}

/** REINDEX CONCURRENTLY builds beside the old index (`_ccnew`) and drops the old one last (`_ccold`). */
async function dropLeftovers(client: Client, { relation, kind }: ReindexStmt): Promise<void> {
  if (!relation || (kind !== 'REINDEX_OBJECT_INDEX' && kind !== 'REINDEX_OBJECT_TABLE')) return;
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
        AND i.indrelid = coalesce((SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass($1)), to_regclass($1))`,
    [relationText(client, relation)],
  );
  for (const { name } of rows) await dropIndex(client, name);
}

/** As the build itself: it waits for older transactions and blocks nobody meanwhile. */
async function dropIndex(client: Client, name: string): Promise<void> {
  const { rows } = await client.query<{ lock_timeout: string }>('SHOW lock_timeout');
  await client.query('SET lock_timeout = 0');
  await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
  await client.query(`SET lock_timeout = '${rows[0]?.lock_timeout ?? '0'}'`);
}

/** null = no such index in the table's schema. */
async function indexValidity(client: Client, name: string, table: RangeVar | undefined): Promise<boolean | null> {
  const { rows } = await client.query<{ indisvalid: boolean }>(
    `SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
      WHERE c.relname = $1 AND t.oid = to_regclass($2)`,
    [name, table ? relationText(client, table) : null],
  );
  return rows[0]?.indisvalid ?? null;
}

async function qualified(client: Client, index: string, table: RangeVar | undefined): Promise<string> {
  const { rows } = await client.query<{ schema: string }>(
    `SELECT n.nspname AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)`,
    [table ? relationText(client, table) : null],
  );
  return [rows[0]?.schema ?? 'public', index].map((part) => client.escapeIdentifier(part)).join('.');
}

function relationText(client: Client, { schemaname, relname = '' }: RangeVar): string {
  return [schemaname, relname]
    .filter((part): part is string => Boolean(part))
    .map((part) => client.escapeIdentifier(part))
    .join('.');
}
