/** Statements that cannot run in a transaction: what the catalog tells of them after a crash. */
import type { DropStmt, IndexStmt, RangeVar, ReindexStmt } from '@pgsql/types';
import { nameParts } from '../policy/statements/ast';
import { detachOf, detachState, finishDetach, relationText } from './detach';
import type { Client } from './postgres';
import type { ParsedStatement } from './sql-parser';

/**
 * Goes on with a statement that may have run before: an index that is there and valid is done, an invalid one is dropped; one
 * that should go and is gone is done; what a rebuild left half built is dropped; a partition that waits to be detached is.
 * @param attempted an earlier attempt left its intent: only then may what is there be ours.
 * @returns true when the statement has already done its work.
 */
export async function resumeSingle(client: Client, statement: ParsedStatement, attempted: boolean): Promise<boolean> {
  const { node } = statement;
  if ('IndexStmt' in node) return resumeBuild(client, node.IndexStmt, attempted);
  if (!attempted) return false;
  if ('DropStmt' in node) return (await dropState(client, node.DropStmt)) === 'gone';
  if ('ReindexStmt' in node) await dropLeftovers(client, node.ReindexStmt);
  const detach = detachOf(statement);
  return detach !== null && finishDetach(client, detach);
}

/** After a failure: a cancelled or impossible build leaves an invalid index behind. @returns true when nothing is left. */
export async function abandonSingle(client: Client, statement: ParsedStatement): Promise<boolean> {
  const { node } = statement;
  if ('IndexStmt' in node) await dropInvalid(client, node.IndexStmt);
  if ('ReindexStmt' in node) await dropLeftovers(client, node.ReindexStmt);
  const detach = detachOf(statement);
  if (detach) return (await detachState(client, detach)) === 'attached';
  return 'ReindexStmt' in node || 'IndexStmt' in node;
}

/**
 * Ends a statement that was begun, and that nobody will go on with: what is half built goes, what is half gone goes as well.
 * Idempotent.
 * @returns true where its effect is there, whole; false where nothing of it is. What the catalog does not tell of counts as there.
 */
export async function settleSingle(client: Client, statement: ParsedStatement): Promise<boolean> {
  const { node } = statement;
  if ('IndexStmt' in node) return dropInvalid(client, node.IndexStmt);
  if ('ReindexStmt' in node) await dropLeftovers(client, node.ReindexStmt);
  if ('DropStmt' in node) return finishDrop(client, node.DropStmt);
  const detach = detachOf(statement);
  return detach === null || finishDetach(client, detach);
}

/**
 * CONCURRENTLY waits for transactions older than itself, however long they are, and holds nothing that they need. DETACH
 * PARTITION is another matter: its second transaction shuts the partition, so they are waited for before it begins.
 */
export function waitsForOthers({ text, node }: ParsedStatement): boolean {
  return /\bconcurrently\b/i.test(text) && !('AlterTableStmt' in node);
}

/** True where `resumeSingle`, told that there was an attempt, knows from the catalog that the statement has done its work. */
export function provesItself({ node }: ParsedStatement): boolean {
  return 'IndexStmt' in node ? node.IndexStmt.idxname !== undefined : 'DropStmt' in node;
}

/** IF NOT EXISTS would take the leftover of a cancelled build for the index. */
async function resumeBuild(client: Client, index: IndexStmt, attempted: boolean): Promise<boolean> {
  if (!attempted && !index.if_not_exists) return false;
  return (await dropInvalid(client, index)) && attempted;
}

/** Drops what a build that failed or was cancelled has left of its index. @returns true where the index is there and valid. */
async function dropInvalid(client: Client, { idxname, relation }: IndexStmt): Promise<boolean> {
  if (!idxname) return false;
  const valid = await indexValidity(client, idxname, relation);
  if (valid === false) await dropIndex(client, await qualified(client, idxname, relation));
  return valid === true;
}

/** DROP INDEX CONCURRENTLY, of the one index that it names: until its last act the index is there, invalid from the first on. */
async function dropState(client: Client, drop: DropStmt): Promise<'whole' | 'half' | 'gone'> {
  const { rows } = await client.query<{ indisvalid: boolean }>(
    'SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)',
    [nameDropped(client, drop)],
  );
  const [index] = rows;
  if (!index) return 'gone';
  return index.indisvalid ? 'whole' : 'half';
}

async function finishDrop(client: Client, drop: DropStmt): Promise<boolean> {
  const state = await dropState(client, drop);
  if (state === 'half') await dropIndex(client, nameDropped(client, drop));
  return state !== 'whole';
}

function nameDropped(client: Client, { objects = [] }: DropStmt): string {
  return nameParts(objects[0])
    .map((part) => client.escapeIdentifier(part))
    .join('.');
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
