/** Every rewrite with what it becomes; the pure test reads the pieces, the one on a server compares both ends. */

/** A busy database: every table with rows. */
export const BEFORE = `
  CREATE TABLE "User" (id int PRIMARY KEY, email text, name text, age int, boss int, note text);
  CREATE TABLE orders (id int PRIMARY KEY, user_id int, code text, total numeric, "weird ""col" int, part int NOT NULL, seq int NOT NULL);
  CREATE INDEX orders_total ON orders (total);
  CREATE UNIQUE INDEX orders_code ON orders (code);
  ALTER TABLE orders ADD CONSTRAINT orders_part_key UNIQUE (part, seq);
  CREATE TABLE nokey (a int, b int, c text);
  CREATE SCHEMA billing;
  CREATE TABLE billing.invoices (id int PRIMARY KEY, user_id int, total numeric);
  CREATE INDEX invoices_total ON billing.invoices (total);
  CREATE TABLE events (id int, at date NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2000-01-01') TO ('2100-01-01');
  CREATE TABLE parent (id int);
  CREATE TABLE child (extra int) INHERITS (parent);
  CREATE VIEW names AS SELECT name FROM "User";
`;

export const ROWS = `
  INSERT INTO "User" SELECT n, 'user' || n, 'Name ' || n, n % 90, nullif(n / 10, 0), NULL FROM generate_series(1, 500) n;
  INSERT INTO orders SELECT n, 1 + n % 500, 'c' || n, n * 1.5, n, n, n FROM generate_series(1, 800) n;
  INSERT INTO nokey SELECT n, n, 'x' || n FROM generate_series(1, 300) n;
  INSERT INTO billing.invoices SELECT n, 1 + n % 500, n FROM generate_series(1, 200) n;
  INSERT INTO events SELECT n, date '2020-01-01' + n FROM generate_series(1, 200) n;
  INSERT INTO parent SELECT n FROM generate_series(1, 100) n;
  INSERT INTO child SELECT n, n FROM generate_series(1, 100) n;
`;

export interface Rewrite {
  name: string;
  sql: string;
  /** The segments in the online form, their statements joined by "; ". */
  becomes: string[];
}

export const REWRITES: Rewrite[] = [
  {
    name: 'an index',
    sql: 'CREATE INDEX "orders_user" ON orders USING btree (user_id DESC) WHERE total > 5',
    becomes: ['CREATE INDEX CONCURRENTLY "orders_user" ON orders USING btree (user_id DESC) WHERE total > 5'],
  },
  {
    name: 'a unique index, with comments in its head',
    sql: 'CREATE UNIQUE /* INDEX */ INDEX -- now\n i ON "User" (lower(email))',
    becomes: ['CREATE UNIQUE /* INDEX */ INDEX CONCURRENTLY -- now\n i ON "User" (lower(email))'],
  },
  {
    name: 'an index without a name',
    sql: 'CREATE INDEX ON billing.invoices (user_id, total)',
    becomes: ['CREATE INDEX CONCURRENTLY "invoices_user_id_total_idx" ON billing.invoices (user_id, total)'],
  },
  {
    name: 'an index that may be there',
    sql: 'CREATE INDEX IF NOT EXISTS i ON orders (total, id)',
    becomes: ['CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (total, id)'],
  },
  {
    name: 'a foreign key',
    sql: 'ALTER TABLE "orders" ADD CONSTRAINT "orders_user_fkey" FOREIGN KEY ("user_id") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED',
    becomes: [
      'ALTER TABLE "orders" ADD CONSTRAINT "orders_user_fkey" FOREIGN KEY ("user_id") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID',
      'ALTER TABLE "orders" VALIDATE CONSTRAINT "orders_user_fkey"',
    ],
  },
  {
    name: 'a foreign key without a name, to its own table',
    sql: 'ALTER TABLE "User" ADD FOREIGN KEY (boss) REFERENCES "User"',
    becomes: [
      'ALTER TABLE "User" ADD CONSTRAINT "User_boss_fkey" FOREIGN KEY (boss) REFERENCES "User" NOT VALID',
      'ALTER TABLE "User" VALIDATE CONSTRAINT "User_boss_fkey"',
    ],
  },
  {
    name: 'a check with blanks and commas in its text',
    sql: `ALTER TABLE ONLY orders ADD CONSTRAINT c CHECK (code <> 'a,  b' AND total >= 0)`,
    becomes: [
      `ALTER TABLE ONLY orders ADD CONSTRAINT c CHECK (code <> 'a,  b' AND total >= 0) NOT VALID`,
      'ALTER TABLE ONLY orders VALIDATE CONSTRAINT "c"',
    ],
  },
  {
    name: 'checks without names',
    sql: 'ALTER TABLE orders ADD CHECK (total > 0)',
    becomes: [
      'ALTER TABLE orders ADD CONSTRAINT "orders_total_check" CHECK (total > 0) NOT VALID',
      'ALTER TABLE orders VALIDATE CONSTRAINT "orders_total_check"',
    ],
  },
  {
    name: 'a check over two columns without a name',
    sql: 'ALTER TABLE orders ADD CHECK (total > 0 OR id > 0)',
    becomes: [
      'ALTER TABLE orders ADD CONSTRAINT "orders_check" CHECK (total > 0 OR id > 0) NOT VALID',
      'ALTER TABLE orders VALIDATE CONSTRAINT "orders_check"',
    ],
  },
  {
    name: 'NOT NULL',
    sql: 'ALTER TABLE orders ALTER COLUMN "weird ""col" SET NOT NULL',
    becomes: [
      'ALTER TABLE orders ADD CONSTRAINT "lockkeeper_0_0_weird ""col_not_null" CHECK ("weird ""col" IS NOT NULL) NOT VALID',
      'ALTER TABLE orders VALIDATE CONSTRAINT "lockkeeper_0_0_weird ""col_not_null"',
      'ALTER TABLE orders ALTER COLUMN "weird ""col" SET NOT NULL; ALTER TABLE orders DROP CONSTRAINT "lockkeeper_0_0_weird ""col_not_null"',
    ],
  },
  {
    name: 'a unique constraint',
    sql: 'ALTER TABLE "User" ADD CONSTRAINT "User_email_key" UNIQUE (email) INCLUDE (name) DEFERRABLE INITIALLY DEFERRED',
    becomes: [
      'CREATE UNIQUE INDEX CONCURRENTLY "User_email_key" ON "User" ("email") INCLUDE ("name")',
      'ALTER TABLE "User" ADD CONSTRAINT "User_email_key" UNIQUE USING INDEX "User_email_key" DEFERRABLE INITIALLY DEFERRED',
    ],
  },
  {
    name: 'a unique constraint without a name, in another schema',
    sql: 'ALTER TABLE billing.invoices ADD UNIQUE (user_id, id)',
    becomes: [
      'CREATE UNIQUE INDEX CONCURRENTLY "invoices_user_id_id_key" ON "billing"."invoices" ("user_id", "id")',
      'ALTER TABLE billing.invoices ADD CONSTRAINT "invoices_user_id_id_key" UNIQUE USING INDEX "invoices_user_id_id_key"',
    ],
  },
  {
    name: 'a primary key over columns that may be null',
    sql: 'ALTER TABLE nokey ADD PRIMARY KEY (a, b)',
    becomes: [
      'ALTER TABLE nokey ADD CONSTRAINT "lockkeeper_0_0_a_not_null" CHECK ("a" IS NOT NULL) NOT VALID, ADD CONSTRAINT "lockkeeper_0_1_b_not_null" CHECK ("b" IS NOT NULL) NOT VALID',
      'ALTER TABLE nokey VALIDATE CONSTRAINT "lockkeeper_0_0_a_not_null"',
      'ALTER TABLE nokey VALIDATE CONSTRAINT "lockkeeper_0_1_b_not_null"',
      'CREATE UNIQUE INDEX CONCURRENTLY "nokey_pkey" ON "nokey" ("a", "b")',
      'ALTER TABLE nokey ALTER COLUMN "a" SET NOT NULL, ALTER COLUMN "b" SET NOT NULL, ADD CONSTRAINT "nokey_pkey" PRIMARY KEY USING INDEX "nokey_pkey"; ALTER TABLE nokey DROP CONSTRAINT "lockkeeper_0_0_a_not_null", DROP CONSTRAINT "lockkeeper_0_1_b_not_null"',
    ],
  },
  {
    name: 'a key that takes the name of the one it replaces',
    sql: 'ALTER TABLE orders DROP CONSTRAINT orders_part_key, ADD CONSTRAINT orders_part_key UNIQUE (seq)',
    becomes: [
      'CREATE UNIQUE INDEX CONCURRENTLY "lockkeeper_key_0_1" ON "orders" ("seq")',
      'ALTER TABLE orders DROP CONSTRAINT orders_part_key, ADD CONSTRAINT "orders_part_key" UNIQUE USING INDEX "lockkeeper_key_0_1"',
    ],
  },
  {
    name: 'many subcommands at once',
    sql: `ALTER TABLE "User" ADD COLUMN state text NOT NULL DEFAULT 'a, b', -- with a comma
      DROP COLUMN note, ALTER name SET NOT NULL, ADD CONSTRAINT grown CHECK (age >= 0), ALTER COLUMN age SET DEFAULT 1`,
    becomes: [
      `ALTER TABLE "User" ADD COLUMN state text NOT NULL DEFAULT 'a, b', DROP COLUMN note, ADD CONSTRAINT "lockkeeper_2_0_name_not_null" CHECK ("name" IS NOT NULL) NOT VALID, ADD CONSTRAINT grown CHECK (age >= 0) NOT VALID, ALTER COLUMN age SET DEFAULT 1`,
      'ALTER TABLE "User" VALIDATE CONSTRAINT "lockkeeper_2_0_name_not_null"',
      'ALTER TABLE "User" VALIDATE CONSTRAINT "grown"',
      'ALTER TABLE "User" ALTER name SET NOT NULL; ALTER TABLE "User" DROP CONSTRAINT "lockkeeper_2_0_name_not_null"',
    ],
  },
  {
    name: 'a key over a column that comes with it',
    sql: 'ALTER TABLE orders ADD COLUMN token text, ADD CONSTRAINT orders_token_key UNIQUE (token)',
    becomes: [
      'ALTER TABLE orders ADD COLUMN token text',
      'CREATE UNIQUE INDEX CONCURRENTLY "orders_token_key" ON "orders" ("token")',
      'ALTER TABLE orders ADD CONSTRAINT "orders_token_key" UNIQUE USING INDEX "orders_token_key"',
    ],
  },
  {
    name: 'a check behind a new column',
    sql: `ALTER TABLE orders ADD COLUMN grade /* é */ text COLLATE "C" -- of the order\n CONSTRAINT "grade, known" CHECK (grade IN ('a, b', 'c')) DEFAULT 'c' NOT NULL, ADD bonus int CHECK (bonus > 0)`,
    becomes: [
      `ALTER TABLE orders ADD COLUMN grade         text COLLATE "C" DEFAULT 'c' NOT NULL, ADD CONSTRAINT "grade, known" CHECK (grade IN ('a, b', 'c')) NOT VALID, ADD COLUMN bonus int, ADD CONSTRAINT "orders_bonus_check" CHECK (bonus > 0) NOT VALID`,
      'ALTER TABLE orders VALIDATE CONSTRAINT "grade, known"',
      'ALTER TABLE orders VALIDATE CONSTRAINT "orders_bonus_check"',
    ],
  },
  {
    name: 'a foreign key behind a new column with a default',
    sql: 'ALTER TABLE orders ADD "buyer id" int DEFAULT 1 CONSTRAINT buyer REFERENCES "User" ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED NOT NULL',
    becomes: [
      'ALTER TABLE orders ADD COLUMN "buyer id" int DEFAULT 1 NOT NULL, ADD CONSTRAINT buyer FOREIGN KEY ("buyer id") REFERENCES "User" ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED NOT VALID',
      'ALTER TABLE orders VALIDATE CONSTRAINT "buyer"',
    ],
  },
  {
    name: 'a unique column, whose foreign key has nothing to look up',
    sql: 'ALTER TABLE orders ADD COLUMN twin int UNIQUE REFERENCES "User" (id)',
    becomes: [
      'ALTER TABLE orders ADD COLUMN twin int REFERENCES "User" (id)',
      'CREATE UNIQUE INDEX CONCURRENTLY "orders_twin_key" ON "orders" ("twin")',
      'ALTER TABLE orders ADD CONSTRAINT "orders_twin_key" UNIQUE USING INDEX "orders_twin_key"',
    ],
  },
  {
    name: 'dropped indexes, one at a time',
    sql: 'DROP INDEX IF EXISTS orders_total, "billing"."invoices_total"',
    becomes: [
      'DROP INDEX CONCURRENTLY IF EXISTS "orders_total"',
      'DROP INDEX CONCURRENTLY IF EXISTS "billing"."invoices_total"',
    ],
  },
  {
    name: 'a rebuilt index',
    sql: 'REINDEX (VERBOSE) INDEX orders_total',
    becomes: ['REINDEX (VERBOSE) INDEX CONCURRENTLY orders_total'],
  },
  { name: 'a rebuilt table', sql: 'REINDEX TABLE orders', becomes: ['REINDEX TABLE CONCURRENTLY orders'] },
  {
    name: 'a foreign key that gets another rule',
    sql: `ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES "User" (id);
      ALTER TABLE orders DROP CONSTRAINT f;
      ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES "User" (id) ON DELETE CASCADE`,
    becomes: [
      'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES "User" (id) NOT VALID',
      'ALTER TABLE orders VALIDATE CONSTRAINT "f"',
      'ALTER TABLE orders DROP CONSTRAINT f; ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES "User" (id) ON DELETE CASCADE NOT VALID',
      'ALTER TABLE orders VALIDATE CONSTRAINT "f"',
    ],
  },
];

/** What runs as written, and a word of the reason. */
export const REFUSED: [string, string][] = [
  ['CREATE INDEX i ON events (id)', 'partitioned'],
  ['ALTER TABLE parent ADD CONSTRAINT c CHECK (id > 0)', 'inherits'],
  ['ALTER TABLE events ADD CONSTRAINT c CHECK (id > 0)', 'partitions'],
  ['ALTER TABLE orders ALTER COLUMN total TYPE text, ADD CONSTRAINT c CHECK (id > 0)', 'anew'],
  ['ALTER TABLE orders ENABLE ROW LEVEL SECURITY, ADD CONSTRAINT c CHECK (id > 0)', 'something else'],
  ['ALTER TABLE orders ADD CONSTRAINT u UNIQUE (code) WITH (fillfactor = 50)', 'settings'],
  ['ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (true), ADD CHECK (total > 0)', 'not certain'],
  ['ALTER TABLE orders ADD COLUMN twin int UNIQUE REFERENCES orders (twin)', 'may point at'],
  [
    'ALTER TABLE orders ADD COLUMN total_check int CHECK (total_check > 0 AND total > 0), ADD CHECK (id + part > 0)',
    'not certain',
  ],
  ['CREATE INDEX ON orders ((total + 1))', 'not certain'],
  ['DROP INDEX orders_total CASCADE', 'CASCADE'],
  ['DROP INDEX orders_part_key', 'constraint'],
  ['BEGIN; CREATE INDEX i ON orders (total); COMMIT', 'own transaction'],
  ["SET lock_timeout = '1s'; CREATE INDEX i ON orders (total)", 'rest of its transaction'],
  ['DROP INDEX orders_code; CREATE UNIQUE INDEX orders_code ON orders (code, id)', 'commit together'],
];
