import { as, nameParts } from '../statements/ast';
import { isNewType, takenAgain } from './names';
import type { Hazard } from './hazard';

/** Prisma swaps an enum by renaming the old type away and the new one into its place: that name is never missing. */
export const hazard: Hazard = {
  id: 'rename-type',
  docs: 'https://www.postgresql.org/docs/current/sql-altertype.html',
  onlineForm: false,
  on: ['RenameStmt'],
  detect({ node }, context) {
    const rename = as(node, 'RenameStmt');
    const type = nameParts(rename?.object).join('.');
    if (rename?.renameType !== 'OBJECT_TYPE' || isNewType(type, context) || takenAgain(type, context)) return [];
    const isUsed = context.schema.tablesWithType(type).length > 0 || !context.schema.complete;
    return [
      {
        severity: isUsed ? 'danger' : 'warning',
        message: `Queries of the running version that cast to ${type} fail at once (Prisma casts every enum it writes). In Prisma, rename the enum and keep the type with @@map.`,
        saferSql: null,
      },
    ];
  },
};
