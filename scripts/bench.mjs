// `npm run bench -- <benchmarks>`: sets up what is missing, then measures.
import { join } from 'node:path';
import { runNode } from './run-child.mjs';
import { main, root, setup } from './setup.mjs';

await main(async () => {
  await setup();
  return runNode(['--import', 'tsx', join(root, 'bench', 'main.ts'), ...process.argv.slice(2)], { cwd: root });
});
