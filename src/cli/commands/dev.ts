import { join } from 'node:path';
import type { Config } from '../../config';
import { requireTool, resolveTemporalCli, startTemporal, type LocalTemporal } from '../../local';
import { startWorker } from '../../worker';
import type { Cli } from '../cli';
import { ExitCode } from '../exit-codes';
import { CommandError } from '../failure';
import { openConfig } from '../open-config';

export async function dev(cli: Cli): Promise<number> {
  const config = openConfig(cli);
  const log = (line: string): void => cli.note(line);
  const tool = requireTool(await resolveTemporalCli({ mode: 'install', log, env: cli.io.env }));
  // On disk, so that a deployment survives the end of this command as it would survive a crash in production.
  const temporal = await startTemporal({
    cli: tool.path,
    dbFile: join(config.root, '.lockkeeper', 'temporal.db'),
    log,
  });
  try {
    announce(cli, temporal, config);
    await work(config, temporal);
    return ExitCode.Ok;
  } finally {
    await temporal.stop();
  }
}

function announce(cli: Cli, { address, uiUrl, namespace }: LocalTemporal, { environments }: Config): void {
  const all = Object.values(environments);
  const tryIn = all.find((environment) => !environment.protected) ?? all[0];
  const text = [
    `Temporal     ${address}, namespace ${namespace}`,
    `Temporal UI  ${uiUrl}`,
    'Worker       in this process; Ctrl-C stops both, and nothing that runs is lost',
    '',
    'In another terminal:',
    `  export TEMPORAL_ADDRESS=${address} TEMPORAL_UI_URL=${uiUrl}`,
    `  lockkeeper deploy --env ${tryIn?.name ?? '<environment>'}`,
  ].join('\n');
  cli.answer({ address, uiUrl, namespace }, text);
}

/** @throws CommandError when the server ends before the worker does. */
async function work(config: Config, temporal: LocalTemporal): Promise<void> {
  process.env['TEMPORAL_ADDRESS'] = temporal.address;
  process.env['TEMPORAL_UI_URL'] = temporal.uiUrl;
  const worker = await startWorker(config);
  const lost = await Promise.race([worker.stopped.then(() => null), temporal.exited]);
  if (lost === null) return;
  // Not awaited: a worker without its server would look for it for ever.
  void worker.shutdown();
  throw new CommandError(
    'no-temporal',
    ExitCode.Failed,
    `The Temporal dev server ${lost}; run "lockkeeper dev" again, nothing is lost.`,
  );
}
