/** compensate, where rows are brought from a backup beside the live ones. */
import { Context } from '@temporalio/activity';
import { underFence } from '../adapters/ledger/fence';
import { readMigrations } from '../adapters/migration-files';
import type { Client } from '../adapters/postgres';
import { copyAside } from '../adapters/salvage-copy';
import { ensureSalvage } from '../adapters/salvage-schema';
import type { DeployInput, RowCost } from '../contract';
import type { Target } from '../policy/reversal';
import { jobOf, onLive, registrations, restored, type Job } from './backup-job';
import type { Deps } from './deps';
import { heartbeating } from './heartbeat';
import { destroyedTargets } from './rollback-facts';
import { keptRows } from './salvage';
import { own, settle } from './script';
import { resolve } from './target';

/** Scratch database: the restored backup. */
const ASIDE = 'aside';

export function createBringBack(deps: Deps) {
  return {
    /** Brings what the deployment destroyed from its backup into schema `lockkeeper_salvage`. Idempotent: all of it or nothing. */
    async bringBack(input: DeployInput, undo: string): Promise<RowCost[]> {
      return heartbeating(async (signal, report) => {
        const job = await jobOf(deps, input, undo, signal);
        const { bench } = job;
        const before = await onLive(bench, (client) => brought(client, undo));
        if (before.length > 0) return before;
        const folders = readMigrations(deps.config.migrationsDir);
        const targets = destroyedTargets(await registrations(job), folders, bench.url);
        await restored(job, ASIDE, null, report);
        try {
          return await bring(job, targets);
        } finally {
          await bench.scratch.drop(ASIDE);
        }
      });
    },
  };
}

async function bring({ deps, input, bench, undo }: Job, targets: Target[]): Promise<RowCost[]> {
  const session = await own(resolve(deps, input), bench.deploymentId, `bring-${Context.current().info.attempt}`);
  const { client: live } = session;
  try {
    await ensureSalvage(live);
    await underFence(live, session, async () => {
      // An attempt that nobody heard of may have come to its end meanwhile.
      if ((await brought(live, undo)).length > 0) return;
      await bench.scratch.use(ASIDE, (aside) => copyAside({ live, aside, targets, deployment: undo }));
    });
    await settle(session);
    return await brought(live, undo);
  } finally {
    await live.end().catch(() => undefined);
  }
}

function brought(client: Client, undo: string): Promise<RowCost[]> {
  return keptRows(client, undo, 'backup');
}
