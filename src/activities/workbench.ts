/** A scratch database that scripts run on as they run in production, and the reversals that it proves. */
import type { MigrationFolder } from '../adapters/migration-files';
import type { LockPatience } from '../adapters/lock-queue';
import { diffDatabases } from '../adapters/engine-diff';
import { ensureLedger, takeFence } from '../adapters/ledger';
import { schemaFingerprint, type PgTools } from '../adapters/pg-tools';
import { DatabaseError, withDatabase } from '../adapters/postgres';
import { schemaOf } from '../adapters/prisma-engine';
import { ScratchDatabases, scratchName } from '../adapters/scratch';
import type { ExecutionForm, PlanStep, ReversalSummary } from '../contract';
import { ApplicationFailure } from '@temporalio/common';
import { AS_WRITTEN } from '../policy/segments';
import type { Deps } from './deps';
import { reversalDigest } from './deployment-files';
import { inWords } from './failure';
import { claimOf, patienceOf, runSql } from './script';
import type { ResolvedTarget } from './target';

export interface Workbench {
  scratch: ScratchDatabases;
  tools: PgTools;
  url: string;
  deploymentId: string;
  patience: LockPatience;
  signal: AbortSignal;
}

/** The scratch databases of one deployment, on the target's server. */
export function workbench(
  { tools }: Deps,
  target: ResolvedTarget,
  deploymentId: string,
  signal: AbortSignal,
): Workbench {
  const { url } = target;
  const scratch = new ScratchDatabases(url, deploymentId);
  return { scratch, tools, url, deploymentId, patience: patienceOf(target), signal };
}

/** Makes a scratch database from a dump of a schema without its rows. */
export async function restoreSchema(bench: Workbench, purpose: string, file: string): Promise<void> {
  const database = await bench.scratch.create(purpose, 'template0');
  await bench.tools.restore({ url: bench.url, database, file, format: 'custom', jobs: 1, signal: bench.signal });
}

/** Runs SQL on a scratch database, each call as a script of its own. Resolves to its duration in milliseconds. */
export async function runOn(
  bench: Workbench,
  purpose: string,
  title: string,
  sql: string,
  form: ExecutionForm = AS_WRITTEN,
): Promise<number> {
  return bench.scratch.use(purpose, async (client) => {
    await ensureLedger(client);
    const token = await takeFence(client, claimOf(bench.deploymentId, 'rehearsal'));
    await client.query('DELETE FROM lockkeeper.marker');
    const startedAt = Date.now();
    await runSql({ client, token }, sql, form, {
      script: 'rehearsal',
      title,
      deployment: bench.deploymentId,
      patience: bench.patience,
      signal: bench.signal,
    });
    return Date.now() - startedAt;
  });
}

export function fingerprintOf({ tools, url, deploymentId }: Workbench, purpose: string): Promise<string> {
  return schemaFingerprint(tools, withDatabase(url, scratchName(deploymentId, purpose)));
}

/** A step's reversal as SQL, or null with the reason. */
export interface DerivedReversal {
  sql: string | null;
  summary: ReversalSummary;
}

/**
 * Proves the reversal of one step on scratch database `schema`, which `advance` brings from before it to after it: the hand-written `down.sql` where there is
 * one (an author who wrote it meant it: no diff replaces it behind his back), else the engine's diff.
 */
export async function deriveReversal(
  bench: Workbench,
  step: PlanStep,
  folders: Map<string, MigrationFolder>,
  advance: () => Promise<void>,
): Promise<DerivedReversal> {
  const before = await fingerprintOf(bench, 'schema');
  const down = downSql(step, folders);
  // Only the engine's diff needs the schema from before the step as a database.
  if (down === null) await bench.scratch.create('before', { copyOf: 'schema' });
  await advance();
  if (down !== null) {
    const reason = await whyNot(bench, step, down, before);
    if (reason === null) return proven(step, 'down.sql', down);
    return unproven(step, `its down.sql: ${reason}`);
  }
  const diff = await diffOf(bench, 'schema', 'before');
  const reason = await whyNot(bench, step, diff, before);
  return reason === null ? proven(step, 'engine-diff', diff) : unproven(step, `the engine's diff: ${reason}`);
}

function proven({ index }: PlanStep, source: 'down.sql' | 'engine-diff', sql: string): DerivedReversal {
  return { sql, summary: { step: index, source, proven: true, reason: null, digest: reversalDigest(sql) } };
}

function unproven({ index }: PlanStep, reason: string): DerivedReversal {
  return { sql: null, summary: { step: index, source: 'none', proven: false, reason, digest: '' } };
}

/** A migration with a hand-written reversal is a step of its own. */
function downSql({ migrations }: PlanStep, folders: Map<string, MigrationFolder>): string | null {
  const [only] = migrations;
  return migrations.length === 1 && only !== undefined ? (folders.get(only)?.downSql ?? null) : null;
}

export function diffOf(bench: Workbench, from: string, to: string): Promise<string> {
  return diffDatabases(
    schemaOf(bench.url),
    () => bench.scratch.open(from),
    () => bench.scratch.open(to),
  );
}

/** Tries a reversal on a copy of `schema`. @returns why it does not serve, or null when the schema is back exactly. */
export async function whyNot(bench: Workbench, step: PlanStep, sql: string, wanted: string): Promise<string | null> {
  await bench.scratch.create('proof', { copyOf: 'schema' });
  try {
    await runOn(bench, 'proof', `the reversal of ${step.migrations.join(', ')}`, sql);
  } catch (error) {
    if (error instanceof ApplicationFailure || error instanceof DatabaseError) return inWords(error);
    throw error;
  }
  return (await fingerprintOf(bench, 'proof')) === wanted ? null : 'it does not bring the schema back exactly';
}
