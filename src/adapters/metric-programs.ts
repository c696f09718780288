/** Metrics that programs of the user's own print: of the server's host, of the application, of whatever watches them. */
import { execFile } from 'node:child_process';
import { rounded } from './metrics';
import { ALWAYS_GIVEN, variables } from './pg-process';

export interface MetricProgram {
  metric: string;
  /** Program and its arguments; nothing passes through a shell. */
  command: string[];
  /** Names of the variables that it is given beside PATH, HOME and TMPDIR. */
  env: string[];
}

export interface MetricReading {
  metric: string;
  /** Null = no data. */
  value: number | null;
  /** Why there is no data, in one line without the program's own words, which may hold anything; else null. */
  why: string | null;
}

/** Where programs run, and what they can be told. */
export interface MetricSurroundings {
  /** Relative paths start here. */
  cwd: string;
  /** Of this process: what a program does not name it is not given. */
  env: NodeJS.ProcessEnv;
  environment: string;
  target: string;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const MOST_OUTPUT = 64 * 1024;

/** Runs them side by side; one that says nothing within `timeoutMs` is killed, and is no data. */
export function readMetrics(
  programs: MetricProgram[],
  around: MetricSurroundings,
  timeoutMs = 10_000,
): Promise<MetricReading[]> {
  return Promise.all(
    programs.map(async (program) => {
      const { metric } = program;
      const printed = await run(program, around, timeoutMs);
      if ('why' in printed) return { metric, value: null, why: printed.why };
      const text = printed.output.trim();
      return NUMBER.test(text)
        ? { metric, value: rounded(Number(text)), why: null }
        : { metric, value: null, why: `${program.command[0]} printed no number` };
    }),
  );
}

function run(
  { command, env: names }: MetricProgram,
  { cwd, env, environment, target }: MetricSurroundings,
  timeoutMs: number,
): Promise<{ output: string } | { why: string }> {
  const [program = '', ...args] = command;
  const named = variables(env, [...ALWAYS_GIVEN, ...names]);
  const told = { LOCKKEEPER_ENVIRONMENT: environment, LOCKKEEPER_TARGET: target };
  const options = { cwd, env: { ...named, ...told }, timeout: timeoutMs, maxBuffer: MOST_OUTPUT } as const;
  return new Promise((resolve) => {
    const child = execFile(program, args, { ...options, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      process.stderr.write(stderr);
      resolve(error ? { why: `${program} ${reasonOf(error, timeoutMs)}` } : { output: stdout });
    });
    child.stdin?.end();
  });
}

function reasonOf(
  error: Error & { code?: string | number | null; killed?: boolean; signal?: string | null },
  ms: number,
): string {
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'printed more than a number';
  if (error.killed) return `said nothing within ${ms / 1000} s`;
  if (typeof error.code === 'string') return `cannot be started (${error.code})`;
  return `ended with ${error.signal ?? `exit code ${error.code}`}`;
}
