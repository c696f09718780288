import { relative, sep } from 'node:path';
import { resolveTarget, type Config, type Target } from '../../config';
import type { BlockLevel } from '../../contract';
import { UsageError } from '../../errors';
import { makeOfflinePlan, makePlan } from '../../planner';
import { blockingHazards } from '../../policy/blocking';
import type { FullPlan } from '../../policy/plan';
import type { Cli } from '../cli';
import { ExitCode } from '../exit-codes';
import { openConfig } from '../session';
import { planChecklist } from '../view/plan-checklist';
import { planGithub } from '../view/plan-github';
import { planHtml } from '../view/plan-html';
import { planMarkdown } from '../view/plan-markdown';
import { planText } from '../view/plan-text';

export interface PlanOptions {
  offline?: boolean;
  from?: string;
  block?: BlockLevel;
  markdown?: boolean;
  html?: boolean;
  github?: boolean;
  checklist?: boolean;
  brief?: boolean;
}

export async function plan(cli: Cli, options: PlanOptions): Promise<number> {
  const config = openConfig(cli);
  refuseMixtures(options);
  const target = options.offline && cli.options.env === undefined ? null : targetOf(cli, config);
  const made =
    options.offline || target === null
      ? await makeOfflinePlan(config, options.from)
      : await makePlan(target, config, cli.io.env);
  cli.answer(made, () => rendered(made, cli, config, options));
  const level = options.block ?? target?.environment.block ?? 'never';
  const hazards = made.migrations.flatMap((migration) => migration.hazards);
  const blocked = made.checklist.some((check) => check.status === 'fail') || blockingHazards(hazards, level).length > 0;
  return blocked ? ExitCode.Blocked : ExitCode.Ok;
}

function targetOf(cli: Cli, config: Config): Target {
  return resolveTarget(config, cli.options.env, cli.options.target);
}

/** @throws UsageError */
function refuseMixtures({ offline, from, markdown, html, github, checklist }: PlanOptions): void {
  if ([markdown, html, github, checklist].filter(Boolean).length > 1)
    throw new UsageError('Say one of --markdown, --html, --github and --checklist.');
  if (checklist && offline) throw new UsageError('The checks of --checklist are of a database; leave out --offline.');
  if (from !== undefined && !offline)
    throw new UsageError('--from goes with --offline: a database knows which migrations are pending.');
}

function rendered(made: FullPlan, cli: Cli, config: Config, options: PlanOptions): string {
  if (options.markdown) return planMarkdown(made);
  if (options.html) return planHtml(made);
  if (options.github) return planGithub(made, folderIn(cli, config));
  if (options.checklist) return planChecklist(made);
  return planText(made, cli.colors, options.brief);
}

/** GitHub wants paths from the repository's root; elsewhere this folder is taken for it. */
function folderIn(cli: Cli, { migrationsDir }: Config): string {
  const root = cli.io.env['GITHUB_WORKSPACE'] ?? cli.io.cwd;
  return relative(root, migrationsDir).split(sep).join('/') || '.';
}
