import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { run } from './run';
import type { Log } from './tool';

/** The superuser of every server that Lockkeeper makes. */
export const SUPERUSER = 'lockkeeper';

const PASSWORD_FILE = 'lockkeeper.password';

/** The account to run PostgreSQL as; undefined: our own. */
export type ServerUser = { uid: number; gid: number } | undefined;

/** Untranslated messages (some are read by this module), and nothing of the caller's own PostgreSQL settings. */
export function serverEnv(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('LC_'));
  return { ...Object.fromEntries(inherited), LC_ALL: 'C' };
}

/**
 * Makes the data directory if there is none, and returns the superuser's password, which stays in it (0600) for the
 * next run. Two at once are safe: it is made aside and renamed into place.
 * @throws Error if the directory holds something else, or another major version, or initdb fails.
 */
export async function ensureDataDir(
  dataDir: string,
  binDir: string,
  version: string,
  log: Log,
): Promise<{ password: string; user: ServerUser }> {
  if (!(await isInitialised(dataDir))) {
    log(`making a PostgreSQL ${version} data directory in ${dataDir}`);
    await initialise(dataDir, binDir);
  }
  const made = (await readFile(join(dataDir, 'PG_VERSION'), 'utf8')).trim();
  if (Number.parseInt(version, 10) !== Number(made)) {
    throw new Error(
      `${dataDir} was made by PostgreSQL ${made}, and ${binDir} is ${version}: remove the directory, or point LOCKKEEPER_PG_BIN to PostgreSQL ${made}`,
    );
  }
  const password = await readFile(join(dataDir, PASSWORD_FILE), 'utf8').catch(() => {
    throw new Error(
      `${dataDir} is a PostgreSQL data directory, but not one that Lockkeeper made (no readable ${PASSWORD_FILE} in it)`,
    );
  });
  return { password: password.trim(), user: await ownerOf(dataDir) };
}

/** False if it is absent or empty. @throws Error if something else lies there. */
async function isInitialised(dataDir: string): Promise<boolean> {
  const entries = await readdir(dataDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[];
    throw error;
  });
  if (entries.length === 0) return false;
  if (!entries.includes('PG_VERSION'))
    throw new Error(`${dataDir} holds something that is not a PostgreSQL data directory; give another`);
  return true;
}

async function initialise(dataDir: string, binDir: string): Promise<void> {
  const user = await chooseUser();
  const parent = dirname(dataDir);
  await mkdir(parent, { recursive: true });
  const staging = await mkdtemp(join(parent, `.${basename(dataDir)}-`));
  try {
    await mayEnter(user, parent, binDir);
    const pgdata = join(staging, 'data');
    const password = join(staging, PASSWORD_FILE);
    await writeFile(password, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
    await mkdir(pgdata, { mode: 0o700 });
    if (user) for (const path of [staging, pgdata, password]) await chown(path, user.uid, user.gid);
    await runInitdb(binDir, pgdata, password, user);
    await rename(password, join(pgdata, PASSWORD_FILE));
    await rename(pgdata, dataDir).catch(async (error: Error) => {
      // Somebody who started at the same moment was faster; theirs is as good.
      if (!(await isInitialised(dataDir))) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function runInitdb(binDir: string, pgdata: string, passwordFile: string, user: ServerUser): Promise<void> {
  const args = [
    `--pgdata=${pgdata}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    // The same everywhere, whatever the machine's locale.
    '--encoding=UTF8',
    '--no-locale',
    // Before the rename nothing of value is in it.
    '--no-sync',
  ];
  const made = await run(join(binDir, 'initdb'), args, { timeoutMs: 120_000, cwd: '/', env: serverEnv(), ...user });
  if (!made.ok)
    throw new Error(`initdb failed: ${made.reason}\n${made.stderr.trimEnd().split('\n').slice(-5).join('\n')}`);
  await chmod(pgdata, 0o700);
}

/** PostgreSQL refuses to run as root: there it gets the account made for it, or else the one with the fewest rights. */
async function chooseUser(): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    if (uid.ok && gid.ok) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error(
    'PostgreSQL cannot run as root, and this machine has neither a user "postgres" nor "nobody": run this as another user',
  );
}

/** As root, a server runs as whoever owns its data, which settles a choice made at another time. */
async function ownerOf(dataDir: string): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return undefined;
  const { uid, gid } = await stat(dataDir);
  if (uid === 0)
    throw new Error(`${dataDir} belongs to root, as which PostgreSQL cannot run: chown it, or give another`);
  return { uid, gid };
}

/** Asked of the kernel as that user, since modes, groups and access lists all have their say. */
async function mayEnter(user: ServerUser, ...dirs: string[]): Promise<void> {
  if (!user) return;
  for (const dir of dirs) {
    const asked = await run('/bin/sh', ['-c', 'test -x "$1"', 'sh', dir], { cwd: '/', ...user });
    if (!asked.ok) {
      throw new Error(
        `user ${user.uid}, as which PostgreSQL must run here (not as root), may not enter ${dir}: choose a directory such as /var/lib/lockkeeper or below ${process.env.TMPDIR ?? '/tmp'}`,
      );
    }
  }
}
