// `npm run demo`: sets up what is missing, then plays a deployment on servers of its own.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runNode } from './run-child.mjs';
import { main, root, setup } from './setup.mjs';

await main(async () => {
  await setup();
  const demo = join(root, 'dist', 'demo', 'main.js');
  if (!existsSync(demo)) throw new Error(`${demo} was not built; run: npm run build`);
  return runNode([demo, ...process.argv.slice(2)]);
});
