/** A segment until it is committed: each attempt stands in a lock's queue only briefly, and none is made that would be in vain. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Blocker, LockWait, ScriptProgress } from '../contract';
import type { Segment } from '../policy/segments';
import { markersOf, type Marker } from './ledger/markers';
import { IN_THE_WAY } from './ledger/schema';
import { detachOf, inTheWayOfDetach } from './detach';
import { blockersOf, lookingFor, untilClear, type LockPatience } from './lock-queue';
import { DatabaseError, type Client } from './postgres';
import { attemptSegment, looksBefore, type Around, type Entry } from './segment';
import { isConnectionLoss, RETRIED, statementFailure } from './statement-failure';
import { takeBack } from './take-back';
import type { ParsedStatement } from './sql-parser';

/** A script under way: what all of its segments have in common. */
export interface Execution extends Entry {
  /** `script` is the marker key: `migration/<name>@<checksum>` or `reverse/<deployment>/<step>`. For people: the migration's name, or what is reversed. */
  title: string;
  segments: Segment[];
  patience: LockPatience;
  /** Milliseconds that the statement at a place of a segment may run while others wait for it; null = without a bound. */
  budgetOf?: ((segment: Segment, statement: number) => number | null) | undefined;
  /** Called for every statement, which it must run itself. */
  around?: Around | undefined;
  onProgress: (progress: ScriptProgress) => void;
  signal: AbortSignal;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export class SegmentRun {
  private readonly startedAt = Date.now();
  private readonly deadline: number;
  private attempts = 0;
  private blockers: Blocker[] = [];
  private current: ParsedStatement;
  private position = 0;
  /** Who is in the way; null where nobody can be. */
  private readonly look: (() => Promise<Blocker[]>) | null;

  constructor(
    private readonly client: Client,
    private readonly script: Execution,
    private readonly segment: Segment,
    private marker: Marker | undefined,
    private readonly preamble: string[],
  ) {
    const [first] = segment.statements;
    if (!first) throw new Error(`Segment ${segment.index} of ${script.title} is empty.`);
    this.current = first;
    const detach = segment.kind === 'single' ? detachOf(first) : null;
    const looksForLocks = segment.locks.length > 0 ? () => blockersOf(client, segment.locks) : null;
    this.look = detach ? () => inTheWayOfDetach(client, detach, this.marker !== undefined) : looksForLocks;
    // As every other statement that is CONCURRENTLY: it waits for as long as others last, and keeps nobody waiting meanwhile.
    this.deadline = detach ? Infinity : this.startedAt + script.patience.budgetMs;
  }

  /** Resolves to how it waited, or null when it did not. */
  async run(): Promise<LockWait | null> {
    let lookFirst = looksBefore(this.segment, this.script.around);
    for (;;) {
      if (lookFirst) await this.lookAhead();
      try {
        this.attempts++;
        await this.attempt();
        return this.wait();
      } catch (error) {
        if (isConnectionLoss(error)) throw error;
        if (this.segment.kind !== 'single') await this.client.query('ROLLBACK');
        // What could not be cleared away is ours, and the next attempt must know it.
        else this.marker = (await markersOf(this.client, this.script.script)).get(this.segment.index);
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
      patience,
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
    const { client, script, look, deadline } = this;
    if (!look) return;
    const seen = (blockers: Blocker[]): void => {
      this.blockers = blockers;
      this.report(blockers);
    };
    const left = await untilClear(client, look, script.patience, deadline, seen, script.signal);
    if (left.length === 0) return;
    this.blockers = left;
    throw await this.failure(LOOKED_IN_VAIN);
  }

  private async pauseOrFail(error: unknown): Promise<void> {
    const { script, attempts } = this;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1)) * (0.5 + Math.random());
    const inVain = error instanceof DatabaseError && RETRIED.has(error.code ?? '');
    if (inVain && this.look) this.blockers = await this.look();
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
