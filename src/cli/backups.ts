/** What the `backup` commands share: the target, its store, an id, progress, and Ctrl-C. */
import type { BackupStore } from '../adapters/backup-store/store';
import { endpointOf } from '../adapters/postgres';
import { ScratchDatabases } from '../adapters/scratch';
import { cleanUp } from '../backup/clean-up';
import { findBackup, listBackups, type Backup } from '../backup/catalog';
import { restoreProven, type Restored } from '../backup/prove';
import { Staging } from '../backup/staging';
import { openStore } from '../backup/store';
import { newDeploymentId } from '../client/deployment-id';
import { resolveTarget, type Config, type Target } from '../config';
import type { RestoreProgress } from '../contract';
import { UsageError } from '../errors';
import { localPgTools } from '../planner';
import { bytes, moment } from '../report/format';
import type { Cli } from './cli';
import { openTarget } from './developer';
import { ExitCode } from './exit-codes';
import { CommandError } from './failure';
import { openConfig } from './open-config';
import { restoreText } from './view/progress';
import { ProgressLine } from './view/progress-line';

export interface Backups {
  config: Config;
  target: Target;
  store: BackupStore;
}

export function openBackups(cli: Cli): Backups {
  const config = openConfig(cli);
  const target = resolveTarget(config, cli.options.env, cli.options.target);
  return { config, target, store: openStore(target.environment.backup, cli.io.env) };
}

/** By id, else the target's newest. @throws UsageError where there is none. */
export async function chooseBackup({ target, store }: Backups, id: string | undefined): Promise<Backup> {
  if (id !== undefined) return findBackup(store, id);
  const newest = (await backupsOf({ target, store })).backups[0];
  if (newest) return newest;
  const where = `${target.environment.name}/${target.name}`;
  throw new UsageError(`There is no backup of ${where} in ${store.locate('')}; "lockkeeper backup create" makes one.`);
}

/** The target's own, newest first. */
export async function backupsOf({ target, store }: Pick<Backups, 'target' | 'store'>) {
  const { backups, unreadable } = await listBackups(store);
  const own = backups.filter(({ meta }) => meta.environment === target.environment.name && meta.target === target.name);
  return { backups: own, unreadable };
}

export function describe({ meta, location }: Backup): string {
  return `${meta.id} of ${meta.environment}/${meta.target}, ${moment(meta.takenAt)}, ${bytes(meta.bytes)} (${location})`;
}

/** Runs work that Ctrl-C stops, with a line of progress. @throws CommandError `interrupted` */
export async function interruptible<T>(
  cli: Cli,
  work: (signal: AbortSignal, progress: ProgressLine) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  const progress = new ProgressLine(cli);
  try {
    return await work(stop.signal, progress);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    throw new CommandError('interrupted', ExitCode.Detached, 'Interrupted; what was begun is removed.');
  } finally {
    progress.close();
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}

/**
 * Restores a backup into a scratch database of the target's server, and proves it there. Whatever `finish` leaves is dropped.
 * @param name of a database that must not exist; null where none is wanted.
 */
export async function restoreOnServer(
  cli: Cli,
  { target, store }: Backups,
  backup: Backup,
  name: string | null,
  finish: (scratch: ScratchDatabases, purpose: string) => Promise<void>,
): Promise<Restored> {
  const { url } = openTarget(cli);
  const { jobs, dir } = target.environment.backup;
  const tools = await localPgTools(cli.io.env);
  const ownScratch = newDeploymentId();
  const scratch = new ScratchDatabases(url, ownScratch);
  await cleanUp(dir, store, url, `lockkeeper/backup/${ownScratch}`);
  const obstacle = await scratch.obstacle(name);
  if (obstacle !== null) throw new UsageError(obstacle);
  return interruptible(cli, async (signal, progress) => {
    let last: string | null = null;
    const onProgress = ({ step, tables }: RestoreProgress): void => {
      progress.show(restoreText({ step, tables }), step !== last);
      last = step;
    };
    const purpose = 'restored';
    // It tells of the scratch database until that is gone.
    const staging = await Staging.open(dir, { applicationName: null, scratchId: ownScratch });
    try {
      const restored = await restoreProven({
        backup,
        store,
        tools,
        url,
        scratch,
        purpose,
        jobs,
        dir,
        signal,
        onProgress,
      });
      await finish(scratch, purpose);
      return restored;
    } finally {
      await scratch.dropAll();
      await staging.close();
    }
  });
}

/** `localhost:5432`. */
export function serverOf(cli: Cli): string {
  const { host, port } = endpointOf(openTarget(cli).url);
  return `${host}:${port}`;
}
