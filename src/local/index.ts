/** Finding and running the local servers: PostgreSQL, the Temporal dev server, and the time-skipping test server. */
export { cacheDir, stateDir } from './paths';
export { firstFreePort, isPortFree } from './free-port';
export { resolvePostgres, resolvePostgresClient } from './postgres-tool';
export { resolvePostgresMajor } from './postgres-major-tool';
export { resolvePostgresWithZstd } from './postgres-zstd-tool';
export { startPostgres, type LocalPostgres, type StartPostgresOptions } from './postgres-server';
export { resolveTemporalCli } from './temporal-tool';
export { startTemporal, type LocalTemporal, type StartTemporalOptions } from './temporal-server';
export { resolveTestServer } from './test-server-tool';
export {
  requireTool,
  ToolMissingError,
  type Attempt,
  type FoundTool,
  type ResolveOptions,
  type Tool,
  type ToolSource,
} from './tool';
