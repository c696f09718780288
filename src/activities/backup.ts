/** backup: a dump of the database as it is before anything is changed. */
import { readMigrations } from '../adapters/migration-files';
import { listBackups, summarize } from '../backup/catalog';
import { cleanUp } from '../backup/clean-up';
import { createBackup } from '../backup/create';
import { summaryOf } from '../backup/meta';
import { openStore } from '../backup/store';
import type { BackupSummary, DeployInput } from '../contract';
import { heartbeating } from './heartbeat';
import type { Deps } from './deps';
import { applicationName, resolve } from './target';

const DAY_MS = 24 * 3_600_000;

export function createBackupStep(deps: Deps) {
  return {
    /**
     * A retry finds the finished backup of its round, or starts over.
     * @param round which plan of the deployment it belongs to: a new plan needs a new backup.
     * @throws ApplicationFailure Backup
     */
    async backup(input: DeployInput, round: number): Promise<BackupSummary> {
      const { environment, url } = resolve(deps, input);
      const store = openStore(environment.backup, deps.env);
      return heartbeating(async (signal, report) => {
        // It cannot be older than its deployment, but for what the clocks of two hosts differ.
        const since = new Date(startOf(input.deploymentId) - DAY_MS);
        const { backups } = await listBackups(store, since);
        const finished = backups.find(
          ({ meta: { deployment } }) => deployment?.id === input.deploymentId && deployment.round === round,
        );
        const name = applicationName(input.deploymentId, 'backup');
        if (finished) {
          // Whoever finished it may have died before its own tidying.
          await cleanUp(environment.backup.dir, store, url, name);
          return summarize(finished);
        }
        const { meta, location } = await createBackup({
          environment: input.environment,
          target: input.target,
          url,
          config: environment.backup,
          store,
          tools: deps.tools,
          migrations: readMigrations(deps.config.migrationsDir).map(({ name }) => name),
          deployment: { id: input.deploymentId, round },
          applicationName: name,
          env: deps.env,
          signal,
          onProgress: report,
        });
        return summaryOf(meta, location);
      });
    },
  };
}

/** Deployment ids begin with their time: `20261123-125230-0f9b`. */
function startOf(deploymentId: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/.exec(deploymentId) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) || 0;
}
