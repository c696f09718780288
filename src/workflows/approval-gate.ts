/** Where people decide: update `decide`, signals `approval` and `abort`, and the audit trail of all three. */
import { ApplicationFailure } from '@temporalio/common';
import { CancellationScope, condition, setHandler } from '@temporalio/workflow';
import {
  abortSignal,
  approvalSignal,
  decideUpdate,
  type ApprovalRequest,
  type AuditEntry,
  type Decision,
  type DecisionReceipt,
  type SignedDecision,
} from '../contract';
import { FailureType, permanent } from '../errors';
import { refusal, standing, type Standing } from '../policy/approval';
import { read } from './activity-options';
import { now, type Run } from './run';

export class ApprovalGate {
  /** Who stopped the deployment, once somebody has. */
  aborted: AuditEntry | null = null;
  private readonly stoppable = new CancellationScope();

  constructor(private readonly run: Run) {
    setHandler(decideUpdate, (signed) => this.decide(signed), { validator: (signed) => this.validate(signed) });
    setHandler(approvalSignal, (signed) => this.decide(signed).then(ignore, ignore));
    setHandler(abortSignal, (signed) => this.abort(signed));
  }

  /** Runs what a person may stop. An abort cancels what is under way in it. */
  stoppableRun<T>(work: () => Promise<T>): Promise<T> {
    return this.stoppable.run(work);
  }

  /** Asks, and waits for the decision or the end of patience. */
  async ask(request: Omit<ApprovalRequest, 'requestedAt' | 'expiresAt'>, expiryMs: number): Promise<Exclude<Standing, 'waiting'> | 'expired'> {
    if (request.required === 0) return 'approved';
    const { status } = this.run;
    const open: ApprovalRequest = { ...request, requestedAt: now(), expiresAt: new Date(Date.now() + expiryMs).toISOString() };
    status.approval = open;
    this.run.changed();
    const decided = await condition(() => standing(open, status.audit).state !== 'waiting', expiryMs, { summary: `approval of ${this.run.input.deploymentId} expires` });
    const { state } = standing(open, status.audit);
    status.approval = null;
    this.run.changed();
    return decided && state !== 'waiting' ? state : 'expired';
  }

  /** Read-only, and before anything is written to history: what cannot be a decision at all. */
  private validate({ decision, signature }: SignedDecision): void {
    if (typeof signature !== 'string' || typeof decision.person.id !== 'string') throw refused('The decision is malformed.');
    if (!this.run.status.approval) throw refused(this.run.status.outcome ? 'The deployment has ended.' : 'The deployment is not waiting for a decision.');
  }

  private async decide(signed: SignedDecision): Promise<DecisionReceipt> {
    const { status, input } = this.run;
    const { decision } = signed;
    // Judged after the activity's answer too: another decision may have come meanwhile.
    const reason = (await read.verifyDecision(input, signed)) ?? refusal(decision, status.approval, input.requester, status.audit);
    this.record(decision, reason);
    if (reason !== null || !status.approval) throw refused(reason ?? 'The deployment is not waiting for a decision.');
    const { state, approvals } = standing(status.approval, status.audit);
    return { state, approvals, required: status.approval.required };
  }

  private async abort(signed: SignedDecision): Promise<void> {
    const reason = await read.verifyDecision(this.run.input, signed);
    const entry = this.record(signed.decision, reason);
    if (reason !== null || this.aborted) return;
    this.aborted = entry;
    this.stoppable.cancel();
  }

  private record({ person, verdict, reason }: Decision, refusedBecause: string | null): AuditEntry {
    const entry: AuditEntry = { at: now(), person, verdict, accepted: refusedBecause === null, reason: refusedBecause ?? reason };
    this.run.status.audit.push(entry);
    this.run.changed();
    return entry;
  }
}

function refused(message: string): ApplicationFailure {
  return permanent(FailureType.DecisionRefused, message);
}

/** A signal has nobody to answer; the audit trail has the refusal. */
function ignore(): void {
  return undefined;
}
