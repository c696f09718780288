import type { ObjectType } from '@pgsql/types';
import { as, nameParts, relationOf } from '../statements/ast';
import type { ParsedStatement } from '../../adapters/sql-parser';
import type { Hazard, HazardContext } from './hazard';
import { createdHere, dropped } from './names';
import { alterations, oneLine } from './sql';

export const hazard: Hazard = {
  id: 'drop-cascade',
  docs: 'https://www.postgresql.org/docs/current/ddl-depend.html',
  onlineForm: false,
  on: ['AlterTableStmt', 'DropStmt', 'TruncateStmt'],
  detect(statement, context) {
    const drop = as(statement.node, 'DropStmt');
    const truncate = as(statement.node, 'TruncateStmt');
    const cascades = [
      drop?.behavior,
      truncate?.behavior,
      ...alterations(statement).map(({ command }) => command.behavior),
    ].includes('DROP_CASCADE');
    if (!cascades || objects(statement).every((name) => isNobodys(name, drop?.removeType, context))) return [];
    const others = context.facts.contested
      .map(({ relation }) => relation)
      .filter((relation) => !objects(statement).includes(relation));
    // All that hangs on it is known, and it is nothing.
    const isKnown = context.schema.complete && !mayHoldTypes(statement);
    if (others.length === 0 && isKnown) return [];
    const reach = others.length > 0 ? `here ${others.join(', ')}` : 'which the statement does not name';
    return [
      {
        severity: 'danger',
        message: `CASCADE takes along whatever hangs on it, ${reach}: foreign keys, views, columns, and with TRUNCATE the rows of other tables. Name them, and let RESTRICT stop at what was forgotten.`,
        saferSql: `${oneLine(statement.text).replace(/\s+CASCADE\b/i, '')};`,
      },
    ];
  },
};

/** What lies in a schema or an extension, and which columns are made of it, is not known here. */
function mayHoldTypes(statement: ParsedStatement): boolean {
  const extensions = dropped(statement, 'OBJECT_EXTENSION');
  return (
    as(statement.node, 'DropStmt')?.removeType === 'OBJECT_SCHEMA' ||
    extensions.some((name) => !WITHOUT_TYPES.has(name))
  );
}

const WITHOUT_TYPES = new Set([
  'fuzzystrmatch',
  'pg_stat_statements',
  'pgcrypto',
  'tablefunc',
  'unaccent',
  'uuid-ossp',
]);

function objects({ node }: ParsedStatement): string[] {
  const dropped = as(node, 'DropStmt')?.objects?.map((object) => nameParts(object).join('.'));
  const emptied = as(node, 'TruncateStmt')?.relations?.map((range) => relationOf(as(range, 'RangeVar')));
  return dropped ?? emptied ?? [relationOf(as(node, 'AlterTableStmt')?.relation)];
}

/** Made by this script, or not there. Only tables are known by name when a database is at hand. */
function isNobodys(name: string, type: ObjectType | undefined, context: HazardContext): boolean {
  if (type !== undefined && type !== 'OBJECT_TABLE') return createdHere(name, context);
  return context.isNew(name) || context.schema.isMissing(name);
}
