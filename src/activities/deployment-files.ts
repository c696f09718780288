/** What a deployment keeps on the worker's host between its steps: the schema it started from and the reversals that its rehearsal proved. */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SegmentReversal } from '../adapters/ledger/registrations';
import type { Config } from '../config';
import type { RehearsalSummary } from '../contract';
import { FailureType, permanent } from '../errors';
import type { MeasuredSegment } from '../policy/measures';

export interface DeploymentFiles {
  /** For people: the schema as it was before the deployment, as SQL. */
  schemaBefore: string;
  reversals: string;
  /** What the rehearsal measured of every statement. */
  measures: string;
}

/** How one step is undone, and what of it serves a step that comes to be there in part. */
export interface StepReversal {
  /** Null where no source was proven. */
  sql: string | null;
  /** Fingerprint of the schema that undoing the step comes back to. */
  schemaBefore: string;
  /** Newest segment first; `sql` is null where a segment has no exact inverse. */
  inverses: SegmentReversal[];
}

/** To write to: their folder is there afterwards. */
export async function makeDeploymentFiles(config: Config, deploymentId: string): Promise<DeploymentFiles> {
  await mkdir(folderOf(config, deploymentId), { recursive: true, mode: 0o700 });
  return deploymentFiles(config, deploymentId);
}

function folderOf({ root }: Config, deploymentId: string): string {
  return join(root, '.lockkeeper', 'deployments', deploymentId);
}

/** To read from: a deployment that was refused at once has none. */
export function deploymentFiles(config: Config, deploymentId: string): DeploymentFiles {
  const folder = folderOf(config, deploymentId);
  return {
    schemaBefore: join(folder, 'schema-before.sql'),
    reversals: join(folder, 'reversals.json'),
    measures: join(folder, 'rehearsal.json'),
  };
}

/** sha256 (hex) of a reversal: what the workflow carries instead of it. */
export function reversalDigest(reversal: StepReversal): string {
  return createHash('sha256').update(JSON.stringify(reversal)).digest('hex');
}

/** One entry a step. */
export function writeReversals({ reversals: file }: DeploymentFiles, reversals: StepReversal[]): Promise<void> {
  return writeWhole(file, JSON.stringify(reversals));
}

export function writeMeasures({ measures: file }: DeploymentFiles, segments: MeasuredSegment[]): Promise<void> {
  return writeWhole(file, JSON.stringify(segments));
}

/** Nothing without a rehearsal, or where it ran on another host. */
export async function readMeasures({ measures: file }: DeploymentFiles): Promise<MeasuredSegment[]> {
  const text = await readFile(file, 'utf8').catch(() => '[]');
  return JSON.parse(text) as MeasuredSegment[];
}

async function writeWhole(file: string, text: string): Promise<void> {
  const partial = `${file}.partial`;
  await writeFile(partial, text);
  await chmod(partial, 0o600);
  await rename(partial, file);
}

/** One entry a step; none without a rehearsal. @throws ApplicationFailure Rehearsal when the file is not on this host, or is not what was rehearsed. */
export async function readReversals(
  files: DeploymentFiles,
  { mode, reversals }: RehearsalSummary,
): Promise<StepReversal[]> {
  if (mode === 'off') return [];
  const text = await readFile(files.reversals, 'utf8').catch(() => null);
  if (text === null) {
    throw permanent(
      FailureType.Rehearsal,
      `${files.reversals} is not on this host; run the worker where the rehearsal ran, or share the folder .lockkeeper. Nothing was migrated.`,
    );
  }
  const kept = JSON.parse(text) as StepReversal[];
  for (const { step, digest } of reversals) {
    const reversal = kept[step];
    if (!reversal || reversalDigest(reversal) !== digest) {
      throw permanent(
        FailureType.Rehearsal,
        `The reversal of step ${step + 1} in ${files.reversals} is not the one that was rehearsed. Nothing was migrated.`,
      );
    }
  }
  return kept;
}
