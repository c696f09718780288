import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loadConfig } from '../../src/config';
import { lockkeeper } from './terminal';
import { project, SCHEMA } from './project';

async function initialised(
  files: Record<string, string>,
): Promise<{ root: string; config: ReturnType<typeof loadConfig> }> {
  const root = project(files);
  const { code, stderr } = await lockkeeper(['init'], { cwd: root });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return { root, config: loadConfig(undefined, root) };
}

describe('lockkeeper init', () => {
  it('writes a file that loadConfig accepts, with three environments', async () => {
    const { root, config } = await initialised({ 'prisma/schema.prisma': SCHEMA });
    expect(config.schemaPath).toBe(join(root, 'prisma/schema.prisma'));
    expect(config.migrationsDir).toBe(join(root, 'prisma/migrations'));
    const { development, staging, production } = config.environments;
    expect(development).toMatchObject({
      protected: false,
      approvals: { required: 0 },
      targets: { main: { urlEnv: 'SHOP_URL' } },
    });
    expect(staging).toMatchObject({ protected: true, targets: { main: { urlEnv: 'STAGING_SHOP_URL' } } });
    expect(production).toMatchObject({ protected: true, approvals: { required: 1 }, backup: { enabled: true } });
    expect(production?.monitor.durationMs).toBe(30 * 60_000);
  });

  it('prefers the direct URL to the pooled one', async () => {
    const schema = SCHEMA.replace('env("SHOP_URL")', 'env("POOL_URL")\n  directUrl = env("DIRECT_URL")');
    const { config } = await initialised({ 'prisma/schema.prisma': schema });
    expect(config.environments['development']?.targets['main']?.urlEnv).toBe('DIRECT_URL');
  });

  it.each([
    [
      `export default defineConfig({ schema: 'db/my.prisma', migrations: { path: 'db/steps' }, datasource: { url: env('APP_DB') } })`,
      'db/my.prisma',
      'db/steps',
    ],
    [
      `export default {\n  schema: path.join('db', 'my.prisma'),\n  datasource: { url: process.env.APP_DB! },\n}`,
      'db/my.prisma',
      'db/migrations',
    ],
    [
      `export default { schema: path.join(__dirname, "db", "my.prisma"), datasource: { url: env<Env>("APP_DB") } }`,
      'db/my.prisma',
      'db/migrations',
    ],
  ])('reads prisma.config.ts: %s', async (text, schema, migrations) => {
    const bare = 'datasource db {\n  provider = "postgresql"\n}\n';
    const { root, config } = await initialised({ 'prisma.config.ts': text, 'db/my.prisma': bare });
    expect(config.schemaPath).toBe(join(root, schema));
    expect(config.migrationsDir).toBe(join(root, migrations));
    expect(config.environments['development']?.targets['main']?.urlEnv).toBe('APP_DB');
  });

  it("reads package.json's prisma.schema", async () => {
    const { root, config } = await initialised({
      'package.json': '{"prisma":{"schema":"./data base/schema.prisma"}}',
      'data base/schema.prisma': SCHEMA,
    });
    expect(config.schemaPath).toBe(join(root, 'data base/schema.prisma'));
  });

  it('takes a folder of schema files with the migrations beside it', async () => {
    const { root, config } = await initialised({
      'prisma/schema/base.prisma': SCHEMA,
      'prisma/migrations/1_a/migration.sql': '',
    });
    expect(config.schemaPath).toBe(join(root, 'prisma/schema'));
    expect(config.migrationsDir).toBe(join(root, 'prisma/migrations'));
    expect(config.environments['development']?.targets['main']?.urlEnv).toBe('SHOP_URL');
  });

  it('finds the one package of a workspace that has a schema', async () => {
    const { root, config } = await initialised({
      'package.json': '{"name":"shop"}',
      'packages/db/prisma/schema.prisma': SCHEMA,
      'packages/ui/package.json': '{}',
    });
    expect(config.taskQueue).toBe('shop');
    expect(config.schemaPath).toBe(join(root, 'packages/db/prisma/schema.prisma'));
    expect(config.migrationsDir).toBe(join(root, 'packages/db/prisma/migrations'));
  });

  it('leaves it to the person where several packages have one', async () => {
    const root = project({ 'packages/a/prisma/schema.prisma': SCHEMA, 'apps/b/schema.prisma': SCHEMA });
    const { code, stderr } = await lockkeeper(['init'], { cwd: root });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'lockkeeper: packages/a, apps/b have a Prisma schema each; run this in the folder of one.\n',
    });
  });

  it.each([
    ['{"name":"@acme/web shop"}', 'web-shop'],
    ['[]', null],
    ['not JSON', null],
  ])('gives the project of package.json %s a task queue of its own', async (manifest, queue) => {
    const { root, config } = await initialised({ 'package.json': manifest, 'prisma/schema.prisma': SCHEMA });
    expect(config.taskQueue).toBe(queue ?? basename(root).replaceAll(' ', '-'));
  });

  it('never overwrites', async () => {
    const root = project({ 'prisma/schema.prisma': SCHEMA });
    writeFileSync(join(root, 'lockkeeper.yaml'), 'mine');
    const { code, stderr } = await lockkeeper(['init'], { cwd: root });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^lockkeeper: .*lockkeeper\.yaml is already there/);
    expect(readFileSync(join(root, 'lockkeeper.yaml'), 'utf8')).toBe('mine');
  });

  it('says where it looked when there is no schema', async () => {
    const { code, stderr } = await lockkeeper(['init'], { cwd: project({}) });
    expect(code).toBe(2);
    expect(stderr).toContain('prisma/schema.prisma');
  });
});
