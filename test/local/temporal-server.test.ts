import { chmod, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../src/contract/names';
import { isPortFree, startTemporal } from '../../src/local';
import { isAlive } from '../../src/local/lock';
import { until } from '../support/until';
import { occupy, spacedDir, startInAnotherProcess } from './support';

const ports = { port: 27_233, uiPort: 28_233 };

let dir: Awaited<ReturnType<typeof spacedDir>>;
beforeEach(async () => (dir = await spacedDir()));
afterEach(() => dir.remove());

test('serves workflows, its UI and our search attributes, stepping over taken ports', async () => {
  const others = await Promise.all([occupy(ports.port), occupy(ports.uiPort)]);
  const server = await startTemporal({ ...ports, dbFile: join(dir.path, 'a db', 'temporal.db'), namespace: 'locks' });
  expect(server.port).toBeGreaterThan(ports.port);
  expect(server.uiPort).toBeGreaterThan(ports.uiPort);
  const page = await fetch(server.uiUrl);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<!doctype html>');

  const connection = await Connection.connect({ address: server.address });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'locks' });
  expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.values(SEARCH_ATTRIBUTES)));
  await connection.close();
  await server.stop();
  expect(await isPortFree(server.port)).toBe(true);
  expect(isAlive(server.pid)).toBe(false);
  others.forEach((other) => other.close());
});

test('leaves no server behind when its parent is killed with SIGKILL', async () => {
  const { child, pids } = await startInAnotherProcess({ WITH_TEMPORAL: 'yes', PORT: '27300', TMPDIR: dir.path });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await until('the orphan ends', () => !isAlive(pids[0]!));
});

test('a server that dies is reported with its last words', async () => {
  const cli = join(dir.path, 'temporal');
  await writeFile(
    cli,
    '#!/bin/sh\n[ "$1" = --version ] && echo "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)" && exit\necho "disk is full" >&2; exit 3\n',
  );
  await chmod(cli, 0o755);
  await expect(startTemporal({ ...ports, cli })).rejects.toThrow(/did not start: ended with exit code 3\ndisk is full/);
});
