/** The environment that comes first (`after`), and what it has of the pending migrations. */
import type { CheckResult } from '../contract';
import { some } from './words';

export interface EarlierEnvironment {
  name: string;
  /** Why it could not be asked, in a sentence; null when it could. */
  unknown: string | null;
  /** Pending here, and not applied there. */
  missing: string[];
  /** Applied there from a file with another text. */
  different: string[];
  /** When the newest of the pending ones was applied there, ISO 8601; null where none was. */
  lastAppliedAt: string | null;
}

/** Always local, CI, staging, production: what an earlier environment has not seen does not go on. */
export function judgeOrder({
  name,
  unknown,
  missing,
  different,
  lastAppliedAt,
}: EarlierEnvironment): Pick<CheckResult, 'status' | 'evidence'> {
  if (unknown !== null)
    return { status: 'warn', evidence: `Whether ${name} has the pending ones could not be told: ${unknown}` };
  if (different.length > 0)
    return {
      status: 'fail',
      evidence: `In ${name}, ${some(different)} was applied from another text than is here; deploy the same commit to both.`,
    };
  if (missing.length > 0)
    return {
      status: 'fail',
      evidence: `${name} comes first and has not applied ${some(missing)}; deploy there, then here.`,
    };
  if (lastAppliedAt === null) return { status: 'pass', evidence: '' };
  const when = `${lastAppliedAt.slice(0, 10)} ${lastAppliedAt.slice(11, 19)} UTC`;
  return {
    status: 'pass',
    evidence: `All pending ones are applied in ${name} from the same files, the last at ${when}.`,
  };
}
