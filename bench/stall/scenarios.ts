/** What happens while the application works. */
import { join } from 'node:path';
import { LARGE_TABLE, largeTable } from '../large-table';
import type { BenchOptions } from '../options';
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
  /** The same, as somebody who knows PostgreSQL's locks writes it for psql: what the machine allows. Null = nobody has. */
  byHand: string | null;
}

const LARGE_ROWS = 5_000_000;
const REPORT_MS = 15_000;
const HOPELESS = { reportMs: 40_000, lockBudget: '8s' };
const REPORT = `a report reads orders, order items, users and products in one transaction of ${REPORT_MS / 1000} s, begun just before`;

type Make = (seven: Workload, server: BenchServer, log: BenchOptions['log']) => Scenario | Promise<Scenario>;

/** By the name that `--scenario` takes. */
const SCENARIOS: Record<string, Make> = {
  report: (seven) => ({
    title: "Broxiva's seven, behind a report",
    explanation: `Seeded at scale 1; ${REPORT}.`,
    workload: seven,
    mix: SHOP,
    reportMs: REPORT_MS,
    hopeless: false,
    byHand: null,
  }),
  large: async (seven, server, log) => ({
    title: 'A table of five million rows gets NOT NULL, an index and a foreign key',
    explanation: 'One migration, as Prisma writes it; nobody else is in the way.',
    workload: await largeTable(server, seven, { rows: LARGE_ROWS, pending: 'rules', id: 'broxiva_large' }, log),
    mix: { ...SHOP, 'order-events': 4 },
    reportMs: 0,
    hopeless: false,
    byHand: join(LARGE_TABLE, 'rules.by-hand.sql'),
  }),
  hopeless: (seven) => ({
    title: 'A lock that does not come',
    explanation: `The same report for ${HOPELESS.reportMs / 1000} s, and \`lockBudget: ${HOPELESS.lockBudget}\`: the migration has to give up, and to leave everything as it was.`,
    workload: { ...seven, id: 'broxiva-hopeless', settings: { lockBudget: HOPELESS.lockBudget } },
    mix: SHOP,
    reportMs: HOPELESS.reportMs,
    hopeless: true,
    byHand: null,
  }),
};

/** All, or the one that was asked for. @throws Error when there is none of that name. */
export async function scenariosOf(server: BenchServer, { scenario, log }: BenchOptions): Promise<Scenario[]> {
  const asked = Object.entries(SCENARIOS).filter(([name]) => scenario === null || name === scenario);
  if (asked.length === 0) throw new Error(`--scenario is one of ${Object.keys(SCENARIOS).join(', ')}`);
  log("making Broxiva's databases");
  const seven = await broxivaSeeded(server, await broxivaEmpty(server));
  await makeKeys(server.url(seven.template));
  const made: Scenario[] = [];
  for (const [, make] of asked) made.push(await make(seven, server, log));
  return made;
}
