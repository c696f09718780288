/** The tables of `stall`. */
import { lockkeeper } from '../contestants/lockkeeper';
import { nothing } from '../contestants/nothing';
import { BY_HAND } from '../contestants/psql';
import { table } from '../results';
import { ms, range, summarize } from '../stats';
import type { Scenario } from './scenarios';
import type { Seen } from './index';
import type { Observation } from './observe';
import type { Wait } from './waits';

const TARGET = { stallMs: 150, throughput: 0.95, errors: 0 };
/** Shorter waits are nobody's trouble. */
const WORTH_TELLING_MS = 50;
const WAITS_TOLD = { lockkeeper: 5, others: 1 };

export function report({ title, explanation, hopeless }: Scenario, seen: Seen[]): string {
  const base = seen.find(({ name }) => name === nothing.name)?.runs ?? [];
  const header = [
    'by',
    'longest stall ms',
    'min – max',
    'throughput',
    'beside none',
    'errors',
    'migrated',
    'took s',
    'target',
  ];
  const rows = seen.map(({ name, runs }) => {
    const stall = summarize(runs.map(({ stallMs }) => stallMs));
    const throughput = summarize(runs.map((run) => run.throughput)).median;
    const beside = summarize(runs.map((run, round) => run.throughput / (base[round]?.throughput ?? NaN))).median;
    const errors = runs.reduce((sum, run) => sum + run.errors.length, 0);
    const took = summarize(runs.map(({ tookMs }) => tookMs)).median;
    const migrated = runs.filter(({ failure }) => failure === null).length;
    const others =
      stall.median <= TARGET.stallMs && errors === TARGET.errors && migrated === (hopeless ? 0 : runs.length);
    return [
      name,
      ms(stall.median),
      range(stall),
      percent(throughput),
      percent(beside),
      String(errors),
      name === nothing.name ? '' : `${migrated} of ${runs.length}`,
      (took / 1000).toFixed(1),
      name === lockkeeper.name ? verdict(others, throughput, beside) : '',
    ];
  });
  const targets = `Targets: stall <= ${TARGET.stallMs} ms, throughput >= ${TARGET.throughput * 100} %, no errors.`;
  return [
    `### ${title}`,
    `${explanation} ${targets}`,
    table(header, rows),
    ...besideByHand(seen),
    ...bullets('Who waited longest, and for whom:', seen.flatMap(waitsOf)),
    ...bullets('Errors that the application got:', seen.flatMap(errorsOf)),
    ...bullets('Who gave up:', seen.flatMap(failuresOf)),
  ].join('\n\n');
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}

/** The target is throughput over that before; what the machine lost by itself is told, and not taken for met. */
function verdict(others: boolean, throughput: number, beside: number): string {
  if (others && throughput >= TARGET.throughput) return 'met';
  return others && beside >= TARGET.throughput ? 'met only beside none' : 'missed';
}

/** What the machine allows, round by round: other work on it meets both alike. */
function besideByHand(seen: Seen[]): string[] {
  const runsOf = (of: string): Observation[] => seen.find(({ name }) => name === of)?.runs ?? [];
  const byHand = runsOf(BY_HAND);
  const runs = runsOf(lockkeeper.name).slice(0, byHand.length);
  if (runs.length === 0) return [];
  const ratio = (figure: (run: Observation) => number): string =>
    summarize(runs.map((run, round) => figure(run) / figure(byHand[round] ?? run))).median.toFixed(2);
  return [
    `Lockkeeper beside the same written by hand, medians over the rounds: longest stall x ${ratio(({ stallMs }) => stallMs)}, throughput x ${ratio(({ throughput }) => throughput)}, time x ${ratio(({ tookMs }) => tookMs)}.`,
  ];
}

function bullets(heading: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [`${heading}\n\n${lines.map((line) => `- ${line}`).join('\n')}`];
}

/** The longest waits behind different statements, over all runs. */
function waitsOf({ name, runs }: Seen): string[] {
  const longest = new Map<string, Wait>();
  for (const wait of runs.flatMap(({ waits }) => waits))
    if ((longest.get(wait.behind)?.ms ?? 0) < wait.ms) longest.set(wait.behind, wait);
  return [...longest.values()]
    .filter((wait) => wait.ms >= WORTH_TELLING_MS)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, name === lockkeeper.name ? WAITS_TOLD.lockkeeper : WAITS_TOLD.others)
    .map((wait) => `${name}: ${ms(wait.ms)} ms for ${wait.wanted}, \`${wait.statement}\` behind \`${wait.behind}\``);
}

function errorsOf({ name, runs }: Seen): string[] {
  const counts = new Map<string, number>();
  for (const error of runs.flatMap(({ errors }) => errors)) counts.set(error, (counts.get(error) ?? 0) + 1);
  return [...counts].map(([error, count]) => `${name}: ${count} x ${error}`);
}

function failuresOf({ name, runs }: Seen): string[] {
  return [...new Set(runs.flatMap(({ failure }) => failure ?? []))].map((why) => `${name}: ${why}`);
}
