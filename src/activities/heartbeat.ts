/** Heartbeats for long work: they carry progress, and bring the news that the activity was cancelled. */
import { Context } from '@temporalio/activity';

const EVERY_MS = 1_000;

/** Runs `work` while heartbeating; its signal fires when the activity is cancelled or the worker shuts down. */
export async function heartbeating<T>(
  work: (signal: AbortSignal, report: (progress: unknown) => void) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  let progress: unknown = null;
  const timer = setInterval(() => context.heartbeat(progress), EVERY_MS);
  context.heartbeat(progress);
  try {
    return await work(context.cancellationSignal, (next) => (progress = next));
  } finally {
    clearInterval(timer);
  }
}
