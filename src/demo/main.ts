/** `npm run demo [-- --fail <step>] [-- --slack]`: Broxiva's seven pending migrations, deployed for real. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { stringify } from 'yaml';
import { createPgTools, schemaFingerprint } from '../adapters/pg-tools';
import { run as lockkeeper } from '../cli/run';
import { LockkeeperClient } from '../client';
import { loadConfig } from '../config';
import type { DeploymentStatus, OutcomeStatus } from '../contract';
import { signingKey } from '../signing';
import { startWorker } from '../worker';
import { attend, REQUESTER } from './people';
import { FAILING_STEPS, scenarioFor, type FailingStep, type Project, type Scenario } from './scenario';
import { openSlack, type DemoSlack } from './demo-slack';
import { openStage, prepareDatabase, type Stage } from './stage';

const REPOSITORY = resolve(__dirname, '..', '..');
const ENVIRONMENT = 'production';
const TARGET = 'broxiva';
const USAGE = `npm run demo                     Broxiva's seven pending migrations
npm run demo -- --fail <step>    the same, failing at a step: ${FAILING_STEPS.join(', ')}
npm run demo -- --slack          approved by a button on a local page that stands in for Slack`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const heading = (line: string): void => say(`\n${pc.bold(line)}`);

async function main(): Promise<number> {
  const { fail, slack } = readArguments();
  const startedAt = Date.now();
  const scenario: Scenario = fail ? scenarioFor(fail) : { says: 'Everything goes well.' };
  heading('Lockkeeper: deploying Prisma migrations to PostgreSQL, durably');
  const stage = await openStage(say);
  const root = mkdtempSync(join(tmpdir(), 'lockkeeper-demo-'));
  try {
    await prepareDatabase(stage, REPOSITORY, say);
    say(`PostgreSQL   127.0.0.1:${stage.postgres.port}, database broxiva`);
    say(`Temporal     ${stage.temporal.address}`);
    say(`Temporal UI  ${pc.cyan(stage.temporal.uiUrl)}`);
    const code = await Promise.race([play(stage, root, scenario, fail, slack), interrupted()]);
    if (code === INTERRUPTED) {
      say('\nThe demo ends here: its servers stop, and the deployment with them.');
      return code;
    }
    say(pc.dim(`\nThe demo took ${Math.round((Date.now() - startedAt) / 1000)} s.`));
    await letPeopleLook(stage);
    return code;
  } finally {
    await stage.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** What a shell says of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** The servers are the demo's own: where a real deployment would go on without its watcher, this one has nowhere to. */
function interrupted(): Promise<number> {
  return new Promise((resolve) => process.once('SIGINT', () => resolve(INTERRUPTED)));
}

function readArguments(): { fail: FailingStep | undefined; slack: boolean } {
  const { values } = parseArgs({
    options: { fail: { type: 'string' }, slack: { type: 'boolean', default: false }, help: { type: 'boolean' } },
  });
  const fail = FAILING_STEPS.find((step) => step === values.fail);
  if (values.help || (values.fail !== undefined && !fail)) {
    say(USAGE);
    process.exit(values.help ? 0 : 2);
  }
  return { fail, slack: values.slack };
}

/** One deployment, from the plan to the report. Resolves to 0 when it ended as the scenario says. */
async function play(
  stage: Stage,
  root: string,
  scenario: Scenario,
  fail: FailingStep | undefined,
  withSlack: boolean,
): Promise<number> {
  const project: Project = {
    root,
    migrations: join(REPOSITORY, 'prisma', 'migrations'),
    url: stage.url,
    binDir: stage.postgres.binDir,
  };
  Object.assign(process.env, {
    LOCKKEEPER_USER: REQUESTER,
    // The worker is in this process, and what fails here is told by the deployment itself.
    LOCKKEEPER_LOG_LEVEL: process.env['LOCKKEEPER_LOG_LEVEL'] ?? 'error',
    LOCKKEEPER_PG_BIN: stage.postgres.binDir,
    BROXIVA_DATABASE_URL: stage.url,
    TEMPORAL_ADDRESS: stage.temporal.address,
    TEMPORAL_UI_URL: stage.temporal.uiUrl,
  });
  const tools = createPgTools(stage.postgres.binDir);
  const before = await schemaFingerprint(tools, stage.url);
  scenario.prepare?.(project);
  const slack = withSlack ? await openSlack(say) : null;
  writeConfig(project, scenario, fail, slack);
  const worker = await startWorker(loadConfig('lockkeeper.yaml', root));
  const client = await LockkeeperClient.connect({ signingKey: signingKey(root), taskQueue: 'lockkeeper' });
  try {
    await slack?.startReceiver(loadConfig('lockkeeper.yaml', root));
    heading('What is pending, and what is dangerous about it');
    await cli(root, ['plan', '--brief']);
    heading(`The deployment. ${scenario.says}`);
    const attended = attend(client, ENVIRONMENT, TARGET, {
      say,
      during: scenario.during && ((status) => scenario.during?.(status, project) ?? Promise.resolve()),
      rejects: scenario.rejects,
      click: slack ? (status) => slack.decide(status) : undefined,
    });
    await cli(root, ['deploy']);
    const status = await attended;
    return epilogue(status, fail, before, await schemaFingerprint(tools, stage.url), root);
  } finally {
    await scenario.close?.();
    await client.close();
    await worker.shutdown();
    await slack?.close();
  }
}

function writeConfig(
  { root, migrations }: Project,
  scenario: Scenario,
  fail: FailingStep | undefined,
  slack: DemoSlack | null,
): void {
  const file = {
    project: {
      schema: join(REPOSITORY, 'prisma', 'schema.prisma'),
      migrations: fail === 'migrate' ? join(root, 'migrations') : migrations,
    },
    environments: {
      [ENVIRONMENT]: {
        targets: { [TARGET]: { urlEnv: 'BROXIVA_DATABASE_URL' } },
        approvals: { required: 1, expiry: '10m' },
        verify: { criticalTables: ['orders', 'products', 'users', 'payments'] },
        monitor: { duration: '4s', interval: '1s' },
        ...scenario.environment,
      },
    },
    ...(slack ? { slack: slack.settings } : {}),
  };
  mkdirSync(join(root, 'backups'), { recursive: true });
  writeFileSync(join(root, 'lockkeeper.yaml'), stringify(file));
}

/** The commands that a person would type, in this process. */
function cli(cwd: string, argv: string[]): Promise<number> {
  say(pc.dim(`$ lockkeeper ${argv.join(' ')}`));
  const isTTY = process.stdin.isTTY && process.stderr.isTTY;
  return lockkeeper(argv, { stdout: process.stdout, stderr: process.stderr, env: process.env, cwd, isTTY });
}

const EXPECTED: Record<FailingStep | 'none', OutcomeStatus> = {
  none: 'deployed',
  backup: 'failed',
  approve: 'rejected',
  migrate: 'rolled-back',
  verify: 'rolled-back',
  monitor: 'rolled-back',
};

/** Says how it ended, and whether the schema is what it must be. */
function epilogue(
  status: DeploymentStatus,
  fail: FailingStep | undefined,
  before: string,
  after: string,
  root: string,
): number {
  const same = before === after;
  heading('The schema, as pg_dump sees it');
  say(`before ${before.slice(0, 16)}…  after ${after.slice(0, 16)}…  ${same ? 'identical' : 'changed'}`);
  if (!fail) {
    heading('Read more');
    for (const line of [
      'README.md',
      'docs/ARCHITECTURE.md: how it works',
      'docs/DATABASE_MIGRATION_GUIDE.md: the handbook',
      'npm run demo -- --fail migrate: what happens when it goes wrong',
    ])
      say(`  ${line}`);
  }
  const expected = EXPECTED[fail ?? 'none'];
  const asTold = status.outcome?.status === expected && same === (fail !== undefined);
  if (!asTold)
    say(
      pc.red(`This should have ended as "${expected}" with the schema ${fail ? 'unchanged' : 'changed'}; see ${root}.`),
    );
  return asTold ? 0 : 1;
}

/** On a terminal the UI stays up until somebody has seen it. */
async function letPeopleLook({ temporal }: Stage): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return;
  say(`\nThe Temporal UI stays at ${pc.cyan(temporal.uiUrl)} until you press Enter.`);
  await new Promise<void>((done) => {
    process.stdin.once('data', () => done());
    process.once('SIGINT', () => done());
  });
  process.stdin.destroy();
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(pc.red(`lockkeeper demo: ${error instanceof Error ? error.message : String(error)}`));
    if (process.env['LOCKKEEPER_DEBUG']) console.error(error);
    process.exit(1);
  },
);
