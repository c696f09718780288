/** `approve` and `reject`: show what is decided on, ask once more, and send the signed decision. */
import type { DeploymentRef } from '../client';
import type { Config } from '../config';
import type { ApprovalRequest, DecisionReceipt, DeploymentStatus } from '../contract';
import type { Cli } from './cli';
import { confirm } from './confirm';
import { ExitCode } from './exit-codes';
import { CommandError } from './failure';
import { noWorker } from './follow';
import { ask } from './observe';
import { findDeployment, withSession } from './session';
import { decisionCard } from './view/decision-card';

export interface DecideOptions {
  reason?: string;
  yes?: boolean;
}

export function decide(cli: Cli, verdict: 'approve' | 'reject', options: DecideOptions, id?: string): Promise<number> {
  return withSession(cli, async (session) => {
    const ref = await findDeployment(cli, session, id);
    const seen = await ask(session.client, ref);
    if (seen.kind !== 'status') throw noWorker(ref, session.config.taskQueue);
    const approval = openRequest(ref, seen.status);
    cli.note(decisionCard(ref, seen.status, approval, cli.noteColors));
    await confirm(cli, { action: `${verdict} it`, typed: typedName(session.config, ref), yes: options.yes ?? false });
    // The digest of what was shown: if anything has changed since, the workflow refuses.
    const receipt = await session.client.decide(
      ref,
      session.person,
      verdict,
      options.reason ?? null,
      approval.bindingDigest,
    );
    cli.answer({ deployment: ref, receipt }, receiptText(ref, receipt));
    return ExitCode.Ok;
  });
}

function openRequest(ref: DeploymentRef, { approval, outcome, phase }: DeploymentStatus): ApprovalRequest {
  if (approval && !outcome) return approval;
  const state = outcome ? `ended (${outcome.status})` : `is in phase ${phase}`;
  throw new CommandError(
    'not-waiting',
    ExitCode.Rejected,
    `Deployment ${ref.deploymentId} does not wait for a decision: it ${state}. Temporal UI: ${ref.uiUrl}`,
  );
}

/** A protected environment's name is typed out, so that nobody approves production in the belief that it is staging. */
export function typedName(config: Config, ref: DeploymentRef): string | null {
  const isProtected = config.environments[ref.environment]?.protected ?? true;
  return isProtected ? `${ref.environment}/${ref.target}` : null;
}

function receiptText(ref: DeploymentRef, { state, approvals, required }: DecisionReceipt): string {
  const said = {
    waiting: `Approved: ${approvals} of ${required}; it waits for the others.`,
    approved: `Approved: ${approvals} of ${required}; the deployment goes on.`,
    rejected: 'Rejected; the deployment ends.',
  }[state];
  return `${said}\nFollow it: lockkeeper watch ${ref.deploymentId}\nTemporal UI: ${ref.uiUrl}`;
}
