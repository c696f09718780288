/** Who asks and who decides in the demo: never the same person. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LockkeeperClient } from '../client';
import { type DeploymentRef } from '../client';
import type { DeploymentStatus, Person } from '../contract';

export const REQUESTER = 'maya';
export const APPROVER: Person = { id: 'cli:nina', name: 'nina' };

const LOOK_MS = 150;
/** Long enough to read what is asked, short enough not to bore. */
const THINKING_MS = 1_500;

export interface Audience {
  say: (line: string) => void;
  during: ((status: DeploymentStatus) => Promise<void>) | undefined;
  rejects: string | undefined;
  /** Decides through Slack instead; resolves when the click was acknowledged. */
  click?: ((status: DeploymentStatus) => Promise<void>) | undefined;
}

/** Follows the newest deployment of a target until it ends, and decides when it is asked. */
export async function attend(
  client: LockkeeperClient,
  environment: string,
  target: string,
  audience: Audience,
): Promise<DeploymentStatus> {
  const ref = await appeared(client, environment, target);
  const answered = new Set<string>();
  for (;;) {
    const status = await client.status(ref);
    await audience.during?.(status);
    const { approval, outcome } = status;
    if (outcome && status.reports.length > 0) return status;
    if (approval && !answered.has(approval.bindingDigest)) {
      answered.add(approval.bindingDigest);
      await sleep(THINKING_MS);
      if (audience.click) await audience.click(status);
      else await decide(client, ref, approval.bindingDigest, audience);
    }
    await sleep(LOOK_MS);
  }
}

async function decide(
  client: LockkeeperClient,
  ref: DeploymentRef,
  bindingDigest: string,
  { say, rejects }: Audience,
): Promise<void> {
  const verdict = rejects === undefined ? 'approve' : 'reject';
  say(`${APPROVER.name} decides: ${verdict}${rejects === undefined ? '' : `, "${rejects}"`}`);
  await client.decide(ref, APPROVER, verdict, rejects ?? null, bindingDigest);
}

async function appeared(client: LockkeeperClient, environment: string, target: string): Promise<DeploymentRef> {
  for (;;) {
    const ref = await client.latest(environment, target);
    if (ref) return ref;
    await sleep(LOOK_MS);
  }
}
