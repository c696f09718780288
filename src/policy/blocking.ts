/** Which hazards stop a deployment. Pure. */
import type { BlockLevel, HazardFinding } from '../contract';

/** What Lockkeeper takes away itself, and what somebody allowed, stops nothing. */
export function blockingHazards(hazards: HazardFinding[], level: BlockLevel): HazardFinding[] {
  if (level === 'never') return [];
  return hazards.filter(
    ({ severity, handledBy }) => handledBy === null && (severity === 'danger' || severity === level),
  );
}
