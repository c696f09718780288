import { notNullIsProven } from '../statements/alter-table';
import { words } from '../statements/ast';
import { sibling } from '../statements/evolve-names';
import { alterations, addedConstraints, lines, quote } from './sql';
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
    return [...set, ...added, ...keys].flatMap(({ column, table, quoted }) => {
      const proof = quote(`${table.split('.').at(-1)}_${column}_not_null`);
      return context.whileBusy(table, 'scan', (howLong) => ({
        message: `SET NOT NULL on ${table}.${column} holds ACCESS EXCLUSIVE ${howLong}. Nobody can read or write the table, and a NULL in it makes it fail.`,
        saferSql: lines(
          `ALTER TABLE ${quoted} ADD CONSTRAINT ${proof} CHECK (${quote(column)} IS NOT NULL) NOT VALID;`,
          '-- then, in a transaction of its own; reads and writes go on',
          `ALTER TABLE ${quoted} VALIDATE CONSTRAINT ${proof};`,
          '-- then: the check is the proof, nothing is read',
          `ALTER TABLE ${quoted} ALTER COLUMN ${quote(column)} SET NOT NULL;`,
          `ALTER TABLE ${quoted} DROP CONSTRAINT ${proof};`,
        ),
      }));
    });
  },
};
