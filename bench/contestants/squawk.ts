/** squawk: a linter of migrations by their text. */
import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { run } from '../../src/local/run';
import type { PeerTool } from './peer-tool';

/** Its own project publishes the binary of each platform as a package. */
const PACKAGE = `@squawk-cli/${process.platform}-${process.arch}`;
const VERSION = '2.66.0';

export const SQUAWK: PeerTool = {
  name: 'squawk',
  how: `npm install ${PACKAGE}@${VERSION}`,
  bring: async (into) => {
    const npm = ['install', '--silent', '--ignore-scripts', '--prefix', into, `${PACKAGE}@${VERSION}`];
    const installed = await run('npm', npm, { timeoutMs: 300_000, cwd: into });
    if (!installed.ok) throw new Error(installed.reason);
    await rename(join(into, 'node_modules', PACKAGE, 'bin', 'squawk'), join(into, 'squawk'));
    await rm(join(into, 'node_modules'), { recursive: true });
  },
};

/** Rules on how SQL should be written, which no lock and no lost row comes of. */
export const STYLE_RULES = [
  'prefer-robust-stmts',
  'prefer-text-field',
  'prefer-bigint-over-int',
  'prefer-bigint-over-smallint',
  'prefer-identity',
  'prefer-timestamp-tz',
  'prefer-timestamptz',
  'ban-char-field',
  'require-timeout-settings',
  'require-lock-timeout',
  'require-statement-timeout',
];

const start = promisify(execFile);

/** The rules that each file breaks, by the file's path. */
export async function squawkRules(path: string, files: string[]): Promise<Map<string, Set<string>>> {
  const report = await start(path, ['--reporter', 'Json', ...files], { maxBuffer: 256 * 1024 * 1024 }).then(
    ({ stdout }) => stdout,
    // It ends with 1 when it has found something.
    (error: unknown) => (error as { stdout: string }).stdout,
  );
  const found = new Map<string, Set<string>>(files.map((file) => [file, new Set()]));
  for (const { file, rule_name: rule } of JSON.parse(report) as { file: string; rule_name: string }[])
    found.get(file)?.add(rule);
  return found;
}
