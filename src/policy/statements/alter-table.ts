/** ALTER TABLE: the lock is the strongest of its subcommands; some of them reach other tables. */
import type { AlterTableCmd, AlterTableStmt, ColumnDef, Constraint } from '@pgsql/types';
import { all, as, keyOf, relationOf } from './ast';
import { alterLevel, recurses } from './alter-levels';
import { addColumnRewrite, columnConstraints, hasConstraint, inlineKeyIsChecked, lacksValue } from './columns';
import { constraintName } from './constraints';
import { sibling } from './evolve-names';
import type { Draft } from './facts';
import { strongest, type LockMode } from './locks';
import { boundsAreProven, defaultPartitionOf, keyIsLimited } from './partitions';
import { foreignKeys, type Schema } from './schema';
import { zoneOf } from './time-zone';
import { checksTestedAnew, constraintsDropped, indexesMadeAnew, typeChangeOf } from './type-change';
import { losesValues, rewritesRows } from './types';

export function describeAlterTable(statement: AlterTableStmt, draft: Draft): void {
  const table = relationOf(statement.relation);
  if (statement.objtype === 'OBJECT_TYPE') {
    // Without CASCADE a table OF the type stops it, and columns of the type take no lock.
    for (const { name, ofType } of draft.schema.tables())
      if (ofType !== null && keyOf(ofType) === keyOf(table)) draft.locks.add(name, 'AccessExclusiveLock');
    return;
  }
  if (statement.missing_ok && draft.schema.isMissing(table)) return;
  const commands = all(statement.cmds, 'AlterTableCmd');
  const partitioned = draft.schema.table(table)?.partitioned ?? false;
  const level = strongest(commands.map(alterLevel)) ?? 'AccessExclusiveLock';
  draft.locks.add(table, level);
  if (statement.relation?.inh && commands.some((command) => recurses(command, partitioned, draft.schema.serverMajor)))
    draft.lockBelow(table, level);
  const effects = statement.objtype === 'OBJECT_INDEX' ? INDEX_SUBCOMMANDS : SUBCOMMANDS;
  for (const command of commands) effects[command.subtype ?? 'AT_AddColumn']?.(command, table, draft, commands);
}

/** @param commands all of the statement. */
type Subcommand = (command: AlterTableCmd, table: string, draft: Draft, commands: AlterTableCmd[]) => unknown;
type Subcommands = Partial<Record<NonNullable<AlterTableCmd['subtype']>, Subcommand>>;

/** Subcommands that do more than lock their own table. */
const SUBCOMMANDS: Subcommands = {
  AT_AddColumn: addColumn,
  AT_AddConstraint: (command, table, draft) => addConstraint(as(command.def, 'Constraint') ?? {}, table, draft),
  AT_AlterColumnType: alterType,
  AT_SetNotNull: (command, table, draft) => {
    draft.scan(table, !notNullIsProven(command.name ?? '', table, draft.schema));
  },
  AT_ValidateConstraint: validate,
  AT_DropConstraint: dropConstraint,
  AT_AlterConstraint: alterConstraint,
  AT_DropColumn: (command, table, draft) => {
    draft.dropsData = true;
    lockKeysOfColumn(command.name ?? '', table, draft);
    if (command.behavior !== 'DROP_CASCADE') return;
    for (const view of draft.schema.viewsAbove(table, command.name)) draft.locks.add(view.name, 'AccessExclusiveLock');
  },
  AT_SetLogged: (command, table, draft) => !isSequence(table, draft) && rewrite(command, table, draft),
  AT_SetUnLogged: (command, table, draft) => !isSequence(table, draft) && rewrite(command, table, draft),
  // Nearly every table is where these two would put it already.
  AT_SetAccessMethod: (command, table, draft) =>
    command.name !== undefined && command.name !== 'heap' && rewrite(command, table, draft),
  AT_SetTableSpace: (command, table, draft) => command.name !== 'pg_default' && rewrite(command, table, draft),
  AT_SetExpression: rewrite,
  AT_AttachPartition: attach,
  AT_DetachPartition: detach,
  AT_DetachPartitionFinalize: (command, _table, draft) =>
    draft.locks.add(relationOf(as(command.def, 'PartitionCmd')?.name), 'AccessExclusiveLock'),
  AT_AddInherit: (command, _table, draft) =>
    draft.locks.add(relationOf(as(command.def, 'RangeVar')), 'ShareUpdateExclusiveLock'),
  AT_DropInherit: (command, _table, draft) =>
    draft.locks.add(relationOf(as(command.def, 'RangeVar')), 'AccessShareLock'),
};

/** Those of ALTER INDEX; the table below keeps its rows and its file. */
const INDEX_SUBCOMMANDS: Subcommands = {
  AT_AttachPartition: (command, index, draft) => {
    const partition = relationOf(as(command.def, 'PartitionCmd')?.name);
    draft.locks.add(partition, 'AccessExclusiveLock');
    for (const name of [index, partition]) draft.locks.add(draft.schema.index(name)?.table ?? '', 'AccessShareLock');
  },
};

function isSequence(name: string, { schema }: Draft): boolean {
  return schema.table(name)?.kind === 'sequence';
}

function rewrite(_command: AlterTableCmd, table: string, draft: Draft): void {
  draft.rewrite(table);
}

function addColumn(command: AlterTableCmd, table: string, draft: Draft): void {
  const column = as(command.def, 'ColumnDef') ?? {};
  if (command.missing_ok && draft.schema.table(table)?.columns.has(column.colname ?? '')) return;
  draft.creates.columns++;
  if (addColumnRewrite(column, draft.schema)) draft.rewrite(table);
  // A virtual column has no value to be missing; PostgreSQL 18 computes it for the check.
  draft.scan(table, lacksValue(column) || hasConstraint(column, 'CONSTR_CHECK'));
  addInlineConstraints(column, table, draft);
}

/** Constraints written behind a column, in ADD COLUMN or CREATE TABLE. */
function addInlineConstraints(column: ColumnDef, table: string, draft: Draft): void {
  for (const constraint of columnConstraints(column)) {
    if (constraint.contype === 'CONSTR_FOREIGN')
      addForeignKey(constraint, draft, inlineKeyIsChecked(column) ? table : null);
    if (constraint.contype === 'CONSTR_UNIQUE')
      draft.creates.indexes.push(constraintName(constraint, table, [column.colname ?? '']));
    draft.scan(table, constraint.contype === 'CONSTR_UNIQUE' || constraint.contype === 'CONSTR_PRIMARY');
  }
}

function addConstraint(constraint: Constraint, table: string, draft: Draft): void {
  const checked = !constraint.skip_validation;
  if (constraint.contype === 'CONSTR_FOREIGN') addForeignKey(constraint, draft, checked ? table : null);
  else draft.scan(table, checked && !(constraint.indexname && adoptsUnread(constraint, table, draft.schema)));
  const { contype } = constraint;
  if ((contype !== 'CONSTR_UNIQUE' && contype !== 'CONSTR_EXCLUSION') || constraint.indexname) return;
  // Partitions get indexes of their own, made like any other.
  if (draft.schema.table(table)?.partitioned) draft.lockBelow(table, 'ShareLock');
  if (contype === 'CONSTR_UNIQUE') draft.creates.indexes.push(constraintName(constraint, table));
}

/** A key that adopts an index reads nothing, unless a column of a primary key may still be NULL. */
function adoptsUnread({ contype, indexname = '' }: Constraint, table: string, schema: Schema): boolean {
  const columns = schema.index(sibling(table, indexname))?.columns ?? [];
  return contype !== 'CONSTR_PRIMARY' || columns.every((column) => notNullIsProven(column ?? '', table, schema));
}

/** Both sides get triggers, so both are locked against writes, partitions too. `checkedTable` is the one whose rows are looked up. */
export function addForeignKey(constraint: Constraint, draft: Draft, checkedTable: string | null): void {
  const other = relationOf(constraint.pktable);
  draft.creates.foreignKeys++;
  if (checkedTable !== null) draft.scan(checkedTable);
  draft.lockWhole(other, 'ShareRowExclusiveLock');
}

function alterType(command: AlterTableCmd, table: string, draft: Draft, commands: AlterTableCmd[]): void {
  const { schema } = draft;
  const change = typeChangeOf(command, table, { schema, zone: zoneOf(draft.script) });
  draft.dropsData ||= losesValues(change);
  if (rewritesRows(change, schema)) rewrite(command, table, draft);
  const checks = checksTestedAnew(change, table, schema, constraintsDropped(commands));
  draft.scan(table, checks.length > 0 || indexesMadeAnew(change, table, schema).length > 0);
  lockKeysOfColumn(change.column, table, draft);
}

/** Dropping a column or its type makes its foreign keys anew or drops them: triggers on the other side go. */
function lockKeysOfColumn(column: string, table: string, draft: Draft): void {
  for (const { columns, references } of foreignKeys(draft.schema.table(table))) {
    if (columns.includes(column)) draft.lockWhole(references ?? '', 'AccessExclusiveLock');
  }
  for (const { table: other, constraint } of draft.schema.referencing(table)) {
    if (constraint.referencedColumns.includes(column)) draft.lockWhole(other.name, 'AccessExclusiveLock');
  }
}

/** True when PostgreSQL can tell without reading the table: a valid check, a key, or NOT NULL already. */
export function notNullIsProven(column: string, table: string, schema: Schema): boolean {
  const known = schema.table(table);
  return (
    known?.columns.get(column)?.notNull === true ||
    (known?.constraints.some((each) => each.valid && each.provesNotNull.includes(column)) ?? false)
  );
}

function validate(command: AlterTableCmd, table: string, draft: Draft): void {
  const known = draft.schema.table(table)?.constraints.find(({ name }) => name === command.name);
  draft.scan(table, !known?.valid);
  if (known?.references && !known.valid) draft.locks.add(known.references, 'RowShareLock');
}

function dropConstraint(command: AlterTableCmd, table: string, draft: Draft): void {
  const known = draft.schema.table(table)?.constraints.find(({ name }) => name === command.name);
  if (known?.references) draft.lockWhole(known.references, 'AccessExclusiveLock');
  if (command.behavior !== 'DROP_CASCADE' || !known || !['primary', 'unique'].includes(known.kind)) return;
  for (const { table: other, constraint } of draft.schema.referencing(table)) {
    if (constraint.referencedColumns.join() === known.columns.join())
      draft.lockWhole(other.name, 'AccessExclusiveLock');
  }
}

/** Whether a foreign key is enforced is a matter of its triggers, on both tables; only PostgreSQL 18 lets it be changed. */
function alterConstraint(command: AlterTableCmd, table: string, draft: Draft): void {
  const change = as(command.def, 'ATAlterConstraint');
  const known = draft.schema.table(table)?.constraints.find(({ name }) => name === change?.conname);
  if (!change?.alterEnforceability || !known?.references) return;
  draft.lockWhole(known.references, change.is_enforced ? 'ShareRowExclusiveLock' : 'AccessExclusiveLock');
  draft.scan(table, change.is_enforced === true);
}

function attach(command: AlterTableCmd, table: string, draft: Draft): void {
  const partition = relationOf(as(command.def, 'PartitionCmd')?.name);
  draft.locks.add(partition, 'AccessExclusiveLock');
  draft.scan(partition, !boundsAreProven(partition, table, draft.schema));
  lockKeysOfPartition(table, 'ShareRowExclusiveLock', draft);
  compareWithDefault(table, draft);
}

/** What is in the default partition might belong into a new one beside it. */
export function compareWithDefault(parent: string, draft: Draft): void {
  const rest = defaultPartitionOf(parent, draft.schema);
  if (!rest) return;
  draft.locks.add(rest.name, 'AccessExclusiveLock');
  draft.lockBelow(rest.name, 'AccessExclusiveLock');
  draft.scan(rest.name, !keyIsLimited(rest.name, parent, draft.schema));
}

function detach(command: AlterTableCmd, table: string, draft: Draft): void {
  const partition = as(command.def, 'PartitionCmd');
  // Concurrently, the second of its two transactions takes it.
  draft.locks.add(relationOf(partition?.name), 'AccessExclusiveLock');
  if (partition?.concurrent) return;
  lockKeysToPartition(table, 'AccessExclusiveLock', draft);
  // Rows that refer to the partition's are looked for.
  for (const { table: other } of draft.schema.referencing(table)) draft.scan(other.name);
  draft.locks.add(defaultPartitionOf(table, draft.schema)?.name ?? '', 'AccessExclusiveLock');
}

/** Foreign keys of a partitioned table, and those to it: each partition has its own of both, with triggers on either side. */
export function lockKeysOfPartition(parent: string, mode: LockMode, draft: Draft): void {
  for (const { references } of foreignKeys(draft.schema.table(parent))) draft.locks.add(references ?? '', mode);
  if (draft.schema.serverMajor > 14) lockKeysToPartition(parent, mode, draft);
}

function lockKeysToPartition(parent: string, mode: LockMode, draft: Draft): void {
  for (const name of [parent, ...draft.schema.ancestors(parent)])
    for (const { table } of draft.schema.referencing(name)) draft.lockWhole(table.name, mode);
}
