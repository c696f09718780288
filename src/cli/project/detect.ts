/** Finds out where a project keeps its Prisma schema and migrations, and which variable holds its database's URL. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { UsageError } from '../../errors';

export interface Project {
  /** What it is called, as a name of one word. */
  name: string;
  /** Relative to the project's folder, with forward slashes. */
  schema: string;
  migrations: string;
  urlEnv: string;
  /** What the schema's path was read from, for the person. */
  foundIn: string;
}

const PRISMA_CONFIGS = ['prisma.config', '.config/prisma'].flatMap((stem) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((ext) => `${stem}.${ext}`),
);
const USUAL_SCHEMAS = [
  'prisma/schema.prisma',
  'prisma/schema',
  'schema.prisma',
  'src/prisma/schema.prisma',
  'db/schema.prisma',
];

/** Where workspaces keep their packages. */
const WORKSPACES = ['packages', 'apps', 'libs', 'services'];

/** @throws UsageError when there is no Prisma schema, or in several packages of a workspace. */
export function detectProject(root: string): Project {
  const config = readPrismaConfig(root);
  const found = findSchema(root, config);
  if (found === null) return detectInWorkspace(root);
  const { schema, foundIn } = found;
  return {
    name: projectName(root),
    schema: inRoot(root, schema),
    migrations: config?.migrations ?? inRoot(root, migrationsBeside(root, schema)),
    urlEnv: urlVariable(root, schema) ?? config?.urlEnv ?? 'DATABASE_URL',
    foundIn,
  };
}

function detectInWorkspace(root: string): Project {
  const packages = WORKSPACES.flatMap((folder) => foldersIn(join(root, folder)).map((name) => join(folder, name)));
  const withSchema = packages.filter((folder) => findSchema(join(root, folder), readPrismaConfig(join(root, folder))));
  const [only] = withSchema;
  if (only === undefined)
    throw new UsageError(
      `No Prisma schema found in ${root} (looked at prisma.config.*, package.json's prisma.schema, ${USUAL_SCHEMAS.join(', ')}, and in ${WORKSPACES.join('/*, ')}/*); run this in the project's folder.`,
    );
  if (withSchema.length > 1)
    throw new UsageError(`${withSchema.join(', ')} have a Prisma schema each; run this in the folder of one.`);
  const project = detectProject(join(root, only));
  const inPackage = (path: string): string => join(only, path).replaceAll('\\', '/');
  return {
    ...project,
    name: projectName(root),
    schema: inPackage(project.schema),
    migrations: inPackage(project.migrations),
    foundIn: only,
  };
}

function foldersIn(path: string): string[] {
  if (!isFolder(path)) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

function projectName(root: string): string {
  const { name } = readPackage(root);
  const plain = (typeof name === 'string' ? name : basename(root)).replace(/^@[^/]*\//, '');
  return plain.replace(/[^\w.-]+/g, '-').replace(/^[^a-z0-9]+/i, '') || 'project';
}

interface PrismaConfig {
  file: string;
  schema: string | null;
  migrations: string | null;
  urlEnv: string | null;
}

/** Read as text: running somebody's configuration to find a path would be too much trust for a guess. */
function readPrismaConfig(root: string): PrismaConfig | null {
  const file = PRISMA_CONFIGS.find((candidate) => existsSync(join(root, candidate)));
  if (file === undefined) return null;
  const text = readFileSync(join(root, file), 'utf8').replace(/^\s*\/\/.*$/gm, '');
  const migrations = /\bmigrations\s*:\s*\{([^}]*)\}/.exec(text)?.[1] ?? '';
  return {
    file,
    schema: pathAfter('schema', text),
    migrations: pathAfter('path', migrations),
    urlEnv: envIn(/\burl\s*:\s*(.+)/.exec(text)?.[1] ?? ''),
  };
}

/** The value of `key: 'a/b'` or `key: path.join('a', 'b')`. */
function pathAfter(key: string, text: string): string | null {
  const value = new RegExp(`\\b${key}\\s*:\\s*((?:[\\w.]+\\(\\s*(?:__dirname\\s*,)?)?\\s*['"\`][^\\n)]*)`).exec(
    text,
  )?.[1];
  const parts = [...(value ?? '').matchAll(/['"`]([^'"`]+)['"`]/g)].flatMap(([, part]) => part ?? []);
  if (value === undefined || parts.length === 0) return null;
  const path = /^[\w.]+\(/.test(value) ? join(...parts) : (parts[0] ?? '');
  return path.replace(/^\.\//, '').replaceAll('\\', '/');
}

function envIn(text: string): string | null {
  return (
    /env(?:<[^>]*>)?\(\s*['"](\w+)['"]\s*\)|process\.env(?:\.(\w+)|\[['"](\w+)['"]\])/
      .exec(text)
      ?.slice(1)
      .find((name) => name !== undefined) ?? null
  );
}

function findSchema(root: string, config: PrismaConfig | null): { schema: string; foundIn: string } | null {
  if (config?.schema) return { schema: config.schema, foundIn: config.file };
  const declared = readPackage(root).prisma?.schema;
  if (typeof declared === 'string') return { schema: declared, foundIn: 'package.json' };
  const usual = USUAL_SCHEMAS.find((candidate) => existsSync(join(root, candidate)));
  return usual === undefined ? null : { schema: usual, foundIn: 'its usual place' };
}

function readPackage(root: string): { name?: unknown; prisma?: { schema?: unknown } } {
  try {
    return (
      (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as ReturnType<typeof readPackage> | null) ?? {}
    );
  } catch {
    return {};
  }
}

/** Prisma keeps migrations beside the schema file; for a folder of schema files, in it or beside it. */
function migrationsBeside(root: string, schema: string): string {
  const beside = join(dirname(schema), 'migrations');
  if (!isFolder(join(root, schema))) return beside;
  const inside = join(schema, 'migrations');
  return existsSync(join(root, inside)) || !existsSync(join(root, beside)) ? inside : beside;
}

/** Migrations need a direct connection, so `directUrl` comes before `url`, which may lead through a pooler. */
function urlVariable(root: string, schema: string): string | null {
  const datasource = /datasource\s+\w+\s*\{([^}]*)\}/.exec(readSchemaText(join(root, schema)))?.[1] ?? '';
  const field = (name: string): string | null =>
    envIn(new RegExp(`^\\s*${name}\\s*=\\s*(.+)$`, 'm').exec(datasource)?.[1] ?? '');
  return field('directUrl') ?? field('url');
}

function readSchemaText(path: string): string {
  if (!existsSync(path)) return '';
  if (!isFolder(path)) return readFileSync(path, 'utf8');
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.prisma'));
  return files.map((name) => readFileSync(join(path, name), 'utf8')).join('\n');
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function inRoot(root: string, path: string): string {
  return relative(root, resolve(root, path)).replaceAll('\\', '/');
}
