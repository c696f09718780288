/** compensate, where a backup is needed: the database exchanged for it, or rows brought from it beside the live ones. */
import { join } from 'node:path';
import { rowsApart } from '../adapters/database-difference';
import {
  dress,
  exchange,
  keptName,
  mark,
  markOf,
  publicationsMissing,
  ties,
  type Exchange,
} from '../adapters/database-swap';
import {
  laterDeployments,
  recordReversed,
  registeredReversals,
  type RegisteredReversal,
} from '../adapters/ledger/registrations';
import { readMigrations } from '../adapters/migration-files';
import { withSession, type Client } from '../adapters/postgres';
import { copyAside } from '../adapters/salvage-copy';
import { scratchName } from '../adapters/scratch';
import { loadParser } from '../adapters/sql-parser';
import { withWorkFolder } from '../adapters/work-folder';
import { placeName } from '../adapters/written-since';
import type { Backup } from '../backup/catalog';
import { cleanUp } from '../backup/clean-up';
import { restoreProven } from '../backup/prove';
import { openStore } from '../backup/store';
import type { ActivityProgress, DeployInput, RowCost, SwapReadiness, SwapResult } from '../contract';
import { FailureType, permanent } from '../errors';
import { sha256 } from '../planner';
import { roughly, tied, whyNotBeneath } from '../policy/rollback';
import { destroyedPlaces, ownTransactions } from './rollback-facts';
import { backupOfDeployment } from './deployment-backup';
import { heartbeating } from './heartbeat';
import { keptRows } from './salvage';
import type { Deps } from './deps';
import { applicationName, resolve } from './target';
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
        const bench = workbench(deps, resolve(deps, input), input.deploymentId, signal);
        const backup = await theBackup(deps, input, undo);
        const refusal = await onLive(bench, (client) => whyNotExchanged(client, undo));
        if (refusal !== null) return refused(backup, refusal);
        if (!(await isReady(bench, backup))) await makeReady(deps, input, bench, undo, backup, report);
        const missing = await onBoth(bench, publicationsMissing);
        return missing.length > 0 ? refused(backup, tied(missing)) : readiness(deps, bench, undo, backup);
      });
    },

    /** Exchanges the two where the price is still what was approved. Idempotent. */
    async swapDatabases(input: DeployInput, undo: string, approved: string): Promise<SwapResult> {
      return heartbeating(async (signal) => {
        const bench = workbench(deps, resolve(deps, input), input.deploymentId, signal);
        const backup = await theBackup(deps, input, undo);
        const change = await exchangeOf(bench, backup);
        if ((await onLive(bench, (client) => markOf(client, change.kept)))?.mark !== change.mark) {
          const now = await readiness(deps, bench, undo, backup);
          if (now.digest !== approved) return { state: 'changed', kept: change.kept, takes: now.takes };
          await atDesk(bench, (desk) => exchange(desk, change));
        }
        // What was written between the count and the exchange is told too.
        return {
          state: 'exchanged',
          kept: change.kept,
          takes: await priceOf(deps, bench, undo, change.kept, change.live),
        };
      });
    },

    /** Brings what the deployment destroyed from its backup into schema `lockkeeper_salvage`. Idempotent: all of it or nothing. */
    async bringBack(input: DeployInput, undo: string): Promise<RowCost[]> {
      return heartbeating(async (signal, report) => {
        const bench = workbench(deps, resolve(deps, input), input.deploymentId, signal);
        const brought = (client: Client): Promise<RowCost[]> => keptRows(client, undo, 'backup');
        const before = await onLive(bench, brought);
        if (before.length > 0) return before;
        const places = await destroyedBy(deps, bench, undo);
        await restored(deps, input, bench, ASIDE, await theBackup(deps, input, undo), report);
        try {
          await onLive(bench, (live) =>
            bench.scratch.use(ASIDE, (aside) => copyAside({ live, aside, places, deployment: undo })),
          );
          return await onLive(bench, brought);
        } finally {
          await bench.scratch.drop(ASIDE);
        }
      });
    },
  };
}

async function theBackup(deps: Deps, input: DeployInput, undo: string): Promise<Backup> {
  const { environment } = resolve(deps, input);
  const backup = await backupOfDeployment(openStore(environment.backup, deps.env), undo);
  if (!backup) throw permanent(FailureType.Backup, `The backup of deployment ${undo} is not on this host.`);
  return backup;
}

function refused(backup: Backup, refusal: string): SwapReadiness {
  return { refusal, backup: backup.meta.id, takes: [], digest: '' };
}

async function whyNotExchanged(client: Client, undo: string): Promise<string | null> {
  const cut = await ties(client);
  return whyNotBeneath(await laterDeployments(client, undo)) ?? (cut.length > 0 ? tied(cut) : null);
}

function readyMark({ meta }: Backup): string {
  return `Lockkeeper: restored from ${meta.id}, ready to be exchanged.`;
}

async function isReady(bench: Workbench, backup: Backup): Promise<boolean> {
  const seen = await onLive(bench, (client) => markOf(client, scratchName(bench.deploymentId, FRESH)));
  return seen?.mark === readyMark(backup);
}

/** Lockkeeper's own schemas are in no backup: they go over as they are, with the deployment's steps marked as undone. */
async function makeReady(
  deps: Deps,
  input: DeployInput,
  bench: Workbench,
  undo: string,
  backup: Backup,
  report: (progress: ActivityProgress) => void,
): Promise<void> {
  const database = await restored(deps, input, bench, FRESH, backup, report);
  await copyOwnSchemas(bench, database);
  await bench.scratch.use(FRESH, async (client) => {
    for (const { step, migrations, reversed } of await registeredReversals(client, undo))
      if (!reversed) await recordReversed(client, undo, step, migrations);
  });
  await onLive(bench, async (client) => {
    await dress(client, database);
    await mark(client, database, readyMark(backup));
  });
}

async function restored(
  deps: Deps,
  input: DeployInput,
  bench: Workbench,
  purpose: string,
  backup: Backup,
  onProgress: (progress: ActivityProgress) => void,
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

async function readiness(deps: Deps, bench: Workbench, undo: string, backup: Backup): Promise<SwapReadiness> {
  const takes = await priceOf(deps, bench, undo, null, scratchName(bench.deploymentId, FRESH));
  const backupId = backup.meta.id;
  return { refusal: null, backup: backupId, takes, digest: sha256({ undo, backup: backupId, takes: roughly(takes) }) };
}

/** @param live null for the target itself. */
async function priceOf(
  deps: Deps,
  bench: Workbench,
  undo: string,
  live: string | null,
  fresh: string,
): Promise<RowCost[]> {
  return session(bench, live, async (liveClient) => {
    const registered = await registeredReversals(liveClient, undo);
    const own = await ownTransactions(liveClient, undo, registered);
    const changed = (await placesOf(deps, bench, registered)).map(({ relation }) =>
      placeName({ relation, column: null }),
    );
    return session(bench, fresh, (freshClient) => rowsApart({ live: liveClient, fresh: freshClient, own, changed }));
  });
}

async function destroyedBy(deps: Deps, bench: Workbench, undo: string): ReturnType<typeof placesOf> {
  return placesOf(deps, bench, await onLive(bench, (client) => registeredReversals(client, undo)));
}

async function placesOf(deps: Deps, { url }: Workbench, registered: RegisteredReversal[]) {
  await loadParser();
  const folders = readMigrations(deps.config.migrationsDir);
  return destroyedPlaces(
    folders,
    registered.flatMap(({ migrations }) => migrations),
    url,
  );
}

async function exchangeOf(bench: Workbench, backup: Backup): Promise<Exchange> {
  const live = await onLive(bench, async (client) => {
    const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
    return rows[0]?.name ?? '';
  });
  const text = `Kept by Lockkeeper ${bench.deploymentId}: what ${live} was until it was exchanged for ${backup.meta.id}.`;
  return { live, fresh: scratchName(bench.deploymentId, FRESH), kept: keptName(live, bench.deploymentId), mark: text };
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
