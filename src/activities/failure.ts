/** The last gate before history: every error an activity throws becomes a typed failure without data or secrets. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { CompleteAsyncError, Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { DatabaseError } from '../adapters/postgres';
import { isConnectionLoss, withoutData } from '../adapters/statement-failure';
import { bounded, FailureType, permanent, transient } from '../errors';

// To the last @: a password may hold some that are not encoded.
const URL_WITH_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):\S*@/gi;

export const failureInterceptor: ActivityInboundCallsInterceptor = {
  async execute(input, next) {
    try {
      return await next(input);
    } catch (error) {
      throw asFailure(error, Context.current().info.attempt);
    }
  },
};

/** An error that nobody foresaw may pass, but not for ever. */
const UNEXPECTED_ATTEMPTS = 5;

/** Stacks and causes stay on the worker: they may quote what the message leaves out. */
export function asFailure(error: unknown, attempt: number): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure || error instanceof CompleteAsyncError)
    return error;
  if (error instanceof Error && error.name === 'AbortError') return new CancelledFailure('The activity was cancelled.');
  if (isConnectionLoss(error)) return transient(FailureType.TargetUnavailable, inWords(error));
  return (attempt < UNEXPECTED_ATTEMPTS ? transient : permanent)('Unexpected' as FailureType, inWords(error));
}

/** For history, reports and people: without values of rows and without passwords, and not longer than they want to read. */
export function inWords(error: unknown): string {
  if (error instanceof DatabaseError) return `${withoutData(error)} (SQLSTATE ${error.code ?? 'unknown'}).`;
  return bounded((error instanceof Error ? error.message : String(error)).replace(URL_WITH_PASSWORD, '$1:***@'));
}
