/** argv -> command -> exit code. Nothing below calls `process.exit`, so tests run commands in process. */
import { CommanderError } from 'commander';
import type { Io } from './cli';
import { ExitCode } from './exit-codes';
import { describeFailure, type Failure } from './failure';
import { buildProgram } from './program';

/**
 * Runs one command line.
 * @param argv the arguments after `node lockkeeper`.
 * @returns the exit code; see ExitCode.
 */
export async function run(argv: string[], io: Io): Promise<number> {
  let code: number = ExitCode.Ok;
  const program = buildProgram(io, (result) => (code = result));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.Ok;
    const failure = error instanceof CommanderError ? usage(error) : describeFailure(error);
    if (failure !== null) report(failure, argv, io);
    if (failure?.unexpected && io.env['LOCKKEEPER_DEBUG'])
      io.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
    return failure?.exitCode ?? ExitCode.Usage;
  }
}

/** Null for a bare `lockkeeper` or `lockkeeper migrate`: commander has printed the help, which is the answer. */
function usage(error: CommanderError): Failure | null {
  if (error.code === 'commander.help') return null;
  return { code: 'usage', exitCode: ExitCode.Usage, message: error.message.replace(/^error: /, ''), unexpected: false };
}

function report({ code, message }: Failure, argv: string[], io: Io): void {
  if (argv.includes('--json')) io.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  io.stderr.write(`lockkeeper: ${message}\n`);
}
