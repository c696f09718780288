/** backup: pg_dump at one exported snapshot; complete or absent, never something in between. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { contentDigests, type TableDigest } from '../adapters/content-digest';
import { withSession } from '../adapters/postgres';
import type { BackupSummary, DeployInput } from '../contract';
import { FailureType, permanent } from '../errors';
import { heartbeating } from './heartbeat';
import type { Deps } from './deps';
import { applicationName, resolve, type ResolvedTarget } from './target';

/** Contents of `<backup>.meta`, the last file written: without it there is no backup. */
export interface BackupMeta extends BackupSummary {
  deploymentId: string;
  round: number;
  environment: string;
  target: string;
  database: string;
  systemIdentifier: string;
  serverVersion: string;
  lsn: string;
  /** `schema.table` -> rows and content digest at the dump's snapshot. */
  tables: Record<string, TableDigest>;
}

const EXTENSION = { custom: 'dump', directory: 'dir', plain: 'sql' } as const;

export function createBackup(deps: Deps) {
  return {
    /**
     * A retry finds the finished backup of its round, or starts over.
     * @param round which plan of the deployment it belongs to: a new plan needs a new backup.
     * @throws ApplicationFailure Backup
     */
    async backup(input: DeployInput, round: number): Promise<BackupSummary> {
      const target = resolve(deps, input);
      const { dir } = target.environment.backup;
      await makeFolder(dir);
      const finished = await findBackup(dir, input.deploymentId, round);
      if (finished) return summaryOf(finished);
      return heartbeating((signal) => takeBackup(deps, input, round, target, signal));
    },
  };
}

async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw permanent(
      FailureType.Backup,
      `Backup folder ${dir} cannot be made (${(error as NodeJS.ErrnoException).code ?? 'error'}); change backup.dir.`,
    );
  }
}

async function takeBackup(
  deps: Deps,
  input: DeployInput,
  round: number,
  target: ResolvedTarget,
  signal: AbortSignal,
): Promise<BackupSummary> {
  const { dir, format, jobs } = target.environment.backup;
  const takenAt = new Date();
  const id = `migration_backup_${stamp(takenAt)}`;
  const file = join(dir, `${id}.${EXTENSION[format]}`);
  const partial = `${file}.partial`;
  const session = { applicationName: applicationName(input.deploymentId, 'backup') };
  try {
    const facts = await withSession(target.url, session, async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const { rows } = await client.query<{
        snapshot: string;
        lsn: string;
        version: string;
        system: string;
        database: string;
      }>(
        `SELECT pg_export_snapshot() AS snapshot, pg_current_wal_lsn()::text AS lsn, current_setting('server_version') AS version,
                (SELECT system_identifier::text FROM pg_control_system()) AS system, current_database() AS database`,
      );
      const [row] = rows;
      if (!row) throw permanent(FailureType.Backup, 'The server exported no snapshot.');
      const dump = deps.tools.dump({ url: target.url, snapshot: row.snapshot, format, jobs, file: partial, signal });
      // The digests are read while pg_dump runs, in the transaction that its snapshot belongs to.
      const [tables] = await Promise.all([contentDigests(client), dump]);
      return { ...row, tables };
    });
    await flush(partial);
    await rename(partial, file);
    const summary: BackupSummary = {
      id,
      file,
      format,
      bytes: await sizeOf(file),
      sha256: await digestOf(file),
      takenAt: takenAt.toISOString(),
    };
    await writeMeta(file, {
      ...summary,
      deploymentId: input.deploymentId,
      round,
      environment: input.environment,
      target: input.target,
      database: facts.database,
      systemIdentifier: facts.system,
      serverVersion: facts.version,
      lsn: facts.lsn,
      tables: facts.tables,
    });
    return summary;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** The seed's name of a backup: local digits, in UTC so that two hosts agree. */
function stamp(at: Date): string {
  return at.toISOString().replace(/[-:]/g, '').replace('T', '_').slice(0, 15);
}

/** Written beside its final name and renamed: a reader sees all of it or nothing. */
async function writeMeta(file: string, meta: BackupMeta): Promise<void> {
  const partial = `${file}.meta.partial`;
  await writeFile(partial, `${JSON.stringify(meta, null, 2)}\n`, { mode: 0o600 });
  await flush(partial);
  await rename(partial, `${file}.meta`);
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync();
  await handle.close();
}

async function findBackup(dir: string, deploymentId: string, round: number): Promise<BackupMeta | null> {
  for (const name of await readdir(dir)) {
    if (!name.endsWith('.meta')) continue;
    const meta = await readMeta(join(dir, name));
    if (meta?.deploymentId === deploymentId && meta.round === round) return meta;
  }
  return null;
}

/** Null for a file that is no readable `.meta`. */
export async function readMeta(path: string): Promise<BackupMeta | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as BackupMeta;
  } catch {
    return null;
  }
}

/** True when the file is there, whole, and byte for byte what its digest says. */
export async function verifyBackupFile({ file, sha256 }: BackupSummary): Promise<boolean> {
  try {
    return (await digestOf(file)) === sha256;
  } catch {
    return false;
  }
}

function summaryOf({ id, file, format, bytes, sha256, takenAt }: BackupMeta): BackupSummary {
  return { id, file, format, bytes, sha256, takenAt };
}

/** Files of a backup in a fixed order: one, or those of the directory format. */
async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  return (await readdir(path)).sort().map((name) => join(path, name));
}

async function sizeOf(path: string): Promise<number> {
  const sizes = await Promise.all((await filesOf(path)).map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** sha256 (hex) of the file; of a folder, over each file's name and content. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  const files = await filesOf(path);
  for (const file of files) {
    if (files.length > 1) hash.update(`${basename(file)}\n`);
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
