/** The workflow code as the worker loads it, bundled once for each state of the sources. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { version } from '@temporalio/worker/package.json';

const SOURCES = resolve(__dirname, '../../../src');
const CACHE = join(tmpdir(), 'lockkeeper-test-bundles');

/** @param interceptors modules that change what the workflows do, for tests that want them wrong. */
export async function workflowBundle(interceptors: string[] = []): Promise<{ codePath: string }> {
  const codePath = join(CACHE, `${digestOf(interceptors)}.js`);
  if (!existsSync(codePath)) {
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(SOURCES, 'workflows', 'index.ts'),
      workflowInterceptorModules: interceptors,
      logger: new DefaultLogger('WARN'),
    });
    mkdirSync(CACHE, { recursive: true });
    // Test files run at the same time: whoever is last replaces the same code.
    const partial = `${codePath}.${randomUUID()}`;
    writeFileSync(partial, code);
    renameSync(partial, codePath);
  }
  return { codePath };
}

function digestOf(interceptors: string[]): string {
  const rooms = ['workflows', 'policy'].flatMap((room) =>
    readdirSync(join(SOURCES, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  );
  const files = ['contract.ts', 'errors.ts', ...rooms].filter((name) => name.endsWith('.ts')).sort();
  const hash = createHash('sha256').update(version);
  for (const file of [...files.map((name) => join(SOURCES, name)), ...interceptors])
    hash.update(`\n${file}\n`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 24);
}
