import { notNullIsProven } from '../statements/alter-table';
import { words } from '../statements/ast';
import { sibling } from '../statements/evolve-names';
import { provenNotNull } from './not-null-proof';
import { alterations, addedConstraints, lines } from './sql';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'set-not-null',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL',
  onlineForm: true,
  left: 'What is left is one pass over the table beside the application, and a NULL in it makes it fail.',
  on: ['AlterTableStmt'],
  detect(statement, context) {
    const set = alterations(statement)
      .filter(
        ({ command, table }) =>
          command.subtype === 'AT_SetNotNull' && !notNullIsProven(command.name ?? '', table, context.schema),
      )
      .map(({ command, table, quoted }) => ({ column: command.name ?? '', table, quoted }));
    const added = addedConstraints(statement, 'CONSTR_NOTNULL')
      .filter(({ constraint, column }) => column === null && !constraint.skip_validation)
      .map(({ constraint, table, quoted }) => ({ column: words(constraint.keys)[0] ?? '', table, quoted }));
    // A key that adopts an index still asks of its columns that they hold no NULL.
    const keys = addedConstraints(statement, 'CONSTR_PRIMARY')
      .filter(({ constraint }) => constraint.indexname !== undefined)
      .flatMap(({ constraint, table, quoted }) =>
        (context.schema.index(sibling(table, constraint.indexname ?? ''))?.columns ?? []).flatMap((column) =>
          column === null || notNullIsProven(column, table, context.schema) ? [] : [{ column, table, quoted }],
        ),
      );
    return [...set, ...added, ...keys].flatMap(({ column, table, quoted }) =>
      context.whileBusy(table, 'scan', (howLong) => ({
        message: `SET NOT NULL on ${table}.${column} holds ACCESS EXCLUSIVE ${howLong}. Nobody can read or write the table, and a NULL in it makes it fail.`,
        saferSql: lines(...provenNotNull({ table, quoted }, column)),
      })),
    );
  },
};
