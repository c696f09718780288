/** Where and when a figure was measured. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';

const GIB = 1024 ** 3;

/** One line for the head of a section. `postgres` is the server's version, where one took part. */
export function provenance(command: string, postgres?: string): string {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  const facts = [
    `${cpus().length} cores (${processor})`,
    `${Math.round(totalmem() / GIB)} GiB`,
    ...(postgres === undefined ? [] : [`PostgreSQL ${postgres}`]),
    `Node ${process.version}`,
    new Date().toISOString().slice(0, 10),
    `commit ${commit()}`,
    // The benchmark's own work is in it; much more than the cores can bear is somebody else's.
    `load ${(loadavg()[1] ?? 0).toFixed(1)} (mean of the last 5 minutes)`,
  ];
  return `\`${command}\` on ${facts.join(', ')}.`;
}

function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', __dirname, ...args], { encoding: 'utf8' }).trim();
  try {
    return (
      git('rev-parse', '--short', 'HEAD') +
      (git('status', '--porcelain', '--', '../src') === '' ? '' : ' with uncommitted changes in src')
    );
  } catch {
    return 'unknown';
  }
}
