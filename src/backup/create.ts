/** A backup: complete or absent, never something in between. */
import { digestFile } from '../adapters/backup-store/digest-file';
import { isConnectionLoss } from '../adapters/statement-failure';
import { locationOf, rotate } from './catalog';
import { cleanUp } from './clean-up';
import { takeExternal } from './external';
import { describeDump, digestOfAll, secure } from './files';
import { dumpName, globalsName, metaName, writtenMeta, type BackupMeta } from './meta';
import type { BackupRequest } from './request';
import { dumpSnapshot, type Dumped } from './snapshot';
import { Staging } from './staging';
import { lockkeeperVersion } from '../adapters/version';

export interface TakenBackup {
  meta: BackupMeta;
  location: string;
  /** Ids that rotation deleted. */
  expired: string[];
  /** Why it could not delete what has served its time; the backup is one all the same. */
  rotationProblem: string | null;
}

/** @throws ApplicationFailure Backup; nothing of the backup is left then. */
export async function createBackup(request: BackupRequest): Promise<TakenBackup> {
  const { config } = request;
  const startedAt = Date.now();
  await cleanUp(config.dir, request.store, request.url, request.applicationName);
  const leaves = { applicationName: request.applicationName, scratchId: null };
  const staging = await Staging.forBackup(config.dir, leaves, request.store);
  try {
    const meta =
      config.store.kind === 'external'
        ? await takeExternal(request, config.store, staging, startedAt)
        : await keepDump(request, staging, startedAt);
    return { meta, location: locationOf(request.store, meta), ...(await rotated(request)) };
  } finally {
    await staging.close();
  }
}

async function keepDump(request: BackupRequest, staging: Staging, startedAt: number): Promise<BackupMeta> {
  const { store, signal } = request;
  const dumped = await dumpSnapshot(request, staging);
  const meta = await describe(request, staging, dumped, startedAt);
  const names = [...meta.files.map(({ name }) => name), ...('name' in meta.globals ? [meta.globals.name] : [])];
  for (const name of names) await store.put(staging.path(name), name, signal);
  await staging.keepText(store, metaName(meta.id, meta.format), writtenMeta(meta));
  return meta;
}

async function rotated({ store, environment, target, config }: BackupRequest) {
  // What another tool keeps, it also deletes.
  if (config.store.kind === 'external') return { expired: [], rotationProblem: null };
  try {
    const expired = await rotate(store, { environment, target }, config.keep, new Date());
    return { expired, rotationProblem: null };
  } catch (error) {
    return { expired: [], rotationProblem: (error as Error).message };
  }
}

async function describe(
  request: BackupRequest,
  staging: Staging,
  { facts, compression, applied, tables, largeObjects, sequences }: Dumped,
  startedAt: number,
): Promise<BackupMeta> {
  const { config, tools, migrations } = request;
  const name = dumpName(staging.id, config.format);
  const globals = await dumpGlobals(request, staging, facts.database.name);
  await secure(staging.path(name));
  const files = await describeDump(staging.path(name), name, request.signal);
  return {
    version: 1,
    id: staging.id,
    takenAt: facts.takenAt.toISOString(),
    durationMs: Date.now() - startedAt,
    environment: request.environment,
    target: request.target,
    deployment: request.deployment,
    format: config.format,
    compression,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    sha256: digestOfAll(files, name),
    files,
    globals,
    tools: { lockkeeper: lockkeeperVersion(), pgDump: await tools.release() },
    server: facts.server,
    database: facts.database,
    snapshot: facts.snapshot,
    migrations: { applied, pending: migrations.filter((migration) => !applied.includes(migration)) },
    contents: { algorithm: 'sum-of-mixed-record-hashes', tables, largeObjects, sequences },
  };
}

/** Roles belong to the server and not to the database: a backup without them is one, and says so. */
async function dumpGlobals(
  { url, applicationName, tools, signal }: BackupRequest,
  staging: Staging,
  database: string,
): Promise<BackupMeta['globals']> {
  const name = globalsName(staging.id);
  const file = staging.path(name);
  try {
    await tools.dumpGlobals({ url, database, applicationName, file, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (isConnectionLoss(error)) throw error;
    return { missing: (error as Error).message };
  }
  await secure(file);
  return { name, ...(await digestFile(file)) };
}
