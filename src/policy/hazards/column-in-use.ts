import type { AlterTableCmd, AlterTableStmt } from '@pgsql/types';
import { all, as, keyOf, relationOf } from '../statements/ast';
import type { Schema } from '../statements';
import type { Finding, Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'column-in-use',
  docs: 'https://www.postgresql.org/docs/current/ddl-depend.html',
  onlineForm: false,
  on: ['AlterTableStmt'],
  detect({ node }, { schema }) {
    const statement = as(node, 'AlterTableStmt');
    if (!statement) return [];
    const owner = relationOf(statement.relation);
    const commands = all(statement.cmds, 'AlterTableCmd');
    return commands.flatMap((command) => {
      if (command.subtype !== 'AT_DropColumn' && command.subtype !== 'AT_AlterColumnType') return [];
      const users =
        statement.objtype === 'OBJECT_TYPE'
          ? usersOfType(command, owner, schema)
          : usersOfColumn(command, owner, schema, dropped(statement));
      return users.length === 0 ? [] : [finding(command, owner, users)];
    });
  },
};

const KEY = 'the partition key';

function finding({ subtype, name }: AlterTableCmd, owner: string, users: string[]): Finding {
  const need = users.length === 1 ? 'needs' : 'need';
  const refused = subtype === 'AT_DropColumn' ? 'to drop it' : 'to change its type';
  const wayOut = users.includes(KEY)
    ? 'Make a new table that is partitioned as it shall be, and move the rows.'
    : 'Drop what needs it first and make it anew behind, in the same transaction.';
  return {
    severity: 'danger',
    message: `${users.join(', ')} ${need} ${owner}.${name}: PostgreSQL refuses ${refused}, and the migration fails. ${wayOut}`,
    saferSql: null,
  };
}

/** PostgreSQL drops first, in whatever order a statement says it. */
function dropped({ cmds }: AlterTableStmt): (string | undefined)[] {
  return all(cmds, 'AlterTableCmd').flatMap(({ subtype, name }) => (subtype === 'AT_DropColumn' ? [name] : []));
}

/** What cannot be without the column, in words. CASCADE takes all of it along but the partition key. */
function usersOfColumn(
  { name: column = '', behavior }: AlterTableCmd,
  table: string,
  schema: Schema,
  gone: readonly (string | undefined)[],
): string[] {
  const known = schema.table(table);
  const key = known?.partitionKey.includes(column) ? [KEY] : [];
  if (behavior === 'DROP_CASCADE') return key;
  // What * meant when a view was made is not known here.
  const views = schema.viewsOver(table).filter(({ mentions }) => mentions.includes(column));
  const generated = [...(known?.columns.values() ?? [])].filter(
    ({ name, computedFrom }) => computedFrom.includes(column) && !gone.includes(name),
  );
  const triggers = known?.triggers.filter(({ columns }) => columns.includes(column)) ?? [];
  const policies = known?.policies.filter(({ using, check }) => using.includes(column) || check.includes(column)) ?? [];
  return [
    ...key,
    ...views.map(({ name }) => `view ${name}`),
    ...generated.map(({ name }) => `generated column ${name}`),
    ...triggers.map(({ name }) => `trigger ${name}`),
    ...policies.map(({ name }) => `policy ${name}`),
  ];
}

/** Columns of the composite type: its attributes may come and go, but keep their types. */
function usersOfType({ subtype }: AlterTableCmd, type: string, schema: Schema): string[] {
  if (subtype !== 'AT_AlterColumnType') return [];
  return schema.tablesWithType(type).flatMap(({ name, columns }) => {
    const made = [...columns.values()].filter((column) => keyOf(column.type.name) === keyOf(type));
    return made.map((column) => `column ${name}.${column.name}`);
  });
}
