/** What a statement may change: the names under which its traces are looked for. One entry a kind of statement. */
import type { AlterTableStmt, DropStmt, GrantStmt, Node, ObjectType, RangeVar } from '@pgsql/types';
import type { ParsedStatement } from '../../adapters/sql-parser';
import { all, as, nameParts, tagOf, words, type Of, type Tag } from '../statements/ast';
import { reachOf } from '../statements/reach';
import { doBody } from '../statements/transactions';

export interface Subject {
  kind: 'relation' | 'type' | 'routine' | 'statistics' | 'schema' | 'extension' | 'everything';
  /** Null: wherever the session's search_path finds it. */
  schema: string | null;
  name: string;
}

export interface Scope {
  subjects: Subject[];
  /** What depends on the subjects may go with them. */
  cascade: boolean;
}

/**
 * Changes no schema, changes what `scope` holds, changes what no look at the schema shows, or nobody can tell (`reason`: why, to follow
 * "line 3: ").
 */
export type Effect =
  { kind: 'none' } | { kind: 'changes'; scope: Scope } | { kind: 'unprovable' | 'unknown'; reason: string };

const NONE: Effect = { kind: 'none' };

function changes(subjects: Subject[], cascade = false): Effect {
  return { kind: 'changes', scope: { subjects, cascade } };
}

function unknown(reason: string): Effect {
  return { kind: 'unknown', reason };
}

function unprovable(reason: string): Effect {
  return { kind: 'unprovable', reason };
}

function named(kind: Subject['kind'], parts: string[]): Subject {
  return { kind, schema: parts.at(-2) ?? null, name: parts.at(-1) ?? '' };
}

function relation(range: RangeVar | undefined): Subject {
  return { kind: 'relation', schema: range?.schemaname ?? null, name: range?.relname ?? '' };
}

const type = (names: Node[] | undefined): Subject => named('type', words(names));

/** Kinds of object whose name leads to what is captured; triggers and their like are named behind their table. */
const OBJECTS: Partial<Record<ObjectType, (parts: string[]) => Subject>> = {
  OBJECT_TABLE: (parts) => named('relation', parts),
  OBJECT_FOREIGN_TABLE: (parts) => named('relation', parts),
  OBJECT_VIEW: (parts) => named('relation', parts),
  OBJECT_MATVIEW: (parts) => named('relation', parts),
  OBJECT_SEQUENCE: (parts) => named('relation', parts),
  OBJECT_INDEX: (parts) => named('relation', parts),
  OBJECT_COLUMN: (parts) => named('relation', parts.slice(0, -1)),
  OBJECT_TABCONSTRAINT: (parts) => named('relation', parts.slice(0, -1)),
  OBJECT_TRIGGER: (parts) => named('relation', parts.slice(0, -1)),
  OBJECT_POLICY: (parts) => named('relation', parts.slice(0, -1)),
  OBJECT_RULE: (parts) => named('relation', parts.slice(0, -1)),
  OBJECT_STATISTIC_EXT: (parts) => named('statistics', parts),
  OBJECT_TYPE: (parts) => named('type', parts),
  OBJECT_DOMAIN: (parts) => named('type', parts),
  OBJECT_DOMCONSTRAINT: (parts) => named('type', parts.slice(0, -1)),
  OBJECT_FUNCTION: (parts) => named('routine', parts),
  OBJECT_PROCEDURE: (parts) => named('routine', parts),
  OBJECT_ROUTINE: (parts) => named('routine', parts),
  OBJECT_AGGREGATE: (parts) => named('routine', parts),
  OBJECT_SCHEMA: (parts) => ({ kind: 'schema', schema: null, name: parts[0] ?? '' }),
  OBJECT_EXTENSION: (parts) => ({ kind: 'extension', schema: null, name: parts[0] ?? '' }),
};

function object(kind: ObjectType | undefined, parts: string[], cascade = false): Effect {
  const subject = OBJECTS[kind ?? 'OBJECT_TABLE']?.(parts);
  return subject ? changes([subject], cascade) : unknown(`${wordsOf(kind)} is not captured`);
}

/** `OBJECT_EVENT_TRIGGER` -> `an object of kind "event trigger"`. */
function wordsOf(kind: ObjectType | undefined): string {
  return `an object of kind "${(kind ?? 'OBJECT_TABLE').slice('OBJECT_'.length).toLowerCase().replaceAll('_', ' ')}"`;
}

type Scopes = { [T in Tag]?: (statement: Of<T>) => Effect };

const SCOPES: Scopes = {
  CreateStmt: (statement) => changes([relation(statement.relation)]),
  CreateForeignTableStmt: ({ base }) => changes([relation(base?.relation)]),
  CreateTableAsStmt: ({ into }) => changes([relation(into?.rel)]),
  SelectStmt: ({ intoClause }) => (intoClause ? changes([relation(intoClause.rel)]) : NONE),
  ViewStmt: ({ view }) => changes([relation(view)], true),
  CreateSeqStmt: ({ sequence }) => changes([relation(sequence)]),
  AlterSeqStmt: ({ sequence }) => changes([relation(sequence)]),
  IndexStmt: ({ relation: table }) => changes([relation(table)]),
  CreateStatsStmt: ({ relations }) => changes(all(relations, 'RangeVar').map(relation)),
  AlterStatsStmt: ({ defnames }) => changes([named('statistics', words(defnames))]),
  CreateTrigStmt: ({ relation: table }) => changes([relation(table)]),
  CreatePolicyStmt: ({ table }) => changes([relation(table)]),
  AlterPolicyStmt: ({ table }) => changes([relation(table)]),
  RuleStmt: ({ relation: table }) => changes([relation(table)]),
  AlterTableStmt: alterTable,
  ClusterStmt: ({ relation: table }) => (table ? changes([relation(table)]) : NONE),
  CreateEnumStmt: ({ typeName }) => changes([type(typeName)]),
  AlterEnumStmt: ({ typeName }) => changes([type(typeName)]),
  CompositeTypeStmt: ({ typevar }) => changes([{ ...relation(typevar), kind: 'type' }]),
  CreateRangeStmt: ({ typeName }) => changes([type(typeName)]),
  CreateDomainStmt: ({ domainname }) => changes([type(domainname)]),
  AlterDomainStmt: ({ typeName, behavior }) => changes([type(typeName)], behavior === 'DROP_CASCADE'),
  CreateFunctionStmt: ({ funcname }) => changes([named('routine', words(funcname))]),
  AlterFunctionStmt: ({ func }) => changes([named('routine', words(func?.objname))]),
  DefineStmt: ({ kind, defnames }) => object(kind, words(defnames)),
  CreateSchemaStmt: createSchema,
  CreateExtensionStmt: ({ extname }) => changes([{ kind: 'extension', schema: null, name: extname ?? '' }]),
  AlterExtensionStmt: () => unprovable('an extension cannot go back to an earlier version'),
  DropStmt: drop,
  RenameStmt: rename,
  AlterObjectSchemaStmt: ({ objectType, relation: range, object: name }) =>
    range ? changes([relation(range)]) : object(objectType, nameParts(name)),
  AlterOwnerStmt: ({ objectType, object: name }) => object(objectType, nameParts(name)),
  CommentStmt: ({ objtype, object: name }) => object(objtype, nameParts(name)),
  GrantStmt: grant,
  AlterDefaultPrivilegesStmt: () => unknown('default privileges are not captured'),
  AlterTableMoveAllStmt: () => unknown('it moves tables that it does not name'),
};

/** Statements that leave the schema as it is: settings, locks, maintenance, and data. */
const HARMLESS = new Set<Tag>([
  'VariableSetStmt',
  'VariableShowStmt',
  'TransactionStmt',
  'LockStmt',
  'VacuumStmt',
  'ReindexStmt',
  'RefreshMatViewStmt',
  'CheckPointStmt',
  'DiscardStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'TruncateStmt',
  'CopyStmt',
  'CallStmt',
  'NotifyStmt',
  'ListenStmt',
  'UnlistenStmt',
  'ExplainStmt',
  'DeclareCursorStmt',
  'ClosePortalStmt',
  'FetchStmt',
  'PrepareStmt',
  'ExecuteStmt',
  'DeallocateStmt',
  'ConstraintsSetStmt',
]);

/** @param inside the statements of a DO block, in order. */
export function effectOf(statement: ParsedStatement, inside: readonly ParsedStatement[]): Effect {
  const { node } = statement;
  const reach = reachOf(statement);
  if (reach !== null) return unprovable(`${reach} reaches beyond the database`);
  if (doBody(node) !== null) return together(inside.map((each) => effectOf(each, [])));
  const tag = tagOf(node);
  const scope = SCOPES[tag] as ((inner: unknown) => Effect) | undefined;
  if (scope) return scope(as(node, tag));
  return HARMLESS.has(tag) ? NONE : unknown(`nothing is known of the reversal of such a statement (${tag})`);
}

function together(effects: Effect[]): Effect {
  const lost = effects.find(({ kind }) => kind === 'unprovable') ?? effects.find(({ kind }) => kind === 'unknown');
  if (lost) return lost;
  const scopes = effects.flatMap((effect) => (effect.kind === 'changes' ? [effect.scope] : []));
  return scopes.length === 0
    ? NONE
    : changes(
        scopes.flatMap(({ subjects }) => subjects),
        scopes.some(({ cascade }) => cascade),
      );
}

function alterTable({ relation: table, objtype, cmds }: AlterTableStmt): Effect {
  const commands = all(cmds, 'AlterTableCmd');
  const others = commands.flatMap(({ def }) =>
    [as(def, 'RangeVar'), as(def, 'PartitionCmd')?.name].filter((range) => range !== undefined),
  );
  const subject: Subject = { ...relation(table), kind: objtype === 'OBJECT_TYPE' ? 'type' : 'relation' };
  return changes(
    [subject, ...others.map(relation)],
    commands.some(({ behavior }) => behavior === 'DROP_CASCADE'),
  );
}

function drop({ removeType, objects }: DropStmt): Effect {
  return together((objects ?? []).map((each) => object(removeType, nameParts(each), true)));
}

function rename({ renameType, relation: range, object: name, subname }: Of<'RenameStmt'>): Effect {
  if (renameType === 'OBJECT_SCHEMA') return object(renameType, [subname ?? '']);
  if (!range) return object(renameType, nameParts(name));
  return changes([{ ...relation(range), kind: renameType === 'OBJECT_ATTRIBUTE' ? 'type' : 'relation' }]);
}

function createSchema({ schemaname, schemaElts }: Of<'CreateSchemaStmt'>): Effect {
  const schema: Subject = { kind: 'schema', schema: null, name: schemaname ?? '' };
  const inside = schemaElts?.length ? [{ kind: 'everything' as const, schema: null, name: schemaname ?? '' }] : [];
  return changes([schema, ...inside]);
}

function grant({ targtype, objtype, objects }: GrantStmt): Effect {
  if (targtype === 'ACL_TARGET_ALL_IN_SCHEMA')
    return changes(
      (objects ?? []).map((each) => ({ kind: 'everything', schema: null, name: nameParts(each)[0] ?? '' })),
    );
  if (targtype !== 'ACL_TARGET_OBJECT') return unknown('default privileges are not captured');
  const ranges = all(objects, 'RangeVar');
  return ranges.length > 0
    ? changes(ranges.map(relation))
    : together((objects ?? []).map((each) => object(objtype, nameParts(each))));
}
