/** From the names that a workflow carries to a database: URLs are resolved here and go no further. */
import { rehearsalUrl, resolveTarget, targetUrl, type Target } from '../config';
import type { DeployInput } from '../contract';
import { FailureType, permanent, UsageError } from '../errors';
import type { Deps } from './deps';

export interface ResolvedTarget extends Target {
  url: string;
}

/** @throws ApplicationFailure Configuration when the worker does not know the target or has no URL for it. */
export function resolve(deps: Deps, input: DeployInput): ResolvedTarget {
  return configured(() => {
    const target = resolveTarget(deps.config, input.environment, input.target);
    return { ...target, url: targetUrl(target, deps.env) };
  });
}

/** URL of the server that rehearses; null where that is the target's own. @throws ApplicationFailure Configuration */
export function rehearsalServer({ env }: Deps, target: ResolvedTarget): string | null {
  return configured(() => rehearsalUrl(target, env));
}

function configured<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof UsageError) throw permanent(FailureType.Configuration, `On the worker: ${error.message}`);
    throw error;
  }
}

/** Names every session of a deployment; the attempt tells a killed worker's session from its successor's. */
export function applicationName(deploymentId: string, attempt: number | string): string {
  return `${applicationPrefix(deploymentId)}${attempt}`;
}

export function applicationPrefix(deploymentId: string): string {
  return `lockkeeper/${deploymentId}/`;
}
