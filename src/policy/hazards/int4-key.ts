import { all, as, relationOf, words } from '../statements/ast';
import { hasConstraint } from '../statements/columns';
import { columnsDefined } from '../statements/constraints';
import { columnType } from '../statements/types';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'int4-key',
  docs: 'https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-INT',
  onlineForm: false,
  on: ['CreateStmt'],
  detect({ node }) {
    const create = as(node, 'CreateStmt');
    const keys = all(create?.tableElts, 'Constraint')
      .filter(({ contype }) => contype === 'CONSTR_PRIMARY')
      .flatMap(({ keys: columns }) => words(columns));
    const narrow = columnsDefined(create?.tableElts).filter(
      (column) =>
        ['int4', 'int2'].includes(columnType(column.typeName).name) &&
        ((keys.length === 1 && keys[0] === column.colname) || hasConstraint(column, 'CONSTR_PRIMARY')),
    );
    return narrow.map(({ colname }) => ({
      severity: 'info',
      message: `The key ${relationOf(create?.relation)}.${colname} ends at 2,147,483,647, used numbers and rolled-back inserts included; widening it later rewrites the table. In Prisma: BigInt.`,
      saferSql: null,
    }));
  },
};
