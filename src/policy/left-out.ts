/**
 * What is left out wherever a history runs on a copy of the database: a copy is on a server that others use, and what reaches beyond
 * the database takes effect there at once, approved by nobody. Pure.
 */
import type { ParsedStatement } from '../adapters/sql-parser';
import { firstReach, learn, rolesGained, rolesNamed, scriptContext, within, type ScriptContext } from './statements';
import { all, as, tagOf, type Tag } from './statements/ast';
import { kindOf } from './statements/kinds';
import { opaqueSql } from './statements/plpgsql';
import { doBody } from './statements/transactions';

/** A statement that does not run on a copy. */
export interface LeftOut {
  migration: string;
  /** 0-based place in the file. */
  statement: number;
  line: number;
  /** In SQL's words, to stand in brackets: `CREATE ROLE`. */
  what: string;
  /** To follow "line 3: ". */
  reason: string;
  /** It may change tables, too: without it a copy may come to another schema. */
  changesSchema: boolean;
}

export interface Script {
  migration: string;
  statements: ParsedStatement[];
}

/**
 * @param scripts in the order in which they run, from the first of the history where functions of earlier ones are to be known.
 * @param roles that the session is a member of, on the server that has the copy: what names another one can run there only if no
 * statement that was left out makes it so.
 */
export function leftOut(
  scripts: Script[],
  roles: ReadonlySet<string>,
  parse: NonNullable<ScriptContext['parse']>,
): LeftOut[] {
  const script = scriptContext(undefined, parse);
  const absent = new Set<string>();
  return scripts.flatMap(({ migration, statements }) =>
    statements.flatMap((statement) => {
      const parts = within(statement, script);
      learn(statement, script);
      const reach = firstReach(parts);
      if (reach !== null) for (const role of parts.flatMap(rolesGained)) if (!roles.has(role)) absent.add(role);
      const why = reach !== null ? ofReach(reach) : ofRole(statement, parts, absent);
      if (why === null) return [];
      const { index, line } = statement;
      return [{ migration, statement: index, line, ...why, changesSchema: !parts.every(leavesTables) }];
    }),
  );
}

function ofReach(reach: string): Pick<LeftOut, 'what' | 'reason'> {
  return { what: reach, reason: `${reach} reaches beyond the database and is not rehearsed` };
}

function ofRole(
  statement: ParsedStatement,
  parts: ParsedStatement[],
  absent: ReadonlySet<string>,
): Pick<LeftOut, 'what' | 'reason'> | null {
  const role = parts.flatMap(rolesNamed).find((name) => absent.has(name));
  if (role === undefined) return null;
  const kind = kindOf(statement);
  return {
    what: `${kind} that names role ${role}`,
    reason: `${kind} names role ${role}, which is made or granted by what is not rehearsed`,
  };
}

const LEAVE_TABLES = new Set<Tag>([
  'AlterDatabaseRefreshCollStmt',
  'AlterDatabaseSetStmt',
  'AlterDatabaseStmt',
  'AlterDefaultPrivilegesStmt',
  'AlterOwnerStmt',
  'AlterPolicyStmt',
  'AlterRoleSetStmt',
  'AlterRoleStmt',
  'AlterSubscriptionStmt',
  'AlterSystemStmt',
  'AlterTableSpaceOptionsStmt',
  'CallStmt',
  'CommentStmt',
  'CopyStmt',
  'CreatePolicyStmt',
  'CreateRoleStmt',
  'CreateSubscriptionStmt',
  'CreateTableSpaceStmt',
  'CreatedbStmt',
  'DeleteStmt',
  'DropRoleStmt',
  'DropSubscriptionStmt',
  'DropTableSpaceStmt',
  'DropdbStmt',
  'GrantRoleStmt',
  'GrantStmt',
  'InsertStmt',
  'MergeStmt',
  'ReassignOwnedStmt',
  'SecLabelStmt',
  'UpdateStmt',
  'VariableSetStmt',
]);

/** What it runs inside itself is looked at for itself. */
function leavesTables({ node }: ParsedStatement): boolean {
  const body = doBody(node);
  if (body !== null) return opaqueSql(body).length === 0;
  const alter = as(node, 'AlterTableStmt');
  if (alter) return all(alter.cmds, 'AlterTableCmd').every(({ subtype }) => subtype === 'AT_ChangeOwner');
  const rename = as(node, 'RenameStmt')?.renameType;
  if (rename !== undefined) return rename === 'OBJECT_ROLE' || rename === 'OBJECT_DATABASE';
  const select = as(node, 'SelectStmt');
  return select ? select.intoClause === undefined : LEAVE_TABLES.has(tagOf(node));
}

const MOST_NAMED = 5;

/** `01_roles, line 1 (CREATE ROLE), line 2 (GRANT that names role app); 02_more, line 1 (ALTER SYSTEM)`. */
export function placesText(left: Pick<LeftOut, 'migration' | 'line' | 'what'>[]): string {
  const shown = left.slice(0, MOST_NAMED);
  const names = [...new Set(shown.map(({ migration }) => migration))];
  const text = names.map((name) => {
    const lines = shown.filter(({ migration }) => migration === name).map(({ line, what }) => `line ${line} (${what})`);
    return `${name}, ${lines.join(', ')}`;
  });
  const more = left.length - shown.length;
  return `${text.join('; ')}${more > 0 ? ` and ${more} more` : ''}`;
}
