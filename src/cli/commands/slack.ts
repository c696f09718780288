import { runSlackServer } from '../../slack-server';
import type { Cli } from '../cli';
import { ExitCode } from '../exit-codes';
import { openConfig } from '../open-config';

export async function slack(cli: Cli): Promise<number> {
  await runSlackServer(openConfig(cli));
  return ExitCode.Ok;
}
