/** `npm run test:servers`: what asks for another PostgreSQL than the tests' own: each major version, one with zstd; those that are not here are fetched. */
/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['**/test/**/*.servers.ts'],
  globalSetup: undefined,
  globalTeardown: undefined,
};
