/** `npm run test:faults`: every fault of test/faults and the whole sweep, which take longer than a run of all other tests. */
/** @type {import('jest').Config} */
module.exports = { ...require('./jest.config.js'), testMatch: ['**/test/faults/*.faults.ts'], maxConcurrency: 4 };
