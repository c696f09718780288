/** Where a tool was found, or how it was obtained. */
export type ToolSource =
  'env' | 'path' | 'cache' | 'system' | 'homebrew' | 'downloaded' | 'go-install' | 'npm' | 'pypi' | 'maven' | 'apt';

/** One place that was looked at and what was seen there. */
export interface Attempt {
  what: string;
  result: string;
}

interface ToolCommon {
  name: string;
  tried: Attempt[];
  /** What a person can do to have this tool: one command or setting. */
  fix: string;
}

/** The outcome of a resolution. `path` is an executable, or for PostgreSQL the directory that holds its programs. */
export type Tool =
  | (ToolCommon & { status: 'ok'; path: string; version: string; source: ToolSource })
  | (ToolCommon & { status: 'missing'; path: null; version: null; source: null });

export type FoundTool = Extract<Tool, { status: 'ok' }>;

export type Log = (line: string) => void;

export interface ResolveOptions {
  /** `look` reads only; `install` may download, build or install. Default: look. */
  mode?: 'look' | 'install';
  /** Receives one line for each thing that takes time, as it starts. Default: silent. */
  log?: Log;
  env?: NodeJS.ProcessEnv;
}

/** What a link sees: every option filled in. */
export type LinkContext = Required<ResolveOptions>;

/** `found`, or why not; `final` ends the chain (an explicit setting that is wrong must not be passed over in silence). */
export type LinkResult = { path: string; version: string } | { no: string; final?: true };

/** One place of a chain. `installs` marks a link that writes, which `look` therefore skips. */
export interface Link {
  what: string;
  source: ToolSource;
  installs?: true;
  find(context: LinkContext): Promise<LinkResult>;
}

/** Thrown by `requireTool`; the message lists everything tried with its result, and the fix. */
export class ToolMissingError extends Error {
  override readonly name = 'ToolMissingError';
  constructor(readonly tool: Tool) {
    const tried = tool.tried.map(({ what, result }) => `  - ${what}: ${result}`);
    super([`${tool.name} was not found. Tried, in this order:`, ...tried, `To fix it: ${tool.fix}`].join('\n'));
  }
}

/** Walks a chain to its first link that works. Never throws for a tool that is not there: that is `status: 'missing'`. */
export async function resolveChain(
  name: string,
  fix: string,
  links: Link[],
  options: ResolveOptions = {},
): Promise<Tool> {
  const context: LinkContext = { mode: 'look', log: () => {}, env: process.env, ...options };
  const tried: Attempt[] = [];
  for (const link of links) {
    if (link.installs && context.mode === 'look') {
      tried.push({ what: link.what, result: 'not attempted (looking only)' });
      continue;
    }
    const result = await link.find(context).catch((error: Error): LinkResult => ({ no: error.message }));
    if ('path' in result) {
      tried.push({ what: link.what, result: `found ${result.path}` });
      return { name, tried, fix, status: 'ok', source: link.source, ...result };
    }
    tried.push({ what: link.what, result: result.no });
    if (link.installs) context.log(`${name}: ${link.what} did not work (${result.no})`);
    if (result.final) break;
  }
  return { name, tried, fix, status: 'missing', path: null, version: null, source: null };
}

/** @throws ToolMissingError when the tool is not there. */
export function requireTool(tool: Tool): FoundTool {
  if (tool.status === 'missing') throw new ToolMissingError(tool);
  return tool;
}

/** Says every 30 seconds that slow work still goes on, so that silence never looks like a hang. */
export async function withHeartbeat<T>(log: Log, what: string, work: Promise<T>): Promise<T> {
  const started = Date.now();
  const timer = setInterval(
    () => log(`${what}: still working (${Math.round((Date.now() - started) / 1000)} s)`),
    30_000,
  );
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
