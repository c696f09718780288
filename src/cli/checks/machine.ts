/** What this machine must have, whatever the project is. */
import { LockkeeperClient } from '../../client';
import { resolvePostgres, resolveTemporalCli, type Tool } from '../../local';
import { missing, off, ok, type Check } from './check';

const OLDEST_NODE = [20, 19] as const;
/** One of each kind: plain, native, WebAssembly. */
const PACKAGES = [
  '@temporalio/client',
  '@temporalio/worker',
  '@prisma/schema-engine-wasm/schema_engine_bg',
  'libpg-query',
  'pg',
];

export async function checkMachine(env: NodeJS.ProcessEnv, taskQueue: string): Promise<Check[]> {
  const [postgres, temporal, server] = await Promise.all([
    resolvePostgres({ env }),
    resolveTemporalCli({ env }),
    checkTemporal(taskQueue),
  ]);
  // The CLI is only there to run a dev server; who has a server needs none.
  const needsCli = server.some((check) => check.status === 'missing');
  return [
    node(),
    packages(),
    tool('PostgreSQL programs', postgres, missing),
    tool('Temporal CLI', temporal, needsCli ? missing : off),
    ...server,
  ];
}

function node(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  const isEnough = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  const fix = `install Node ${OLDEST_NODE.join('.')} or newer (https://nodejs.org)`;
  return isEnough ? ok('Node', process.versions.node) : missing('Node', process.versions.node, fix);
}

function packages(): Check {
  const absent = PACKAGES.filter((name) => {
    try {
      require.resolve(name);
      return false;
    } catch {
      return true;
    }
  });
  return absent.length === 0
    ? ok('Node packages', 'installed')
    : missing('Node packages', `no ${absent.join(', ')}`, 'run "npm ci" where Lockkeeper is installed');
}

function tool(what: string, found: Tool, report: typeof missing): Check {
  return found.status === 'ok' ? ok(what, `${found.version} in ${found.path}`) : report(what, 'not found', found.fix);
}

async function checkTemporal(taskQueue: string): Promise<Check[]> {
  let client: LockkeeperClient;
  try {
    // Nothing is decided here, so nothing is signed.
    client = await LockkeeperClient.connect({ signingKey: '', taskQueue });
  } catch (error) {
    return [
      missing(
        'Temporal server',
        (error as Error).message.split(';')[0] ?? '',
        'run "lockkeeper dev", or set TEMPORAL_ADDRESS',
      ),
    ];
  }
  try {
    const worker = (await client.hasWorker())
      ? ok('Worker', `polls task queue ${taskQueue}`)
      : off(
          'Worker',
          `none polls task queue ${taskQueue}`,
          'run "lockkeeper worker" (or "lockkeeper dev") while you deploy',
        );
    return [ok('Temporal server', 'answers'), worker];
  } finally {
    await client.close();
  }
}
