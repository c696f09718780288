/** The workflow code as the worker loads it, bundled once for each state of the sources. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { version } from '@temporalio/worker/package.json';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const SOURCES = resolve(__dirname, '../../../src');
const CACHE = join(tmpdir(), 'lockkeeper-test-bundles');

/** @param interceptors modules that change the workflows, for tests that want them wrong. */
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
  const hash = createHash('sha256').update(version);
  const files = [...globSync('{contract,errors}.ts', { cwd: SOURCES }), ...globSync('{workflows,policy}/**/*.ts', { cwd: SOURCES })];
  for (const file of [...files.sort().map((name) => join(SOURCES, name)), ...interceptors]) hash.update(`\n${file}\n`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 24);
}
