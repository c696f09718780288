/** The last migrations of a project, undone newest first as a rehearsal undoes them. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { ProvingGround, type RehearsedStep } from '../src/activities/proving-ground';
import { runOn, saveSchema, urlOf, type SchemaState, type Workbench } from '../src/activities/workbench';
import { InverseRecorder } from '../src/adapters/inverse-recorder';
import { readMigrations, type MigrationFolder } from '../src/adapters/migration-files';
import { createPgTools } from '../src/adapters/pg-tools';
import { likeness, type Likeness } from '../src/adapters/schema-fingerprint';
import { ScratchDatabases } from '../src/adapters/scratch';
import { loadParser } from '../src/adapters/sql-parser';
import type { ReversalSummary } from '../src/contract';

export const LAST = 20;

/** How one migration is undone, with what is before it in its project standing. */
export interface MigrationReversal {
  migration: string;
  source: ReversalSummary['source'];
  /** Why there is none, or what comes back in another place. */
  reason: string | null;
  /** The schema once this one and all newer ones are undone, to what it was before them; null where one of them has no way back. */
  likeness: Likeness | null;
  sql: string | null;
}

/**
 * Without their `down.sql`. That the schema is back after each of them is that the last k are undone, for every k.
 * @param url of a server's database; scratch databases are made beside it.
 */
export async function reversalsOf(url: string, binDir: string, migrationsDir: string): Promise<MigrationReversal[]> {
  await loadParser();
  // What runs scripts asks its activity who it is.
  return new MockActivityEnvironment({ attempt: 1 }).run(() => undoAll(url, binDir, migrationsDir));
}

async function undoAll(url: string, binDir: string, migrationsDir: string): Promise<MigrationReversal[]> {
  const deploymentId = `20260101-000000-${randomBytes(2).toString('hex')}`;
  const scratch = new ScratchDatabases(url, deploymentId);
  const patience = { timeoutMs: 2_000, budgetMs: 10_000, eviction: null };
  const signal = new AbortController().signal;
  const bench: Workbench = {
    scratch,
    tools: createPgTools(binDir),
    url,
    scratchUrl: url,
    deploymentId,
    patience,
    signal,
  };
  const folder = await mkdtemp(join(tmpdir(), 'lockkeeper-reversals-'));
  try {
    const folders = readMigrations(migrationsDir).map((each) => ({ ...each, downSql: null }));
    const rehearsed = await rehearse(bench, folders, folder);
    const last = rehearsed.at(-1)?.after.fingerprint ?? '';
    const ground = new ProvingGround(bench, 'schema', last, new Map(folders.map((each) => [each.name, each])));
    const found: MigrationReversal[] = [];
    let unbroken = true;
    for (const step of rehearsed.toReversed()) {
      const { summary, reversal, reached } = await ground.prove(step);
      unbroken &&= reached !== null;
      found.push({
        migration: step.step.migrations.join(),
        source: summary.source,
        reason: summary.reason,
        likeness: unbroken && reached !== null ? likeness(reached, step.before.fingerprint) : null,
        sql: reversal.sql,
      });
    }
    return found;
  } finally {
    await scratch.dropAll();
    await rm(folder, { recursive: true, force: true });
  }
}

async function rehearse(bench: Workbench, folders: MigrationFolder[], files: string): Promise<RehearsedStep[]> {
  await bench.scratch.create('schema', 'template0');
  const applied = folders.slice(0, -LAST).map(({ name, sql }) => ({ title: name, sql }));
  await runOn(bench, 'schema', applied);
  const rehearsed: RehearsedStep[] = [];
  const state = (name: string): Promise<SchemaState> =>
    saveSchema(bench, urlOf(bench, 'schema'), join(files, `${name}.sql`));
  let before = await state('0');
  for (const [place, { name, sql }] of folders.slice(-LAST).entries()) {
    const recorder = new InverseRecorder();
    await runOn(bench, 'schema', [{ title: name, sql }], { recorder });
    const after = await state(String(place + 1));
    const step = { index: place, migrations: [name] };
    rehearsed.push({ step, before, after, inverses: recorder.inverses(), inverse: recorder.whole() });
    before = after;
  }
  return rehearsed;
}
