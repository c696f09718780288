/** What a workflow's history tells of where its time went. */
import type { WorkflowHandle } from '@temporalio/client';

export interface WorkflowTimes {
  /** From the workflow's first event to its last, milliseconds. */
  wallMs: number;
  /** Of it with at least one activity running. */
  inActivitiesMs: number;
  activities: number;
  events: number;
}

interface Span {
  from: number;
  to: number;
}

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];

export async function workflowTimes(handle: WorkflowHandle): Promise<WorkflowTimes> {
  const events = (await handle.fetchHistory()).events ?? [];
  const started = new Map<number, number>();
  const spans: Span[] = [];
  for (const event of events) {
    if (event.activityTaskStartedEventAttributes) started.set(Number(event.eventId), timeOf(event));
    const from = started.get(Number(startedEventId(event) ?? -1));
    if (from !== undefined) spans.push({ from, to: timeOf(event) });
  }
  const [first, last] = [events[0], events.at(-1)];
  if (!first || !last) throw new Error('The workflow has no history.');
  return {
    wallMs: timeOf(last) - timeOf(first),
    inActivitiesMs: covered(spans),
    activities: spans.length,
    events: events.length,
  };
}

function startedEventId(event: HistoryEvent): unknown {
  const ended =
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes;
  return ended?.startedEventId;
}

/** Milliseconds since 1970, with fractions. */
function timeOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
}

/** Length of the union: two activities at once are not twice the time. */
function covered(spans: Span[]): number {
  let total = 0;
  let until = -Infinity;
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    total += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return total;
}
