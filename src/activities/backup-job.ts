/** compensate, where a backup is needed: what the exchange of the database for it and the bringing of rows from it share. */
import { registeredReversals, type RegisteredReversal } from '../adapters/ledger/registrations';
import { withSession, type Client } from '../adapters/postgres';
import { loadParser } from '../adapters/sql-parser';
import type { Backup } from '../backup/catalog';
import { cleanUp } from '../backup/clean-up';
import { restoreProven } from '../backup/prove';
import { openStore } from '../backup/store';
import type { ActivityProgress, DeployInput } from '../contract';
import { FailureType, permanent } from '../errors';
import { backupOfDeployment } from './deployment-backup';
import type { Deps } from './deps';
import { applicationName, resolve } from './target';
import { workbench, type Workbench } from './workbench';

/** The undo of a deployment with its backup. */
export interface Job {
  deps: Deps;
  input: DeployInput;
  bench: Workbench;
  /** Id of the deployment. */
  undo: string;
  backup: Backup;
}

export async function jobOf(deps: Deps, input: DeployInput, undo: string, signal: AbortSignal): Promise<Job> {
  const target = resolve(deps, input);
  const backup = await backupOfDeployment(openStore(target.environment.backup, deps.env), undo);
  if (!backup) throw permanent(FailureType.Backup, `The backup of deployment ${undo} is not on this host.`);
  return { deps, input, bench: workbench(deps, target, input.deploymentId, signal), undo, backup };
}

export type Report = (progress: ActivityProgress) => void;

/** @param tablespace null for the server's usual one. */
export async function restored(
  { deps, input, bench, backup }: Job,
  purpose: string,
  tablespace: string | null,
  onProgress: Report,
): Promise<string> {
  const { environment, url } = resolve(deps, input);
  const { jobs, dir } = environment.backup;
  const { tools, scratch, signal } = bench;
  const store = openStore(environment.backup, deps.env);
  await cleanUp(dir, store, url, null);
  const { database } = await restoreProven({
    backup,
    store,
    tools,
    url,
    scratch,
    purpose,
    tablespace,
    jobs,
    dir,
    signal,
    onProgress,
  });
  return database;
}

/** What the deployment consists of, as the database of that name has it registered. */
export async function registrations(
  { bench, undo }: Job,
  database: string | null = null,
): Promise<RegisteredReversal[]> {
  await loadParser();
  return session(bench, database, (client) => registeredReversals(client, undo));
}

export function onLive<T>(bench: Workbench, work: (client: Client) => Promise<T>): Promise<T> {
  return session(bench, null, work);
}

export function session<T>(
  { url, deploymentId }: Workbench,
  database: string | null,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const options = { applicationName: applicationName(deploymentId, 'restore') };
  return withSession(url, database === null ? options : { ...options, database }, work);
}
