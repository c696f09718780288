import { version } from '../../package.json';
import { lockkeeper } from './terminal';
import { CONFIG, project, SCHEMA } from './project';

const sound = () => project({ 'lockkeeper.yaml': CONFIG, 'prisma/schema.prisma': SCHEMA });
// Nothing listens on port 1.
const UNREACHABLE = 'postgresql://u:secret@127.0.0.1:1/db';

interface Case {
  what: string;
  argv: string[];
  cwd?: () => string;
  env?: NodeJS.ProcessEnv;
  says: RegExp;
}

const CASES: Case[] = [
  { what: 'an unknown option', argv: ['deploy', '--fast'], says: /unknown option '--fast'/ },
  { what: 'an unknown command', argv: ['depoly'], says: /unknown command 'depoly'.*deploy/s },
  { what: 'too many arguments', argv: ['plan', 'x'], says: /too many arguments/i },
  {
    what: 'no configuration',
    argv: ['plan'],
    cwd: () => project({}),
    says: /No lockkeeper\.yaml found.*lockkeeper init/,
  },
  { what: 'a configuration file that is not there', argv: ['plan', '--config', 'x.yaml'], says: /No x\.yaml found/ },
  {
    what: 'an unknown environment',
    argv: ['plan', '--env', 'prod'],
    says: /Unknown environment "prod".*development, production/,
  },
  {
    what: 'no environment where there are several',
    argv: ['plan'],
    says: /Say which environment: development, production/,
  },
  {
    what: 'an unknown target',
    argv: ['plan', '--env', 'production', '--target', 'eu'],
    says: /Unknown target of production "eu"/,
  },
  { what: 'an unset URL', argv: ['migrate', 'status', '--env', 'development'], says: /DEV_URL is not set/ },
  {
    what: 'a URL that is none',
    argv: ['migrate', 'status', '--env', 'development'],
    env: { DEV_URL: 'nonsense' },
    says: /DEV_URL is not a URL/,
  },
  {
    what: 'a reset in production',
    argv: ['migrate', 'reset', '--env', 'production', '--target', 'main', '--yes'],
    says: /migrate reset is refused: production is protected.*lockkeeper deploy/,
  },
  {
    what: 'migrate dev in production',
    argv: ['migrate', 'dev', '--env', 'production', '--target', 'main'],
    says: /migrate dev is refused/,
  },
  {
    what: 'a push in production',
    argv: ['migrate', 'push', '--accept-data-loss', '--env', 'production', '--target', 'main'],
    says: /migrate push is refused/,
  },
  {
    what: 'resolve in two directions',
    argv: ['migrate', 'resolve', '--env', 'development', '--applied', 'x', '--rolled-back', 'x'],
    says: /either --applied <migration> or --rolled-back <migration>/,
  },
  { what: 'a rejection without a reason', argv: ['reject', 'x'], says: /required option '--reason/ },
  { what: 'a format that there is none of', argv: ['report', '--format', 'pdf'], says: /--format pdf is unknown/ },
  { what: 'a limit that is no number', argv: ['history', '--limit', 'many'], says: /whole number above 0/ },
  {
    what: 'no migrations',
    argv: ['migrate', 'status', '--env', 'development'],
    env: { DEV_URL: UNREACHABLE },
    says: /No migrations folder at/,
  },
  {
    what: 'a database that does not answer',
    argv: ['migrate', 'push'],
    env: { DEV_URL: UNREACHABLE },
    says: /PostgreSQL at 127\.0\.0\.1:1 cannot be reached/,
  },
];

describe('bad input ends with code 2 and one sentence', () => {
  it.each(CASES)('$what', async ({ argv, cwd = sound, env = {}, says }) => {
    const ran = await lockkeeper(argv, { cwd: cwd(), env });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^lockkeeper: /);
    expect(ran.stderr).toMatch(says);
    expect(ran.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
    expect(ran.stderr).not.toContain('secret');
  });

  it('names every mistake of a configuration at once', async () => {
    const text =
      'environments:\n  production:\n    targets: { main: { urlEnv: "1X" } }\n    lockTimeout: soon\n    typo: 1\n';
    const { code, stderr } = await lockkeeper(['plan'], { cwd: project({ 'lockkeeper.yaml': text }) });
    expect(code).toBe(2);
    expect(stderr).toContain('3 mistakes');
    expect(stderr).toContain('environments.production.lockTimeout');
  });

  it('is one JSON object on stdout with --json', async () => {
    const { code, stdout } = await lockkeeper(['plan', '--env', 'prod', '--json'], { cwd: sound() });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'usage', message: expect.stringContaining('Unknown environment') as string },
    });
  });

  it('says in time that Temporal is out of reach', async () => {
    const before = process.env['TEMPORAL_ADDRESS'];
    process.env['TEMPORAL_ADDRESS'] = '127.0.0.1:1';
    try {
      const started = Date.now();
      const { code, stderr } = await lockkeeper(['deploy', '--env', 'development'], { cwd: sound() });
      expect(code).toBe(2);
      expect(stderr).toMatch(/Temporal at 127\.0\.0\.1:1 does not answer/);
      expect(Date.now() - started).toBeLessThan(10_000);
    } finally {
      if (before === undefined) delete process.env['TEMPORAL_ADDRESS'];
      else process.env['TEMPORAL_ADDRESS'] = before;
    }
  });
});

describe('help', () => {
  it('documents the exit codes and exits with 0', async () => {
    const { code, stdout } = await lockkeeper(['--help'], { cwd: sound() });
    expect(code).toBe(0);
    for (const command of ['doctor', 'deploy', 'watch', 'rollback', 'migrate']) expect(stdout).toContain(command);
    expect(stdout).toContain('5    waiting for approval');
  });

  it('has the version on stdout', async () => {
    const { code, stdout, stderr } = await lockkeeper(['--version'], { cwd: sound() });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('is the answer to a bare lockkeeper, with code 2', async () => {
    const { code, stderr } = await lockkeeper([], { cwd: sound() });
    expect(code).toBe(2);
    expect(stderr).toContain('Usage: lockkeeper');
    expect(stderr).not.toContain('lockkeeper: ');
  });
});
