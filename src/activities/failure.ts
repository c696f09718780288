/** The last gate before history: every error an activity throws becomes a typed failure without data or secrets. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { CompleteAsyncError } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { DatabaseError } from '../adapters/postgres';
import { isConnectionLoss, withoutData } from '../adapters/statement-failure';
import { FailureType, transient } from '../errors';

// To the last @: a password may hold some that are not encoded.
const URL_WITH_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):\S*@/gi;

export const failureInterceptor: ActivityInboundCallsInterceptor = {
  async execute(input, next) {
    try {
      return await next(input);
    } catch (error) {
      throw asFailure(error);
    }
  },
};

/** Stacks and causes stay on the worker: they may quote what the message leaves out. */
export function asFailure(error: unknown): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure || error instanceof CompleteAsyncError)
    return error;
  if (error instanceof Error && error.name === 'AbortError') return new CancelledFailure('The activity was cancelled.');
  const type = isConnectionLoss(error) ? FailureType.TargetUnavailable : 'Unexpected';
  return transient(type as FailureType, inWords(error));
}

/** For history, reports and people: without values of rows and without passwords. */
export function inWords(error: unknown): string {
  if (error instanceof DatabaseError) return `${withoutData(error)} (SQLSTATE ${error.code ?? 'unknown'}).`;
  return (error instanceof Error ? error.message : String(error)).replace(URL_WITH_PASSWORD, '$1:***@');
}
