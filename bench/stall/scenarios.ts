/** What happens while the application works. */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readMigrations } from '../../src/adapters/migration-files';
import { connected, type BenchServer } from '../server';
import { broxivaEmpty, broxivaSeeded, deployed, type Workload } from '../workloads';
import { makeKeys, SHOP, type Mix } from './traffic';

export interface Scenario {
  title: string;
  explanation: string;
  workload: Workload;
  mix: Mix;
  /** How long another transaction reads Broxiva's hot tables, in milliseconds; 0: there is none. */
  reportMs: number;
  /** True where a contestant must give up and leave the schema as it was. */
  hopeless: boolean;
}

const LARGE_ROWS = 5_000_000;
const REPORT_MS = 15_000;
const HOPELESS = { reportMs: 40_000, lockBudget: '8s' };

export async function scenariosOf(server: BenchServer, log: (line: string) => void): Promise<Scenario[]> {
  log("making Broxiva's databases");
  const seven = await broxivaSeeded(server, await broxivaEmpty(server));
  await makeKeys(server.url(seven.template));
  const report = `a report reads orders, order items, users and products in one transaction of ${REPORT_MS / 1000} s, begun just before`;
  return [
    {
      title: "Broxiva's seven, behind a report",
      explanation: `Seeded at scale 1; ${report}.`,
      workload: seven,
      mix: SHOP,
      reportMs: REPORT_MS,
      hopeless: false,
    },
    {
      title: 'A table of five million rows gets NOT NULL, an index and a foreign key',
      explanation: 'One migration, as Prisma writes it; nobody else is in the way.',
      workload: await largeTable(server, seven, log),
      mix: { ...SHOP, 'order-events': 4 },
      reportMs: 0,
      hopeless: false,
    },
    {
      title: 'A lock that does not come',
      explanation: `The same report for ${HOPELESS.reportMs / 1000} s, and \`lockBudget: ${HOPELESS.lockBudget}\`: the migration has to give up, and to leave everything as it was.`,
      workload: { ...seven, id: 'broxiva-hopeless', settings: { lockBudget: HOPELESS.lockBudget } },
      mix: SHOP,
      reportMs: HOPELESS.reportMs,
      hopeless: true,
    },
  ];
}

/** Broxiva with one more table, whose migrations lie in `migrations/`: the first is applied, the second pending. */
async function largeTable(server: BenchServer, seven: Workload, log: (line: string) => void): Promise<Workload> {
  log(`filling a table with ${LARGE_ROWS.toLocaleString('en')} rows`);
  const migrationsDir = join(server.folder, 'large', 'migrations');
  mkdirSync(migrationsDir, { recursive: true });
  const pendingNames = new Set(seven.pending.map(({ name }) => name));
  cpSync(seven.migrationsDir, migrationsDir, { recursive: true, filter: (path) => !pendingNames.has(nameOf(path)) });
  cpSync(join(__dirname, 'migrations'), migrationsDir, { recursive: true });
  const folders = readMigrations(migrationsDir);
  const template = 'broxiva_large';
  const url = await server.recreate(template, seven.template);
  await deployed(url, migrationsDir, folders.slice(0, -1));
  await connected(url, async (client) => {
    await client.query(`
      INSERT INTO order_events (order_id, kind, actor, created_at)
      SELECT k.order_id, 'created', 'seed', now() - g * interval '1 second'
        FROM generate_series(1, ${LARGE_ROWS}) AS g JOIN bench.key k ON k.n = g % 2000 + 1`);
    await client.query('VACUUM ANALYZE order_events');
  });
  return {
    ...seven,
    id: 'large-table',
    title: 'five million rows',
    migrationsDir,
    template,
    pending: folders.slice(-1),
  };
}

const nameOf = (path: string): string => path.split('/').at(-1) ?? '';
