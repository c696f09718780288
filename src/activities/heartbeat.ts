/** Heartbeats: they show that a worker lives, carry progress, and bring the news that the activity was cancelled. */
import { Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { ActivityProgress } from '../contract';

const EVERY_MS = 1_000;

const progress = new WeakMap<Context, ActivityProgress>();

/** Around every activity that has a heartbeat timeout: its dead worker is missed in seconds, not when its hours are over. */
export const heartbeatInterceptor: ActivityInboundCallsInterceptor = {
  async execute(input, next) {
    const context = Context.current();
    if (context.info.heartbeatTimeoutMs === undefined) return next(input);
    const beat = (): void => context.heartbeat(progress.get(context) ?? null);
    const timer = setInterval(beat, EVERY_MS);
    beat();
    try {
      return await next(input);
    } finally {
      clearInterval(timer);
    }
  },
};

/**
 * Runs long `work`: its signal fires when the activity is cancelled or the worker shuts down, and what it reports goes
 * out with the next heartbeat.
 */
export async function heartbeating<T>(
  work: (signal: AbortSignal, report: (progress: ActivityProgress) => void) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  return work(context.cancellationSignal, (next) => progress.set(context, next));
}
