/** What a piece of work keeps on the disk goes with it; what a killed process kept goes with the next piece of work. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { withWorkFolder } from '../../src/adapters/work-folder';

const made: string[] = [];

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

function place(): string {
  const path = mkdtempSync(join(tmpdir(), 'lockkeeper-work-'));
  made.push(path);
  return path;
}

function folderOf(pid: number): string {
  const folder = place();
  writeFileSync(join(folder, 'owner.json'), JSON.stringify({ host: hostname(), pid, instance: 'x' }));
  return folder;
}

test('a folder is there meanwhile, and gone when the work fails', async () => {
  let seen = '';
  await expect(
    withWorkFolder((folder) => {
      seen = folder;
      expect(existsSync(folder)).toBe(true);
      return Promise.reject(new Error('failed'));
    }),
  ).rejects.toThrow('failed');
  expect(existsSync(seen)).toBe(false);
});

test("a dead process's folder goes; a living one's and a stranger's stay", async () => {
  const ofDead = folderOf(spawnSync('true').pid);
  const ofLiving = folderOf(process.ppid);
  const stranger = place();
  await withWorkFolder(() => Promise.resolve());
  expect([ofDead, ofLiving, stranger].map((path) => existsSync(path))).toEqual([false, true, true]);
});
