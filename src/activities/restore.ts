/** compensate, where a backup is needed: the database exchanged for it, or rows brought from it beside the live ones. */
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
import { beginUnderFence, takeFence, underFence } from '../adapters/ledger/fence';
import {
  laterDeployments,
  recordReversed,
  registeredReversals,
  type RegisteredReversal,
} from '../adapters/ledger/registrations';
import { readMigrations } from '../adapters/migration-files';
import { appliedMigrations } from '../adapters/prisma-history';
import { acquireMigrationLock } from '../adapters/migration-lock';
import { endpointOf, withSession, type Client } from '../adapters/postgres';
import { copyAside } from '../adapters/salvage-copy';
import { ensureSalvage } from '../adapters/salvage-schema';
import { scratchName } from '../adapters/scratch';
import { loadParser, parseScript } from '../adapters/sql-parser';
import { withWorkFolder } from '../adapters/work-folder';
import type { Backup } from '../backup/catalog';
import { cleanUp } from '../backup/clean-up';
import { endOnAbort } from '../backup/end-on-abort';
import { restoreProven } from '../backup/prove';
import { openStore } from '../backup/store';
import type { ActivityProgress, DeployInput, RowCost, SwapReadiness, SwapResult } from '../contract';
import { FailureType, permanent } from '../errors';
import { sha256 } from '../planner';
import { roughly, tied, whyNotBeneath } from '../policy/rollback';
import { rowEffects } from '../policy/row-effects';
import { withInside } from '../policy/statements';
import { destroyedTargets, ownTransactions, statementsRun } from './rollback-facts';
import { backupOfDeployment } from './deployment-backup';
import { heartbeating } from './heartbeat';
import { keptRows } from './salvage';
import { claimOf, own, settle } from './script';
import type { Deps } from './deps';
import { applicationName, resolve, type ResolvedTarget } from './target';
import { workbench, type Workbench } from './workbench';

/** Scratch databases: the restored backup that takes the live one's name, the one beside it, and one to stand in meanwhile. */
const FRESH = 'fresh';
const ASIDE = 'aside';
const DESK = 'desk';

export function createRestore(deps: Deps) {
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
          if (now.digest !== approved) return { state: 'changed', kept: change.kept, takes: now.takes };
          // Rights and settings may have changed while people thought.
          await onLive(job.bench, (client) => dress(client, change.fresh));
          const exchanged = await atDesk(job.bench, (desk) =>
            keepingOut(resolve(deps, input), job.bench, async (keeper) => {
              // Before anybody is disconnected: so may slots, publications, sessions and migrations have come.
              const refusal = await onLive(job.bench, (client) => whyNotExchanged(client, undo));
              if ((refusal ?? (await whatIsNotInIt(job))) !== null) return false;
              await exchange(desk, change, keeper);
              return true;
            }),
          );
          if (!exchanged) return { state: 'changed', kept: change.kept, takes: now.takes };
        }
        // What was written between the count and the exchange is told too.
        return { state: 'exchanged', kept: change.kept, takes: await priceOf(job, change.kept, change.live) };
      });
    },

    /** Brings what the deployment destroyed from its backup into schema `lockkeeper_salvage`. Idempotent: all of it or nothing. */
    async bringBack(input: DeployInput, undo: string): Promise<RowCost[]> {
      return heartbeating(async (signal, report) => {
        const job = await jobOf(deps, input, undo, signal);
        const { bench } = job;
        const brought = (client: Client): Promise<RowCost[]> => keptRows(client, undo, 'backup');
        const before = await onLive(bench, brought);
        if (before.length > 0) return before;
        const folders = readMigrations(deps.config.migrationsDir);
        const targets = destroyedTargets(await registrations(job), folders, bench.url);
        await restored(job, ASIDE, null, report);
        try {
          const session = await own(
            resolve(deps, input),
            bench.deploymentId,
            `bring-${Context.current().info.attempt}`,
          );
          try {
            await ensureSalvage(session.client);
            await underFence(session.client, session, async () => {
              // An attempt that nobody heard of may have come to its end meanwhile.
              if ((await brought(session.client)).length > 0) return;
              await bench.scratch.use(ASIDE, (aside) =>
                copyAside({ live: session.client, aside, targets, deployment: undo }),
              );
            });
            await settle(session);
            return await brought(session.client);
          } finally {
            await session.client.end().catch(() => undefined);
          }
        } finally {
          await bench.scratch.drop(ASIDE);
        }
      });
    },
  };
}

/** The undo of a deployment with its backup. */
interface Job {
  deps: Deps;
  input: DeployInput;
  bench: Workbench;
  /** Id of the deployment. */
  undo: string;
  backup: Backup;
}

async function jobOf(deps: Deps, input: DeployInput, undo: string, signal: AbortSignal): Promise<Job> {
  const target = resolve(deps, input);
  const backup = await backupOfDeployment(openStore(target.environment.backup, deps.env), undo);
  if (!backup) throw permanent(FailureType.Backup, `The backup of deployment ${undo} is not on this host.`);
  return { deps, input, bench: workbench(deps, target, input.deploymentId, signal), undo, backup };
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

type Report = (progress: ActivityProgress) => void;

/** @param tablespace null for the server's usual one. */
async function restored(
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

/** What the deployment consists of, as the database of that name has it registered. */
async function registrations({ bench, undo }: Job, database: string | null = null): Promise<RegisteredReversal[]> {
  await loadParser();
  return session(bench, database, (client) => registeredReversals(client, undo));
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

function onLive<T>(bench: Workbench, work: (client: Client) => Promise<T>): Promise<T> {
  return session(bench, null, work);
}

function onBoth<T>(bench: Workbench, work: (live: Client, fresh: Client) => Promise<T>): Promise<T> {
  return onLive(bench, (live) => bench.scratch.use(FRESH, (fresh) => work(live, fresh)));
}

function session<T>(
  { url, deploymentId }: Workbench,
  database: string | null,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const options = { applicationName: applicationName(deploymentId, 'restore') };
  return withSession(url, database === null ? options : { ...options, database }, work);
}
