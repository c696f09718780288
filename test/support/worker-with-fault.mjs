// The worker of the tests: the built one, which sends itself a signal at a named point when it is told to by
// LOCKKEEPER_TEST_FAULT, such as {"when":"before","activity":"applyStep","call":2,"signal":"SIGKILL"}.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { loadConfig } = require('../../dist/config/index.js');
const { startWorker } = require('../../dist/worker.js');

const fault = JSON.parse(process.env['LOCKKEEPER_TEST_FAULT'] ?? 'null');
let calls = 0;

const interceptor = (context) => ({
  inbound: {
    async execute(input, next) {
      const mine = context.info.activityType === fault?.activity && ++calls === (fault.call ?? 1);
      if (mine && fault.when === 'before') process.kill(process.pid, fault.signal);
      try {
        const result = await next(input);
        if (mine && fault.when === 'after') process.kill(process.pid, fault.signal);
        return result;
      } finally {
        // A stopped worker that wakes again has done here what it can.
        if (mine) process.stderr.write('came to rest\n');
      }
    },
  },
});

const worker = await startWorker(loadConfig('lockkeeper.yaml', process.cwd()), process.env, [interceptor]);
await worker.stopped;
