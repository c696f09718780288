/**
 * Prisma's own schema engine, in process (WebAssembly): history table, checksums and diffs are its work, every script
 * goes through ours. Errors carry the engine's code (P3009, ...) where it has one.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type * as Wasm from '@prisma/schema-engine-wasm/schema_engine_bg';
import { FailureType, permanent } from '../errors';
import type { Holder } from './ledger/fence';
import { PgDriver, PROVIDER, type ScriptRunner } from './prisma-driver';
import { endpointOf, type Client } from './postgres';
import { sendPreamble } from './segment';
import type { MigrationFolder } from './migration-files';

export type SchemaEngine = Wasm.SchemaEngine;
export type MigrationList = Wasm.MigrationList;
export type SchemaFile = Wasm.SchemaContainer;

/** Nothing is managed outside Prisma unless a project says so. */
export const NO_FILTER: Wasm.SchemaFilter = { externalTables: [], externalEnums: [] };

export interface EngineOptions {
  /** The project's Prisma schema files; a bare datasource when the work needs none. */
  datamodels?: SchemaFile[];
  /** Opens the connection of the main database. */
  connect: () => Promise<Client>;
  /** True leaves that connection open after the engine is done with it; default false. */
  keepOpen?: boolean;
  /** Prisma's `?schema=` of the target. */
  schema: string;
  runScript?: ScriptRunner;
  /** Under which the history of the main database is written; it must be on that connection's database. Without one nobody else is thought of. */
  fence?: Holder;
  /** Opens one shadow database, in the order in which the engine asks. */
  connectToShadow?: () => Promise<ShadowConnection>;
}

export interface ShadowConnection {
  client: Client;
  /** True when the database already is what the engine would build there: its scripts are then skipped. */
  prepared: boolean;
  drop: () => Promise<void>;
}

/**
 * Runs `use` on a fresh engine and frees it.
 * @throws the executor's or the connection's own error where the engine failed because of it, else the engine's.
 */
export async function withEngine<T>(options: EngineOptions, use: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const drivers: PgDriver[] = [];
  const opened = (driver: PgDriver): PgDriver => {
    drivers.push(driver);
    return driver;
  };
  const factory = bindMigrationAwareSqlAdapterFactory({
    ...PROVIDER,
    connect: async () => opened(await mainDriver(options)),
    connectToShadowDb: async () => opened(await shadowDriver(options)),
  });
  const engine = await loadEngine().SchemaEngine.new({ datamodels: datamodelsOf(options) }, () => undefined, factory);
  try {
    return await use(engine);
  } catch (error) {
    throw drivers.map((driver) => driver.failure).find((failure) => failure !== null) ?? engineFailure(error);
  } finally {
    engine.free();
    await Promise.all(drivers.map((driver) => driver.dispose()));
  }
}

/** What the engine itself refuses, it will refuse again. Of its words the first sentence and the place are for people. */
function engineFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'SchemaConnectorError') return error;
  const { code } = error as { code?: string };
  const words = panics.take() ?? error.message;
  const [sentence = ''] = words.split('\n');
  const place = PLACE.exec(words)?.[1];
  // P1012: the project's own schema does not validate.
  const type = code === 'P1012' ? FailureType.MigrationFiles : FailureType.History;
  return permanent(type, `Prisma's schema engine${code ? ` (${code})` : ''}: ${sentence}${place ? ` (${place})` : ''}`);
}

/** `  -->  prisma/schema.prisma:12` */
const PLACE = /-->\s+(\S.*:\d+)/;

async function mainDriver(options: EngineOptions): Promise<PgDriver> {
  const client = await options.connect();
  const plain: ScriptRunner = async (script, _migration, preamble) => {
    await sendPreamble(client, preamble, null);
    await client.query(script);
  };
  const dispose = (): Promise<void> => (options.keepOpen ? Promise.resolve() : closeOnce(client));
  return new PgDriver(client, options.schema, options.runScript ?? plain, dispose, options.fence ?? null);
}

async function shadowDriver(options: EngineOptions): Promise<PgDriver> {
  if (!options.connectToShadow) throw new Error('This engine was opened without a shadow database.');
  const { client, prepared, drop } = await options.connectToShadow();
  const runScript: ScriptRunner = async (script, _migration, preamble) => {
    await sendPreamble(client, preamble, null);
    if (!prepared) await client.query(script);
  };
  let disposed = false;
  const dispose = async (): Promise<void> => {
    if (disposed) return;
    disposed = true;
    await closeOnce(client);
    await drop();
  };
  return new PgDriver(client, options.schema, runScript, dispose, null);
}

/** `pg` resolves a second `end()` only when the first has finished; an engine may dispose of a driver that we dispose of too. */
function closeOnce(client: Client): Promise<void> {
  return client.end().catch(() => undefined);
}

const BARE_DATASOURCE: SchemaFile = {
  path: 'schema.prisma',
  content: 'datasource db {\n  provider = "postgresql"\n}\n',
};
function datamodelsOf(options: EngineOptions): [string, string][] {
  return (options.datamodels ?? [BARE_DATASOURCE]).map(({ path, content }) => [path, content]);
}

/** The engine's form of the migrations folder. */
export function migrationList(baseDir: string, folders: MigrationFolder[]): MigrationList {
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: folders.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

/** What `schema=` in a URL means to the engine. */
export function schemaOf(url: string): string {
  return endpointOf(url).schema;
}

/** Reads what a panic said: the binding calls it by this global name. */
const panics = {
  last: null as string | null,
  set_message: (message: string): void => void (panics.last = message),
  take: (): string | null => {
    const { last } = panics;
    panics.last = null;
    return last;
  },
};
let loaded: typeof Wasm | undefined;

/** Compiling takes about 50 ms and is done once a process; an engine is cheap after that. */
function loadEngine(): typeof Wasm {
  if (loaded) return loaded;
  (globalThis as Record<string, unknown>)['PRISMA_WASM_PANIC_REGISTRY'] = panics;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on first use: commands that need no engine start fast
  const bindings = require('@prisma/schema-engine-wasm/schema_engine_bg') as typeof Wasm & {
    __wbg_set_wasm(exports: unknown): void;
  };
  const folder = dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const module = new WebAssembly.Module(readFileSync(join(folder, 'schema_engine_bg.wasm')));
  const instance = new WebAssembly.Instance(module, {
    './schema_engine_bg.js': { ...bindings, ...patientTimers(bindings) },
  });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  loaded = bindings;
  return bindings;
}

/** The engine bounds its own waits by timers that it never clears: they must not keep a finished process alive. */
function patientTimers(bindings: object): Record<string, unknown> {
  const names = Object.keys(bindings).filter((name) => name.startsWith('__wbg_setTimeout_'));
  const later = (work: () => void, ms: number): NodeJS.Timeout => setTimeout(work, ms >>> 0).unref();
  return Object.fromEntries(names.map((name) => [name, later]));
}
