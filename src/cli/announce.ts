import type { DeploymentRef } from '../client';
import type { Cli } from './cli';
import { ExitCode } from './exit-codes';

/** The answer of `--detach`: what was started, and how to come back to it. */
export function announce(cli: Cli, ref: DeploymentRef): ExitCode {
  cli.answer({ deployment: ref }, ref.deploymentId);
  cli.note(`Started; follow it with "lockkeeper watch ${ref.deploymentId}".`);
  cli.note(`Temporal UI: ${ref.uiUrl}`);
  return ExitCode.Ok;
}
