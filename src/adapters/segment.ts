/** One attempt at one segment: its marker and its statements commit together, or nothing of it is there. */
import { bracketOf, type Segment } from '../policy/segments';
import { readsRows, setsLockTimeout, waitsForRows } from '../policy/statements';
import { hasChosenHelpers, NO_HELPERS, settingsMayHaveChanged, USUAL_HELPERS } from './helpers';
import { asFenced, holding, type Holder } from './ledger/fence';
import type { Marker } from './ledger/markers';
import { keepingSequences } from './ledger/sequences';
import { MessageError, sendTogether } from './message';
import { DatabaseError, type Client } from './postgres';
import { lockingFirst, type LockPatience } from './lock-queue';
import { isConnectionLoss } from './statement-failure';
import { abandonSingle, provesItself, resumeSingle, waitsForOthers } from './single-statement';
import type { ParsedStatement } from './sql-parser';

/** What an attempt writes as its marker, and under whose fence. */
export interface Entry extends Holder {
  script: string;
}

export type Around = (segment: Segment, statement: ParsedStatement, execute: () => Promise<unknown>) => Promise<void>;

export interface Attempt {
  entry: Entry;
  segment: Segment;
  /** What is already known of the segment: only a statement outside transactions leaves an intent. */
  marker: Marker | undefined;
  patience: LockPatience;
  /** Milliseconds that the statement at a place may run; null = without a bound. */
  boundOf: (position: number) => number | null;
  /** Looks who is in the way, and fails with IN_THE_WAY; null = nothing to look for. Not where `looksBefore`. */
  look: string | null;
  /**
   * Statements to commit no later than the segment begins, emptied once they are: what the engine wrote before the script, or
   * what the segment before left to do. A segment that is done may leave some of its own.
   */
  preamble: string[];
  /** Runs each statement alone, by calling what it is given once: to look at the database right before and after it. */
  around?: Around | undefined;
  /** Told of each statement before it runs; of statements sent together, of the first, and of the one that failed. */
  next: (statement: ParsedStatement, position: number) => void;
}

/** @throws ApplicationFailure Fenced; DatabaseError of a statement; the connection's error, after which markers decide. */
export async function attemptSegment(client: Client, attempt: Attempt): Promise<void> {
  // A file's own SET is never a statement that runs outside transactions.
  if (attempt.segment.kind !== 'single') settingsMayHaveChanged(client);
  try {
    if (attempt.segment.kind === 'single') await runSingle(client, attempt);
    else if (attempt.around) await runOneByOne(client, attempt);
    else await runInMessages(client, attempt);
  } catch (error) {
    throw asFenced(error, attempt.entry.deployment);
  }
}

/** True where whoever attempts it must have looked who is in the way: nothing of the attempt itself does. */
export function looksBefore({ kind }: Segment, around: Around | undefined): boolean {
  return kind === 'single' || around !== undefined;
}

/**
 * Sends what the engine wrote before a script, in a transaction of its own: it tells of the script, whatever becomes of that.
 * @param holder null where there is no fence.
 * @throws ApplicationFailure Fenced; the server's error.
 */
export async function sendPreamble(client: Client, preamble: string[], holder: Holder | null): Promise<void> {
  await sendAll(client, guarded(preamble, holder)).catch((error: unknown) => {
    throw holder ? asFenced(error, holder.deployment) : error;
  });
  preamble.length = 0;
}

/** As one transaction, which a message without BEGIN is. @throws the server's error, where it does not matter which of the statements failed. */
async function sendAll(client: Client, statements: string[]): Promise<void> {
  if (statements.length === 0) return;
  try {
    await sendTogether(client, statements);
  } catch (error) {
    throw error instanceof MessageError ? error.cause : error;
  }
}

function guarded(statements: string[], holder: Holder | null): string[] {
  return statements.length === 0 || !holder ? statements : [holding(holder), ...statements];
}

/**
 * What lasts as long as its table is large begins a message, so that people are told of it; quick statements go with what
 * is before them. Where strong locks are not taken first, each statement goes alone.
 */
function beginsMessage({ locks, locksFirst }: Segment, statement: ParsedStatement): boolean {
  return readsRows(statement) || (locks.length > 0 && !locksFirst);
}

/** SQL to send, and the place of the statement that it is sent for. */
interface Line {
  text: string;
  position: number;
}

async function runInMessages(client: Client, attempt: Attempt): Promise<void> {
  const { preamble, entry } = attempt;
  const history = preamble.length === 0 ? [] : ['BEGIN', ...guarded(preamble, entry), 'COMMIT'];
  for (const message of messagesOf(client, attempt, history)) {
    try {
      await sendLines(client, attempt, message);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      if (error.completed >= history.length) preamble.length = 0;
      throw error.cause;
    }
    preamble.length = 0;
  }
}

function messagesOf(client: Client, attempt: Attempt, history: string[]): Line[][] {
  const { begin, inner, commit } = bracketOf(attempt.segment);
  const looking = attempt.look === null ? [] : [attempt.look];
  const linesFor = (position: number, ...texts: string[]): Line[] => texts.map((text) => ({ text, position }));
  const messages = [linesFor(0, ...history, ...begin, ...looking, ...entrance(client, attempt))];
  for (const [position, statement] of inner.entries()) {
    if (position > 0 && beginsMessage(attempt.segment, statement)) messages.push([]);
    const before = [...nextLimits(attempt, inner, position), ...keeping(client, attempt, statement)];
    messages.at(-1)?.push(...linesFor(position, ...before, statement.text));
  }
  messages.at(-1)?.push({ text: commit, position: inner.length - 1 });
  return messages;
}

/** @throws MessageError once it is told which statement failed. */
async function sendLines(client: Client, attempt: Attempt, lines: Line[]): Promise<void> {
  const { inner } = bracketOf(attempt.segment);
  const tell = (line: number): void => {
    const { position = 0 } = lines[line] ?? {};
    const statement = inner[position];
    if (statement) attempt.next(statement, position);
  };
  tell(0);
  try {
    await sendTogether(
      client,
      lines.map(({ text }) => text),
    );
  } catch (error) {
    if (error instanceof MessageError) tell(error.completed);
    throw error;
  }
}

async function runOneByOne(client: Client, attempt: Attempt): Promise<void> {
  await sendPreamble(client, attempt.preamble, attempt.entry);
  const { begin, inner, commit } = bracketOf(attempt.segment);
  await sendAll(client, [...begin, ...entrance(client, attempt)]);
  for (const [position, statement] of inner.entries()) {
    attempt.next(statement, position);
    await sendAll(client, [...nextLimits(attempt, inner, position), ...keeping(client, attempt, statement)]);
    await execute(client, attempt, statement);
  }
  await client.query(commit);
}

async function runSingle(client: Client, attempt: Attempt): Promise<void> {
  const { entry, segment, marker } = attempt;
  const [statement] = segment.statements;
  if (!statement) return;
  attempt.next(statement, 0);
  // What waits for older transactions blocks nobody while it does: a lock_timeout would only kill it.
  const lockTimeout = waitsForOthers(statement) ? 0 : attempt.patience.timeoutMs;
  const [none, usual] =
    waitsForOthers(statement) && !(await hasChosenHelpers(client)) ? [[NO_HELPERS], [USUAL_HELPERS]] : [[], []];
  const before = [entering(client, attempt, 'intent'), `SET lock_timeout = ${Math.ceil(lockTimeout)}`];
  await sendAll(client, [...attempt.preamble, ...before, ...none]);
  attempt.preamble.length = 0;
  if (!(await resumeSingle(client, statement, marker !== undefined))) {
    await execute(client, attempt, statement).catch(async (error: unknown) => {
      // A session that is gone has nothing to give back.
      await sendAll(client, usual).catch(() => undefined);
      return failSingle(client, entry, segment, error);
    });
  }
  const script = client.escapeLiteral(entry.script);
  attempt.preamble.push(
    'RESET lock_timeout',
    ...usual,
    `UPDATE lockkeeper.marker SET state = 'committed', written_at = clock_timestamp() WHERE script = ${script} AND segment = ${segment.index}`,
  );
  // The catalog tells of an index whether it is done: its mark may come with the next segment's.
  if (!provesItself(statement)) await sendPreamble(client, attempt.preamble, entry);
}

async function execute(client: Client, { segment, around }: Attempt, statement: ParsedStatement): Promise<void> {
  const run = (): Promise<unknown> => client.query(statement.text);
  await (around ? around(segment, statement, run) : run());
}

const ALREADY_THERE = '42P07';

/** What somebody else made under the same name is not ours to drop. @throws the error, once nothing invalid is left where that can be. */
async function failSingle(client: Client, entry: Entry, segment: Segment, error: unknown): Promise<never> {
  const [statement] = segment.statements;
  if (!(error instanceof DatabaseError) || isConnectionLoss(error) || !statement) throw error;
  // By now it may be what a later attempt builds.
  await client.query(holding(entry));
  const clean = error.code === ALREADY_THERE || (await abandonSingle(client, statement).catch(() => false));
  if (clean) {
    const marker = `script = ${client.escapeLiteral(entry.script)} AND segment = ${segment.index}`;
    await sendAll(client, [holding(entry), `DELETE FROM lockkeeper.marker WHERE ${marker}`]);
  }
  throw error;
}

/** What comes before a transaction's own statements: its marker, their limits, and where there are several locks, those. */
function entrance(client: Client, attempt: Attempt): string[] {
  const { segment, patience } = attempt;
  const locking = segment.locksFirst ? [`SELECT ${lockingFirst(client, segment.locks, patience.timeoutMs)}`] : [];
  return [entering(client, attempt, 'committed'), ...limits(attempt), ...locking];
}

function limits(attempt: Attempt): string[] {
  const [first] = bracketOf(attempt.segment).inner;
  const bounded = attempt.boundOf(0) === null ? [] : [bound(attempt, 0)];
  return [lockTimeout(attempt, first), ...bounded];
}

/** How far sequences have come is kept once their table is locked: by the statement itself, if the segment has not done so. */
function keeping(client: Client, { segment, patience }: Attempt, statement: ParsedStatement): string[] {
  return keepingSequences(client, statement, segment.locksFirst ? null : patience.timeoutMs);
}

/** Between two statements that may wait or run for different times. */
function nextLimits(attempt: Attempt, inner: ParsedStatement[], position: number): string[] {
  if (position === 0) return [];
  const waiting = lockTimeout(attempt, inner[position]);
  const sameWait =
    waiting === lockTimeout(attempt, inner[position - 1]) || inner.slice(0, position).some(setsLockTimeout);
  const sameBound = attempt.boundOf(position) === attempt.boundOf(position - 1);
  return [...(sameWait ? [] : [waiting]), ...(sameBound ? [] : [bound(attempt, position)])];
}

/**
 * Rows that others have locked are waited for without a bound of their own, where nobody waits for the segment: nobody
 * queues behind a writer of rows. Behind all else that waits, everybody does.
 */
function lockTimeout({ segment, patience }: Attempt, statement: ParsedStatement | undefined): string {
  const patient = segment.locks.length === 0 && statement !== undefined && waitsForRows(statement);
  return `SET LOCAL lock_timeout = ${Math.ceil(patient ? patience.budgetMs : patience.timeoutMs)}`;
}

function bound({ boundOf }: Attempt, position: number): string {
  return `SET LOCAL statement_timeout = ${Math.ceil(boundOf(position) ?? 0)}`;
}

/** Writes the marker, on condition that the fence is still ours. */
function entering(client: Client, { entry, segment }: Attempt, state: Marker['state']): string {
  const [script, deployment] = [entry.script, entry.deployment].map((value) => client.escapeLiteral(value));
  return `SELECT lockkeeper.enter(${script}, ${segment.index}, '${state}', ${deployment}, ${entry.token})`;
}
