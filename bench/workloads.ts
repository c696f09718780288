/** What is deployed: migrations, and the database that they meet, kept as a template. */
import { join } from 'node:path';
import { seed } from '../prisma/seed';
import { migrationList, NO_FILTER, withEngine } from '../src/adapters/prisma-engine';
import { readMigrations, type MigrationFolder } from '../src/adapters/migration-files';
import { openSession } from '../src/adapters/postgres';
import { connected, type BenchServer } from './server';

export interface Workload {
  /** Short; names databases and files. */
  id: string;
  title: string;
  migrationsDir: string;
  schema: string;
  pending: MigrationFolder[];
  /** Database with everything before the pending migrations. */
  template: string;
  /** Keys of its environment in `lockkeeper.yaml`, over those of the bench. */
  settings?: Record<string, unknown>;
}

/** What the benchmark `apply` runs. */
export interface TimedWorkload extends Workload {
  /** Highest allowed ratio of Lockkeeper's time to psql's. */
  target: number;
}

const ROOT = join(__dirname, '..');
const CORPUS = join(ROOT, 'test', 'corpus');
const BROXIVA = { migrationsDir: join(ROOT, 'prisma', 'migrations'), schema: join(ROOT, 'prisma', 'schema.prisma') };
const BROXIVA_PENDING = 7;

/** Migration folders of whole projects. */
export const MIGRATIONS: ReadonlyMap<string, string> = new Map([
  ['Broxiva', BROXIVA.migrationsDir],
  ['umami', join(CORPUS, 'umami', 'migrations')],
  ['ghostfolio', join(CORPUS, 'ghostfolio', 'migrations')],
]);
const TARGET = { seven: 1.15, tinyFiles: 1.5 };

export const migrationFile = ({ migrationsDir }: Workload, { name }: MigrationFolder): string =>
  join(migrationsDir, name, 'migration.sql');

/** Broxiva's seven pending migrations, on the schema that production has, without rows. */
export async function broxivaEmpty(server: BenchServer): Promise<TimedWorkload> {
  const folders = readMigrations(BROXIVA.migrationsDir);
  const template = 'broxiva_empty';
  const url = await server.recreate(template);
  await deployed(url, BROXIVA.migrationsDir, folders.slice(0, -BROXIVA_PENDING));
  await connected(url, (client) => client.query('VACUUM ANALYZE'));
  const pending = folders.slice(-BROXIVA_PENDING);
  return {
    ...BROXIVA,
    id: 'broxiva-empty',
    title: "Broxiva's seven, no rows",
    pending,
    template,
    target: TARGET.seven,
  };
}

/** The same seven on seeded tables (scale 1: 10,000 orders). */
export async function broxivaSeeded(server: BenchServer, empty: TimedWorkload): Promise<TimedWorkload> {
  const template = 'broxiva_seeded';
  const url = await server.recreate(template, empty.template);
  await seed(url, { scale: 1 });
  await connected(url, (client) => client.query('VACUUM ANALYZE'));
  return { ...empty, id: 'broxiva-seeded', title: "Broxiva's seven, seeded at scale 1", template };
}

/** All of ghostfolio's on an empty database. */
export function ghostfolio(): TimedWorkload {
  const project = join(CORPUS, 'ghostfolio');
  const migrationsDir = join(project, 'migrations');
  const pending = readMigrations(migrationsDir);
  const title = `ghostfolio's ${pending.length}, from nothing`;
  return {
    id: 'ghostfolio',
    title,
    migrationsDir,
    schema: join(project, 'schema.prisma'),
    pending,
    template: 'template0',
    target: TARGET.tinyFiles,
  };
}

/** Ids of the seed's rows, so that nobody has to look for them. In a schema that no migration knows. */
export async function makeKeys(url: string): Promise<void> {
  await connected(url, (client) =>
    client.query(`
      CREATE SCHEMA bench;
      CREATE TABLE bench.key AS
        SELECT n, u.id AS user_id, c.id AS cart_id, v.product_id, v.id AS variant_id, o.id AS order_id
          FROM generate_series(1, 2000) AS n
          JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k, count(*) OVER () AS of FROM users) u ON u.k = n % u.of
          JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k, count(*) OVER () AS of FROM carts) c ON c.k = n % c.of
          JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k, count(*) OVER () AS of FROM orders) o ON o.k = n % o.of
          JOIN (SELECT id, product_id, row_number() OVER (ORDER BY id) - 1 AS k, count(*) OVER () AS of
                  FROM product_variants) v ON v.k = n % v.of;
      ALTER TABLE bench.key ADD PRIMARY KEY (n)`),
  );
}

/** As `prisma migrate deploy` would have done it, history rows and all. */
export async function deployed(url: string, migrationsDir: string, folders: MigrationFolder[]): Promise<void> {
  await withEngine(
    { schema: 'public', connect: () => openSession(url, { applicationName: 'lockkeeper/bench' }) },
    (engine) => engine.applyMigrations({ migrationsList: migrationList(migrationsDir, folders), filters: NO_FILTER }),
  );
}
