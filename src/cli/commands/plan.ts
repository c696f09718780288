import { readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { readNotes } from '../../adapters/migration-files';
import { resolveTarget, type Config, type Target } from '../../config';
import type { BlockLevel } from '../../contract';
import { UsageError } from '../../errors';
import { makeOfflinePlan } from '../../planner/offline';
import { blockingHazards } from '../../policy/blocking';
import type { FullPlan } from '../../policy/plan';
import type { Cli } from '../cli';
import { ExitCode } from '../exit-codes';
import { openConfig } from '../open-config';
import { planChecklist } from '../view/plan-checklist';
import { planGithub } from '../view/plan-github';
import { planHtml } from '../view/plan-html';
import { planMarkdown } from '../view/plan-markdown';
import { planText } from '../view/plan-text';
import { stakeholderPage } from '../view/stakeholders/page';

export interface PlanOptions {
  offline?: boolean;
  from?: string;
  postgres?: number;
  block?: BlockLevel;
  markdown?: boolean;
  html?: boolean;
  github?: boolean;
  checklist?: boolean;
  stakeholders?: boolean;
  brief?: boolean;
  out?: string;
  check?: boolean;
}

export async function plan(cli: Cli, options: PlanOptions): Promise<number> {
  const config = openConfig(cli);
  refuseMixtures(options);
  const target = options.offline && cli.options.env === undefined ? null : targetOf(cli, config);
  const made =
    options.offline || target === null
      ? await makeOfflinePlan(config, {
          from: options.from,
          execution: target?.environment.execution,
          serverMajor: options.postgres,
        })
      : await onlinePlanner().makePlan(target, config, cli.io.env);
  const text = (): string => (cli.options.json ? asJson(made) : rendered(made, cli, config, options, target));
  if (options.check && isStale(cli, options, text())) return ExitCode.Failed;
  if (options.out === undefined) cli.answer(made, text);
  else if (!options.check) write(cli, options.out, text());
  const level = options.block ?? target?.environment.block ?? 'never';
  const hazards = made.migrations.flatMap((migration) => migration.hazards);
  const blocked = made.checklist.some((check) => check.status === 'fail') || blockingHazards(hazards, level).length > 0;
  return blocked ? ExitCode.Blocked : ExitCode.Ok;
}

/** Loaded only where a database is asked: its clients and tools take longer to load than files take to judge. */
function onlinePlanner(): typeof import('../../planner') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('../../planner') as typeof import('../../planner');
}

function targetOf(cli: Cli, config: Config): Target {
  return resolveTarget(config, cli.options.env, cli.options.target);
}

/** @throws UsageError */
function refuseMixtures(options: PlanOptions): void {
  const { offline, from, postgres, markdown, html, github, checklist, stakeholders, out, check } = options;
  if ([markdown, html, github, checklist, stakeholders].filter(Boolean).length > 1)
    throw new UsageError('Say one of --markdown, --html, --github, --checklist and --stakeholders.');
  if (check && out === undefined) throw new UsageError('--check goes with --out: it looks at that file.');
  if (checklist && offline) throw new UsageError('The checks of --checklist are of a database; leave out --offline.');
  if (from !== undefined && !offline)
    throw new UsageError('--from goes with --offline: a database knows which migrations are pending.');
  if (postgres !== undefined && !offline)
    throw new UsageError('--postgres goes with --offline: a server knows its version.');
}

function rendered(made: FullPlan, cli: Cli, config: Config, options: PlanOptions, target: Target | null): string {
  if (options.markdown) return planMarkdown(made);
  if (options.html) return planHtml(made);
  if (options.github) return planGithub(made, folderIn(cli, config));
  if (options.checklist) return planChecklist(made);
  if (options.stakeholders) return stakeholders(made, cli, config, options, target);
  return planText(made, cli.colors, options.brief);
}

/** GitHub wants paths from the repository's root; elsewhere this folder is taken for it. */
function folderIn(cli: Cli, { migrationsDir }: Config): string {
  const root = cli.io.env['GITHUB_WORKSPACE'] ?? cli.io.cwd;
  return relative(root, migrationsDir).split(sep).join('/') || '.';
}

/** Of one environment where one is named, else of them all: then nothing is known of windows and approvals. */
function stakeholders(made: FullPlan, cli: Cli, config: Config, options: PlanOptions, target: Target | null): string {
  const notes = made.migrations.flatMap(({ name }) => {
    const text = readNotes(config.migrationsDir, name);
    return text === null ? [] : [[name, text] as const];
  });
  return stakeholderPage({
    plan: made,
    people: {
      environment: target?.environment.name ?? 'deployment',
      approvals: target?.environment.approvals.required ?? null,
      window: target?.environment.window ?? null,
      contacts: config.contacts,
    },
    command: commandLine(cli, options),
    folder: relative(config.root, config.migrationsDir).split(sep).join('/') || '.',
    notes: new Map(notes),
  });
}

/** As it was typed, so that anybody can renew what it wrote. */
function commandLine({ options: { env, target } }: Cli, options: PlanOptions): string {
  const { offline, from, postgres, out, markdown, html, github, checklist, stakeholders: page } = options;
  const form = { markdown, html, github, checklist, stakeholders: page };
  const flags = Object.entries(form).flatMap(([name, said]) => (said ? [`--${name}`] : []));
  const values = { env, target, from, postgres, out };
  const valued = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]));
  return ['lockkeeper plan', ...(offline ? ['--offline'] : []), ...flags, ...valued].join(' ');
}

function asJson(made: FullPlan): string {
  return `${JSON.stringify(made, null, 2)}\n`;
}

function write(cli: Cli, out: string, text: string): void {
  const file = resolve(cli.io.cwd, out);
  writeFileSync(file, text);
  cli.note(`wrote ${file}`);
}

/** Says how to renew the file. */
function isStale(cli: Cli, options: PlanOptions, text: string): boolean {
  const out = options.out ?? '';
  if (currentText(resolve(cli.io.cwd, out)) === text) return false;
  cli.note(`${out} is not what the migrations say; renew it: ${commandLine(cli, options)}`);
  return true;
}

function currentText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
