/** Programs that print a metric: what counts as a number, what a program is given, and what one that misbehaves costs. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMetrics, type MetricReading } from '../../src/adapters/metric-programs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockkeeper metric '));
  // What the programs say on stderr goes to ours.
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function reading(command: string[], env: string[] = [], timeoutMs = 10_000): Promise<MetricReading | undefined> {
  const around = {
    cwd: folder,
    env: { ...process.env, GIVEN: 'to it', OTHER_SECRET: 'canary' },
    environment: 'production',
    target: 'main',
  };
  const [first] = await readMetrics([{ metric: 'cpu_usage', command, env }], around, timeoutMs);
  return first;
}

/** A program in the folder, by its relative path. */
function script(text: string): string[] {
  writeFileSync(join(folder, 'metric'), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, 'metric'), 0o755);
  return ['./metric'];
}

test.each([
  ['42', 42],
  ['  93.256\n', 93.26],
  ['0', 0],
  ['-1.5', -1.5],
  ['1.25e2', 125],
  ['.5', 0.5],
])('%j is a number', async (printed, value) => {
  expect(await reading(['printf', '%s', printed])).toEqual({ metric: 'cpu_usage', value, why: null });
});

test.each(['', 'NaN', '+Inf', 'n/a', '12 %', '1\n2', '0x10', '1,5'])('%j is no data', async (printed) => {
  expect(await reading(['printf', '%s', printed])).toEqual({
    metric: 'cpu_usage',
    value: null,
    why: 'printf printed no number',
  });
});

test.each([
  ['that is not there', ['./absent'], './absent cannot be started (ENOENT)'],
  ['that fails', ['sh', '-c', 'echo 12; echo the password is hunter2 >&2; exit 3'], 'sh ended with exit code 3'],
  ['that is killed', ['sh', '-c', 'kill -TERM $$'], 'sh ended with SIGTERM'],
  ['that talks without end', ['yes', '12'], 'yes printed more than a number'],
])('one %s is no data, and its own words stay out of the reason', async (_, command, why) => {
  expect(await reading(command)).toEqual({ metric: 'cpu_usage', value: null, why });
});

test('one that hangs is given up, with a child of its own that holds its output open', async () => {
  const hangs = script('sleep 600 & echo $! > child; wait');
  expect(await reading(hangs, [], 500)).toEqual({
    metric: 'cpu_usage',
    value: null,
    why: './metric said nothing within 0.5 s',
  });
  process.kill(Number(readFileSync(join(folder, 'child'), 'utf8')));
});

test('is given what the configuration names, and whom it is asked about, and no other secret', async () => {
  await reading(script('env > seen; echo 1'), ['GIVEN', 'NOT_SET']);
  const seen = readFileSync(join(folder, 'seen'), 'utf8').split('\n');
  expect(seen).toEqual(
    expect.arrayContaining(['GIVEN=to it', 'LOCKKEEPER_ENVIRONMENT=production', 'LOCKKEEPER_TARGET=main']),
  );
  expect(seen.filter((line) => /canary|NOT_SET/.test(line))).toEqual([]);
});

test('nothing passes through a shell', async () => {
  expect(await reading(['printf', '%s', '$(echo 7)'])).toMatchObject({ value: null });
});

test('several run side by side, each with its own outcome', async () => {
  const around = { cwd: folder, env: process.env, environment: 'production', target: 'main' };
  // Each waits for the other: one after the other would never end.
  const meets = (own: string, other: string): string[] => [
    'sh',
    '-c',
    `touch ${own}; until [ -e ${other} ]; do sleep 0.05; done; echo 5`,
  ];
  const programs = [
    { metric: 'a', command: meets('a', 'b'), env: [] },
    { metric: 'b', command: meets('b', 'a'), env: [] },
    { metric: 'c', command: ['false'], env: [] },
  ];
  expect((await readMetrics(programs, around)).map(({ metric, value }) => [metric, value])).toEqual([
    ['a', 5],
    ['b', 5],
    ['c', null],
  ]);
});
