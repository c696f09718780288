/** kill -9 at every write of a file, and along the whole conversation with the server, of `lockkeeper backup create` and `verify` (FAULTS 41). */
import { Backups, type Death, type Format } from './harness/backups';

const HOUR = 3_600_000;
/** Messages between two deaths. */
const APART = 15;

const write = (nth: number): Death => ({ write: { nth } });
const message = (nth: number): Death => ({ wire: { sql: /^/, nth: 1 + (nth - 1) * APART, when: 'before' } });

/** At one point after the other, until there is no further one. @returns how many there were. */
async function sweep(format: Format, command: 'create' | 'verify', at: (nth: number) => Death): Promise<number> {
  const backups = await Backups.prepare(format);
  try {
    for (let nth = 1; ; nth++) {
      backups.clear();
      if (command === 'verify') expect(await backups.run('create')).toMatchObject({ code: 0 });
      if (!(await backups.dies(command, at(nth)))) return nth - 1;
      await backups.expectWholeAfterNext(command);
    }
  } finally {
    await backups.close();
  }
}

test.each([
  ['create', 'custom', 'write', write, 8],
  ['create', 'directory', 'write', write, 8],
  ['create', 'plain', 'write', write, 8],
  ['verify', 'custom', 'write', write, 4],
  ['create', 'custom', 'message', message, 5],
  ['verify', 'directory', 'message', message, 5],
] as const)(
  '%s, format %s, killed before every %s',
  async (command, format, what, at, least) => {
    const points = await sweep(format, command, at);
    process.stdout.write(`backup: ${command}, ${format}: killed before ${points} points, each a ${what}\n`);
    expect(points).toBeGreaterThanOrEqual(least);
  },
  HOUR,
);

test('what a killed verify left is dropped although the next run is killed before it has', async () => {
  const backups = await Backups.prepare('custom');
  try {
    expect(await backups.run('create')).toMatchObject({ code: 0 });
    expect(await backups.dies('verify', { wire: { sql: /^COPY .*FROM stdin/, when: 'before' } })).toBe(true);
    expect(await backups.dies('verify', { wire: { sql: /^DROP DATABASE/, when: 'before' } })).toBe(true);
    await backups.expectWholeAfterNext('verify');
  } finally {
    await backups.close();
  }
});
