/** The one place where an error becomes a line for a person and an exit code. */
import { ApplicationFailure, FailureType, UsageError } from '../errors';
import { ExitCode } from './exit-codes';

/** Thrown by a command that ends with a code of its own. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    /** For programs: the `code` of `--json`. */
    readonly code: string,
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
  }
}

export interface Failure {
  code: string;
  exitCode: ExitCode;
  message: string;
  /** A mistake in Lockkeeper or its surroundings, not in what the person typed: its stack may help. */
  unexpected: boolean;
}

/** Failures that name something a person set wrong. */
const USAGE_TYPES: string[] = [FailureType.Configuration, FailureType.TargetUnavailable, FailureType.MigrationFiles];

export function describeFailure(error: unknown): Failure {
  if (error instanceof CommandError) return known(error.code, error.exitCode, error.message);
  if (error instanceof UsageError) return known('usage', ExitCode.Usage, error.message);
  if (error instanceof ApplicationFailure) {
    const type = error.type ?? 'failed';
    return known(type, USAGE_TYPES.includes(type) ? ExitCode.Usage : ExitCode.Failed, error.message);
  }
  return byName(error);
}

/** Classes of client.ts and local/, told by name: importing them would load Temporal's client to print a typing mistake. */
function byName(error: unknown): Failure {
  const { name, message, type, deploymentId } = (error ?? {}) as {
    name?: string;
    message?: string;
    type?: string;
    deploymentId?: string;
  };
  if (name === 'RefusedError' && type !== undefined) {
    return known(type, type === FailureType.DecisionRefused ? ExitCode.Rejected : ExitCode.Failed, message ?? type);
  }
  if (name === 'AlreadyRunningError' && deploymentId !== undefined)
    return known('already-running', ExitCode.Usage, message ?? deploymentId);
  if (name === 'NamespaceNotFoundError')
    return known(
      'no-namespace',
      ExitCode.Usage,
      `${message ?? name}; set TEMPORAL_NAMESPACE to one that the server has.`,
    );
  if (name === 'ToolMissingError') return known('tool-missing', ExitCode.Usage, message ?? name);
  return { code: 'unexpected', exitCode: ExitCode.Failed, message: oneLine(error), unexpected: true };
}

function known(code: string, exitCode: ExitCode, message: string): Failure {
  return { code, exitCode, message, unexpected: false };
}

/** The message, and the innermost cause when that says more (gRPC and network errors wrap theirs). */
function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  const { code = error.name } = error as NodeJS.ErrnoException;
  const own = error.message === '' ? code : firstLine(error.message);
  return inner instanceof Error && !own.includes(firstLine(inner.message)) ? `${own}: ${oneLine(inner)}` : own;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
