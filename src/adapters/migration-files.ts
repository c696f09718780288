/** The migrations folder and the Prisma schema on disk, read once and judged before any database is touched. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FailureType, permanent } from '../errors';

export interface MigrationFolder {
  name: string;
  sql: string;
  /** sha256 of the file's bytes, hex: Prisma's checksum. */
  checksum: string;
  /** Hand-written reversal beside the migration, or null. */
  downSql: string | null;
}

const MAX_NAME_BYTES = 255;
// Control characters are the point: a NUL or newline in a name must be refused.

const FORBIDDEN_IN_NAME = /[\u0000-\u001f\u007f/\\]|^\.\.?$/;

/**
 * All migrations, in the order in which Prisma applies them (by folder name).
 * @throws ApplicationFailure MigrationFiles naming the folder or file and what to do.
 */
export function readMigrations(migrationsDir: string): MigrationFolder[] {
  if (!statSync(migrationsDir, { throwIfNoEntry: false })?.isDirectory()) {
    throw permanent(
      FailureType.MigrationFiles,
      `No migrations folder at ${migrationsDir}; set project.migrations in lockkeeper.yaml.`,
    );
  }
  checkProvider(join(migrationsDir, 'migration_lock.toml'));
  return readdirSync(migrationsDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => readMigration(migrationsDir, checkName(name)));
}

/** The migration of that name, where its file is still the one with that checksum. */
export function unchanged(
  folders: MigrationFolder[],
  { name, checksum }: { name: string; checksum: string },
): MigrationFolder | undefined {
  return folders.find((folder) => folder.name === name && folder.checksum === checksum);
}

/** As `readMigrations`, where there must be one: a folder without any is more likely the wrong one. */
export function requireMigrations(migrationsDir: string): MigrationFolder[] {
  const migrations = readMigrations(migrationsDir);
  if (migrations.length > 0) return migrations;
  throw permanent(
    FailureType.MigrationFiles,
    `${migrationsDir} holds no migrations; set project.migrations in lockkeeper.yaml, or write the first with "lockkeeper migrate dev".`,
  );
}

/** Prisma's note of the database system that the migrations were written for. @throws ApplicationFailure MigrationFiles */
function checkProvider(lockFile: string): void {
  if (!existsSync(lockFile)) return;
  const provider = /^\s*provider\s*=\s*"([^"]*)"/m.exec(readFileSync(lockFile, 'utf8'))?.[1];
  if (provider === undefined || provider === 'postgresql') return;
  throw permanent(
    FailureType.MigrationFiles,
    `${lockFile} says that these migrations are for ${provider}; Lockkeeper deploys to PostgreSQL (P3019).`,
  );
}

/**
 * @throws ApplicationFailure MigrationFiles for a name that is a path, holds control characters or is longer than 255 bytes.
 */
export function checkName(name: string): string {
  if (FORBIDDEN_IN_NAME.test(name) || name === '' || Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw permanent(
      FailureType.MigrationFiles,
      `Migration name ${JSON.stringify(name.slice(0, 80))} is not a plain folder name of at most ${MAX_NAME_BYTES} bytes; rename the folder.`,
    );
  }
  return name;
}

function readMigration(migrationsDir: string, name: string): MigrationFolder {
  const folder = join(migrationsDir, name);
  const file = join(folder, 'migration.sql');
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    throw permanent(
      FailureType.MigrationFiles,
      `Migration ${name} has no readable migration.sql; restore the file or remove the folder.`,
    );
  }
  const down = join(folder, 'down.sql');
  return {
    name,
    sql: decodeUtf8(bytes, file),
    checksum: createHash('sha256').update(bytes).digest('hex'),
    downSql: existsSync(down) ? decodeUtf8(readFileSync(down), down) : null,
  };
}

/** What the author says of a migration, in `notes.md` beside it; null without one. */
export function readNotes(migrationsDir: string, name: string): string | null {
  const file = join(migrationsDir, name, 'notes.md');
  return existsSync(file) ? decodeUtf8(readFileSync(file), file).trim() || null : null;
}

/**
 * PostgreSQL would store replacement characters for bytes that are not UTF-8, and the checksum would not tell; at a NUL
 * (as UTF-16 has them) its parser would take the file to end.
 */
function decodeUtf8(bytes: Buffer, file: string): string {
  if (bytes.includes(0)) throw permanent(FailureType.MigrationFiles, `${file} holds NUL bytes; save it as UTF-8.`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw permanent(FailureType.MigrationFiles, `${file} is not valid UTF-8; save it as UTF-8.`);
  }
}

/**
 * The Prisma schema: one file, or every `.prisma` file of a folder, without connection URLs.
 * @throws ApplicationFailure MigrationFiles when there is none.
 */
export function readSchema(schemaPath: string): { path: string; content: string }[] {
  if (!existsSync(schemaPath)) {
    throw permanent(
      FailureType.MigrationFiles,
      `No Prisma schema at ${schemaPath}; set project.schema in lockkeeper.yaml.`,
    );
  }
  const files = statSync(schemaPath).isDirectory()
    ? readdirSync(schemaPath, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.prisma'))
        .map((name) => join(schemaPath, name))
    : [schemaPath];
  return files.map((path) => ({ path, content: withoutUrls(readFileSync(path, 'utf8')) }));
}

const URL_FIELD = /^(\s*)(url|directUrl|shadowDatabaseUrl)\s*=.*$/gm;
const DATASOURCE_BLOCK = /^\s*datasource\s+\w+\s*\{[^}]*\}/gm;

/** Schemas written for Prisma <= 6 carry connection URLs, which version 7 refuses; lines keep their numbers. */
export function withoutUrls(schema: string): string {
  return schema.replace(DATASOURCE_BLOCK, (block) => block.replace(URL_FIELD, ''));
}
