/**
 * The driver adapter that Prisma's schema engine speaks to PostgreSQL through: one pinned connection, scripts handed to
 * the executor whole. The stock adapter splits scripts at every semicolon over a pool of connections, which breaks
 * literals and function bodies and leaves half a failed script committed.
 */
import {
  ColumnTypeEnum,
  DriverAdapterError,
  type ColumnType,
  type SqlDriverAdapter,
  type SqlQuery,
  type SqlResultSet,
  type Transaction,
} from '@prisma/driver-adapter-utils';
import { types, type QueryArrayConfig, type QueryArrayResult } from 'pg';
import { asFenced, holding, type Holder } from './ledger/fence';
import { acquireMigrationLock } from './migration-lock';
import type { Client, DatabaseError } from './postgres';

/**
 * Runs one migration's script.
 * @param migration the folder's name, or null for scripts without a history row.
 * @param preamble statements to commit before the script, whatever becomes of it.
 */
export type ScriptRunner = (script: string, migration: string | null, preamble: string[]) => Promise<void>;

export const PROVIDER = { provider: 'postgres', adapterName: 'lockkeeper' } as const;

const FIRST_USER_OID = 16_384;
/** A plain number to pg-types, whose own list of types has no arrays. */
const TEXT_ARRAY_OID = Number(1009);

/** Type oids that the engine's catalog queries and history table return. */
const COLUMN_TYPES: Record<number, ColumnType> = {
  16: ColumnTypeEnum.Boolean,
  17: ColumnTypeEnum.Bytes,
  18: ColumnTypeEnum.Character, // "char"
  19: ColumnTypeEnum.Text, // name
  20: ColumnTypeEnum.Int64,
  21: ColumnTypeEnum.Int32,
  23: ColumnTypeEnum.Int32,
  25: ColumnTypeEnum.Text,
  26: ColumnTypeEnum.Int64, // oid
  114: ColumnTypeEnum.Json,
  700: ColumnTypeEnum.Float,
  701: ColumnTypeEnum.Double,
  1000: ColumnTypeEnum.BooleanArray,
  1002: ColumnTypeEnum.CharacterArray, // "char"[]
  1003: ColumnTypeEnum.TextArray, // name[]
  1005: ColumnTypeEnum.Int32Array,
  1007: ColumnTypeEnum.Int32Array,
  1009: ColumnTypeEnum.TextArray,
  1016: ColumnTypeEnum.Int64Array,
  1028: ColumnTypeEnum.Int64Array,
  1042: ColumnTypeEnum.Text,
  1043: ColumnTypeEnum.Text,
  1114: ColumnTypeEnum.DateTime,
  1184: ColumnTypeEnum.DateTime,
  1700: ColumnTypeEnum.Numeric,
  2278: ColumnTypeEnum.Text, // void
  2950: ColumnTypeEnum.Uuid,
  3802: ColumnTypeEnum.Json,
};

const asIsoTimestamp = (text: string): string => text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00');
const asText = (text: string): string => text;
type Parser = (text: string) => unknown;
const asTextArray = types.getTypeParser(TEXT_ARRAY_OID) as Parser;
const PARSERS: Record<number, Parser> = {
  20: asText,
  114: asText,
  1002: asTextArray,
  1003: asTextArray,
  1114: (text) => `${asIsoTimestamp(text)}+00:00`,
  1184: asIsoTimestamp,
  1700: asText,
  3802: asText,
};

const HISTORY_INSERT = /^\s*INSERT INTO\s+(?:"[^"]+"\.)?"_prisma_migrations"\s*\(([^)]*)\)/i;
const HISTORY_CHANGE = /^\s*(?:UPDATE|CREATE TABLE)\s+(?:"[^"]+"\.)?"?_prisma_migrations"?\s/i;

/**
 * What the engine writes to its history, without a look at the answer: the table, the row of a script before it and its
 * progress, end, error or return after it. Held back, it costs a migration no round trip of its own. A worker that dies now
 * leaves a row without an end whose markers say that all is committed: what a death before the update has always left, and
 * what `settleHistory` mends.
 */
function isHistoryWrite({ sql }: SqlQuery): boolean {
  return HISTORY_INSERT.test(sql) || HISTORY_CHANGE.test(sql);
}

export class PgDriver implements SqlDriverAdapter {
  readonly provider = PROVIDER.provider;
  readonly adapterName = PROVIDER.adapterName;
  /** The first error of the connection or the executor: the engine keeps only its text. */
  failure: unknown = null;
  private migration: string | null = null;
  /** Writes to the history, which go out with the next script or query, or at the end. */
  private held: string[] = [];

  constructor(
    private readonly client: Client,
    private readonly schema: string,
    private readonly runScript: ScriptRunner,
    private readonly onDispose: () => Promise<void>,
    private readonly fence: Holder | null,
  ) {}

  async queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    this.migration = migrationStarted(query) ?? this.migration;
    if (this.holdsBack(query)) return { columnNames: [], columnTypes: [], rows: [] };
    const result = await this.run(query);
    return {
      columnNames: result.fields.map((field) => field.name),
      columnTypes: result.fields.map((field) => columnType(field.dataTypeID)),
      rows: result.rows,
    };
  }

  async executeRaw(query: SqlQuery): Promise<number> {
    // The engine waits for its lock without a bound and leaves the waiter behind when it gives up; ours is bounded and names the holder.
    if (query.sql.includes('pg_advisory_lock(')) {
      await this.capture(() => acquireMigrationLock(this.client));
      return 0;
    }
    return this.holdsBack(query) ? 0 : ((await this.run(query)).rowCount ?? 0);
  }

  async executeScript(script: string): Promise<void> {
    const held = this.held.splice(0);
    await this.capture(() => this.runScript(script, this.migration, held));
  }

  startTransaction(): Promise<Transaction> {
    return Promise.reject(new DriverAdapterError({ kind: 'GenericJs', id: 0 }));
  }

  getConnectionInfo(): { schemaName: string; supportsRelationJoins: boolean } {
    return { schemaName: this.schema, supportsRelationJoins: true };
  }

  async dispose(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      throw this.failure ?? error;
    } finally {
      await this.onDispose();
    }
  }

  private holdsBack(query: SqlQuery): boolean {
    const held = isHistoryWrite(query);
    if (held) this.held.push(this.withLiterals(query));
    return held;
  }

  private withLiterals({ sql, args }: SqlQuery): string {
    return sql.replace(/\$(\d+)/g, (_, number: string) => this.literal(args[Number(number) - 1]));
  }

  /** The history's columns take every literal as text. */
  private literal(value: unknown): string {
    return typeof value === 'string' || typeof value === 'number' ? this.client.escapeLiteral(`${value}`) : 'NULL';
  }

  private async flush(): Promise<void> {
    const held = this.held.splice(0);
    const guard = this.fence ? [holding(this.fence)] : [];
    // One message is one transaction.
    if (held.length > 0) await this.capture(() => this.client.query([...guard, ...held].join(';')));
  }

  private async run(query: SqlQuery): Promise<QueryArrayResult> {
    await this.flush();
    return this.capture(() => this.client.query(asArrays(query)));
  }

  private async capture<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      const error = this.fence ? asFenced(thrown, this.fence.deployment) : thrown;
      const mapped = driverError(error);
      // A missing history table is an answer that the engine asks for, not a failure.
      if (mapped.kind !== 'TableDoesNotExist') this.failure ??= error;
      throw new DriverAdapterError(mapped);
    }
  }
}

function asArrays({ sql, args }: SqlQuery): QueryArrayConfig {
  return {
    text: sql,
    values: args,
    rowMode: 'array',
    types: { getTypeParser: (oid: number) => PARSERS[oid] ?? (types.getTypeParser(oid) as Parser) },
  };
}

/** The engine hands over a script without its name; the history row that it writes just before has it. */
function migrationStarted({ sql, args }: SqlQuery): string | null {
  const columns = HISTORY_INSERT.exec(sql)?.[1]
    ?.split(',')
    .map((column) => column.trim().replaceAll('"', ''));
  const name = columns && args[columns.indexOf('migration_name')];
  return typeof name === 'string' ? name : null;
}

function columnType(oid: number): ColumnType {
  const type = COLUMN_TYPES[oid] ?? (oid >= FIRST_USER_OID ? ColumnTypeEnum.Text : undefined);
  if (type === undefined) throw new DriverAdapterError({ kind: 'UnsupportedNativeDataType', type: `oid ${oid}` });
  return type;
}

type DriverError = ConstructorParameters<typeof DriverAdapterError>[0];

/** The SQLSTATE survives: the engine writes it into the history row's log. */
function driverError(error: unknown): DriverError {
  const { code = '', message } = error as Partial<DatabaseError> & { message: string };
  const original = { originalCode: code, originalMessage: message };
  if (code === '42P01') {
    const table = /relation "([^"]+)"/.exec(message)?.[1];
    return { kind: 'TableDoesNotExist', ...(table === undefined ? {} : { table }), ...original };
  }
  const { severity, detail, column, hint } = error as Partial<DatabaseError>;
  return {
    kind: 'postgres',
    code: code || 'XX000',
    severity: severity ?? 'ERROR',
    message,
    detail,
    column,
    hint,
    ...original,
  };
}
