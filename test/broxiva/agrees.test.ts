/** The migrations make what schema.prisma says: to Prisma's own engine, in both directions, nothing is left to do. */
import { join } from 'node:path';
import { migrationList, NO_FILTER, withEngine, type ShadowConnection } from '../../src/adapters/prisma-engine';
import { readSchema } from '../../src/adapters/migration-files';
import { openSession } from '../../src/adapters/postgres';
import { testDatabase, type TestDatabase } from '../support/database';
import { applyAll, HISTORY } from './history';

const SCHEMA = readSchema(join(__dirname, '../../prisma/schema.prisma'));
const APPLIED = migrationList('/', [{ name: 'applied', sql: '', checksum: '', downSql: null }]);

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await applyAll(database.url, HISTORY);
});

afterAll(() => database.drop());

function diff(direction: 'to the schema' | 'to the migrations', schema = SCHEMA): Promise<string | null> {
  const connect = () => openSession(database.url, { applicationName: 'test' });
  const connectToShadow = async (): Promise<ShadowConnection> => ({
    client: await connect(),
    prepared: true,
    drop: () => Promise.resolve(),
  });
  const migrations = { tag: 'migrations', ...APPLIED } as const;
  const datamodel = { tag: 'schemaDatamodel', files: schema } as const;
  const [from, to] = direction === 'to the schema' ? [migrations, datamodel] : [datamodel, migrations];
  return withEngine({ schema: 'public', datamodels: schema, connect, connectToShadow }, async (engine) => {
    const { stdout } = await engine.diff({ from, to, script: true, exitCode: null, filters: NO_FILTER });
    return stdout;
  });
}

const EMPTY = '-- This is an empty migration.';

test.each(['to the schema', 'to the migrations'] as const)('nothing to do %s', async (direction) => {
  expect((await diff(direction))?.trim()).toBe(EMPTY);
});

test('a model that no migration makes would be seen', async () => {
  const schema = SCHEMA.map((file) => ({ ...file, content: `${file.content}\nmodel Forgotten {\n  id Int @id\n}\n` }));
  expect(await diff('to the schema', schema)).toContain('CREATE TABLE "Forgotten"');
});
