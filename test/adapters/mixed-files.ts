/** Migration files made by chance, from a seed: what runs outside transactions among what does not, and effects that show whether they came twice. */

/** Three tables with rows. */
export const BEFORE = `
  CREATE TYPE kind AS ENUM ('plain');
  ${[0, 1, 2]
    .map(
      (n) => `
  CREATE TABLE t${n} (id int PRIMARY KEY, n int NOT NULL, code text, ref int, kind kind);
  INSERT INTO t${n} SELECT i, i % 7, 'c' || i, 1 + i % 50, 'plain' FROM generate_series(1, 150) i;
  CREATE INDEX t${n}_code ON t${n} (code);
  CREATE INDEX t${n}_n ON t${n} (n);`,
    )
    .join('')}`;

/** Numbers from 0 up to, and without, a bound. */
export type Chance = (bound: number) => number;

export function chance(seed: number): Chance {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

type Statement = (table: string, name: string) => string;

/** Each may stand anywhere and as often as one likes: its names are its own. */
const STATEMENTS: Statement[] = [
  (t, name) => `CREATE INDEX CONCURRENTLY ${name} ON ${t} (ref, code)`,
  (t, name) => `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${t} (id, n)`,
  (t, name) => `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON ${t} (n) WHERE n > 3`,
  (t, name) => `CREATE INDEX CONCURRENTLY ${name} ON ${t} (code); DROP INDEX CONCURRENTLY ${name}`,
  (t) => `REINDEX INDEX CONCURRENTLY ${t}_code`,
  (t) => `REINDEX TABLE ${t}`,
  (t) => `VACUUM ${t}`,
  (t, name) => `CREATE INDEX ${name} ON ${t} (code, ref)`,
  (t, name) => `CREATE INDEX ${name} ON ${t} (ref); DROP INDEX ${name}`,
  (t, name) => `ALTER TABLE ${t} ADD COLUMN ${name} int NOT NULL DEFAULT 5`,
  (t, name) => `ALTER TABLE ${t} ADD COLUMN ${name} text; UPDATE ${t} SET ${name} = 'a;b'`,
  (t, name) => `ALTER TABLE ${t} ADD CONSTRAINT ${name} FOREIGN KEY (ref) REFERENCES t1 (id)`,
  (t, name) => `ALTER TABLE ${t} ADD CONSTRAINT ${name} CHECK (n >= 0)`,
  (t, name) => `ALTER TABLE ${t} ADD CONSTRAINT ${name} UNIQUE (code, id)`,
  (t) => `ALTER TABLE ${t} ALTER COLUMN code SET NOT NULL`,
  (t) => `UPDATE ${t} SET n = n + 1`,
  (t, name) => `CREATE TABLE ${name} (id serial PRIMARY KEY, n int); INSERT INTO ${name} (n) SELECT n FROM ${t}`,
  (t, name) => `ALTER TYPE kind ADD VALUE '${name}'; UPDATE ${t} SET kind = '${name}' WHERE id % 3 = 0`,
  (t, name) => `BEGIN; UPDATE ${t} SET n = n + 10; CREATE INDEX ${name} ON ${t} (n); COMMIT`,
  (t) => `UPDATE ${t} SET n = n + 1; COMMIT; UPDATE ${t} SET code = 'x' || code`,
  (t, name) => `CREATE FUNCTION ${name}() RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT count(*)::int FROM ${t} $$`,
];

/** Between four and nine of them. */
export function mixedFile(next: Chance): string {
  const length = 4 + next(6);
  return Array.from({ length }, (_, place) => {
    const statement = STATEMENTS[next(STATEMENTS.length)];
    return statement?.(`t${next(3)}`, `x${place}`) ?? '';
  })
    .map((sql) => `${sql};\n`)
    .join('');
}
