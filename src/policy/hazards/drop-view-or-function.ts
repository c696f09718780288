import type { ObjectType } from '@pgsql/types';
import { as } from '../statements/ast';
import { createdHere, dropped, madeAgain, passedOver } from './names';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'drop-view-or-function',
  docs: 'https://www.postgresql.org/docs/current/sql-dropview.html',
  onlineForm: false,
  on: ['DropStmt'],
  detect(statement, context) {
    const isView = RELATIONS.some((type) => type === as(statement.node, 'DropStmt')?.removeType);
    return dropped(
      statement,
      ...RELATIONS,
      'OBJECT_FUNCTION',
      'OBJECT_PROCEDURE',
      'OBJECT_TRIGGER',
      'OBJECT_SEQUENCE',
      'OBJECT_PUBLICATION',
    )
      .filter((name) => !isView || !passedOver(name, statement, context))
      .filter((name) => !createdHere(name, context) && !madeAgain(name, context))
      .map((name) => ({
        severity: 'warning',
        message: `What the running version still does through ${name} fails or no longer happens.`,
        saferSql: null,
      }));
  },
};

const RELATIONS: ObjectType[] = ['OBJECT_VIEW', 'OBJECT_MATVIEW'];
