/** What somebody changed by hand: the live schema against what its applied migrations make. */
import { diffDatabases } from '../adapters/engine-diff';
import { schemaFingerprint as fingerprintOf, type PgTools } from '../adapters/pg-tools';
import { openSession, READ_ONLY } from '../adapters/postgres';
import { schemaOf } from '../adapters/prisma-engine';
import { ScratchDatabases } from '../adapters/scratch';
import { loadParser, parseScript } from '../adapters/sql-parser';
import { UsageError } from '../errors';
import { placesText } from '../policy/left-out';
import type { Drift } from '../policy/plan';
import { recall, remember } from './drift-verdict';
import type { Inspection } from './inspection';
import type { ChosenServer } from './rehearsal-server';
import { runMigrations } from './shadow';

export const NO_DRIFT: Drift = { sql: null, statements: 0, unknown: null };
const PURPOSE = 'expected';

/**
 * Runs the applied migrations on a scratch database and compares, as far as Prisma models a schema. The target is only read, and
 * what reaches beyond a database is left out of the scratch one.
 * @param id names the scratch database; it is dropped again.
 */
export async function findDrift(
  url: string,
  inspection: Inspection,
  id: string,
  { server, schemaFingerprint, tools, env }: Memory,
): Promise<Drift> {
  if (!schemaFingerprint) return replayed(url, inspection, id, server);
  const question = { inspection, schemaFingerprint, env };
  const known = await recall(question);
  if (known) return known;
  const drift = await replayed(url, inspection, id, server);
  // Had the schema changed meanwhile, this would be the answer to another question.
  const isStill = (await fingerprintOf(tools, url).catch(() => null)) === schemaFingerprint;
  if (isStill && drift.unknown === null) await remember(question, drift);
  return drift;
}

export interface Memory {
  /** Of the scratch database. */
  server: ChosenServer;
  /** Of the live schema: where nothing has changed since it was asked before, the answer is given again; null or empty: it is not known. */
  schemaFingerprint: string | null;
  tools: PgTools;
  env: NodeJS.ProcessEnv;
}

async function replayed(
  url: string,
  { facts, migrations }: Inspection,
  id: string,
  server: ChosenServer,
): Promise<Drift> {
  const pending = new Set(facts.pending);
  const applied = migrations.filter(({ name }) => !pending.has(name));
  if (applied.length === 0) return NO_DRIFT;
  if (server.unfit !== null) return unknown(server.unfit.replace(/\.$/, ''));
  if (!server.canCreateDatabase) return unknown(`role ${server.role} may not create a scratch database (CREATEDB)`);
  await loadParser();
  const scratch = new ScratchDatabases(server.url, id, url);
  try {
    await scratch.create(PURPOSE, 'template0');
    const left = await scratch.use(PURPOSE, async (client) => {
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${client.escapeIdentifier(schemaOf(url))}`);
      return runMigrations(client, applied);
    });
    const sql = await diffDatabases(
      schemaOf(url),
      () => scratch.open(PURPOSE),
      () => openSession(url, { applicationName: 'lockkeeper/drift', settings: READ_ONLY.settings }),
    );
    const { length } = parseScript(sql);
    if (length === 0) return NO_DRIFT;
    const lacking = left.filter(({ changesSchema }) => changesSchema);
    if (lacking.length > 0)
      return unknown(
        `the live schema differs from a replay of its migrations, which left out what reaches beyond a database and may change tables: ${placesText(lacking)}`,
      );
    return { sql: sql.trim(), statements: length, unknown: null };
  } catch (error) {
    // Migrations that do not apply to an empty database say nothing of this one.
    if (error instanceof UsageError) return unknown(error.message.replace(/\.$/, ''));
    throw error;
  } finally {
    await scratch.drop(PURPOSE);
  }
}

function unknown(reason: string): Drift {
  return { ...NO_DRIFT, unknown: reason };
}
