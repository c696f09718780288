/** The demo's servers and Broxiva's production database: baseline applied, data in it, the seven pending. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { readMigrations } from '../adapters/migration-files';
import { withDatabase, openSession } from '../adapters/postgres';
import { migrationList, NO_FILTER, withEngine } from '../adapters/prisma-engine';
import {
  requireTool,
  resolvePostgres,
  resolveTemporalCli,
  startPostgres,
  startTemporal,
  stateDir,
  type LocalPostgres,
  type LocalTemporal,
} from '../local';

/** The first of the seed's pending migrations: what sorts before it is production's history. */
const FIRST_PENDING = '20251117022438_add_password_reset_table';
const DATABASE = 'broxiva';

export interface Stage {
  postgres: LocalPostgres;
  temporal: LocalTemporal;
  /** URL of the database that the demo deploys to. */
  url: string;
  close(): Promise<void>;
}

/** Starts both servers; installs what is missing. */
export async function openStage(say: (line: string) => void): Promise<Stage> {
  const binDir = requireTool(await resolvePostgres({ mode: 'install', log: say })).path;
  const cli = requireTool(await resolveTemporalCli({ mode: 'install', log: say })).path;
  const [postgres, temporal] = await Promise.all([
    startPostgres({ binDir, dataDir: stateDir('demo'), ifRunning: 'step-aside', settings: { max_connections: 60 } }),
    startTemporal({ cli }),
  ]);
  return {
    postgres,
    temporal,
    url: withDatabase(postgres.url, DATABASE),
    async close() {
      await Promise.all([postgres.stop(), temporal.stop()]);
    },
  };
}

/**
 * A fresh production database. The baseline and its data are made once and then copied.
 * @param project root of the repository.
 */
export async function prepareDatabase(stage: Stage, project: string, say: (line: string) => void): Promise<void> {
  const template = `broxiva_base_${fingerprint(join(project, 'prisma'))}`;
  await withClient(stage.postgres.url, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [template]);
    if (rowCount === 0) {
      say('Making Broxiva’s production database: nine applied migrations and a day’s data (once, about 10 s)');
      await makeTemplate(client, stage, project, template);
    }
    await client.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${DATABASE} TEMPLATE ${template}`);
  });
}

/** Under another name until it is complete: an interrupted run leaves nothing that looks finished. */
async function makeTemplate(server: Client, stage: Stage, project: string, template: string): Promise<void> {
  const unfinished = `${template}_unfinished`;
  await server.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
  await server.query(`CREATE DATABASE ${unfinished}`);
  const url = withDatabase(stage.postgres.url, unfinished);
  await applyBaseline(url, join(project, 'prisma', 'migrations'));
  await seed(url, project);
  await server.query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`);
}

async function applyBaseline(url: string, migrationsDir: string): Promise<void> {
  const baseline = readMigrations(migrationsDir).filter(({ name }) => name < FIRST_PENDING);
  await withEngine(
    { schema: 'public', connect: () => openSession(url, { applicationName: 'broxiva/baseline' }) },
    (engine) => engine.applyMigrations({ migrationsList: migrationList(migrationsDir, baseline), filters: NO_FILTER }),
  );
}

function seed(url: string, project: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', join('prisma', 'seed.ts'), '--scale', '1'], {
      cwd: project,
      env: { ...process.env, DATABASE_URL: url },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`Seeding the database ended with ${code ?? 'a signal'}.`)),
    );
  });
}

/** Of every file that shapes the database: a change makes a new template. */
function fingerprint(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/\.(sql|ts)$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 12);
}

export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'broxiva-shop' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
