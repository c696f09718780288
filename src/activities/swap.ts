/** compensate, where the database is exchanged for its backup. */
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { rowsApart } from '../adapters/database-difference';
import {
  dress,
  exchange,
  keptName,
  mark,
  markOf,
  exchangedIn,
  publicationsMissing,
  tablespaceOf,
  ties,
  type Exchange,
} from '../adapters/database-swap';
import { beginUnderFence, takeFence } from '../adapters/ledger/fence';
import { laterDeployments, recordReversed, registeredReversals } from '../adapters/ledger/registrations';
import { readMigrations } from '../adapters/migration-files';
import { acquireMigrationLock } from '../adapters/migration-lock';
import { endpointOf, type Client } from '../adapters/postgres';
import { appliedMigrations } from '../adapters/prisma-history';
import { scratchName } from '../adapters/scratch';
import { parseScript } from '../adapters/sql-parser';
import { withWorkFolder } from '../adapters/work-folder';
import type { Backup } from '../backup/catalog';
import { endOnAbort } from '../backup/end-on-abort';
import type { DeployInput, RowCost, SwapReadiness, SwapResult } from '../contract';
import { sha256 } from '../planner';
import { roughly, tied, whyNotBeneath } from '../policy/rollback';
import { rowEffects } from '../policy/row-effects';
import { withInside } from '../policy/statements';
import { jobOf, onLive, registrations, restored, session, type Job, type Report } from './backup-job';
import type { Deps } from './deps';
import { heartbeating } from './heartbeat';
import { ownTransactions, statementsRun } from './rollback-facts';
import { claimOf, own } from './script';
import { resolve, type ResolvedTarget } from './target';
import type { Workbench } from './workbench';

/** Scratch databases: the restored backup that takes the live one's name, and one to stand in meanwhile. */
const FRESH = 'fresh';
const DESK = 'desk';

export function createSwap(deps: Deps) {
  return {
    /** Restores the deployment's backup into a database that could take the live one's place, and counts what that would cost. A retry goes on with a restore that is done. */
    async prepareSwap(input: DeployInput, undo: string): Promise<SwapReadiness> {
      return heartbeating(async (signal, report) => {
        const job = await jobOf(deps, input, undo, signal);
        const refusal = await onLive(job.bench, (client) => whyNotExchanged(client, undo));
        if (refusal !== null) return refused(job, refusal);
        if (!(await isReady(job))) await makeReady(job, report);
        const missing = await whatIsNotInIt(job);
        return missing !== null ? refused(job, missing) : readiness(job);
      });
    },

    /** Exchanges the two where the price is still what was approved. Idempotent. */
    async swapDatabases(input: DeployInput, undo: string, approved: string): Promise<SwapResult> {
      return heartbeating(async (signal) => {
        const job = await jobOf(deps, input, undo, signal);
        const change = await exchangeOf(job);
        if ((await onLive(job.bench, (client) => markOf(client, change.kept)))?.mark !== change.mark) {
          const now = await readiness(job);
          if (now.digest !== approved || !(await exchanged(job, change)))
            return { state: 'changed', kept: change.kept, takes: now.takes };
        }
        // What was written between the count and the exchange is told too.
        return { state: 'exchanged', kept: change.kept, takes: await priceOf(job, change.kept, change.live) };
      });
    },
  };
}

/** @returns false where something stands in the way by now, and nothing was done. */
async function exchanged(job: Job, change: Exchange): Promise<boolean> {
  const { deps, input, bench, undo } = job;
  // Rights and settings may have changed while people thought.
  await onLive(bench, (client) => dress(client, change.fresh));
  return atDesk(bench, (desk) =>
    keepingOut(resolve(deps, input), bench, async (keeper) => {
      // Before anybody is disconnected: so may slots, publications, sessions and migrations have come.
      const refusal = await onLive(bench, (client) => whyNotExchanged(client, undo));
      if ((refusal ?? (await whatIsNotInIt(job))) !== null) return false;
      await exchange(desk, change, keeper);
      return true;
    }),
  );
}

function refused({ backup }: Job, refusal: string): SwapReadiness {
  return { refusal, backup: backup.meta.id, takes: [], digest: '' };
}

async function whyNotExchanged(client: Client, undo: string): Promise<string | null> {
  const cut = await ties(client);
  return whyNotBeneath(await laterDeployments(client, undo)) ?? (cut.length > 0 ? tied(cut) : null);
}

/** What the database that would take the place lacks, in one sentence; null where that is nothing. */
function whatIsNotInIt({ bench, undo }: Job): Promise<string | null> {
  return onBoth(bench, async (live, fresh) => {
    const registered = await registeredReversals(live, undo);
    const known = new Set([...(await appliedMigrations(fresh)), ...registered.flatMap(({ migrations }) => migrations)]);
    const since = (await appliedMigrations(live)).filter((name) => !known.has(name));
    const missing = [
      ...(await publicationsMissing(live, fresh)),
      ...since.map((name) => `migration ${name}, which somebody else has applied since, is not in it`),
    ];
    return missing.length > 0 ? tied(missing) : null;
  });
}

function readyMark({ meta }: Backup): string {
  return `Lockkeeper: restored from ${meta.id}, ready to be exchanged.`;
}

async function isReady({ bench, backup }: Job): Promise<boolean> {
  const seen = await onLive(bench, (client) => markOf(client, scratchName(bench.deploymentId, FRESH)));
  return seen?.mark === readyMark(backup);
}

/** Lockkeeper's own schemas are in no backup: they go over as they are, with the deployment's steps marked as undone. */
async function makeReady(job: Job, report: Report): Promise<void> {
  const { bench, undo, backup } = job;
  const database = await restored(job, FRESH, await onLive(bench, tablespaceOf), report);
  await copyOwnSchemas(bench, database);
  await bench.scratch.use(FRESH, (client) =>
    endOnAbort([client], bench.signal, async () => {
      const { deploymentId } = bench;
      const holder = { deployment: deploymentId, token: await takeFence(client, claimOf(deploymentId, 'restore')) };
      for (const { step, migrations, reversed } of await registeredReversals(client, undo))
        if (!reversed) await recordReversed(client, holder, undo, step, migrations);
      // A dump has no statistics, and the application's first queries are planned with them.
      await client.query('ANALYZE');
    }),
  );
  await onLive(bench, async (client) => {
    await dress(client, database);
    await mark(client, database, readyMark(backup));
  });
}

function copyOwnSchemas({ tools, url, signal }: Workbench, database: string): Promise<void> {
  return withWorkFolder(async (folder) => {
    const file = join(folder, 'own.dump');
    await tools.dump({ url, format: 'custom', jobs: 1, file, own: true, signal });
    await tools.restore({ url, database, format: 'custom', jobs: 1, file, signal });
  });
}

async function readiness(job: Job): Promise<SwapReadiness> {
  const takes = await priceOf(job, null, scratchName(job.bench.deploymentId, FRESH));
  const { undo } = job;
  const backup = job.backup.meta.id;
  return { refusal: null, backup, takes, digest: sha256({ undo, backup, takes: roughly(takes) }) };
}

/** @param kept what the old database is called once both were exchanged; null before. */
async function priceOf(job: Job, kept: string | null, fresh: string): Promise<RowCost[]> {
  const { deps, bench, undo } = job;
  const registered = await registrations(job, kept);
  const statements = statementsRun(registered, readMigrations(deps.config.migrationsDir));
  const effects = rowEffects(withInside(statements, parseScript), endpointOf(bench.url).schema);
  return session(bench, kept, async (live) => {
    const own = await ownTransactions(live, undo, registered);
    const since = kept === null ? null : await exchangedIn(live);
    return session(bench, fresh, (client) => rowsApart({ live, fresh: client, own, effects, exchangedIn: since }));
  });
}

async function exchangeOf({ bench, backup }: Job): Promise<Exchange> {
  const live = await onLive(bench, async (client) => {
    const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
    return rows[0]?.name ?? '';
  });
  const text = `Kept by Lockkeeper ${bench.deploymentId}: what ${live} was until it was exchanged for ${backup.meta.id}.`;
  return { live, fresh: scratchName(bench.deploymentId, FRESH), kept: keptName(live, bench.deploymentId), mark: text };
}

/** While nobody else may change the live database: fence and Prisma's migration lock are held in it, and end with its last session. */
async function keepingOut<T>(
  target: ResolvedTarget,
  { deploymentId }: Workbench,
  work: (keeper: Client) => Promise<T>,
): Promise<T> {
  const keeper = await own(target, deploymentId, `swap-${Context.current().info.attempt}`);
  try {
    await acquireMigrationLock(keeper.client);
    await beginUnderFence(keeper.client, keeper);
    return await work(keeper.client);
  } finally {
    await keeper.client.end().catch(() => undefined);
  }
}

/** Renaming needs sessions that stand in neither of the two: an empty database that this role surely may connect to. */
async function atDesk<T>(bench: Workbench, work: (desk: [Client, Client]) => Promise<T>): Promise<T> {
  const name = await bench.scratch.create(DESK, 'template0');
  try {
    return await session(bench, name, (writer) => session(bench, name, (ender) => work([writer, ender])));
  } finally {
    await bench.scratch.drop(DESK);
  }
}

function onBoth<T>(bench: Workbench, work: (live: Client, fresh: Client) => Promise<T>): Promise<T> {
  return onLive(bench, (live) => bench.scratch.use(FRESH, (fresh) => work(live, fresh)));
}
