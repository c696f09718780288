// `npm test -- <jest's arguments>`: sets up what is missing, finds or installs the servers, runs jest, and ends with one
// line of its counts: "N passed, N failed".
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from './run-child.mjs';
import { main, root, say, setup } from './setup.mjs';

await main(async () => {
  let counts = { passed: 0, failed: 1 };
  try {
    await setup();
    const env = await serverPaths();
    let code;
    [code, counts] = await runJest(process.argv.slice(2), env);
    return code;
  } catch (error) {
    say(error.message);
    return 1;
  } finally {
    // Always the last line, also when nothing could be run.
    console.log(`${counts.passed} passed, ${counts.failed} failed`);
  }
});

/** The environment in which tests find their servers; installs those that are missing. */
async function serverPaths() {
  const local = createRequire(import.meta.url)(join(root, 'dist', 'local', 'index.js'));
  const options = { mode: 'install', log: say };
  // One after the other: two installations at once would mix their lines.
  const postgres = local.requireTool(await local.resolvePostgres(options));
  const temporal = local.requireTool(await local.resolveTemporalCli(options));
  const testServer = local.requireTool(await local.resolveTestServer(options));
  return {
    ...process.env,
    LOCKKEEPER_PG_BIN: postgres.path,
    TEMPORAL_CLI: temporal.path,
    LOCKKEEPER_TEST_SERVER: testServer.path,
  };
}

/** @returns jest's exit code and its counts. A suite that could not run counts as one failure. */
async function runJest(args, env) {
  const work = mkdtempSync(join(tmpdir(), 'lockkeeper-jest-'));
  const report = join(work, 'report.json');
  try {
    const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
    // With --outputFile the JSON leaves stdout alone, and the usual report for people still goes to stderr.
    const code = await runNode([jest, ...args, '--json', `--outputFile=${report}`], { cwd: root, env });
    return [code, readCounts(report)];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function readCounts(report) {
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
  return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
}
