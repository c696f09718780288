import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface MigrationsFolder {
  migrations: string;
  schema: string;
}

/** A migrations folder on disk, and a schema file beside it. A value is the SQL, or the SQL with its reversal. */
export function writeMigrations(files: Record<string, string | { sql: string; down: string }>): MigrationsFolder {
  const root = mkdtempSync(join(tmpdir(), 'lockkeeper migrations '));
  const migrations = join(root, 'migrations');
  for (const [name, file] of Object.entries(files)) {
    const folder = join(migrations, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'migration.sql'), typeof file === 'string' ? file : file.sql);
    if (typeof file !== 'string') writeFileSync(join(folder, 'down.sql'), file.down);
  }
  const schema = join(root, 'schema.prisma');
  writeFileSync(schema, 'datasource db {\n  provider = "postgresql"\n}\n');
  return { migrations, schema };
}
