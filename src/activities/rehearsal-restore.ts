/** The deployment's backup in the scratch database that is rehearsed on: all of it, which proves it, or a sample. */
import { backupOf } from '../backup/catalog';
import { cleanUp } from '../backup/clean-up';
import { restoreProven } from '../backup/prove';
import { restoreSample } from '../backup/sample';
import { openStore } from '../backup/store';
import type { ActivityProgress, BackupSummary, SampledTable } from '../contract';
import { FailureType, permanent } from '../errors';
import type { ResolvedTarget } from './target';
import type { Workbench } from './workbench';

export interface Restoring {
  bench: Workbench;
  target: ResolvedTarget;
  backup: BackupSummary;
  /** Of the largest tables a part is enough. */
  isSample: boolean;
  /** Holds the credentials of a bucket. */
  env: NodeJS.ProcessEnv;
  report: (progress: ActivityProgress) => void;
}

export interface RestoredBackup {
  restoreMs: number;
  /** Tables that do not hold all of their rows. */
  tables: SampledTable[];
}

export async function restoreForRehearsal({
  bench: { scratch, tools, scratchUrl, signal },
  target: { url: origin, environment },
  backup: summary,
  isSample,
  env,
  report,
}: Restoring): Promise<RestoredBackup> {
  const store = openStore(environment.backup, env);
  const backup = await backupOf(store, summary);
  if (!backup)
    throw permanent(
      FailureType.Backup,
      `Backup ${summary.file} is not on this host, or is another one than was taken. Nothing was migrated.`,
    );
  const { jobs, dir } = environment.backup;
  await cleanUp(dir, store, origin, null);
  const request = {
    backup,
    store,
    tools,
    url: scratchUrl,
    scratch,
    purpose: 'restored',
    jobs,
    dir,
    signal,
    onProgress: report,
  };
  if (isSample) return restoreSample({ ...request, origin, aboveBytes: environment.rehearsal.sampleAboveBytes });
  const { restoreMs } = await restoreProven(request);
  return { restoreMs, tables: [] };
}
