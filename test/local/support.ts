import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new directory whose path has a space, which a server that runs as another user may enter. */
export async function spacedDir(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'lockkeeper local '));
  await chmod(path, 0o755);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Listens on the port, on all addresses, as another program would. */
export function occupy(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, () => resolve(server));
  });
}

/** Runs fixtures/start-servers.ts in a process of its own; resolves with what it printed when its servers are up. */
export function startInAnotherProcess(env: NodeJS.ProcessEnv): Promise<{ child: ChildProcess; pids: number[] }> {
  const args = ['--require', require.resolve('tsx/cjs'), join(__dirname, 'fixtures', 'start-servers.ts')];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve({ child, pids: JSON.parse(text) as number[] });
    });
    child.on('exit', (code) => reject(new Error(`the other process ended with ${code} before its servers were up`)));
  });
}
