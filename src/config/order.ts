/** `after`: which environment comes before which. */
import type { z } from 'zod';
import type { environmentSchema } from './environment';

type RawEnvironments = Record<string, z.infer<typeof environmentSchema>>;

/** Every environment that another waits for is there, has the same targets, and does not wait for the other in turn. */
export function checkOrder(environments: RawEnvironments, context: z.core.$RefinementCtx<RawEnvironments>): void {
  for (const [name, { after, targets }] of Object.entries(environments)) {
    if (after === undefined) continue;
    const message = mistake(name, after, Object.keys(targets), environments);
    if (message !== null) context.addIssue({ code: 'custom', path: [name, 'after'], message });
  }
}

function mistake(name: string, after: string, targets: string[], environments: RawEnvironments): string | null {
  const earlier = Object.hasOwn(environments, after) ? environments[after] : undefined;
  if (!earlier) return `There is no environment ${after}; there are ${Object.keys(environments).join(', ')}`;
  const missing = targets.filter((target) => !Object.hasOwn(earlier.targets, target));
  if (missing.length > 0) return `${after} has no target ${missing.join(', ')}, and targets are compared by their name`;
  return waitsFor(after, name, environments) ? `${after} comes after ${name} itself: neither could be first` : null;
}

function waitsFor(from: string, name: string, environments: RawEnvironments): boolean {
  const seen = new Set<string>();
  for (let at: string | undefined = from; at !== undefined && !seen.has(at); at = environments[at]?.after) {
    if (at === name) return true;
    seen.add(at);
  }
  return false;
}
