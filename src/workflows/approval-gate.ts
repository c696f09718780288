/** Where people decide: update `decide`, signals `approval` and `abort`, and the audit trail of all three. */
import type { ApplicationFailure } from '@temporalio/common';
import { CancellationScope, condition, setHandler } from '@temporalio/workflow';
import type { ApprovalRequest, AuditEntry, Decision, DecisionReceipt, Person, SignedDecision } from '../contract';
import { bounded, FailureType, permanent } from '../errors';
import { abortSignal, approvalSignal, decideUpdate } from '../messages';
import { abortRefusal, refusal, standing, type Standing } from '../policy/approval';
import { read } from './activity-options';
import { now, type Run } from './run';

/** Refusals that the audit trail keeps, the newest: anybody who reaches Temporal can cause one. History has them all. */
const MAX_REFUSALS = 100;
/** Characters of a name and of an id, at most. */
const MAX_NAME = 200;

export class ApprovalGate {
  private stop: AuditEntry | null = null;
  private readonly stoppable = new CancellationScope();

  constructor(private readonly run: Run) {
    setHandler(decideUpdate, (signed) => this.decide(signed), {
      validator: (signed: SignedDecision) => this.validate(signed),
    });
    // A failure in a signal's handler would be the workflow's: what is malformed is dropped, the rest is judged.
    setHandler(approvalSignal, (signed) => (isEnvelope(signed) ? this.decide(signed).then(ignore, ignore) : undefined));
    setHandler(abortSignal, (signed) => (isEnvelope(signed) ? this.abort(signed) : undefined));
  }

  /** Who stopped the deployment, once somebody has. */
  get aborted(): AuditEntry | null {
    return this.stop;
  }

  /** Runs what a person may stop. An abort cancels what is under way in it. */
  stoppableRun<T>(work: () => Promise<T>): Promise<T> {
    return this.stoppable.run(work);
  }

  /** Asks, and waits for the decision or the end of patience. */
  async ask(
    request: Omit<ApprovalRequest, 'requestedAt' | 'expiresAt'>,
    expiryMs: number,
  ): Promise<Exclude<Standing, 'waiting'> | 'expired'> {
    if (request.required === 0) return 'approved';
    const { status } = this.run;
    const open: ApprovalRequest = {
      ...request,
      requestedAt: now(),
      expiresAt: new Date(Date.now() + expiryMs).toISOString(),
    };
    status.approval = open;
    this.run.changed();
    try {
      const decided = await condition(() => standing(open, status.audit).state !== 'waiting', expiryMs, {
        summary: `approval of ${this.run.input.deploymentId} expires`,
      });
      const { state } = standing(open, status.audit);
      return decided && state !== 'waiting' ? state : 'expired';
    } finally {
      // Also when it was aborted: nobody may decide what is not asked any more.
      status.approval = null;
      this.run.changed();
    }
  }

  /** Read-only, and before anything is written to history: what cannot be a decision at all. */
  private validate(signed: SignedDecision): void {
    if (!isEnvelope(signed)) throw refused('The decision is malformed.');
    if (!this.run.status.approval)
      throw refused(
        this.run.status.outcome ? 'The deployment has ended.' : 'The deployment is not waiting for a decision.',
      );
  }

  private async decide(signed: SignedDecision): Promise<DecisionReceipt> {
    const { status, input } = this.run;
    const { decision } = signed;
    // Judged after the activity's answer too: another decision may have come meanwhile.
    const reason = (await this.verify(signed)) ?? refusal(decision, status.approval, input.requester, status.audit);
    this.record(decision, reason);
    if (reason !== null || !status.approval) throw refused(reason ?? 'The deployment is not waiting for a decision.');
    const { state, approvals } = standing(status.approval, status.audit);
    return { state, approvals, required: status.approval.required };
  }

  private async abort(signed: SignedDecision): Promise<void> {
    const reason = (await this.verify(signed)) ?? abortRefusal(signed.decision, this.run.status);
    const entry = this.record(signed.decision, reason);
    if (reason !== null || this.stop) return;
    this.stop = entry;
    this.stoppable.cancel();
  }

  /** People can decide also after the workflow was cancelled; what cannot be verified is refused. */
  private async verify(signed: SignedDecision): Promise<string | null> {
    try {
      return await CancellationScope.nonCancellable(() => read.verifyDecision(this.run.input, signed));
    } catch (error) {
      return `The decision could not be verified: ${this.run.failure(error).message}`;
    }
  }

  private record({ person, verdict, reason }: Decision, refusedBecause: string | null): AuditEntry {
    const entry: AuditEntry = {
      at: now(),
      person,
      verdict,
      accepted: refusedBecause === null,
      reason: refusedBecause ?? (reason === null ? null : bounded(reason)),
    };
    const { audit } = this.run.status;
    audit.push(entry);
    const refusals = audit.filter(({ accepted }) => !accepted);
    if (refusals.length > MAX_REFUSALS)
      audit.splice(
        audit.findIndex(({ accepted }) => !accepted),
        1,
      );
    this.run.changed();
    return entry;
  }
}

/** Any client of the namespace can send anything. */
function isEnvelope(signed: Partial<SignedDecision> | undefined): signed is SignedDecision {
  const person: Partial<Person> | undefined = (signed?.decision as Partial<Decision> | undefined)?.person;
  return typeof signed?.signature === 'string' && isName(person?.id) && isName(person?.name);
}

function isName(text: unknown): boolean {
  return typeof text === 'string' && text.length <= MAX_NAME;
}

function refused(message: string): ApplicationFailure {
  return permanent(FailureType.DecisionRefused, message);
}

/** A signal has nobody to answer; the audit trail has the refusal. */
function ignore(): void {
  return undefined;
}
