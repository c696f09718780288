/** A backup that a tool of the user's takes: a volume snapshot, pgBackRest. Lockkeeper knows its name and who vouches for it. */
import { createHash } from 'node:crypto';
import { createExternally, verifyExternally, type ExternalCommand } from '../adapters/external-backup';
import { variables } from '../adapters/pg-process';
import { withSession, type Client } from '../adapters/postgres';
import { appliedMigrations } from '../adapters/prisma-history';
import type { BackupStore } from '../adapters/backup-store/store';
import type { StoreConfig } from '../config/backup';
import { snapshotFacts } from './facts';
import { metaName, verifiedName, writtenMeta, writtenVerified, type BackupMeta } from './meta';
import type { BackupRequest } from './request';
import type { Staging } from './staging';
import { lockkeeperVersion } from '../adapters/version';

type External = Extract<StoreConfig, { kind: 'external' }>;

/** Takes it, keeps its `.meta`, and has it verified. @throws ApplicationFailure Backup */
export async function takeExternal(
  request: BackupRequest,
  external: External,
  staging: Staging,
  startedAt: number,
): Promise<BackupMeta> {
  const { id } = staging;
  const { url, applicationName, store, migrations, signal } = request;
  const { applied, ...facts } = await withSession(url, { applicationName }, async (client: Client) => ({
    ...(await snapshotFacts(client)),
    applied: await appliedMigrations(client),
  }));
  request.onProgress({ step: 'external', bytes: 0, tables: { dumped: 0, digested: 0, total: 0 } });
  const login = { url, applicationName };
  const reference = await createExternally(login, commandOf(external, 'create', id, null, request.env, signal));
  const meta: BackupMeta = {
    version: 1,
    id,
    takenAt: facts.takenAt.toISOString(),
    durationMs: Date.now() - startedAt,
    environment: request.environment,
    target: request.target,
    deployment: request.deployment,
    format: 'external',
    compression: 'none',
    bytes: 0,
    sha256: createHash('sha256').update(reference).digest('hex'),
    files: [],
    reference,
    globals: { missing: 'The backup was taken by another tool.' },
    tools: { lockkeeper: lockkeeperVersion(), pgDump: 'none' },
    server: facts.server,
    database: facts.database,
    snapshot: facts.snapshot,
    migrations: { applied, pending: migrations.filter((migration) => !applied.includes(migration)) },
    contents: {
      algorithm: 'sum-of-mixed-record-hashes',
      tables: {},
      largeObjects: { count: 0, digest: '0' },
      sequences: {},
    },
  };
  // One that its own tool does not vouch for is no backup: it gets no `.meta`.
  await verifyExternal({ url, store, external, meta, staging, env: request.env, signal });
  await staging.keepText(store, metaName(id, 'external'), writtenMeta(meta));
  return meta;
}

export interface ExternalVerification {
  url: string;
  store: BackupStore;
  external: External;
  meta: BackupMeta;
  staging: Staging;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/** Asks the tool whether its backup is good. @throws ApplicationFailure Backup where it says no. */
export async function verifyExternal(verification: ExternalVerification): Promise<void> {
  const { url, store, external, meta, staging, env, signal } = verification;
  const startedAt = Date.now();
  const { id, reference = '', sha256, server } = meta;
  await verifyExternally({ url }, commandOf(external, 'verify', id, reference, env, signal));
  const verifiedAt = new Date().toISOString();
  const restoreMs = Date.now() - startedAt;
  const verified = { version: 1 as const, sha256, verifiedAt, restoreMs, serverVersion: server.version };
  await staging.keepText(store, verifiedName(id), writtenVerified(verified));
}

function commandOf(
  external: External,
  what: 'create' | 'verify',
  id: string,
  reference: string | null,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): ExternalCommand {
  const named = variables(env, external.env);
  const own = { LOCKKEEPER_BACKUP_ID: id, ...(reference === null ? {} : { LOCKKEEPER_BACKUP_REFERENCE: reference }) };
  return { command: external[what], cwd: external.cwd, env: { ...named, ...own }, signal };
}
