/** What happens while the application works. */
import { largeTable } from '../large-table';
import type { BenchServer } from '../server';
import { broxivaEmpty, broxivaSeeded, makeKeys, type Workload } from '../workloads';
import { SHOP, type Mix } from './traffic';

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
      workload: await largeTable(server, seven, { rows: LARGE_ROWS, pending: 'rules', id: 'broxiva_large' }, log),
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
