import { as, relationOf } from '../statements/ast';
import { columnAddedHere } from './names';
import { lines, quote, quoteRange } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'rename-column',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-RENAME',
  onlineForm: false,
  on: ['RenameStmt'],
  detect({ node }, context) {
    const rename = as(node, 'RenameStmt');
    const table = relationOf(rename?.relation);
    if (rename?.renameType !== 'OBJECT_COLUMN' || context.isNew(table)) return [];
    // Nobody knows yet what this script has added.
    if (columnAddedHere(rename.subname ?? '', table, context)) return [];
    const [from, to, quoted] = [quote(rename.subname), quote(rename.newname), quoteRange(rename.relation)];
    return [
      {
        severity: 'danger',
        message: `${table}.${rename.subname} is gone under its old name at once: every query of the running version that names it fails. In Prisma, rename the field and keep the column with @map("${rename.subname}").`,
        saferSql: lines(
          `ALTER TABLE ${quoted} ADD COLUMN ${to} ...;`,
          `-- write both columns, fill the old rows in batches, read ${to}, then`,
          `ALTER TABLE ${quoted} DROP COLUMN ${from};`,
        ),
      },
    ];
  },
};
