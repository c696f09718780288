/** Public projects, deployed whole onto empty databases, against psql running the same files. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pgBin, testDatabase } from '../support/database';
import { testProject } from '../support/project';

const CORPUS = join(__dirname, '..', 'corpus');
const ALICE = { id: 'cli:alice', name: 'alice' };

describe.each(['umami', 'ghostfolio'])('%s', (name) => {
  const migrations = join(CORPUS, name, 'migrations');
  const folders = readdirSync(migrations, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();

  it('ends with the schema that psql makes, and a finished history row for every file', async () => {
    const [deployed, reference] = await Promise.all([testDatabase(), testDatabase()]);
    const project = await testProject({ url: deployed.url, migrations, schema: join(CORPUS, name, 'schema.prisma') });
    try {
      await project.startWorker();
      const ref = await project.client.start(project.environment, project.target, ALICE);
      expect(await project.client.result(ref)).toMatchObject({ status: 'deployed', failure: null });

      for (const folder of folders) psql(reference.url, join(migrations, folder, 'migration.sql'));
      expect(schemaOf(deployed.url)).toEqual(schemaOf(reference.url));

      const { rows } = await deployed.client.query<{ name: string; checksum: string }>(
        `SELECT migration_name AS name, checksum FROM _prisma_migrations
          WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL AND applied_steps_count = 1 ORDER BY migration_name COLLATE "C"`,
      );
      expect(rows).toEqual(
        folders.map((folder) => ({ name: folder, checksum: sha256(join(migrations, folder, 'migration.sql')) })),
      );
    } finally {
      await project.close();
      await Promise.all([deployed.drop(), reference.drop()]);
    }
  });
});

function psql(url: string, file: string): void {
  execFileSync(pgBin('psql'), ['--no-psqlrc', '-q', '-v', 'ON_ERROR_STOP=1', '-f', file, url], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

function schemaOf(url: string): string[] {
  const excluded = ['--exclude-schema=lockkeeper', '--exclude-table=_prisma_migrations'];
  const dump = execFileSync(pgBin('pg_dump'), ['--schema-only', ...excluded, url], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  return dump.split('\n').filter((line) => line !== '' && !/^(--|\\(un)?restrict)/.test(line));
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
