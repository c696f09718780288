/**
 * Runs a script segment by segment, each with a marker row in its own transaction: marker present = committed. Nothing
 * else can tell: killed after COMMIT and killed before it look the same in Prisma's history.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FailureType, permanent } from '../errors';
import type { Segment } from '../policy/segments';
import { forgetMarkers, markersOf, type Marker } from './ledger';
import { DatabaseError, type Client } from './postgres';
import { resumeSingle, waitsForOthers } from './single-statement';
import { isConnectionLoss, statementFailure } from './statement-failure';
import type { ParsedStatement } from './sql-parser';

export interface ScriptRun {
  /** Marker key: `migration/<name>@<checksum>` or `reverse/<deployment>/<step>`. */
  script: string;
  /** For people: the migration's name, or what is reversed. */
  title: string;
  deployment: string;
  /** The fence token that this attempt holds. */
  token: bigint;
  segments: Segment[];
  /** What is committed of it already, where that was read with others'; else it is read here. */
  markers?: Map<number, Marker> | undefined;
  /** Milliseconds that all attempts of one segment may wait for locks. */
  lockBudgetMs: number;
  onProgress: (progress: ScriptProgress) => void;
  signal: AbortSignal;
}

/** Where a run is; sent as a heartbeat. Counts are 1-based. */
export interface ScriptProgress {
  title: string;
  segment: number;
  segments: number;
  statement: number;
  statements: number;
  line: number;
  /** Failed attempts to get a lock so far. */
  lockWaits: number;
}

export interface ScriptResult {
  statements: number;
  /** Segments that an earlier attempt had committed. */
  resumedSegments: number;
}

const RETRIED = new Set(['55P03', '40P01', '40001']);
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * @throws ApplicationFailure Statement, LockTimeout, Fenced; or the connection's error, after which markers decide.
 */
export async function runScript(client: Client, run: ScriptRun): Promise<ScriptResult> {
  const markers = await ownMarkers(client, run);
  let resumedSegments = 0;
  for (const segment of run.segments) {
    run.signal.throwIfAborted();
    const marker = markers.get(segment.index);
    if (marker?.state === 'committed') resumedSegments++;
    else await runSegment(client, run, segment, marker);
  }
  if (run.segments.some((segment) => segment.statements.some(mayChangeSession)))
    await client.query('RESET ROLE; RESET ALL');
  return { statements: run.segments.reduce((sum, segment) => sum + segment.statements.length, 0), resumedSegments };
}

/** What another deployment left proves nothing: somebody may have undone it by hand since. */
async function ownMarkers(client: Client, run: ScriptRun): Promise<Map<number, Marker>> {
  const markers = run.markers ?? (await markersOf(client, run.script));
  if ([...markers.values()].every((marker) => marker.deployment === run.deployment)) return markers;
  await forgetMarkers(client, [run.script]);
  return new Map();
}

async function runSegment(client: Client, run: ScriptRun, segment: Segment, marker: Marker | undefined): Promise<void> {
  const deadline = Date.now() + run.lockBudgetMs;
  for (let attempt = 0; ; attempt++) {
    const progress = progressOf(run, segment, attempt);
    try {
      if (segment.kind === 'single') return await runSingle(client, run, segment, marker, progress);
      return await runTransaction(client, run, segment, progress);
    } catch (error) {
      if (isConnectionLoss(error)) throw error;
      if (segment.kind !== 'single') await client.query('ROLLBACK');
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + Math.random());
      const retry = error instanceof DatabaseError && RETRIED.has(error.code ?? '') && Date.now() + pause < deadline;
      if (!retry) throw statementFailure(error, run.title, progress.current, attempt + 1);
      await sleep(pause, undefined, { signal: run.signal });
    }
  }
}

/** Tells of each statement before it runs, and remembers it for the failure's message. */
interface Progress {
  current: ParsedStatement;
  next: (statement: ParsedStatement, position: number) => void;
}

function progressOf(run: ScriptRun, segment: Segment, lockWaits: number): Progress {
  const [first] = segment.statements;
  if (!first) throw new Error(`Segment ${segment.index} of ${run.title} is empty.`);
  const progress: Progress = {
    current: first,
    next: (statement, position) => {
      run.signal.throwIfAborted();
      progress.current = statement;
      run.onProgress({
        title: run.title,
        segment: segment.index + 1,
        segments: run.segments.length,
        statement: position + 1,
        statements: segment.statements.length,
        line: statement.line,
        lockWaits,
      });
    },
  };
  return progress;
}

async function runTransaction(client: Client, run: ScriptRun, segment: Segment, progress: Progress): Promise<void> {
  const own = segment.kind === 'own-transaction';
  const statements = [...segment.statements];
  if (own) await client.query((statements.shift() as ParsedStatement).text);
  const commit = (own ? statements.pop()?.text : undefined) ?? 'COMMIT';
  await enter(client, run, segment, own ? '' : 'BEGIN;', 'committed');
  if (statements.some(needsItsAnswer)) return oneByOne(client, statements, commit, progress);
  run.signal.throwIfAborted();
  return pipelined(client, statements, commit, progress);
}

async function oneByOne(
  client: Client,
  statements: ParsedStatement[],
  commit: string,
  progress: Progress,
): Promise<void> {
  for (const [position, statement] of statements.entries()) {
    progress.next(statement, position);
    await client.query(statement.text);
  }
  await client.query(commit);
}

/**
 * Sends the statements and the COMMIT without waiting in between: one round trip instead of one each. Every statement is
 * still a message of its own, with its own answer and its own row in pg_stat_activity. After a failure the transaction
 * refuses what follows and its COMMIT rolls back; hence it must be known to be open before the first of them is sent: were
 * a cancelled BEGIN among them, every statement after it would commit for itself, without marker or fence.
 */
async function pipelined(
  client: Client,
  statements: ParsedStatement[],
  commit: string,
  progress: Progress,
): Promise<void> {
  await withoutWaiting(client, async () => {
    const answers = [...statements.map(({ text }) => text), commit].map((text) => client.query(text));
    // Each is awaited below in turn; one that fails before its turn must not count as unhandled.
    const settled = Promise.allSettled(answers);
    try {
      for (const [position, statement] of statements.entries()) {
        progress.next(statement, position);
        await answers[position];
      }
      await answers.at(-1);
    } finally {
      await settled;
    }
  });
}

/**
 * While `send` runs, the client sends every query at once instead of when the one before is answered; the server runs them
 * in order. `send` must settle only after all of them have.
 */
export async function withoutWaiting<T>(client: Client, send: () => Promise<T>): Promise<T> {
  // `pg` asks at every query. Never on for longer: a client that is ended in this mode waits for all that it has sent.
  const mode = client as { pipeline: boolean };
  mode.pipeline = true;
  try {
    return await send();
  } finally {
    mode.pipeline = false;
  }
}

/** A savepoint could revive the transaction after a failure, and COPY takes the next message for its data. */
function needsItsAnswer({ node }: ParsedStatement): boolean {
  return 'TransactionStmt' in node || 'CopyStmt' in node;
}

async function runSingle(
  client: Client,
  run: ScriptRun,
  segment: Segment,
  marker: Marker | undefined,
  progress: Progress,
): Promise<void> {
  const statement = progress.current;
  progress.next(statement, 0);
  if (!marker) await enter(client, run, segment, '', 'intent');
  if (!(await resumeSingle(client, statement, marker !== undefined))) {
    // It waits for older transactions without blocking anybody: a short lock_timeout would only kill it.
    const patient = waitsForOthers(statement);
    if (patient) await client.query('SET lock_timeout = 0');
    await client.query(statement.text);
    if (patient) await client.query('RESET lock_timeout');
  }
  await client.query(
    `UPDATE lockkeeper.marker SET state = 'committed', written_at = clock_timestamp() WHERE script = $1 AND segment = $2`,
    [run.script, segment.index],
  );
}

/**
 * Writes the segment's marker, on condition that the fence is still ours; the share lock keeps it so until the commit.
 * @throws ApplicationFailure Fenced
 */
async function enter(
  client: Client,
  run: ScriptRun,
  segment: Segment,
  prefix: string,
  state: Marker['state'],
): Promise<void> {
  const values = [run.script, String(segment.index), state, run.deployment].map((value) => client.escapeLiteral(value));
  const results = await client.query(
    `${prefix}INSERT INTO lockkeeper.marker (script, segment, state, deployment, token)
     SELECT ${values[0]}, ${values[1]}::int, ${values[2]}, ${values[3]}, token
       FROM (SELECT token FROM lockkeeper.fence WHERE token = ${run.token} FOR SHARE) AS mine
     ON CONFLICT (script, segment) DO UPDATE SET token = excluded.token, state = excluded.state, xid = excluded.xid`,
  );
  // A query of several statements answers with one result for each.
  const inserted = (Array.isArray(results) ? results : [results]).at(-1) as { rowCount: number | null };
  if (inserted.rowCount !== 1) {
    throw permanent(
      FailureType.Fenced,
      `A newer attempt of deployment ${run.deployment} has taken over; this one writes nothing more.`,
    );
  }
}

/** SET, RESET and set_config() outlive the transaction that ran them. */
function mayChangeSession(statement: ParsedStatement): boolean {
  return 'VariableSetStmt' in statement.node || statement.text.includes('set_config');
}
