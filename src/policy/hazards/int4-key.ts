import { all, as, keyOf, relationOf, words } from '../statements/ast';
import { hasConstraint } from '../statements/columns';
import { columnsDefined } from '../statements/constraints';
import { columnType } from '../statements/types';
import type { Finding, Hazard, HazardContext, Step } from './hazard';

export const hazard: Hazard = {
  id: 'int4-key',
  docs: 'https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-INT',
  onlineForm: false,
  on: ['AlterTableStmt', 'CreateStmt', 'IndexStmt'],
  detect({ node }, context) {
    const create = as(node, 'CreateStmt');
    const keys = all(create?.tableElts, 'Constraint')
      .filter(({ contype }) => contype === 'CONSTR_PRIMARY')
      .flatMap(({ keys: columns }) => words(columns));
    const narrow = columnsDefined(create?.tableElts).filter(
      (column) =>
        ['int4', 'int2'].includes(columnType(column.typeName).name) &&
        ((keys.length === 1 && keys[0] === column.colname) || hasConstraint(column, 'CONSTR_PRIMARY')),
    );
    const made = narrow.map(({ colname }): Finding => ({
      severity: 'info',
      message: `The key ${relationOf(create?.relation)}.${colname} ends at 2,147,483,647, used numbers and rolled-back inserts included; widening it later rewrites the table. In Prisma: BigInt.`,
      saferSql: null,
    }));
    return [...made, ...nearlyUsedUp(context)];
  },
};

/** Said once a script, of each table that it touches. */
function nearlyUsedUp({ facts, steps, position, keyUsed }: HazardContext): Finding[] {
  const touches = (relation: string, step: Step): boolean =>
    step.facts.contested.some((lock) => keyOf(lock.relation) === keyOf(relation));
  return facts.contested.flatMap(({ relation }): Finding[] => {
    const used = keyUsed(relation) ?? 0;
    if (used < WORTH_SAYING || steps.slice(0, position).some((step) => touches(relation, step))) return [];
    return [
      {
        severity: used < URGENT ? 'warning' : 'danger',
        message: `${Math.floor(used * 100)} % of the numbers of ${relation}'s key are used: at the last one every insert fails (2200H). Widen it to bigint before anything else is built on it, with all columns that refer to it.`,
        saferSql: null,
      },
    ];
  });
}

const WORTH_SAYING = 0.5;
const URGENT = 0.8;
