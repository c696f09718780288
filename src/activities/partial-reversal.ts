/** A step that was committed in part: the inverses of what is there, proven on a copy of the live schema. Needs nothing of the host that rehearsed it. */
import { join } from 'node:path';
import { segmentsMarked, settleIntent } from '../adapters/ledger/markers';
import type { RegisteredReversal } from '../adapters/ledger/registrations';
import { detachOf, inTheWayOfFinalize } from '../adapters/detach';
import { untilClear, type LockPatience } from '../adapters/lock-queue';
import { retryingLocks } from '../adapters/lock-retries';
import type { Client } from '../adapters/postgres';
import { settleSingle } from '../adapters/single-statement';
import { parseScript, type ParsedStatement } from '../adapters/sql-parser';
import { statementFailure } from '../adapters/statement-failure';
import { withWorkFolder } from '../adapters/work-folder';
import type { Blocker, DeployInput, ScriptProgress } from '../contract';
import type { Deps } from './deps';
import { resumesLast } from '../policy/inverse';
import { scriptOf } from './proving-ground';
import type { OwnedSession } from './script';
import { resolve } from './target';
import { rehearsalBench, restoreSchema, saveSchema, tryOut } from './workbench';

/** @returns null where a segment that is there has no exact inverse. */
export async function inversesOfMarked(
  client: Client,
  undo: string,
  { migrations, inverses }: RegisteredReversal,
): Promise<string | null> {
  const marked = await segmentsMarked(client, undo, migrations);
  const theirs = inverses.filter(({ migration, segment }) =>
    marked.some((one) => one.migration === migration && one.segment === segment),
  );
  const known = theirs.length === marked.length && theirs.every(({ sql }) => sql !== null);
  if (!known) return null;
  const statements = theirs.flatMap(({ sql }) => parseScript(sql ?? ''));
  return scriptOf(resumesLast(statements.map(({ text }) => text)));
}

/** @returns why the SQL does not bring the schema back to what it was before the step, or null when it does. */
export async function whyNotPartial(
  deps: Deps,
  input: DeployInput,
  { step, schemaBefore }: RegisteredReversal,
  sql: string,
  signal: AbortSignal,
): Promise<string | null> {
  if (schemaBefore === null) return 'the schema before it was not rehearsed';
  const bench = rehearsalBench(deps, resolve(deps, input), input.deploymentId, signal);
  try {
    await withWorkFolder(async (folder) =>
      restoreSchema(bench, 'partial', await saveSchema(bench, bench.url, join(folder, 'live.sql'))),
    );
    const { reason } = await tryOut(bench, 'partial', `what is there of step ${step + 1}`, sql, schemaBefore);
    return reason;
  } finally {
    await bench.scratch.dropAll();
  }
}

/**
 * Brings what was begun outside transactions, and came to no end, to one: to nothing where that can be, else to its whole effect.
 * From then on the markers tell which.
 * @throws ApplicationFailure LockTimeout, Fenced, Statement; AbortError
 */
export async function settleUnfinished(
  { client, ...holder }: OwnedSession,
  undo: string,
  { migrations, inverses }: RegisteredReversal,
  waiting: Waiting,
): Promise<void> {
  for (const marked of await segmentsMarked(client, undo, migrations)) {
    const { migration, segment, state } = marked;
    const theirs = inverses.filter((one) => one.migration === migration);
    const [statement] = parseScript(theirs.find((one) => one.segment === segment)?.single ?? '');
    if (state !== 'intent' || !statement) continue;
    const progress: ScriptProgress = {
      title: migration,
      segment: segment + 1,
      segments: Math.max(theirs.length, segment + 1),
      statement: 1,
      statements: 1,
      line: statement.line,
      since: new Date().toISOString(),
      attempts: 0,
      blockers: [],
      work: null,
    };
    const isThere = await settlePatiently(client, statement, progress, waiting);
    await settleIntent(client, holder, undo, marked, isThere);
  }
}

/** How an undo waits, and whom it tells for whom. */
export interface Waiting {
  patience: LockPatience;
  onProgress: (progress: ScriptProgress) => void;
  signal: AbortSignal;
}

/** Each attempt waits for locks as briefly as a segment's; what is pending has all the time that an index build has. */
async function settlePatiently(
  client: Client,
  statement: ParsedStatement,
  progress: ScriptProgress,
  { patience, onProgress, signal }: Waiting,
): Promise<boolean> {
  await client.query(`SET lock_timeout = ${Math.ceil(patience.timeoutMs)}`);
  const detach = detachOf(statement);
  const deadline = detach ? Infinity : Date.now() + patience.budgetMs;
  let isThere = false;
  let attempts = 0;
  const attempt = async (): Promise<void> => {
    const seen = (blockers: Blocker[]): void => onProgress({ ...progress, attempts, blockers });
    if (detach) await untilClear(client, () => inTheWayOfFinalize(client, detach), patience, deadline, seen, signal);
    attempts += 1;
    isThere = await settleSingle(client, statement);
  };
  const error = await retryingLocks(attempt, deadline, signal);
  if (error !== null) throw statementFailure(error, progress.title, statement, attempts);
  await client.query('RESET lock_timeout');
  return isThere;
}
