/** Statements that cannot run in a transaction: what the catalog tells of them after a crash. */
import type { RangeVar } from '@pgsql/types';
import type { Client } from './postgres';
import type { ParsedStatement } from './sql-parser';

/**
 * Settles a statement that may have run before: an index that is there and valid is done, an invalid one is dropped.
 * @param attempted an earlier attempt wrote its intent: only then may a finished index be ours.
 * @returns true when the statement has already done its work.
 */
export async function resumeSingle(client: Client, statement: ParsedStatement, attempted: boolean): Promise<boolean> {
  const { node } = statement;
  if ('IndexStmt' in node && node.IndexStmt.concurrent && node.IndexStmt.idxname) {
    const { idxname, relation, if_not_exists: ifNotExists } = node.IndexStmt;
    const valid = await indexValidity(client, idxname, relation);
    if (valid === null) return false;
    if (valid) return attempted;
    // IF NOT EXISTS would take the leftover of a cancelled build for the index.
    if (attempted || ifNotExists) await dropRemains(client, statement);
    return false;
  }
  return false;
}

/** Drops what a build that failed or was cancelled has left of its index: pg_dump does not see it, and no diff names it. */
export async function dropRemains(client: Client, statement: ParsedStatement): Promise<void> {
  for (const { name, table } of indexesOf(statement)) {
    if ((await indexValidity(client, name, table)) !== false) continue;
    // As the build itself: it waits for older transactions and blocks nobody meanwhile.
    await client.query('SET lock_timeout = 0');
    await client.query(`DROP INDEX CONCURRENTLY ${await qualified(client, name, table)}`);
    await client.query('RESET lock_timeout');
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
