/**
 * The last answer to whether a target has drifted, kept on this machine: the same files and the same live schema give it again,
 * and to replay a whole history is the dearest part of a plan.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from '../local';
import type { Drift } from '../policy/plan';
import { sha256 } from './digest';
import type { Inspection } from './inspection';

export interface Question {
  inspection: Inspection;
  /** Fingerprint of the live schema. */
  schemaFingerprint: string;
  env: NodeJS.ProcessEnv;
}

interface Verdict {
  of: string;
  drift: Drift;
}

/** Everything that the answer hangs on. */
function digestOf({ inspection: { facts, migrations, server }, schemaFingerprint }: Question): string {
  const pending = new Set(facts.pending);
  const applied = migrations.filter(({ name }) => !pending.has(name));
  return sha256({
    applied: applied.map(({ name, checksum }) => [name, checksum]),
    schema: server.schema,
    // A server's defaults may change what a file makes.
    version: server.version,
    schemaFingerprint,
  });
}

/** One file a target: an answer that is no longer asked for gives way to the next. */
function fileOf({ inspection: { server }, env }: Question): string {
  return join(cacheDir(env), 'drift', `${sha256([server.systemIdentifier, server.database, server.schema])}.json`);
}

export async function recall(question: Question): Promise<Drift | null> {
  try {
    const { of, drift } = JSON.parse(await readFile(fileOf(question), 'utf8')) as Verdict;
    return of === digestOf(question) ? drift : null;
  } catch {
    // Not there, or not whole: it is found out anew.
    return null;
  }
}

/** A machine that keeps nothing asks again next time. */
export async function remember(question: Question, drift: Drift): Promise<void> {
  const file = fileOf(question);
  const partial = `${file}.${process.pid}`;
  const verdict: Verdict = { of: digestOf(question), drift };
  try {
    await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
    await writeFile(partial, JSON.stringify(verdict), { mode: 0o600 });
    await rename(partial, file);
  } catch {
    return;
  }
}
