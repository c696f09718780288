/** `lockkeeper backup` as a process of its own that is killed: at a write of a file, or at a message to the server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { project } from '../../cli/project';
import { spawnCli } from '../../support/cli';
import { testDatabase, type TestDatabase } from '../../support/database';
import { BIN, diesWriting, type WritePoint } from '../../support/processes';
import { testRole, type TestRole } from '../../support/role';
import { until } from '../../support/until';
import { Wire, type WirePoint } from './wire';

export type Format = 'custom' | 'directory' | 'plain';
type Command = 'create' | 'verify';

/** Where it dies; of its conversation with the server pg_dump's and pg_restore's part counts too. */
export type Death = { write: WritePoint } | { wire: WirePoint };

export class Backups {
  private constructor(
    private readonly root: string,
    private readonly database: TestDatabase,
    /** Whose scratch databases are told from others' by their owner. */
    private readonly role: TestRole,
    /** Between the command and PostgreSQL. */
    private readonly wire: Wire,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async prepare(format: Format): Promise<Backups> {
    const database = await testDatabase();
    await database.client.query(
      `CREATE TABLE public.orders AS SELECT i AS id, md5(i::text) AS note FROM generate_series(1, 500) AS i; SELECT lo_from_bytea(0, 'large')`,
    );
    const role = await testRole('SUPERUSER');
    const url = new URL(role.url(database.name));
    const wire = await Wire.listen(Number(url.port));
    url.port = String(wire.port);
    const root = project({ 'prisma/migrations/1_init/migration.sql': 'SELECT 1;' });
    const environments = { test: { targets: { main: { urlEnv: 'MAIN_URL' } }, backup: { format } } };
    writeFileSync(join(root, 'lockkeeper.yaml'), stringify({ environments }));
    return new Backups(root, database, role, wire, {
      ...process.env,
      MAIN_URL: url.toString(),
      LOCKKEEPER_LOG_LEVEL: 'silent',
    });
  }

  /** Whether it died there; false where it came to its end before. */
  async dies(command: Command, death: Death): Promise<boolean> {
    const env = 'write' in death ? diesWriting(death.write) : {};
    const child = spawn(process.execPath, [BIN, 'backup', command], {
      cwd: this.root,
      env: { ...this.env, ...env },
      stdio: 'ignore',
    });
    if ('wire' in death)
      void this.wire.at(death.wire).then((at) => {
        child.kill('SIGKILL');
        // It may be a pg_dump's, which outlives the command.
        at.goOn();
      });
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    expect(signal === 'SIGKILL' || code === 0).toBe(true);
    return signal === 'SIGKILL';
  }

  /** What is listed is whole, and the next run takes away all that is not. */
  async expectWholeAfterNext(command: Command): Promise<void> {
    const next = await this.run(command);
    expect({ ...next, stdout: '' }).toMatchObject({ code: 0 });
    const ids = await this.listed();
    expect(ids.length).toBeGreaterThan(0);
    const files = readdirSync(join(this.root, 'backups'));
    expect(files.filter((name) => !ids.some((id) => name.startsWith(`${id}.`)) || name.endsWith('.partial'))).toEqual(
      [],
    );
    for (const id of ids) expect(await this.run('verify', id)).toMatchObject({ code: 0 });
    await until('no session and no scratch database is left', async () => (await this.leftOnServer()).length === 0);
  }

  /** Forgets what there is, so that the next death finds it as this one did. */
  clear(): void {
    rmSync(join(this.root, 'backups'), { recursive: true, force: true });
  }

  async run(command: Command, ...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return spawnCli(['backup', command, ...argv], { cwd: this.root, env: this.env });
  }

  async close(): Promise<void> {
    await this.wire.close();
    await this.database.drop();
    await this.role.drop();
    rmSync(this.root, { recursive: true });
  }

  private async listed(): Promise<string[]> {
    const { stdout } = await spawnCli(['backup', 'list', '--json'], { cwd: this.root, env: this.env });
    const { backups, unreadable } = JSON.parse(stdout) as { backups: { meta: { id: string } }[]; unreadable: string[] };
    expect(unreadable).toEqual([]);
    return backups.map(({ meta }) => meta.id);
  }

  private async leftOnServer(): Promise<{ what: string }[]> {
    const { rows } = await this.database.client.query<{ what: string }>(
      `SELECT application_name AS what FROM pg_stat_activity WHERE usename = '${this.role.name}'
       UNION ALL SELECT 'database ' || datname FROM pg_database WHERE datdba = '${this.role.name}'::regrole`,
    );
    return rows;
  }
}
