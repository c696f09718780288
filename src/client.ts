/** What the CLI and the Slack receiver do to a deployment: start, decide, abort, status, history, wait. */
import { createHash } from 'node:crypto';
import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import {
  ApplicationFailure,
  arrayFromPayloads,
  defaultPayloadConverter,
  defineSearchAttributeKey,
  TypedSearchAttributes,
} from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { newDeploymentId } from './client/deployment-id';
import { refOf, type DeploymentRef, type UiUrl } from './client/deployment-ref';
import { AlreadyRunningError, RefusedError } from './client/errors';
import { uiBase } from './client/ui';
import {
  SEARCH_ATTRIBUTES,
  workflowIdFor,
  type Decision,
  type DecisionReceipt,
  type DeployInput,
  type DeploymentMemo,
  type DeploymentStatus,
  type Outcome,
  type Person,
  type Phase,
  type RollbackInput,
  type RollbackStrategy,
} from './contract';
import { FailureType, UsageError } from './errors';
import { abortSignal, decideUpdate, statusQuery } from './messages';
import { signDecision } from './signing';

export type { DeploymentRef } from './client/deployment-ref';
export { AlreadyRunningError, RefusedError } from './client/errors';

export interface ClientOptions {
  signingKey: string;
  taskQueue: string;
  /** Base URL of the Temporal UI; `TEMPORAL_UI_URL`, or the dev server's convention of gRPC port + 1000. */
  uiUrl?: string;
}

/** Phases whose activities tell in heartbeats how far they are. */
const LONG_PHASES = new Set<Phase>(['backup', 'rehearse', 'migrate', 'compensate']);

/** A connected client. Close it with `close()`. */
export class LockkeeperClient {
  private constructor(
    readonly temporal: Client,
    private readonly connection: Connection,
    private readonly options: ClientOptions,
    private readonly uiBase: string,
  ) {}

  /**
   * Connects as `temporal.toml` and `TEMPORAL_*` say (default localhost:7233, namespace default).
   * @throws UsageError when the server cannot be reached within 5 s.
   */
  static async connect(options: ClientOptions): Promise<LockkeeperClient> {
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
    const address = connectionOptions.address ?? 'localhost:7233';
    let connection: Connection;
    try {
      connection = await Connection.connect({ ...connectionOptions, address, connectTimeout: '5s' });
    } catch (error) {
      throw new UsageError(
        `Temporal at ${address} does not answer (${firstLine(error)}); start it with "lockkeeper dev" or set TEMPORAL_ADDRESS.`,
      );
    }
    const client = new Client({ connection, namespace });
    return new LockkeeperClient(client, connection, options, uiBase(options.uiUrl, address, namespace));
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private readonly uiUrl: UiUrl = (environment, target, runId) =>
    `${this.uiBase}/workflows/${encodeURIComponent(workflowIdFor(environment, target))}/${runId}/history`;

  /**
   * Starts a deployment.
   * @throws AlreadyRunningError naming the open deployment of the same database.
   */
  async start(environment: string, target: string, requester: Person): Promise<DeploymentRef> {
    const input: DeployInput = { deploymentId: newDeploymentId(), environment, target, requester };
    return this.launch('deploy', input, `Deploy ${environment}/${target} — asked by ${requester.name}`);
  }

  /** Starts the undo of an earlier deployment, under the same rules and the same lock. */
  async startRollback(
    of: DeploymentRef,
    requester: Person,
    strategy: RollbackStrategy = 'auto',
  ): Promise<DeploymentRef> {
    const { environment, target, deploymentId: undo } = of;
    const input: RollbackInput = { deploymentId: newDeploymentId(), environment, target, requester, undo, strategy };
    const summary = `Roll back ${undo} on ${environment}/${target} — asked by ${requester.name}`;
    return this.launch('rollback', input, summary);
  }

  private async launch(kind: DeploymentRef['kind'], input: DeployInput, summary: string): Promise<DeploymentRef> {
    const { deploymentId, environment, target, requester } = input;
    const memo: DeploymentMemo = { deploymentId, requester: requester.name };
    try {
      const handle = await this.temporal.workflow.start(kind, {
        taskQueue: this.options.taskQueue,
        workflowId: workflowIdFor(environment, target),
        workflowIdConflictPolicy: 'FAIL',
        args: [input],
        memo: { ...memo },
        staticSummary: summary,
        staticDetails: `Deployment \`${deploymentId}\` of **${environment}/${target}**, asked for by ${requester.name} (${requester.id}).`,
        typedSearchAttributes: new TypedSearchAttributes([
          { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.environment, 'KEYWORD'), value: environment },
          { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.target, 'KEYWORD'), value: target },
        ]),
      });
      return {
        deploymentId,
        kind,
        environment,
        target,
        requester: requester.name,
        runId: handle.firstExecutionRunId,
        state: 'RUNNING',
        phase: null,
        outcome: null,
        startedAt: new Date(),
        closedAt: null,
        uiUrl: this.uiUrl(environment, target, handle.firstExecutionRunId),
      };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const running = await this.latest(environment, target);
      const id = running?.deploymentId ?? 'unknown';
      throw new AlreadyRunningError(
        id,
        `Deployment ${id} of ${environment}/${target} is still open${running ? ` (started by ${running.requester} at ${running.startedAt.toISOString()})` : ''}; watch it with "lockkeeper watch ${id}" or end it with "lockkeeper abort ${id}".`,
      );
    }
  }

  /** The newest run of a target, open or closed; null when there was none. */
  async latest(environment: string, target: string): Promise<DeploymentRef | null> {
    try {
      const info = await this.temporal.workflow.getHandle(workflowIdFor(environment, target)).describe();
      return refOf(info, this.uiUrl);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  /**
   * A run by deployment id.
   * @throws UsageError when no deployment has that id.
   */
  async find(deploymentId: string): Promise<DeploymentRef> {
    for await (const ref of this.history()) if (ref.deploymentId === deploymentId) return ref;
    throw new UsageError(`No deployment ${deploymentId}; "lockkeeper history" lists them.`);
  }

  /** All deployments and rollbacks, newest first, of one environment and target if given. */
  async *history(environment?: string, target?: string): AsyncIterable<DeploymentRef> {
    const types = `WorkflowType IN ('deploy', 'rollback')`;
    const filter = [
      types,
      environment === undefined ? '' : `${SEARCH_ATTRIBUTES.environment} = '${environment}'`,
      target === undefined ? '' : `${SEARCH_ATTRIBUTES.target} = '${target}'`,
    ].filter(Boolean);
    for await (const info of this.temporal.workflow.list({ query: filter.join(' AND ') }))
      yield refOf(info, this.uiUrl);
  }

  /** Ids of those that run now, of every target; the server's list may lag by a second. */
  async open(): Promise<Set<string>> {
    const query = `WorkflowType IN ('deploy', 'rollback') AND ExecutionStatus = 'Running'`;
    const ids = new Set<string>();
    for await (const info of this.temporal.workflow.list({ query })) ids.add(refOf(info, this.uiUrl).deploymentId);
    return ids;
  }

  /** What the deployment knows of itself, and what its running activity said last. */
  async status(ref: DeploymentRef): Promise<DeploymentStatus> {
    const status = await this.handle(ref).query(statusQuery);
    return LONG_PHASES.has(status.phase) && !status.outcome
      ? { ...status, progress: await this.progress(ref) }
      : status;
  }

  private async progress(ref: DeploymentRef): Promise<DeploymentStatus['progress']> {
    const { raw } = await this.handle(ref).describe();
    const payloads = raw.pendingActivities?.flatMap(({ heartbeatDetails }) => heartbeatDetails?.payloads ?? []) ?? [];
    // Our own activities wrote it: null, a sentence, or where a script is.
    const [progress] = arrayFromPayloads(defaultPayloadConverter, payloads) as DeploymentStatus['progress'][];
    return progress ?? null;
  }

  /** Waits for the end; resolves to how it ended. */
  async result(ref: DeploymentRef): Promise<Outcome> {
    return (await this.handle(ref).result()) as Outcome;
  }

  /**
   * Approves or rejects what the deployment waits for now.
   * @param decidedAt of the click: a decision that is sent again with the same moment is decided once.
   * @throws RefusedError with the reason: not waiting, not allowed, already decided, something changed.
   */
  async decide(
    ref: DeploymentRef,
    person: Person,
    verdict: 'approve' | 'reject',
    reason: string | null,
    bindingDigest: string,
    decidedAt = new Date(),
  ): Promise<DecisionReceipt> {
    const decision = this.decision(ref, person, verdict, reason, bindingDigest, decidedAt);
    try {
      return await this.handle(ref).executeUpdate(decideUpdate, {
        args: [signDecision(decision, this.options.signingKey)],
        updateId: updateIdOf(decision),
      });
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
        throw new RefusedError(error.cause.type ?? FailureType.DecisionRefused, error.cause.message);
      }
      if (error instanceof WorkflowNotFoundError)
        throw new RefusedError(FailureType.DecisionRefused, `Deployment ${ref.deploymentId} has ended.`);
      throw error;
    }
  }

  /** Asks a deployment to stop: before migrating it ends, after that it undoes what it did. */
  async abort(ref: DeploymentRef, person: Person, reason: string | null): Promise<void> {
    const decision = this.decision(ref, person, 'abort', reason, '', new Date());
    await this.handle(ref).signal(abortSignal, signDecision(decision, this.options.signingKey));
  }

  /** True when at least one worker polls the task queue; the server's knowledge may lag by some seconds. */
  async hasWorker(): Promise<boolean> {
    const { pollers } = await this.connection.workflowService.describeTaskQueue({
      namespace: this.temporal.options.namespace,
      taskQueue: { name: this.options.taskQueue },
      taskQueueType: 1,
    });
    return (pollers?.length ?? 0) > 0;
  }

  private decision(
    ref: DeploymentRef,
    person: Person,
    verdict: Decision['verdict'],
    reason: string | null,
    bindingDigest: string,
    decidedAt: Date,
  ): Decision {
    return {
      deploymentId: ref.deploymentId,
      bindingDigest,
      person,
      verdict,
      reason,
      decidedAt: decidedAt.toISOString(),
    };
  }

  private handle(ref: DeploymentRef): WorkflowHandle {
    return this.temporal.workflow.getHandle(workflowIdFor(ref.environment, ref.target), ref.runId);
  }
}

/** Of one click: Temporal answers an id that it knows with the first answer, a refusal whose cause is mended by now too. */
function updateIdOf({ deploymentId, bindingDigest, person, verdict, decidedAt }: Decision): string {
  return createHash('sha256')
    .update([deploymentId, bindingDigest, person.id, verdict, decidedAt].join('\n'))
    .digest('hex');
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
