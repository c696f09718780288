/** What the target tells of migrations that its history records as failed. */
import { objectsCreated, type Created, type FailedMigration } from '../policy/half-applied';
import { segmentsDone } from './ledger/markers';
import { ledgerExists, openDeploymentOf } from './ledger/registrations';
import type { MigrationFolder } from './migration-files';
import { lockHolder } from './migration-lock';
import type { Client } from './postgres';
import { loadParser, parseScript, type ParsedStatement } from './sql-parser';

export async function failedMigrations(
  client: Client,
  names: string[],
  folders: MigrationFolder[],
): Promise<FailedMigration[]> {
  await loadParser();
  const holder = await lockHolder(client);
  const found: FailedMigration[] = [];
  for (const name of names) {
    const statements = statementsOf(folders.find((folder) => folder.name === name));
    const created: FailedMigration['created'] = [];
    for (const object of objectsCreated(statements ?? []))
      created.push({ ...object, there: await isThere(client, object) });
    const errorRecorded = await hasLogs(client, name);
    const deployment = await deploymentOf(client, name);
    found.push({ name, statements, errorRecorded, created, deployment, lockHolder: holder });
  }
  return found;
}

function statementsOf(folder: MigrationFolder | undefined): ParsedStatement[] | null {
  try {
    return folder ? parseScript(folder.sql) : null;
  } catch {
    return null;
  }
}

async function isThere(client: Client, { kind, name }: Created): Promise<boolean> {
  const [relation, column] = kind === 'column' ? [name.slice(0, -1), name.at(-1)] : [name, null];
  const quoted = relation.map((part) => client.escapeIdentifier(part)).join('.');
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT CASE $1 WHEN 'type' THEN to_regtype($2) IS NOT NULL
                    WHEN 'relation' THEN to_regclass($2) IS NOT NULL
                    ELSE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass($2) AND attname = $3 AND NOT attisdropped) END AS there`,
    [kind, quoted, column],
  );
  return rows[0]?.there ?? false;
}

async function hasLogs(client: Client, name: string): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT FROM _prisma_migrations WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL AND coalesce(logs, '') <> ''`,
    [name],
  );
  return rows.length > 0;
}

async function deploymentOf(client: Client, name: string): Promise<FailedMigration['deployment']> {
  if (!(await ledgerExists(client))) return null;
  const id = await openDeploymentOf(client, name);
  if (id === null) return null;
  const { committed } = await segmentsDone(client, id, [name]);
  return committed > 0 ? { id, committed } : null;
}
