/**
 * Runs a script segment by segment, each with a marker row in its own transaction: marker present = committed. Nothing
 * else can tell: killed after COMMIT and killed before it look the same in Prisma's history.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Blocker, LockWait, ScriptProgress } from '../contract';
import type { Segment } from '../policy/segments';
import { readsRows, transactionControl } from '../policy/statements';
import { forgetMarkers, markersOf, type Marker } from './ledger/markers';
import { IN_THE_WAY } from './ledger/schema';
import { blockersOf, lookingFor, untilClear, type LockPatience } from './lock-queue';
import { DatabaseError, type Client } from './postgres';
import { attemptSegment, goesTogether, sendPreamble, type Around, type Entry } from './segment';
import { isConnectionLoss, statementFailure } from './statement-failure';
import { takeBack } from './take-back';
import type { ParsedStatement } from './sql-parser';

export interface ScriptRun extends Entry {
  /** `script` is the marker key: `migration/<name>@<checksum>` or `reverse/<deployment>/<step>`. For people: the migration's name, or what is reversed. */
  title: string;
  segments: Segment[];
  /** What is committed of it already, where that was read with others'; else it is read here. */
  markers?: Map<number, Marker> | undefined;
  /** Statements to commit before the script, in the same message where that can be. */
  preamble?: string[];
  patience: LockPatience;
  /** Milliseconds that the statement at a place of a segment may run while others wait for it; null = without a bound. */
  budgetOf?: ((segment: Segment, statement: number) => number | null) | undefined;
  /** Asked before each segment; holds it back while the server should rest. */
  gate?: (() => Promise<void>) | undefined;
  /** Called for every statement, which it must run itself. */
  around?: Around | undefined;
  onProgress: (progress: ScriptProgress) => void;
  signal: AbortSignal;
}

export interface ScriptResult {
  statements: number;
  /** Segments that an earlier attempt had committed. */
  resumedSegments: number;
  /** Segments that had to wait for a lock. */
  waits: LockWait[];
}

const RETRIED = new Set(['55P03', '40P01', '40001']);
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * @throws ApplicationFailure Statement, LockTimeout, Fenced; or the connection's error, after which markers decide.
 */
export async function runScript(client: Client, run: ScriptRun): Promise<ScriptResult> {
  const markers = await ownMarkers(client, run);
  const preamble = [...(run.preamble ?? [])];
  const result: ScriptResult = { statements: 0, resumedSegments: 0, waits: [] };
  for (const segment of run.segments) {
    run.signal.throwIfAborted();
    result.statements += segment.statements.length;
    const marker = markers.get(segment.index);
    if (marker?.state === 'committed') {
      result.resumedSegments++;
      await repeatSettings(client, segment, preamble);
      continue;
    }
    await run.gate?.();
    const wait = await new SegmentRun(client, run, segment, marker, preamble).run();
    if (wait) result.waits.push(wait);
  }
  await sendPreamble(client, preamble);
  if (run.segments.some((segment) => segment.statements.some(mayChangeSession)))
    await client.query('RESET ROLE; RESET ALL');
  return result;
}

/** What another deployment left proves nothing: somebody may have undone it by hand since. */
async function ownMarkers(client: Client, run: ScriptRun): Promise<Map<number, Marker>> {
  const markers = run.markers ?? (await markersOf(client, run.script));
  if ([...markers.values()].every((marker) => marker.deployment === run.deployment)) return markers;
  await forgetMarkers(client, [run.script]);
  return new Map();
}

/** A segment and its attempts: each stands in a lock's queue only briefly, and none while it would be in vain. */
class SegmentRun {
  private readonly startedAt = Date.now();
  private readonly deadline: number;
  private attempts = 0;
  private blockers: Blocker[] = [];
  private current: ParsedStatement;
  private position = 0;

  constructor(
    private readonly client: Client,
    private readonly script: ScriptRun,
    private readonly segment: Segment,
    private readonly marker: Marker | undefined,
    private readonly preamble: string[],
  ) {
    const [first] = segment.statements;
    if (!first) throw new Error(`Segment ${segment.index} of ${script.title} is empty.`);
    this.current = first;
    this.deadline = this.startedAt + script.patience.budgetMs;
  }

  /** Resolves to how it waited, or null when it did not. */
  async run(): Promise<LockWait | null> {
    let lookFirst = !goesTogether(this.segment, this.script.around);
    for (;;) {
      if (lookFirst) await this.lookAhead();
      try {
        this.attempts++;
        await this.attempt();
        return this.wait();
      } catch (error) {
        if (isConnectionLoss(error)) throw error;
        if (this.segment.kind !== 'single') await this.client.query('ROLLBACK');
        if (!(error instanceof DatabaseError && error.code === IN_THE_WAY)) await this.pauseOrFail(error);
        else this.attempts--;
        lookFirst = true;
      }
    }
  }

  /** Of the statement at a place. */
  private bound(position: number): number | null {
    return this.script.budgetOf?.(this.segment, position) ?? null;
  }

  private attempt(): Promise<void> {
    const { script, segment, marker, preamble } = this;
    const { patience } = script;
    return attemptSegment(this.client, {
      entry: script,
      segment,
      marker,
      preamble,
      look: segment.locks.length > 0 ? lookingFor(this.client, segment.locks, patience) : null,
      boundOf: (position) => this.bound(position),
      around: script.around,
      lockTimeoutMs: isPatient(segment) ? patience.budgetMs : patience.timeoutMs,
      next: (statement, position) => {
        script.signal.throwIfAborted();
        this.current = statement;
        this.position = position;
        this.report([]);
      },
    });
  }

  /** Its own transaction holds nothing yet, so that waiting here costs nobody anything. */
  private async lookAhead(): Promise<void> {
    const { client, script, segment, deadline } = this;
    if (segment.locks.length === 0) return;
    const seen = (blockers: Blocker[]): void => {
      this.blockers = blockers;
      this.report(blockers);
    };
    const left = await untilClear(client, segment.locks, script.patience, deadline, seen, script.signal);
    if (left.length === 0) return;
    this.blockers = left;
    throw await this.failure(LOOKED_IN_VAIN);
  }

  private async pauseOrFail(error: unknown): Promise<void> {
    const { client, script, segment, attempts } = this;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1)) * (0.5 + Math.random());
    const inVain = error instanceof DatabaseError && RETRIED.has(error.code ?? '');
    if (inVain && segment.locks.length > 0) this.blockers = await blockersOf(client, segment.locks);
    if (!inVain || Date.now() + pause >= this.deadline) throw await this.failure(error);
    this.report(this.blockers);
    await sleep(pause, undefined, { signal: script.signal });
  }

  /** A statement that ran in parts leaves none of them. */
  private async failure(error: unknown): Promise<unknown> {
    const { client, script, segment, attempts } = this;
    if (segment.takeBack && error instanceof DatabaseError && !script.signal.aborted)
      await takeBack(client, script, segment.takeBack, script.patience);
    return statementFailure(error, script.title, this.current, attempts, this.blockers, this.bound(this.position));
  }

  private report(blockers: Blocker[]): void {
    const { script, segment } = this;
    script.onProgress({
      title: script.title,
      segment: segment.index + 1,
      segments: script.segments.length,
      statement: this.position + 1,
      statements: segment.statements.length,
      line: this.current.line,
      since: new Date(this.startedAt).toISOString(),
      attempts: this.attempts,
      blockers,
      work: null,
    });
  }

  private wait(): LockWait | null {
    const { script, attempts, blockers } = this;
    if (attempts === 1 && blockers.length === 0) return null;
    const { line } = this.current;
    return {
      migration: script.title,
      line,
      attempts,
      waitedMs: Date.now() - this.startedAt,
      blockers: blockers.slice(0, MOST_NAMED),
    };
  }
}

const MOST_NAMED = 5;

/** The budget ended while somebody was seen in the way: no attempt was worth making. */
const LOOKED_IN_VAIN = Object.assign(new DatabaseError('lock not available', 0, 'error'), { code: '55P03' });

/**
 * Rows that others have locked are waited for without a bound of their own: nobody queues behind a writer of rows. The
 * same holds for the weak locks of VALIDATE CONSTRAINT.
 */
function isPatient({ locks, statements }: Segment): boolean {
  return locks.length === 0 && statements.some((statement) => readsRows(statement) || validates(statement));
}

function validates({ node }: ParsedStatement): boolean {
  if (!('AlterTableStmt' in node)) return false;
  return (node.AlterTableStmt.cmds ?? []).some(
    (command) => 'AlterTableCmd' in command && command.AlterTableCmd.subtype === 'AT_ValidateConstraint',
  );
}

/** What the file told its session, of a segment that an earlier attempt committed: later ones were written to run with it. */
async function repeatSettings(client: Client, { statements }: Segment, preamble: string[]): Promise<void> {
  const last = statements.at(-1);
  if (last && transactionControl(last) === 'rollback') return;
  const settings = statements.filter(setsSession);
  // They are not meant for the engine's history.
  if (settings.length > 0) await sendPreamble(client, preamble);
  for (const { text } of settings) await client.query(text);
}

/** Without `FROM`, set_config() changes nothing but the session. */
function setsSession({ node, text }: ParsedStatement): boolean {
  if ('VariableSetStmt' in node) return !node.VariableSetStmt.is_local;
  return 'SelectStmt' in node && !node.SelectStmt.fromClause && /\bset_config\b/.test(text);
}

/** SET, RESET and set_config() outlive the transaction that ran them. */
function mayChangeSession(statement: ParsedStatement): boolean {
  return 'VariableSetStmt' in statement.node || statement.text.includes('set_config');
}
