/**
 * What a statement does beyond its database: to the whole server, its files and programs, or another server. No copy of the database
 * keeps that in. Pure.
 */
import type { ObjectType, RangeVar } from '@pgsql/types';
import type { ParsedStatement } from '../../adapters/sql-parser';
import { all, as, find, tagOf, walk, words, type Of, type Tag } from './ast';
import { kindOf } from './kinds';
import { dynamicBeginnings } from './plpgsql';
import { withoutComments } from './scan';
import { doBody } from './transactions';

/** Objects that all databases of a server share, and subscriptions, which hold a slot on another one. */
const SHARED = new Set<ObjectType | undefined>([
  'OBJECT_DATABASE',
  'OBJECT_PARAMETER_ACL',
  'OBJECT_ROLE',
  'OBJECT_SUBSCRIPTION',
  'OBJECT_TABLESPACE',
]);

const ALWAYS = new Set<Tag>([
  'AlterDatabaseRefreshCollStmt',
  'AlterDatabaseSetStmt',
  'AlterDatabaseStmt',
  'AlterRoleSetStmt',
  'AlterRoleStmt',
  'AlterSubscriptionStmt',
  'AlterSystemStmt',
  'AlterTableSpaceOptionsStmt',
  'CreateRoleStmt',
  'CreateSubscriptionStmt',
  'CreateTableSpaceStmt',
  'CreatedbStmt',
  // Both also take what the role has on databases and tablespaces.
  'DropOwnedStmt',
  'DropRoleStmt',
  'DropSubscriptionStmt',
  'DropTableSpaceStmt',
  'DropdbStmt',
  'ReassignOwnedStmt',
]);

/** @returns what of it reaches beyond the database, in SQL's words; null where nothing does. */
type Reach<T extends Tag> = (statement: Of<T>, written: ParsedStatement) => string | null;

const SOMETIMES: { [T in Tag]?: Reach<T> } = {
  AlterOwnerStmt: ({ objectType }, written) => shared(objectType, kindOf(written)),
  CallStmt: calls,
  CommentStmt: ({ objtype }) => shared(objtype, `COMMENT ON ${objectWords(objtype)}`),
  CopyStmt: ({ is_from, is_program, filename }) => {
    if (is_program) return 'COPY with a program';
    return filename !== undefined && !is_from ? 'COPY to a file of the server' : null;
  },
  CreateTableAsStmt: calls,
  DeleteStmt: writes,
  DoStmt: (_, { node }) => ofBody(doBody(node) ?? ''),
  GrantRoleStmt: ({ is_grant }) => (is_grant ? 'GRANT of a role' : 'REVOKE of a role'),
  GrantStmt: ({ objtype, is_grant }) => shared(objtype, `${is_grant ? 'GRANT' : 'REVOKE'} ON ${objectWords(objtype)}`),
  InsertStmt: writes,
  MergeStmt: writes,
  RenameStmt: ({ renameType }, written) => shared(renameType, kindOf(written)),
  SecLabelStmt: ({ objtype }) => shared(objtype, `SECURITY LABEL ON ${objectWords(objtype)}`),
  SelectStmt: calls,
  UpdateStmt: writes,
};

/**
 * Of the statement itself; the SQL inside its DO block, or inside a function that it calls, are statements of their own.
 * @returns what reaches beyond the database, in SQL's words; null where nothing is seen to.
 */
export function reachOf(statement: ParsedStatement): string | null {
  const tag = tagOf(statement.node);
  if (ALWAYS.has(tag)) return kindOf(statement);
  const look = SOMETIMES[tag] as Reach<Tag> | undefined;
  return look?.(as(statement.node, tag) as Of<Tag>, statement) ?? null;
}

function shared(kind: ObjectType | undefined, what: string): string | null {
  return SHARED.has(kind) ? what : null;
}

/** `OBJECT_PARAMETER_ACL` -> `PARAMETER`. */
function objectWords(kind: ObjectType | undefined): string {
  return (kind ?? '').replace(/^OBJECT_|_ACL$/g, '');
}

/** Functions that end sessions, steer the server, its slots and its files, or speak to other servers. */
const REACHING =
  'dblink\\w*|http_(?:delete|get|head|patch|post|put)|lo_export|pg_(?:backup_(?:start|stop)|cancel_backend|copy_\\w+_slot|create_\\w+_slot|create_restore_point|drop_replication_slot|file_\\w+|logical_slot_get_\\w+|promote|reload_conf|replication_(?:origin|slot)_\\w+|rotate_logfile|start_backup|stat_reset_(?:replication_slot|shared|slru|subscription_stats)|stat_statements_reset|stop_backup|switch_wal|terminate_backend|wal_replay_(?:pause|resume))';
const FUNCTION = new RegExp(`^(?:${REACHING})$`);
const CALL = new RegExp(`\\b(${REACHING})\\s*\\(`, 'i');

function calls(statement: unknown): string | null {
  const name = find(statement, 'FuncCall')
    .map(({ funcname }) => words(funcname).at(-1) ?? '')
    .find((each) => FUNCTION.test(each));
  return name === undefined ? null : `${name}()`;
}

/** The catalogs that all databases share. */
const SHARED_CATALOG =
  /^pg_(?:authid|auth_members|database|db_role_setting|parameter_acl|replication_origin|shdepend|shdescription|shseclabel|subscription|tablespace)$/;

function writes(statement: { relation?: RangeVar }): string | null {
  const catalog = statement.relation?.relname ?? '';
  return SHARED_CATALOG.test(catalog) ? `a write to ${catalog}` : calls(statement);
}

/** SQL that is put together as it runs is known by how it begins. */
const DYNAMIC =
  /^\s*((?:CREATE|ALTER|DROP)\s+(?:DATABASE|GROUP|ROLE|SUBSCRIPTION|SYSTEM|TABLESPACE|USER(?!\s+MAPPING))|(?:DROP|REASSIGN)\s+OWNED|COMMENT\s+ON\s+(?:DATABASE|ROLE|TABLESPACE)|(?:GRANT|REVOKE)(?=\s+(?![\s\S]*\bON\b)|[\s\S]*\bON\s+(?:DATABASE|PARAMETER|TABLESPACE)\b))\b/i;

function ofBody(body: string): string | null {
  const dynamic = dynamicBeginnings(body).flatMap((sql) => DYNAMIC.exec(sql)?.[1] ?? [])[0];
  if (dynamic !== undefined) return dynamic.replace(/\s+/g, ' ').toUpperCase();
  const call = CALL.exec(withoutComments(body))?.[1];
  return call === undefined ? null : `${call.toLowerCase()}()`;
}

const NEW_ROLE = /^\s*CREATE\s+(?:ROLE|USER|GROUP)\s+"?(\w+)"?\s/i;

/** The roles that will be there, or be the session's to act for, once the statement has run. */
export function rolesGained({ node }: ParsedStatement): string[] {
  const made = as(node, 'CreateRoleStmt')?.role;
  const renamed = as(node, 'RenameStmt');
  const dynamic = dynamicBeginnings(doBody(node) ?? '').map((sql) => NEW_ROLE.exec(sql)?.[1]);
  const granted = all(as(node, 'GrantRoleStmt')?.granted_roles, 'AccessPriv').map(({ priv_name }) => priv_name);
  return [made, renamed?.renameType === 'OBJECT_ROLE' ? renamed.newname : undefined, ...granted, ...dynamic].filter(
    (name) => name !== undefined,
  );
}

/** The roles that a statement names: grantees, owners, those of a policy, and the one that SET ROLE takes. */
export function rolesNamed({ node }: ParsedStatement): string[] {
  const named: string[] = [];
  // The grammar wraps a role in a node of its own in lists only.
  walk(node, (_, inside) => {
    if ('rolename' in inside && typeof inside.rolename === 'string') named.push(inside.rolename);
  });
  const set = as(node, 'VariableSetStmt');
  const taken = set?.name === 'role' || set?.name === 'session_authorization' ? all(set.args, 'A_Const') : [];
  return [...named, ...taken.flatMap(({ sval }) => sval?.sval ?? [])];
}
