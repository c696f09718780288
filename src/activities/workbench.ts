/** Scratch databases that scripts run on as they run in production. */
import { writeFile } from 'node:fs/promises';
import { diffDatabases } from '../adapters/engine-diff';
import type { InverseRecorder } from '../adapters/inverse-recorder';
import { takeFence } from '../adapters/ledger/fence';
import { ensureLedger } from '../adapters/ledger/schema';
import type { LockPatience } from '../adapters/lock-queue';
import { schemaFingerprint, type PgTools } from '../adapters/pg-tools';
import { DatabaseError, withDatabase, type Client } from '../adapters/postgres';
import { schemaOf } from '../adapters/prisma-engine';
import { fingerprintOfScript, likeness } from '../adapters/schema-fingerprint';
import { ScratchDatabases, scratchName } from '../adapters/scratch';
import type { Around } from '../adapters/segment';
import type { StatementMeter } from '../adapters/statement-meter';
import { isConnectionLoss } from '../adapters/statement-failure';
import { endOnAbort } from '../backup/end-on-abort';
import type { ExecutionForm } from '../contract';
import { ApplicationFailure } from '@temporalio/common';
import type { LeftOut } from '../policy/left-out';
import { AS_WRITTEN } from '../policy/segments';
import type { Deps } from './deps';
import { inWords } from './failure';
import { keepingNobodys } from './salvage';
import { claimOf, patienceOf, runSql } from './script';
import { rehearsalServer, type ResolvedTarget } from './target';

export interface Workbench {
  scratch: ScratchDatabases;
  tools: PgTools;
  /** Of the target. */
  url: string;
  /** A database of the server that has the scratch databases. */
  scratchUrl: string;
  deploymentId: string;
  patience: LockPatience;
  signal: AbortSignal;
}

/** The scratch databases of one deployment, on the target's server. */
export function workbench(
  { tools }: Deps,
  target: ResolvedTarget,
  deploymentId: string,
  signal: AbortSignal,
): Workbench {
  const { url } = target;
  const scratch = new ScratchDatabases(url, deploymentId);
  return { scratch, tools, url, scratchUrl: url, deploymentId, patience: patienceOf(target), signal };
}

/** The same on the server that rehearses, where `rehearsal.urlEnv` names one: for what never becomes part of the target. */
export function rehearsalBench(
  deps: Deps,
  target: ResolvedTarget,
  deploymentId: string,
  signal: AbortSignal,
): Workbench {
  const scratchUrl = rehearsalServer(deps, target) ?? target.url;
  const scratch = new ScratchDatabases(scratchUrl, deploymentId, target.url);
  return { ...workbench(deps, target, deploymentId, signal), scratch, scratchUrl };
}

/** A schema at one moment, as a script that makes it again without its rows. */
export interface SchemaState {
  file: string;
  fingerprint: string;
}

/** @param url of the database whose schema it is. */
export async function saveSchema({ tools, signal }: Workbench, url: string, file: string): Promise<SchemaState> {
  const script = await tools.schemaScript(url, { signal });
  await writeFile(file, script, { mode: 0o600 });
  return { file, fingerprint: fingerprintOfScript(script) };
}

/** Makes a scratch database that has a schema and no rows: cheap at any size. */
export async function restoreSchema(bench: Workbench, purpose: string, { file }: SchemaState): Promise<void> {
  const database = await bench.scratch.create(purpose, 'template0');
  const restored = { database, file, format: 'plain' as const, jobs: 1, signal: bench.signal };
  await bench.tools.restore({ ...restored, url: bench.scratchUrl });
}

export interface BenchScript {
  title: string;
  sql: string;
  /** In which form production runs it; a script that nobody planned runs as it is written. */
  form?: ExecutionForm;
  /** What of it must not run on a copy. */
  leftOut?: readonly LeftOut[];
}

export interface Watching {
  /** Learns the inverse of each statement. */
  recorder?: InverseRecorder | undefined;
  /** Measures each statement. */
  meter?: StatementMeter | undefined;
}

/** Runs scripts on a scratch database, one after the other in one session. Resolves to their duration in milliseconds. */
export async function runOn(
  bench: Workbench,
  purpose: string,
  scripts: BenchScript[],
  { recorder, meter }: Watching = {},
): Promise<number> {
  return stoppable(bench, purpose, async (client) => {
    await ensureLedger(client);
    const token = await takeFence(client, claimOf(bench.deploymentId, 'rehearsal'));
    let durationMs = 0;
    for (const { title, sql, form = AS_WRITTEN, leftOut = [] } of scripts) {
      await client.query('DELETE FROM lockkeeper.marker');
      const reasons = new Map(leftOut.map(({ statement, reason }) => [statement, reason]));
      const startedAt = Date.now();
      await runSql({ client, token, deployment: bench.deploymentId }, sql, form, {
        script: 'rehearsal',
        title,
        patience: bench.patience,
        signal: bench.signal,
        around: leaving(reasons, nested(recorder?.of(title, client, reasons), meter?.of(title, client))),
      });
      await meter?.finish(client);
      durationMs += Date.now() - startedAt;
    }
    return durationMs;
  });
}

/** A statement of a script may run for hours after whoever wanted it has gone. */
function stoppable<T>(
  { scratch, signal }: Workbench,
  purpose: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  return scratch.use(purpose, (client) => endOnAbort([client], signal, () => work(client)));
}

/** What the recorder reads of the catalog is not measured. */
function nested(outer: Around | undefined, inner: Around | undefined): Around | undefined {
  if (!outer || !inner) return outer ?? inner;
  return (segment, statement, execute) => outer(segment, statement, () => inner(segment, statement, execute));
}

/** Who watches sees every statement, and these do nothing. */
function leaving(places: ReadonlyMap<number, string>, around: Around | undefined): Around | undefined {
  if (places.size === 0) return around;
  return async (segment, statement, execute) => {
    const run = places.has(statement.index) ? (): Promise<void> => Promise.resolve() : execute;
    await (around ? around(segment, statement, run) : run());
  };
}

export function urlOf({ scratchUrl, deploymentId }: Workbench, purpose: string): string {
  return withDatabase(scratchUrl, scratchName(deploymentId, purpose));
}

export function fingerprintOf(bench: Workbench, purpose: string): Promise<string> {
  return schemaFingerprint(bench.tools, urlOf(bench, purpose), { signal: bench.signal });
}

/** The engine's diff from one scratch database to another, as SQL. */
export function diffOf(bench: Workbench, from: string, to: string): Promise<string> {
  return diffDatabases(
    schemaOf(bench.url),
    () => bench.scratch.open(from),
    () => bench.scratch.open(to),
  );
}

export interface Tried {
  /** Why the SQL does not serve; null when the schema is what was wanted. */
  reason: string | null;
  /** Of the schema that the database has now. */
  stands: string;
}

/** Runs a reversal on a scratch database, with all that an undo adds to it. In another order the columns may be: nothing can put them where they were. */
export async function tryOut(
  bench: Workbench,
  purpose: string,
  title: string,
  sql: string,
  wanted: string,
): Promise<Tried> {
  let failure: string | null = null;
  try {
    const keeping = await bench.scratch.use(purpose, async (client) => {
      await ensureLedger(client);
      return keepingNobodys(client, sql, schemaOf(bench.url));
    });
    await runOn(bench, purpose, [{ title, sql: keeping }]);
  } catch (error) {
    if (isConnectionLoss(error)) throw error;
    if (!(error instanceof ApplicationFailure || error instanceof DatabaseError)) throw error;
    failure = inWords(error);
  }
  const stands = await fingerprintOf(bench, purpose);
  const differs = likeness(stands, wanted) === 'different' ? 'it does not bring the schema back exactly' : null;
  return { reason: failure ?? differs, stands };
}
