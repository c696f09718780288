/** What a statement means to the transaction and the session it runs in. */
import type { AlterTableStmt, CreateSubscriptionStmt, ReindexStmt } from '@pgsql/types';
import type { ParsedStatement } from '../../adapters/sql-parser';
import { all, as, find, hasOption, isFalse, nameParts, tagOf, words, type Of, type Tag } from './ast';

export type TransactionControl = 'begin' | 'commit' | 'rollback';

/** PREPARE TRANSACTION ends the block too, but leaves it pending: it is neither of the three. */
export function transactionControl({ node }: ParsedStatement): TransactionControl | null {
  switch (as(node, 'TransactionStmt')?.kind) {
    case 'TRANS_STMT_BEGIN':
    case 'TRANS_STMT_START':
      return 'begin';
    case 'TRANS_STMT_COMMIT':
      return 'commit';
    case 'TRANS_STMT_ROLLBACK':
      return 'rollback';
    default:
      return null;
  }
}

/**
 * Prisma sends a file as one query, which PostgreSQL runs as one transaction until a COMMIT without BEGIN ends it and what
 * follows begins another. Everywhere but in a block of the file's own; there AND CHAIN may follow, here PostgreSQL refuses it.
 */
export function endsImplicitTransaction(statement: ParsedStatement): boolean {
  return transactionControl(statement) === 'commit' && as(statement.node, 'TransactionStmt')?.chain !== true;
}

/**
 * SET TRANSACTION ISOLATION LEVEL and its kin, which PostgreSQL takes only ahead of a transaction's first query (25001).
 * @returns the statements without those that stand among the settings at their head, and those.
 */
export function partTransactionModes(statements: ParsedStatement[]): [ParsedStatement[], ParsedStatement[]] {
  const first = statements.findIndex(({ node }) => !('VariableSetStmt' in node));
  const head = first === -1 ? statements : statements.slice(0, first);
  const modes = head.filter(setsTransactionMode);
  return [statements.filter((statement) => !modes.includes(statement)), modes];
}

function setsTransactionMode({ node }: ParsedStatement): boolean {
  const { kind, name = '' } = as(node, 'VariableSetStmt') ?? {};
  return kind === 'VAR_SET_MULTI' ? name === 'TRANSACTION' : /^transaction_(isolation|deferrable)$/.test(name);
}

/** Statements that PostgreSQL refuses inside a transaction block (PreventInTransactionBlock, SQLSTATE 25001). */
const REFUSED: { [T in Tag]?: (statement: Of<T>) => boolean } = {
  IndexStmt: ({ concurrent }) => concurrent === true,
  DropStmt: ({ concurrent }) => concurrent === true,
  ReindexStmt: refusesReindex,
  VacuumStmt: ({ is_vacuumcmd }) => is_vacuumcmd === true,
  ClusterStmt: ({ relation }) => relation === undefined,
  CreatedbStmt: () => true,
  DropdbStmt: () => true,
  AlterDatabaseStmt: ({ options }) => hasOption(options, 'tablespace'),
  CreateTableSpaceStmt: () => true,
  DropTableSpaceStmt: () => true,
  AlterSystemStmt: () => true,
  CreateSubscriptionStmt: createsSlot,
  DropSubscriptionStmt: () => true,
  AlterSubscriptionStmt: ({ kind }) => kind === 'ALTER_SUBSCRIPTION_REFRESH',
  AlterTableStmt: detachesConcurrently,
  TransactionStmt: ({ kind }) => kind === 'TRANS_STMT_COMMIT_PREPARED' || kind === 'TRANS_STMT_ROLLBACK_PREPARED',
};

export function canRunInTransaction({ node }: ParsedStatement): boolean {
  const tag = tagOf(node);
  const refuses = REFUSED[tag] as ((statement: unknown) => boolean) | undefined;
  return !refuses?.(as(node, tag));
}

function refusesReindex({ kind, params }: ReindexStmt): boolean {
  const many =
    kind === 'REINDEX_OBJECT_SCHEMA' || kind === 'REINDEX_OBJECT_SYSTEM' || kind === 'REINDEX_OBJECT_DATABASE';
  return many || hasOption(params, 'concurrently');
}

/** Making the replication slot cannot be rolled back; `connect = false` makes none either. */
function createsSlot({ options }: CreateSubscriptionStmt): boolean {
  return !all(options, 'DefElem').some(
    (option) => ['create_slot', 'connect'].includes(option.defname ?? '') && isFalse(option),
  );
}

function detachesConcurrently({ cmds }: AlterTableStmt): boolean {
  return all(cmds, 'AlterTableCmd').some(
    ({ subtype, def }) => subtype === 'AT_DetachPartition' && as(def, 'PartitionCmd')?.concurrent === true,
  );
}

/** The value that `ALTER TYPE ... ADD VALUE` adds: it may be used only after its transaction has committed. */
export function enumValueAdded({ node }: ParsedStatement): { type: string; value: string } | null {
  const statement = as(node, 'AlterEnumStmt');
  if (!statement || statement.oldVal !== undefined) return null;
  return { type: words(statement.typeName).join('.'), value: statement.newVal ?? '' };
}

/** True where a string constant of that value stands anywhere in the statement, or in the body of its DO block. */
export function usesLiteral({ node }: ParsedStatement, value: string): boolean {
  if (find(node, 'A_Const').some(({ sval }) => sval?.sval === value)) return true;
  return doBody(node)?.includes(`'${value.replaceAll("'", "''")}'`) ?? false;
}

/** The body of a DO block. */
export function doBody(node: ParsedStatement['node']): string | null {
  const body = all(as(node, 'DoStmt')?.args, 'DefElem').find(({ defname }) => defname === 'as');
  return as(body?.arg, 'String')?.sval ?? null;
}

/** True for SET, RESET and `set_config(..., false)`: what outlives the transaction and meets the next user of the session. */
export function setsSession({ node }: ParsedStatement): boolean {
  const set = as(node, 'VariableSetStmt');
  // SET TRANSACTION is of its transaction alone; the grammar gives it as a multiple setting.
  if (set) return set.is_local !== true && !(set.kind === 'VAR_SET_MULTI' && set.name === 'TRANSACTION');
  return (
    as(node, 'SelectStmt') !== undefined &&
    find(node, 'FuncCall').some(
      (call) => nameParts(call.funcname?.at(-1)).join() === 'set_config' && !isTrue(call.args?.[2]),
    )
  );
}

/** From here on the script itself says how long its statements stand in a queue. */
export function setsLockTimeout({ node }: ParsedStatement): boolean {
  return as(node, 'VariableSetStmt')?.name === 'lock_timeout';
}

function isTrue(node: Parameters<typeof as>[0]): boolean {
  return as(node, 'A_Const')?.boolval?.boolval === true;
}

/** Nodes whose time depends on rows, and those that need their answer: COPY takes the next message for its data. */
const READS_ROWS = new Set<Tag>([
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'SelectStmt',
  'DoStmt',
  'CallStmt',
  'ExecuteStmt',
  'CopyStmt',
  'CreateTableAsStmt',
  'RefreshMatViewStmt',
  // A savepoint could revive the transaction after a failure.
  'TransactionStmt',
]);

export function readsRows({ node }: ParsedStatement): boolean {
  return READS_ROWS.has(tagOf(node));
}

/** VALIDATE CONSTRAINT reads every row under a weak lock. */
export function validates({ node }: ParsedStatement): boolean {
  return all(as(node, 'AlterTableStmt')?.cmds, 'AlterTableCmd').some(
    ({ subtype }) => subtype === 'AT_ValidateConstraint',
  );
}

/** What they lock is known and weak; a function, a block or REFRESH may lock anything. */
const WAITS_FOR_ROWS = new Set<Tag>([
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'CopyStmt',
  'CreateTableAsStmt',
]);

/** True where all that a statement may have to wait for are rows and weak locks: nobody queues behind it meanwhile. */
export function waitsForRows(statement: ParsedStatement): boolean {
  return WAITS_FOR_ROWS.has(tagOf(statement.node)) || validates(statement);
}
