/** One deployment under test: a database, a project, workers in processes of their own, and the oracle at its end. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DeploymentRef } from '../../../src/client';
import { workflowIdFor, type DeploymentStatus, type Outcome, type RollbackStrategy } from '../../../src/contract';
import { pgBin } from '../../support/database';
import { writeMigrations } from '../../support/migrations';
import { spawnWorker, type WorkerFault, type WorkerProcess } from '../../support/processes';
import { testProject, type TestProject } from '../../support/project';
import { until } from '../../support/until';
import type { Rig } from './rig';
import { contentsOf, leftBehind, schemaOf, stateOf, withClient, type DatabaseState } from './state';
import { Wire, type Reached, type WirePoint } from './wire';

export type Files = Parameters<typeof writeMigrations>[0];

export interface TrialOptions {
  files: Files;
  /** Database to begin with. Default: an empty one. */
  template?: string | undefined;
  /** Merged over the environment's section of lockkeeper.yaml. */
  environment?: Record<string, unknown> | undefined;
}

/** A backend of the deployment's. */
export interface Session {
  pid: number;
  application: string;
}

const REQUESTER = { id: 'cli:maya', name: 'maya' };
const APPROVER = { id: 'cli:jonas', name: 'jonas' };
/** Of a deployment that has met a fault: heartbeat timeouts and retries included. */
const SECONDS = 240;
/** Phases in which people are asked. */
const ASKING = new Set(['approve', 'compensate']);

export class Trial {
  readonly workers: WorkerProcess[] = [];
  private readonly others: TestProject[] = [];
  /** What was begun, newest last: a deployment, and what undoes it. */
  private readonly begun: DeploymentRef[] = [];
  private readonly approved = new Set<string>();

  private constructor(
    readonly rig: Rig,
    readonly database: string,
    private readonly files: Files,
    readonly project: TestProject,
    /** Between the workers and PostgreSQL. */
    readonly wire: Wire,
    /** What the database held before the deployment; null for an empty one. */
    private readonly before: DatabaseState | null,
  ) {}

  static async prepare(rig: Rig, { files, template, environment }: TrialOptions): Promise<Trial> {
    const database = await rig.database(template);
    const wire = await Wire.listen(rig.postgresPort);
    const project = await testProject({
      ...writeMigrations(files),
      url: rig.url(database, wire.port),
      environment: { approvals: { required: 1 }, monitor: { duration: '1s', interval: '500ms' }, ...environment },
    });
    return new Trial(rig, database, files, project, wire, template ? await stateOf(rig.url(database)) : null);
  }

  /** Another target of the same database, with a worker of its own; nobody is asked there. */
  async another(): Promise<TestProject> {
    const url = this.rig.url(this.database, this.wire.port);
    const project = await testProject({ ...writeMigrations(this.files), url, environment: { rehearsal: 'off' } });
    this.others.push(project);
    this.workers.push(spawnWorker(project));
    return project;
  }

  get url(): string {
    return this.rig.url(this.database);
  }

  worker(fault?: WorkerFault, env: NodeJS.ProcessEnv = {}): WorkerProcess {
    const worker = spawnWorker(this.project, env, fault);
    this.workers.push(worker);
    return worker;
  }

  async start(): Promise<DeploymentRef> {
    const { client, environment, target } = this.project;
    return this.follow(await client.start(environment, target, REQUESTER));
  }

  /** Undoes by hand what was deployed, which has ended; from here on the trial is about the rollback. */
  async undo(strategy: RollbackStrategy): Promise<DeploymentRef> {
    return this.follow(await this.project.client.startRollback(this.deployment, REQUESTER, strategy));
  }

  private follow(ref: DeploymentRef): DeploymentRef {
    this.begun.push(ref);
    return ref;
  }

  get deployment(): DeploymentRef {
    const newest = this.begun.at(-1);
    if (!newest) throw new Error('This trial has not been started.');
    return newest;
  }

  /** Rows of a query on the database itself, past the wire, in a session of its own. */
  query<T extends object>(sql: string): Promise<T[]> {
    return withClient(this.url, async (client) => (await client.query<T>(sql)).rows);
  }

  /** The text of a migration's file. */
  fileOf(name: string): string {
    const file = this.files[name] ?? '';
    return typeof file === 'string' ? file : file.sql;
  }

  /** The schema and the rows: as the deployment left them, and as psql does that runs the same files. */
  async contents(database = this.database): Promise<Pick<DatabaseState, 'schema' | 'contents'>> {
    const url = this.rig.url(database);
    return { schema: await schemaOf(url), contents: await withClient(url, contentsOf) };
  }

  async contentsByPsql(): Promise<Pick<DatabaseState, 'schema' | 'contents'>> {
    const database = await this.rig.database();
    const { migrationsDir } = this.project.config;
    for (const name of Object.keys(this.files)) {
      const args = ['--no-psqlrc', '--set=ON_ERROR_STOP=1', '--quiet', '--dbname', this.rig.url(database)];
      await promisify(execFile)(pgBin('psql'), [...args, '--file', join(migrationsDir, name, 'migration.sql')]);
    }
    return this.contents(database);
  }

  /** The deployment's session that runs a statement like this; undefined while there is none. */
  async isRunning(like: string): Promise<Session | undefined> {
    const [session] = await this.query<Session>(
      `SELECT pid, application_name AS application FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'active' AND application_name LIKE 'lockkeeper/2%' AND query LIKE '${like}'`,
    );
    return session;
  }

  /** Until a session of the deployment is seen to run a statement like this. */
  running(like: string): Promise<Session> {
    return this.meanwhile(`a statement like ${like} runs`, () => this.isRunning(like));
  }

  /** Until the conversation with the database stands at a point. */
  async reaches(point: WirePoint): Promise<Reached> {
    let at: Reached | null = null;
    void this.wire.at(point).then((reached) => (at = reached));
    return this.meanwhile(`${point.when} ${String(point.sql)}`, async () => at);
  }

  /** Waits for `seen`, approving when the deployment asks. */
  async meanwhile<T>(what: string, seen: () => Promise<T>): Promise<NonNullable<T>> {
    return until(what, async () => (await seen()) || (await this.approveIfAsked(), null), SECONDS);
  }

  /** Waits for the end, approving when the deployment asks. */
  async outcome(): Promise<Outcome> {
    const { client } = this.project;
    await this.meanwhile('the deployment ends', () => this.hasEnded());
    return client.result(this.deployment);
  }

  /** As Temporal's search attribute tells it, also while no worker lives. */
  async phase(): Promise<string | null> {
    return (await this.look())?.phase ?? null;
  }

  /** Number of the newest event in the deployment's history; 0 while Temporal is away. */
  async lastEvent(): Promise<number> {
    const { environment, target, client } = this.project;
    const handle = client.temporal.workflow.getHandle(workflowIdFor(environment, target), this.deployment.runId);
    const description = await handle.describe().catch(() => null);
    return description?.historyLength ?? 0;
  }

  async hasEnded(): Promise<boolean> {
    return (await this.look())?.closedAt != null;
  }

  /** What a person is shown; null while no worker answers. */
  status(): Promise<DeploymentStatus | null> {
    return this.project.client.status(this.deployment).catch(() => null);
  }

  /** Null while Temporal is away. */
  private look(): Promise<DeploymentRef | null> {
    return this.project.client.latest(this.project.environment, this.project.target).catch(() => null);
  }

  private async approveIfAsked(): Promise<void> {
    const { deploymentId } = this.deployment;
    if (this.approved.has(deploymentId) || !ASKING.has((await this.look())?.phase ?? '')) return;
    const { client } = this.project;
    // Its worker may be dead at the moment: then it is asked again.
    const answer = client
      .status(this.deployment)
      .then(({ approval }) =>
        approval ? client.decide(this.deployment, APPROVER, 'approve', null, approval.bindingDigest) : null,
      )
      .then((receipt) => receipt && this.approved.add(deploymentId))
      .catch(() => undefined);
    await answer;
  }

  /** The database is as an uninterrupted run leaves it. */
  async expectNew(reference: DatabaseState): Promise<void> {
    expect(await stateOf(this.url)).toEqual(reference);
  }

  /** The database is as it was before. */
  async expectOld(): Promise<void> {
    if (!this.before) throw new Error('A trial on an empty database has no state before it.');
    expect(await stateOf(this.url)).toEqual(this.before);
  }

  /** Nothing is left but the outcome, told once, and one decision. */
  async expectClean(outcome: Outcome): Promise<void> {
    for (const worker of this.workers) await worker.kill('SIGTERM');
    const { deploymentId } = this.deployment;
    let left: string[] = [];
    await until(
      'nothing is left',
      async () => {
        left = await leftBehind(this.url, deploymentId, this.project.root, this.workers);
        return left.length === 0;
      },
      10,
    ).catch(() => undefined);
    expect(left).toEqual([]);
    const reports = readdirSync(join(this.project.root, 'reports')).filter((name) => name.endsWith('.json'));
    expect(reports.sort()).toEqual(this.begun.map((each) => `${each.deploymentId}.json`).sort());
    const report = this.report();
    expect(report.outcome).toEqual(outcome);
    expect(report.audit.filter(({ accepted }) => accepted).length).toBeLessThanOrEqual(1);
  }

  report(): DeploymentStatus {
    const file = join(this.project.root, 'reports', `${this.deployment.deploymentId}.json`);
    return JSON.parse(readFileSync(file, 'utf8')) as DeploymentStatus;
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill('SIGKILL')));
    for (const project of [this.project, ...this.others]) await project.close();
    await this.wire.close();
  }
}
