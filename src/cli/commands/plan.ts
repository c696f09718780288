import { resolveTarget } from '../../config';
import { makeOfflinePlan, makePlan } from '../../planner';
import type { Cli } from '../cli';
import { ExitCode } from '../exit-codes';
import { openConfig } from '../session';
import { planMarkdown } from '../view/plan-markdown';
import { planText } from '../view/plan-text';

export interface PlanOptions {
  offline?: boolean;
  markdown?: boolean;
  brief?: boolean;
}

export async function plan(cli: Cli, options: PlanOptions): Promise<number> {
  const config = openConfig(cli);
  const made = options.offline
    ? await makeOfflinePlan(config)
    : await makePlan(resolveTarget(config, cli.options.env, cli.options.target), config, cli.io.env);
  cli.answer(made, options.markdown ? planMarkdown(made) : planText(made, cli.colors, options.brief));
  return made.checklist.some((check) => check.status === 'fail') ? ExitCode.Blocked : ExitCode.Ok;
}
