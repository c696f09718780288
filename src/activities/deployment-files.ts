/** What a deployment keeps on the worker's host between its steps: the schema it started from and the reversals it proved. */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config';
import type { RehearsalSummary } from '../contract';
import { FailureType, permanent } from '../errors';

export interface DeploymentFiles {
  /** pg_dump (custom format) of the schema as it was before the deployment. */
  schemaDump: string;
  reversals: string;
}

export async function deploymentFiles({ root }: Config, deploymentId: string): Promise<DeploymentFiles> {
  const folder = join(root, '.lockkeeper', 'deployments', deploymentId);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return { schemaDump: join(folder, 'schema-before.dump'), reversals: join(folder, 'reversals.json') };
}

/** sha256 (hex) of a reversal's SQL: what the workflow carries instead of the SQL. */
export function reversalDigest(sql: string | null): string {
  return sql === null ? '' : createHash('sha256').update(sql).digest('hex');
}

/** One entry a step; null where no source was proven. */
export async function writeReversals(files: DeploymentFiles, reversals: (string | null)[]): Promise<void> {
  const partial = `${files.reversals}.partial`;
  await writeFile(partial, JSON.stringify(reversals));
  await chmod(partial, 0o600);
  await rename(partial, files.reversals);
}

/** @throws ApplicationFailure Rehearsal when the file is not on this host, or is not what was rehearsed. */
export async function readReversals(
  files: DeploymentFiles,
  { reversals: rehearsed }: RehearsalSummary,
): Promise<(string | null)[]> {
  let reversals: (string | null)[] = [];
  if (rehearsed.some(({ proven }) => proven)) {
    const text = await readFile(files.reversals, 'utf8').catch(() => null);
    if (text === null) {
      throw permanent(
        FailureType.Rehearsal,
        `${files.reversals} is not on this host; run the worker where the rehearsal ran, or share the folder .lockkeeper. Nothing was migrated.`,
      );
    }
    reversals = JSON.parse(text) as (string | null)[];
  }
  for (const { step, digest } of rehearsed) {
    if (reversalDigest(reversals[step] ?? null) !== digest) {
      throw permanent(
        FailureType.Rehearsal,
        `The reversal of step ${step + 1} in ${files.reversals} is not the one that was rehearsed. Nothing was migrated.`,
      );
    }
  }
  return reversals;
}
