import type { ObjectType } from '@pgsql/types';
import { as, relationOf } from '../statements/ast';
import { createdHere, madeAgain } from './names';
import { lines, oneLine, quote, quoteRange } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'rename-table',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-RENAME',
  onlineForm: false,
  on: ['AlterObjectSchemaStmt', 'RenameStmt'],
  detect({ node, text }, context) {
    const rename = as(node, 'RenameStmt');
    const move = as(node, 'AlterObjectSchemaStmt');
    const statement = QUERIED.has(rename?.renameType) ? rename : QUERIED.has(move?.objectType) ? move : undefined;
    const table = relationOf(statement?.relation);
    if (!statement || context.isNew(table) || createdHere(table, context)) return [];
    // A view under the old name keeps the running version at work.
    if (madeAgain(table, context)) return [];
    const renamed = rename
      ? quoteRange({ ...statement.relation, relname: rename.newname ?? '' })
      : `${quote(move?.newschema)}.${quote(move?.relation?.relname)}`;
    return [
      {
        severity: 'danger',
        message: `${table} is gone under its old name at once: every query of the running version fails until the new one is out. In Prisma, rename the model and keep the table with @@map.`,
        saferSql: lines(
          'BEGIN;',
          `${oneLine(text)};`,
          `CREATE VIEW ${quoteRange(statement.relation)} AS SELECT * FROM ${renamed};`,
          'COMMIT;',
          '-- drop the view once nothing uses the old name',
        ),
      },
    ];
  },
};

/** What queries name in FROM. */
const QUERIED = new Set<ObjectType | undefined>(['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW']);
