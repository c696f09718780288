import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { judge, objectsCreated, type FailedMigration } from '../../src/policy/half-applied';

beforeAll(() => loadParser());

/** @param there how many of the file's objects are in the catalog. */
function failed(sql: string, there: number, more: Partial<FailedMigration> = {}): FailedMigration {
  const statements = parseScript(sql);
  const created = objectsCreated(statements).map((object, at) => ({ ...object, there: at < there }));
  return { name: 'm', statements, errorRecorded: false, created, deployment: null, lockHolder: null, ...more };
}

const TWO = 'CREATE TABLE a (id int); CREATE TABLE b (id int);';

it.each([
  ['one transaction, nothing there', () => failed(TWO, 0), 'rolled-back'],
  ['one transaction, all there', () => failed(TWO, 2), 'applied'],
  ['one transaction, a part there: somebody made it', () => failed(TWO, 1), 'unclear'],
  ['all there though its error was recorded', () => failed(TWO, 2, { errorRecorded: true }), 'unclear'],
  [
    'creates nothing, its error was recorded',
    () => failed('UPDATE t SET a = 1;', 0, { errorRecorded: true }),
    'rolled-back',
  ],
  ['creates nothing, and nothing was recorded', () => failed('UPDATE t SET a = 1;', 0), 'unclear'],
  ['several transactions', () => failed(`${TWO} CREATE INDEX CONCURRENTLY i ON a (id);`, 0), 'unclear'],
  ['its own transactions', () => failed(`BEGIN; ${TWO} COMMIT;`, 0), 'unclear'],
  ['not in the project', () => failed('', 0, { statements: null }), 'unclear'],
  ['somebody may be at it', () => failed(TWO, 0, { lockHolder: 'Session 7 (a tool, user maya)' }), 'running'],
  ['committed in part by a deployment', () => failed(TWO, 1, { deployment: { id: 'd', committed: 1 } }), 'undo'],
])('%s', (_case, migration, expected) => {
  expect(judge(migration()).is).toBe(expected);
});

test('looked for is what was not there before, and stays', () => {
  const sql = `
    CREATE TABLE "Order" (id int);
    CREATE TABLE IF NOT EXISTS known (id int);
    CREATE TABLE "new_User" (id int);
    DROP TABLE "User";
    ALTER TABLE "new_User" RENAME TO "User";
    CREATE TYPE shop."Kind" AS ENUM ('a');
    ALTER TABLE shop.items ADD COLUMN kind int, ADD COLUMN IF NOT EXISTS old int, ADD COLUMN gone int;
    ALTER TABLE shop.items DROP COLUMN gone;
    CREATE INDEX "Order_id" ON shop.items (kind);`;
  expect(objectsCreated(parseScript(sql))).toEqual([
    { kind: 'relation', name: ['Order'] },
    { kind: 'type', name: ['shop', 'Kind'] },
    { kind: 'column', name: ['shop', 'items', 'kind'] },
    { kind: 'relation', name: ['shop', 'Order_id'] },
  ]);
});
