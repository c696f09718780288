/** Every hazard, in the order in which the plan lists those of one statement. */
import type { Hazard } from './hazard';
import { hazard as addColumnNotNullWithoutDefault } from './add-column-not-null-without-default';
import { hazard as alterSystem } from './alter-system';
import { hazard as attachPartitionWithoutCheck } from './attach-partition-without-check';
import { hazard as bulkLoop } from './bulk-loop';
import { hazard as charColumn } from './char-column';
import { hazard as checkNotValid } from './check-not-valid';
import { hazard as columnInUse } from './column-in-use';
import { hazard as columnTypeChange } from './column-type-change';
import { hazard as concurrentlyInTransaction } from './concurrently-in-transaction';
import { hazard as concurrentlyOnPartitioned } from './concurrently-on-partitioned';
import { hazard as constrainedDomainColumn } from './constrained-domain-column';
import { hazard as domainConstraint } from './domain-constraint';
import { hazard as dropCascade } from './drop-cascade';
import { hazard as dropColumn } from './drop-column';
import { hazard as dropConstraint } from './drop-constraint';
import { hazard as dropDefault } from './drop-default';
import { hazard as dropIndex } from './drop-index';
import { hazard as dropNotNull } from './drop-not-null';
import { hazard as dropSchemaOrDatabase } from './drop-schema-or-database';
import { hazard as dropTable } from './drop-table';
import { hazard as dropType } from './drop-type';
import { hazard as dropViewOrFunction } from './drop-view-or-function';
import { hazard as enumValueUsedInSameTransaction } from './enum-value-used-in-same-transaction';
import { hazard as exclusionConstraint } from './exclusion-constraint';
import { hazard as extensionOrRole } from './extension-or-role';
import { hazard as foreignKeyNotValid } from './foreign-key-not-valid';
import { hazard as foreignKeyWithoutIndex } from './foreign-key-without-index';
import { hazard as identifierTooLong } from './identifier-too-long';
import { hazard as identityOrSerialAdded } from './identity-or-serial-added';
import { hazard as ifNotExistsIndex } from './if-not-exists-index';
import { hazard as indexNotConcurrent } from './index-not-concurrent';
import { hazard as int4Key } from './int4-key';
import { hazard as jsonColumn } from './json-column';
import { hazard as lockHeldDuringScan } from './lock-held-during-scan';
import { hazard as lockTable } from './lock-table';
import { hazard as manyExclusiveTables } from './many-exclusive-tables';
import { hazard as mixedDdlAndBulkDml } from './mixed-ddl-and-bulk-dml';
import { hazard as opaqueSql } from './opaque-sql';
import { hazard as ownTransaction } from './own-transaction';
import { hazard as partitionLockOnParent } from './partition-lock-on-parent';
import { hazard as privilegeChange } from './privilege-change';
import { hazard as publicationWithoutIdentity } from './publication-without-identity';
import { hazard as refreshMaterializedView } from './refresh-materialized-view';
import { hazard as renameColumn } from './rename-column';
import { hazard as renameEnumValue } from './rename-enum-value';
import { hazard as renameSchema } from './rename-schema';
import { hazard as renameTable } from './rename-table';
import { hazard as renameType } from './rename-type';
import { hazard as rowSecurityChange } from './row-security-change';
import { hazard as selectStar } from './select-star';
import { hazard as sequenceReset } from './sequence-reset';
import { hazard as sessionSettingLeft } from './session-setting-left';
import { hazard as setNotNull } from './set-not-null';
import { hazard as storedGeneratedColumn } from './stored-generated-column';
import { hazard as tableRewrite } from './table-rewrite';
import { hazard as timestampWithoutTimeZone } from './timestamp-without-time-zone';
import { hazard as triggerOnExistingTable } from './trigger-on-existing-table';
import { hazard as triggersDisabled } from './triggers-disabled';
import { hazard as truncate } from './truncate';
import { hazard as uniqueConstraint } from './unique-constraint';
import { hazard as updateOrDeleteWithoutWhere } from './update-or-delete-without-where';
import { hazard as vacuumFullClusterReindex } from './vacuum-full-cluster-reindex';
import { hazard as volatileDefault } from './volatile-default';

export const HAZARDS: readonly Hazard[] = [
  indexNotConcurrent,
  uniqueConstraint,
  exclusionConstraint,
  foreignKeyNotValid,
  checkNotValid,
  setNotNull,
  addColumnNotNullWithoutDefault,
  columnTypeChange,
  volatileDefault,
  storedGeneratedColumn,
  constrainedDomainColumn,
  identityOrSerialAdded,
  tableRewrite,
  renameTable,
  renameSchema,
  renameColumn,
  renameEnumValue,
  renameType,
  dropTable,
  dropColumn,
  columnInUse,
  dropIndex,
  dropConstraint,
  dropDefault,
  dropNotNull,
  dropType,
  dropViewOrFunction,
  dropSchemaOrDatabase,
  dropCascade,
  truncate,
  enumValueUsedInSameTransaction,
  concurrentlyInTransaction,
  concurrentlyOnPartitioned,
  ownTransaction,
  mixedDdlAndBulkDml,
  updateOrDeleteWithoutWhere,
  bulkLoop,
  sequenceReset,
  manyExclusiveTables,
  lockHeldDuringScan,
  foreignKeyWithoutIndex,
  ifNotExistsIndex,
  triggerOnExistingTable,
  triggersDisabled,
  extensionOrRole,
  privilegeChange,
  publicationWithoutIdentity,
  sessionSettingLeft,
  alterSystem,
  lockTable,
  vacuumFullClusterReindex,
  attachPartitionWithoutCheck,
  partitionLockOnParent,
  rowSecurityChange,
  identifierTooLong,
  timestampWithoutTimeZone,
  charColumn,
  jsonColumn,
  int4Key,
  selectStar,
  domainConstraint,
  refreshMaterializedView,
  opaqueSql,
];
