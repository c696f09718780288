/** Commands of the user's own that take and check a backup. Nothing passes through a shell, and no secret through an argument. */
import { FailureType, permanent } from '../errors';
import { loginEnv, runProgram, type Login } from './pg-process';

export interface ExternalCommand {
  /** Program and its arguments. */
  command: string[];
  /** Relative paths start here. */
  cwd: string;
  /** Added to libpq's variables: what the configuration names, and what Lockkeeper has to say. */
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/** One line of printable ASCII. */
const REFERENCE = /^[\x20-\x7e]{1,1024}$/;

/** @returns what the tool calls the backup it has taken. @throws ApplicationFailure Backup */
export async function createExternally(login: Login, run: ExternalCommand): Promise<string> {
  const reference = (await runExternally(login, run)).trim();
  if (!REFERENCE.test(reference))
    throw permanent(
      FailureType.Backup,
      `${run.command[0]} printed no name of its backup: one line of at most 1,024 printable characters is expected.`,
    );
  return reference;
}

/** @throws ApplicationFailure Backup where it ends with anything but 0. */
export async function verifyExternally(login: Login, run: ExternalCommand): Promise<void> {
  await runExternally(login, run);
}

async function runExternally(login: Login, { command, cwd, env, signal }: ExternalCommand): Promise<string> {
  const [program = '', ...args] = command;
  // Its own words may hold anything: they go where this process's go, and into no message.
  return runProgram({ program, args, cwd, signal, stderr: 'inherit' }, { ...loginEnv(login), ...env });
}
