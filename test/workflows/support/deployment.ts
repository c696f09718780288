/** One running deployment, as its people see it. */
import type { WorkflowHandle } from '@temporalio/client';
import type { Activities } from '../../../src/activities';
import type {
  ApprovalRequest,
  Decision,
  DecisionReceipt,
  DeployInput,
  DeploymentStatus,
  Outcome,
  Person,
  SignedDecision,
} from '../../../src/contract';
import { abortSignal, approvalSignal, decideUpdate, statusQuery } from '../../../src/messages';
import { signDecision } from '../../../src/signing';
import { until } from '../../support/until';
import { SIGNING_KEY } from './stubs';

export type ActivityName = keyof Activities;

export interface Ended {
  outcome: Outcome;
  status: DeploymentStatus;
}

/** Activities that answer people or Slack: when they run depends on people, not on the story. */
const ASIDE: readonly ActivityName[] = ['verifyDecision', 'announce', 'note'];

export const ALICE: Person = { id: 'cli:alice', name: 'alice' };
export const BOB: Person = { id: 'cli:bob', name: 'bob' };

export class Deployment {
  /** Every attempt of every activity, in the order of their beginning. */
  readonly calls: { name: ActivityName; args: unknown[] }[] = [];
  handle!: WorkflowHandle;
  private readonly waiters = new Map<ActivityName, () => void>();

  constructor(
    readonly input: DeployInput,
    private readonly stubs: Activities,
  ) {}

  get id(): string {
    return this.input.deploymentId;
  }

  /** For the worker: runs the stub. */
  called(name: ActivityName, args: unknown[]): unknown {
    this.calls.push({ name, args });
    this.waiters.get(name)?.();
    const stub = this.stubs[name] as (...args: unknown[]) => unknown;
    return stub(...args);
  }

  /** The story's activities in order, samples of the same phase once. */
  get story(): ActivityName[] {
    const names = this.calls.map(({ name }) => name).filter((name) => !ASIDE.includes(name));
    return names.filter((name, at) => name !== 'sample' || names[at - 1] !== 'sample');
  }

  /** Arguments of each call, without the input that most begin with. */
  argsOf(name: ActivityName): unknown[][] {
    return this.calls.filter((call) => call.name === name).map(({ args }) => args.slice(1));
  }

  /** Resolves once the activity has begun. */
  begun(name: ActivityName): Promise<void> {
    if (this.calls.some((call) => call.name === name)) return Promise.resolve();
    return new Promise((resolve) => this.waiters.set(name, resolve));
  }

  status(): Promise<DeploymentStatus> {
    return this.handle.query(statusQuery);
  }

  /** @throws Error when it does not come to that in time. */
  until(what: string, holds: (status: DeploymentStatus) => boolean): Promise<DeploymentStatus> {
    return until(`${this.id}: ${what}`, async () => {
      const status = await this.status();
      return holds(status) ? status : null;
    });
  }

  /** The request that people are asked, once they are. */
  async asked(kind: ApprovalRequest['kind'] = 'deploy'): Promise<ApprovalRequest> {
    const { approval } = await this.until(
      `approval of kind ${kind} is asked for`,
      (status) => status.approval?.kind === kind,
    );
    if (!approval) throw new Error('unreachable');
    return approval;
  }

  /** A decision on what is asked now, signed as our clients do. */
  async signed(
    person: Person,
    verdict: Decision['verdict'],
    overrides: Partial<Decision> = {},
  ): Promise<SignedDecision> {
    const { approval } = await this.status();
    const decision: Decision = {
      deploymentId: this.id,
      bindingDigest: approval?.bindingDigest ?? '',
      person,
      verdict,
      reason: null,
      decidedAt: '2026-01-01T00:00:00.000Z',
      ...overrides,
    };
    return signDecision(decision, SIGNING_KEY);
  }

  /** Decides by update. @throws WorkflowUpdateFailedError when refused. */
  async decide(
    person: Person,
    verdict: Decision['verdict'] = 'approve',
    overrides: Partial<Decision> = {},
  ): Promise<DecisionReceipt> {
    return this.send(await this.signed(person, verdict, overrides));
  }

  send(signed: SignedDecision, updateId?: string): Promise<DecisionReceipt> {
    return this.handle.executeUpdate(decideUpdate, { args: [signed], ...(updateId === undefined ? {} : { updateId }) });
  }

  async signalApproval(signed: SignedDecision): Promise<void> {
    await this.handle.signal(approvalSignal, signed);
  }

  async abort(person: Person, reason: string | null = null): Promise<void> {
    await this.handle.signal(abortSignal, await this.signed(person, 'abort', { reason }));
  }

  /** Why a decision is refused, in the words its sender hears. @throws Error when it is not refused. */
  async refusal(attempt: Promise<unknown>): Promise<string> {
    try {
      await attempt;
    } catch (error) {
      const cause = (error as Error).cause;
      if (cause instanceof Error) return cause.message;
      throw error;
    }
    throw new Error('The decision was not refused.');
  }

  /** Lets time pass until the end. */
  async ended(): Promise<Ended> {
    const outcome = (await this.handle.result()) as Outcome;
    return { outcome, status: await this.status() };
  }
}
