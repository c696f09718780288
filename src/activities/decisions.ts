/** approve: whether a decision is genuine and its person may decide. Fails closed. */
import type { DeployInput, SignedDecision } from '../contract';
import { isSigned } from '../signing';
import type { Deps } from './deps';
import { resolve } from './target';

export function createDecisions(deps: Deps) {
  return {
    /** @returns why the decision is refused, in words for its sender; null when it stands. */
    async verifyDecision(input: DeployInput, signed: SignedDecision): Promise<string | null> {
      const { approvers } = resolve(deps, input).environment.approvals;
      const { decision } = signed;
      if (!isSigned(signed, deps.signingKey))
        return "The decision is not signed by a Lockkeeper client that shares the worker's key.";
      if (decision.deploymentId !== input.deploymentId)
        return `The decision is for deployment ${decision.deploymentId}.`;
      if (decision.verdict === 'approve' && approvers.length > 0 && !approvers.includes(decision.person.id)) {
        return `${decision.person.name} (${decision.person.id}) is not among the approvers of ${input.environment}.`;
      }
      return null;
    },
  };
}
