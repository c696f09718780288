/**
 * Runs a script segment by segment, each with a marker row in its own transaction: marker present = committed. Nothing
 * else can tell: killed after COMMIT and killed before it look the same in Prisma's history.
 */
import type { LockWait } from '../contract';
import { forgetMarkers, isReversal, markersOf, type Marker } from './ledger/markers';
import type { Client } from './postgres';
import { sendPreamble } from './segment';
import { SegmentRun, type Execution } from './segment-run';
import { forgetSettings, repeatSettings } from './session-settings';

export interface ScriptRun extends Execution {
  /** What is committed of it already, where that was read with others'; else it is read here. */
  markers?: Map<number, Marker> | undefined;
  /** Statements to commit before the script, in the same message where that can be. */
  preamble?: string[];
  /** Asked before each segment; holds it back while the server should rest. */
  gate?: (() => Promise<void>) | undefined;
}

export interface ScriptResult {
  statements: number;
  /** Segments that an earlier attempt had committed. */
  resumedSegments: number;
  /** Segments that had to wait for a lock. */
  waits: LockWait[];
}

/**
 * @throws ApplicationFailure Statement, LockTimeout, Fenced; or the connection's error, after which markers decide.
 */
export async function runScript(client: Client, run: ScriptRun): Promise<ScriptResult> {
  const markers = await ownMarkers(client, run);
  const preamble = [...(run.preamble ?? [])];
  const result: ScriptResult = { statements: 0, resumedSegments: 0, waits: [] };
  let isAnyDone = false;
  try {
    for (const segment of run.segments) {
      run.signal.throwIfAborted();
      result.statements += segment.statements.length;
      const marker = markers.get(segment.index);
      if (marker?.state === 'committed') {
        result.resumedSegments++;
        await repeatSettings(client, run, segment, preamble);
        continue;
      }
      await run.gate?.();
      const wait = await new SegmentRun(client, run, segment, marker, preamble).run();
      if (wait) result.waits.push(wait);
      isAnyDone = true;
    }
    await sendPreamble(client, preamble, run);
  } catch (error) {
    // Whatever became of the segment after it, one that is done is marked. Before the first, it is the engine's history that waits.
    if (isAnyDone) await sendPreamble(client, preamble, run).catch(() => undefined);
    throw error;
  }
  await forgetSettings(client, run.segments);
  return result;
}

/**
 * What another deployment left of a migration proves nothing: somebody may have undone it by hand since. A reversal is the
 * same one whoever runs it, and goes on where it stopped.
 */
async function ownMarkers(client: Client, run: ScriptRun): Promise<Map<number, Marker>> {
  const markers = run.markers ?? (await markersOf(client, run.script));
  const own = [...markers.values()].every(({ deployment }) => deployment === run.deployment);
  if (own || isReversal(run.script)) return markers;
  await forgetMarkers(client, run, run.script);
  return new Map();
}
