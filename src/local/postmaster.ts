import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './lock';
import { SUPERUSER } from './postgres-data-dir';
import { run } from './run';

/** The connection string of a local server. Its password is random hex and needs no escaping. */
export function urlOf(port: number, password: string): string {
  return `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
}

/** Whether the server there takes our password and answers. Never throws. */
export async function answersAt(url: string): Promise<boolean> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 2_000,
    application_name: 'lockkeeper/local',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Whether a server runs on this data directory. One that is starting or stopping is waited for; a pid file whose
 * process is gone, or is another program that got its number, is no server.
 * @returns its port, or null. @throws Error if a live server does not answer within 20 s.
 */
export async function runningServer(dataDir: string, password: string): Promise<{ pid: number; port: number } | null> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = await readPidFile(dataDir);
    if (!found) return null;
    if (!(await isPostgresOn(found.pid, dataDir))) {
      // Ended, or the number now belongs to another program, which would make the server refuse to start.
      if (isAlive(found.pid)) await rm(join(dataDir, 'postmaster.pid'), { force: true });
      return null;
    }
    if (found.port && (await answersAt(urlOf(found.port, password)))) return { pid: found.pid, port: found.port };
    if (Date.now() > deadline)
      throw new Error(
        `process ${found.pid} is a PostgreSQL server on ${dataDir}, but it does not answer; stop it first`,
      );
    await sleep(100);
  }
}

/** postmaster.pid: the process id in line 1, the port in line 4 (a little later). */
async function readPidFile(dataDir: string): Promise<{ pid: number; port: number } | null> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Math.abs(Number(lines[0]));
  return pid ? { pid, port: Number(lines[3]) || 0 } : null;
}

async function isPostgresOn(pid: number, dataDir: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  // A server stands in its data directory, which Linux shows; elsewhere its name has to do.
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  if (cwd !== null) return cwd === (await realpath(dataDir));
  const ps = await run('ps', ['-o', 'comm=', '-p', String(pid)]);
  return !ps.ok || /postgres|postmaster/.test(ps.stdout);
}
