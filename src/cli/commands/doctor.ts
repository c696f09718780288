import type { Config } from '../../config';
import { TASK_QUEUE } from '../../contract';
import { UsageError } from '../../errors';
import type { Cli } from '../cli';
import { missing, ok, type Check } from '../checks/check';
import { checkHalfDone } from '../checks/half-done';
import { checkMachine } from '../checks/machine';
import { checkMetrics } from '../checks/metrics';
import { checkProject } from '../checks/project';
import { ExitCode } from '../exit-codes';
import { openConfig } from '../open-config';
import { table } from '../view/table';

export async function doctor(cli: Cli): Promise<number> {
  const config = tryConfig(cli);
  const project =
    config instanceof Error
      ? [missing('Configuration', config.message, 'mend the file, or run "lockkeeper init" to write one')]
      : [
          ok('Configuration', config.file),
          ...(await checkProject(config, cli.io.env, cli.options.env)),
          ...(await checkMetrics(config, cli.io.env, cli.options.env)),
          ...(await checkHalfDone(config, cli.io.env, cli.options.env)),
        ];
  const checks = [
    ...(await checkMachine(cli.io.env, config instanceof Error ? TASK_QUEUE : config.taskQueue)),
    ...project,
  ];
  const bad = checks.filter((check) => check.status === 'missing');
  cli.answer({ ok: bad.length === 0, checks }, text(cli, checks));
  return bad.length === 0 ? ExitCode.Ok : ExitCode.Failed;
}

/** A missing or wrong file is a finding here, and no reason to look no further. */
function tryConfig(cli: Cli): Config | UsageError {
  try {
    return openConfig(cli);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}

function text({ colors }: Cli, checks: Check[]): string {
  const status = { ok: colors.green('ok'), missing: colors.red('missing'), off: colors.dim('off') };
  const lines = table(
    ['what', 'status', 'seen'],
    checks.map((check) => [check.what, status[check.status], check.seen]),
    colors,
  );
  const fixes = checks
    .filter((check) => check.fix !== null && check.status === 'missing')
    .map((check) => `${check.what}: ${check.fix}`);
  return fixes.length === 0
    ? lines
    : `${lines}\n\n${colors.bold('To mend it:')}\n${fixes.map((fix) => `  ${fix}`).join('\n')}`;
}
