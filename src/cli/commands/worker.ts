import { runWorker } from '../../worker';
import type { Cli } from '../cli';
import { ExitCode } from '../exit-codes';
import { openConfig } from '../open-config';

export async function worker(cli: Cli): Promise<number> {
  await runWorker(openConfig(cli));
  return ExitCode.Ok;
}
