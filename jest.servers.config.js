/** `npm run test:servers`: what is true of one PostgreSQL, asked of each major version; those that are not here are fetched. */
/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['**/test/**/*.servers.ts'],
  globalSetup: undefined,
  globalTeardown: undefined,
};
