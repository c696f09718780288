/** Bundles the workflows once, at build time: a worker starts in a second less, and runs exactly what was built. */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { bundleWorkflowCode } = require('@temporalio/worker');
const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };

const { code } = await bundleWorkflowCode({ workflowsPath: `${dist}workflows/index.js`, logger: quiet });
await writeFile(`${dist}workflow-bundle.js`, code);
