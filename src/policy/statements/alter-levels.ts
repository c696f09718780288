/**
 * What each subcommand of ALTER TABLE locks its table with: PostgreSQL's AlterTableGetLockLevel, 14 to 18.
 * A statement with several takes the strongest for all of them.
 */
import type { AlterTableCmd, AlterTableType } from '@pgsql/types';
import { all, as } from './ast';
import type { LockMode } from './locks';

const EXCLUSIVE: LockMode = 'AccessExclusiveLock';

/** Only those weaker than ACCESS EXCLUSIVE; whatever is not here takes that. */
const WEAKER: Partial<Record<AlterTableType, LockMode>> = {
  // Triggers matter to writers alone.
  AT_EnableTrig: 'ShareRowExclusiveLock',
  AT_EnableAlwaysTrig: 'ShareRowExclusiveLock',
  AT_EnableReplicaTrig: 'ShareRowExclusiveLock',
  AT_EnableTrigAll: 'ShareRowExclusiveLock',
  AT_EnableTrigUser: 'ShareRowExclusiveLock',
  AT_DisableTrig: 'ShareRowExclusiveLock',
  AT_DisableTrigAll: 'ShareRowExclusiveLock',
  AT_DisableTrigUser: 'ShareRowExclusiveLock',
  // These matter to the planner, or to nobody who reads or writes.
  AT_SetStatistics: 'ShareUpdateExclusiveLock',
  AT_ClusterOn: 'ShareUpdateExclusiveLock',
  AT_DropCluster: 'ShareUpdateExclusiveLock',
  AT_SetOptions: 'ShareUpdateExclusiveLock',
  AT_ResetOptions: 'ShareUpdateExclusiveLock',
  AT_ValidateConstraint: 'ShareUpdateExclusiveLock',
  AT_AttachPartition: 'ShareUpdateExclusiveLock',
  AT_DetachPartitionFinalize: 'ShareUpdateExclusiveLock',
};

/** Storage parameters that need the full lock; all others of tables and btree indexes take SHARE UPDATE EXCLUSIVE. */
const EXCLUSIVE_OPTIONS = new Set([
  'user_catalog_table',
  'buffering',
  'fastupdate',
  'pages_per_range',
  'autosummarize',
  'gin_pending_list_limit',
  'security_barrier',
  'security_invoker',
  'check_option',
]);

export function alterLevel(command: AlterTableCmd): LockMode {
  switch (command.subtype) {
    case 'AT_AddConstraint':
      return as(command.def, 'Constraint')?.contype === 'CONSTR_FOREIGN' ? 'ShareRowExclusiveLock' : EXCLUSIVE;
    case 'AT_SetRelOptions':
    case 'AT_ResetRelOptions':
    case 'AT_ReplaceRelOptions': {
      const options = all(as(command.def, 'List')?.items, 'DefElem');
      return options.some(({ defname }) => EXCLUSIVE_OPTIONS.has(defname ?? ''))
        ? EXCLUSIVE
        : 'ShareUpdateExclusiveLock';
    }
    case 'AT_DetachPartition':
      return as(command.def, 'PartitionCmd')?.concurrent ? 'ShareUpdateExclusiveLock' : EXCLUSIVE;
    default:
      return WEAKER[command.subtype ?? 'AT_AddColumn'] ?? EXCLUSIVE;
  }
}

/** Subcommands that PostgreSQL applies to inheriting tables and partitions as well, and so locks them. */
const RECURSES = new Set<AlterTableType | undefined>([
  'AT_AddColumn',
  'AT_ColumnDefault',
  'AT_DropNotNull',
  'AT_SetNotNull',
  'AT_SetExpression',
  'AT_DropExpression',
  'AT_SetStatistics',
  'AT_DropColumn',
  'AT_ValidateConstraint',
  'AT_DropConstraint',
  'AT_AlterColumnType',
  'AT_EnableTrig',
  'AT_EnableAlwaysTrig',
  'AT_EnableReplicaTrig',
  'AT_DisableTrig',
  'AT_EnableTrigAll',
  'AT_DisableTrigAll',
  'AT_EnableTrigUser',
  'AT_DisableTrigUser',
  'AT_SetStorage',
  'AT_AlterConstraint',
]);

/**
 * Whether partitions and inheriting tables take the statement's lock too. Up to PostgreSQL 17 a foreign key or an index
 * reaches partitions alone; from 18 on every new constraint locks all that is below.
 */
export function recurses(command: AlterTableCmd, partitioned: boolean, serverMajor: number): boolean {
  const constraint = command.subtype === 'AT_AddConstraint' ? as(command.def, 'Constraint') : undefined;
  if (!constraint) return RECURSES.has(command.subtype);
  if (serverMajor >= 18) return true;
  if (constraint.contype === 'CONSTR_CHECK' || constraint.contype === 'CONSTR_NOTNULL')
    return !constraint.is_no_inherit;
  return partitioned && (constraint.contype === 'CONSTR_FOREIGN' || constraint.contype === 'CONSTR_PRIMARY');
}

const LABELS: Partial<Record<AlterTableType, string>> = {
  AT_ColumnDefault: 'ALTER COLUMN DEFAULT',
  AT_AlterColumnType: 'ALTER COLUMN TYPE',
  AT_SetRelOptions: 'SET',
  AT_ResetRelOptions: 'RESET',
  AT_ChangeOwner: 'OWNER TO',
  AT_SetUnLogged: 'SET UNLOGGED',
  AT_EnableTrig: 'ENABLE TRIGGER',
  AT_EnableTrigAll: 'ENABLE TRIGGER ALL',
  AT_EnableTrigUser: 'ENABLE TRIGGER USER',
  AT_DisableTrig: 'DISABLE TRIGGER',
  AT_DisableTrigAll: 'DISABLE TRIGGER ALL',
  AT_DisableTrigUser: 'DISABLE TRIGGER USER',
  AT_SetTableSpace: 'SET TABLESPACE',
};

const CONSTRAINT_LABELS: Record<string, string> = {
  CONSTR_FOREIGN: 'ADD FOREIGN KEY',
  CONSTR_PRIMARY: 'ADD PRIMARY KEY',
  CONSTR_UNIQUE: 'ADD UNIQUE',
  CONSTR_CHECK: 'ADD CHECK',
  CONSTR_EXCLUSION: 'ADD EXCLUDE',
  CONSTR_NOTNULL: 'ADD NOT NULL',
};

/** `ADD COLUMN`, `SET NOT NULL`: the enum's own words where they are the SQL's. */
export function alterLabel(command: AlterTableCmd): string {
  if (command.subtype === 'AT_AddConstraint')
    return CONSTRAINT_LABELS[as(command.def, 'Constraint')?.contype ?? ''] ?? 'ADD CONSTRAINT';
  const subtype = command.subtype ?? 'AT_AddColumn';
  return (
    LABELS[subtype] ??
    subtype
      .slice('AT_'.length)
      .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
      .toUpperCase()
  );
}
