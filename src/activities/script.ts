/** Running SQL as a deployment does: parsed into segments, marked, fenced. Shared by apply, undo and the rehearsal. */
import type { EventEmitter } from 'node:events';
import { Context } from '@temporalio/activity';
import { runScript, type ScriptResult, type ScriptRun } from '../adapters/executor';
import { asFenced, holding, takeFence, type Claim, type Holder } from '../adapters/ledger/fence';
import type { Marker } from '../adapters/ledger/markers';
import { ensureLedger } from '../adapters/ledger/schema';
import type { LockPatience } from '../adapters/lock-queue';
import { openSession, type Client } from '../adapters/postgres';
import { loadParser, parseScript } from '../adapters/sql-parser';
import type { ExecutionForm, ScriptProgress } from '../contract';
import { segmentsOf, type Segment } from '../policy/segments';
import { applicationName, applicationPrefix, type ResolvedTarget } from './target';

/** A session that owns the deployment: earlier attempts are gone, and none of them can write again. */
export interface OwnedSession extends Holder {
  client: Client;
}

/**
 * Bookkeeping and segments need not wait for the disk one by one: WAL keeps their order, so a crash loses a suffix,
 * marker and effect together, and `settle` makes all of it durable before the step is reported.
 */
const SETTINGS = { synchronous_commit: 'off', idle_in_transaction_session_timeout: '60s' };

/** Longest wait for a row of the ledger or of Prisma's history; the migrations' own statements have their own bound. */
const BOOKKEEPING_MS = 10_000;

/**
 * @param kept a session of the same deployment and attempt that is taken over instead of opening one.
 * @throws ApplicationFailure Fenced where a later attempt was here; NeedsHuman when an orphan session does not end.
 */
export async function own(
  target: ResolvedTarget,
  deploymentId: string,
  attempt: string,
  kept: Client | null = null,
): Promise<OwnedSession> {
  const options = { applicationName: applicationName(deploymentId, attempt), lockTimeoutMs: BOOKKEEPING_MS };
  const client = kept ?? (await openSession(target.url, { ...options, settings: SETTINGS }));
  try {
    await ensureLedger(client);
    return { client, deployment: deploymentId, token: await takeFence(client, claimOf(deploymentId, attempt)) };
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** Activities of a run are numbered in the order in which it scheduled them: clocks have no say in who is newer. */
export function claimOf(deploymentId: string, attempt: string): Claim {
  const { info } = Context.current();
  return {
    owner: `${deploymentId}/${attempt}`,
    run: info.workflowExecution?.runId ?? '',
    turn: [Number(info.activityId) || 0, info.attempt],
    orphans: applicationPrefix(deploymentId),
  };
}

/** How the environment waits for locks. */
export function patienceOf({ environment }: ResolvedTarget): LockPatience {
  return { timeoutMs: environment.lockTimeoutMs, budgetMs: environment.lockBudgetMs, eviction: environment.eviction };
}

/** One synchronous commit flushes everything before it. @throws ApplicationFailure Fenced */
export async function settle({ client, ...holder }: OwnedSession): Promise<void> {
  await client
    .query(
      `BEGIN; SET LOCAL synchronous_commit = on; ${holding(holder)}; UPDATE lockkeeper.fence SET taken_at = clock_timestamp(); COMMIT`,
    )
    .catch((error: unknown) => {
      throw asFenced(error, holder.deployment);
    });
}

export interface ScriptOptions {
  script: string;
  title: string;
  patience: LockPatience;
  signal: AbortSignal;
  /** Read before, with those of other scripts. */
  markers?: Map<number, Marker> | undefined;
  /** Statements to commit before the script. */
  preamble?: string[];
  gate?: (() => Promise<void>) | undefined;
  budgetOf?: ScriptRun['budgetOf'];
  /** As the executor's. */
  around?: ScriptRun['around'];
  onProgress?: (progress: ScriptProgress) => void;
}

/** @throws ApplicationFailure Statement, LockTimeout, Fenced */
export async function runSql(
  session: OwnedSession,
  sql: string,
  form: ExecutionForm,
  options: ScriptOptions,
): Promise<ScriptResult> {
  await loadParser();
  return runSegments(session, segmentsOf(parseScript(sql), form), options);
}

/** As `runSql`, of a script that is cut already. */
export function runSegments(
  { client, ...holder }: OwnedSession,
  segments: Segment[],
  { onProgress = () => undefined, ...run }: ScriptOptions,
): Promise<ScriptResult> {
  return runScript(client, { ...run, ...holder, segments, onProgress });
}

/** The next attempt to cancel comes after so many milliseconds: between two statements a session does not hear one. */
const CANCEL_AGAIN_MS = 500;

/** SQLSTATE of a statement that was cancelled. */
const CANCELLED = '57014';

/**
 * Ends the running statement when `signal` fires: its transaction rolls back, and the executor's query fails. Once that was
 * heard nothing more is cancelled: what the executor clears away then comes to its end.
 */
export function cancelOnAbort(target: ResolvedTarget, { client }: OwnedSession, signal: AbortSignal): () => void {
  const { processID, connection } = client as unknown as { processID: number; connection: EventEmitter };
  let heard = false;
  const cancel = async (): Promise<void> => {
    const other = await openSession(target.url, { applicationName: 'lockkeeper/cancel' });
    try {
      // It may have been heard while this session was coming about.
      if (!heard) await other.query('SELECT pg_cancel_backend($1)', [processID]);
    } finally {
      await other.end();
    }
  };
  const cancelOrEnd = (): void => void cancel().catch(() => client.end());
  let again: NodeJS.Timeout | undefined;
  const start = (): void => {
    cancelOrEnd();
    again = setInterval(cancelOrEnd, CANCEL_AGAIN_MS);
  };
  const hear = ({ code }: { code?: string }): void => {
    if (code !== CANCELLED || !signal.aborted) return;
    heard = true;
    clearInterval(again);
  };
  signal.addEventListener('abort', start, { once: true });
  connection.on('errorMessage', hear);
  return () => {
    signal.removeEventListener('abort', start);
    connection.off('errorMessage', hear);
    clearInterval(again);
  };
}
