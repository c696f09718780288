/** A scratch database that scripts run on as they run in production, and the reversals that it proves. */
import type { MigrationFolder } from '../adapters/migration-files';
import { diffDatabases } from '../adapters/engine-diff';
import { ensureLedger, takeFence } from '../adapters/ledger';
import { schemaFingerprint, type PgTools } from '../adapters/pg-tools';
import { withDatabase } from '../adapters/postgres';
import { scratchName, type ScratchDatabases } from '../adapters/scratch';
import type { PlanStep, ReversalSummary } from '../contract';
import { DatabaseError } from '../adapters/postgres';
import { ApplicationFailure } from '@temporalio/common';
import { reversalDigest } from './deployment-files';
import { runSql } from './script';

export interface Workbench {
  scratch: ScratchDatabases;
  tools: PgTools;
  url: string;
  deploymentId: string;
  lockBudgetMs: number;
  signal: AbortSignal;
}

/** Runs SQL on a scratch database, each call as a script of its own. Resolves to its duration in milliseconds. */
export async function runOn(bench: Workbench, purpose: string, title: string, sql: string): Promise<number> {
  return bench.scratch.use(purpose, async (client) => {
    await ensureLedger(client);
    const token = await takeFence(client, 'rehearsal');
    await client.query('DELETE FROM lockkeeper.marker');
    const startedAt = Date.now();
    await runSql({ client, token }, sql, {
      script: 'rehearsal',
      title,
      deployment: bench.deploymentId,
      lockBudgetMs: bench.lockBudgetMs,
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
 * Applies one step to scratch database `schema` and finds the first source of a reversal that brings the schema back
 * exactly: `down.sql`, then the engine's diff.
 */
export async function deriveReversal(bench: Workbench, step: PlanStep, folders: Map<string, MigrationFolder>): Promise<DerivedReversal> {
  const before = await fingerprintOf(bench, 'schema');
  await bench.scratch.create('before', { copyOf: 'schema' });
  for (const name of step.migrations) await runOn(bench, 'schema', name, folders.get(name)?.sql ?? '');
  const reasons: string[] = [];
  for (const { source, sql } of await candidates(bench, step, folders)) {
    const reason = await whyNot(bench, step, sql, before);
    if (reason === null) return { sql, summary: { step: step.index, source, proven: true, reason: null, digest: reversalDigest(sql) } };
    reasons.push(`${source}: ${reason}`);
  }
  return { sql: null, summary: { step: step.index, source: 'none', proven: false, reason: reasons.join('; '), digest: '' } };
}

async function candidates(bench: Workbench, step: PlanStep, folders: Map<string, MigrationFolder>): Promise<{ source: 'down.sql' | 'engine-diff'; sql: string }[]> {
  const [only] = step.migrations;
  const down = step.migrations.length === 1 && only !== undefined ? folders.get(only)?.downSql : null;
  const diff = { source: 'engine-diff', sql: await diffOf(bench, 'schema', 'before') } as const;
  return down ? [{ source: 'down.sql', sql: down }, diff] : [diff];
}

export function diffOf(bench: Workbench, from: string, to: string): Promise<string> {
  return diffDatabases(
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
    if (error instanceof ApplicationFailure || error instanceof DatabaseError) return error.message;
    throw error;
  }
  return (await fingerprintOf(bench, 'proof')) === wanted ? null : 'it does not bring the schema back exactly';
}
