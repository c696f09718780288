import { quote, type Alteration } from './sql';

/** SET NOT NULL by a check that is validated beside the application and proves it. */
export function provenNotNull({ table, quoted }: Pick<Alteration, 'table' | 'quoted'>, column: string): string[] {
  const proof = quote(`${table.split('.').at(-1)}_${column}_not_null`);
  return [
    `ALTER TABLE ${quoted} ADD CONSTRAINT ${proof} CHECK (${quote(column)} IS NOT NULL) NOT VALID;`,
    '-- then, in a transaction of its own; reads and writes go on',
    `ALTER TABLE ${quoted} VALIDATE CONSTRAINT ${proof};`,
    '-- then: the check is the proof, nothing is read',
    `ALTER TABLE ${quoted} ALTER COLUMN ${quote(column)} SET NOT NULL;`,
    `ALTER TABLE ${quoted} DROP CONSTRAINT ${proof};`,
  ];
}
