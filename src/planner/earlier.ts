/** Whether the environment that comes first has what is pending here: asked of its own `_prisma_migrations`, which is true whoever deployed. */
import { DatabaseError, READ_ONLY, withSession } from '../adapters/postgres';
import { appliedFiles, type AppliedFile } from '../adapters/prisma-history';
import { withoutData } from '../adapters/statement-failure';
import { resolveTarget, targetUrl, type Config, type Target } from '../config';
import { ApplicationFailure, UsageError } from '../errors';
import type { EarlierEnvironment } from '../policy/earlier';
import type { Inspection } from './inspection';

/** Null where no environment comes first. What cannot be asked is unknown, and why. */
export async function lookEarlier(
  { environment, name }: Target,
  config: Config,
  inspection: Inspection,
  env: NodeJS.ProcessEnv,
): Promise<EarlierEnvironment | null> {
  const { after } = environment;
  if (after === null) return null;
  const files = pendingFiles(inspection);
  try {
    const url = targetUrl(resolveTarget(config, after, name), env);
    return { name: after, unknown: null, ...compared(files, await appliedAt(url, [...files.keys()])) };
  } catch (error) {
    const unknown = inWords(error);
    if (unknown === null) throw error;
    return { name: after, unknown, missing: [], different: [], lastAppliedAt: null };
  }
}

function pendingFiles({ facts, migrations }: Inspection): Map<string, string> {
  const pending = new Set(facts.pending);
  return new Map(migrations.filter(({ name }) => pending.has(name)).map(({ name, checksum }) => [name, checksum]));
}

function appliedAt(url: string, names: string[]): Promise<AppliedFile[]> {
  const session = { ...READ_ONLY, applicationName: 'lockkeeper/earlier' };
  return withSession(url, session, (client) => appliedFiles(client, names));
}

function compared(
  files: Map<string, string>,
  applied: AppliedFile[],
): Pick<EarlierEnvironment, 'missing' | 'different' | 'lastAppliedAt'> {
  const there = new Map(applied.map((file) => [file.name, file]));
  const times = applied.map(({ finishedAt }) => finishedAt.toISOString()).toSorted();
  return {
    missing: [...files.keys()].filter((name) => !there.has(name)),
    different: applied.filter(({ name, checksum }) => files.get(name) !== checksum).map(({ name }) => name),
    lastAppliedAt: times.at(-1) ?? null,
  };
}

/** Null for what is no answer of the configuration or of the database. */
function inWords(error: unknown): string | null {
  if (error instanceof DatabaseError) return `${withoutData(error)}.`;
  return error instanceof UsageError || error instanceof ApplicationFailure ? error.message : null;
}
