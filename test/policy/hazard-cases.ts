/** Two ways to write it, hazard by hazard: the one that is found, and the one that is not. */
import type { Severity } from '../../src/contract';

/** What is there before each case. */
export const BEFORE = `
  CREATE TYPE "Role" AS ENUM ('ADMIN', 'USER');
  CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
  CREATE TABLE "User" ("id" SERIAL PRIMARY KEY, "email" VARCHAR(100) NOT NULL, "name" TEXT, "role" "Role" NOT NULL DEFAULT 'USER', "score" positive, "seen" TIMESTAMP(3));
  CREATE TABLE "Post" ("id" INTEGER PRIMARY KEY, "title" TEXT, "authorId" INTEGER REFERENCES "User" ("id"), "amount" NUMERIC(10, 2), CONSTRAINT "Post_title_check" CHECK ("title" IS NOT NULL));
  CREATE TABLE "Event" ("id" INTEGER, "at" DATE) PARTITION BY RANGE ("at");
  CREATE TABLE "Event_2024" PARTITION OF "Event" FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE TABLE "Event_2025" ("id" INTEGER, "at" DATE);
  CREATE INDEX "Post_title_idx" ON "Post" ("title");
  CREATE VIEW "Names" AS SELECT "id", "name" FROM "User";
  CREATE MATERIALIZED VIEW "Totals" AS SELECT count(*) FROM "Post";
`;

export interface HazardCase {
  id: string;
  found: string;
  severity: Severity;
  /** Nothing of this hazard but `info`. */
  fine: string[];
}

export const CASES: HazardCase[] = [
  {
    id: 'publication-without-identity',
    found: 'CREATE PUBLICATION "feed" FOR TABLE "User", "Event_2025"',
    severity: 'warning',
    fine: [
      'CREATE PUBLICATION "feed" FOR TABLE "User"',
      'CREATE PUBLICATION "feed" FOR TABLE "Event_2025" WITH (publish = \'insert\')',
      'ALTER TABLE "Event_2025" REPLICA IDENTITY FULL; CREATE PUBLICATION "feed" FOR TABLE "Event_2025"',
      'ALTER TABLE "User" REPLICA IDENTITY NOTHING',
    ],
  },
  {
    id: 'publication-without-identity',
    found: 'CREATE PUBLICATION "feed" FOR TABLE "User"; ALTER TABLE "User" REPLICA IDENTITY NOTHING',
    severity: 'warning',
    fine: [],
  },
  {
    id: 'drop-constraint',
    found: 'CREATE PUBLICATION "feed" FOR TABLE "Post"; ALTER TABLE "Post" DROP CONSTRAINT "Post_pkey"',
    severity: 'danger',
    fine: [],
  },
  {
    id: 'domain-constraint',
    found: 'ALTER DOMAIN positive VALIDATE CONSTRAINT positive_check',
    severity: 'danger',
    fine: [],
  },
  {
    id: 'opaque-sql',
    found:
      "DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN x text', t); END LOOP; END $$",
    severity: 'warning',
    fine: ["DO $$ BEGIN EXECUTE 'GRANT SELECT ON ' || quote_ident('User') || ' TO ' || current_user; END $$"],
  },
  {
    id: 'concurrently-on-partitioned',
    found: 'ALTER TABLE "Event" ADD CONSTRAINT "fk" FOREIGN KEY ("id") REFERENCES "User" ("id") NOT VALID',
    severity: 'danger',
    fine: ['ALTER TABLE "Event" ADD CONSTRAINT "fk" FOREIGN KEY ("id") REFERENCES "User" ("id")'],
  },
  {
    id: 'row-security-change',
    found: 'ALTER TABLE "User" FORCE ROW LEVEL SECURITY',
    severity: 'danger',
    fine: [],
  },
  {
    id: 'index-not-concurrent',
    found: 'CREATE INDEX "i" ON "User" ("name")',
    severity: 'danger',
    fine: [
      'CREATE INDEX CONCURRENTLY "i" ON "User" ("name")',
      'CREATE TABLE "T" ("a" INTEGER); CREATE INDEX "i" ON "T" ("a")',
    ],
  },
  {
    id: 'unique-constraint',
    found: 'ALTER TABLE "User" ADD CONSTRAINT "u" UNIQUE ("email")',
    severity: 'danger',
    fine: [
      'CREATE UNIQUE INDEX CONCURRENTLY "u" ON "User" ("email"); ALTER TABLE "User" ADD CONSTRAINT "u" UNIQUE USING INDEX "u"',
    ],
  },
  {
    id: 'unique-constraint',
    found: 'ALTER TABLE "User" ADD COLUMN "code" TEXT UNIQUE',
    severity: 'danger',
    fine: ['CREATE TABLE "T" ("a" INTEGER UNIQUE)'],
  },
  {
    id: 'unique-constraint',
    found: 'ALTER TABLE "User" DROP CONSTRAINT "User_pkey", ADD CONSTRAINT "User_pkey" PRIMARY KEY ("id", "email")',
    severity: 'danger',
    fine: [],
  },
  {
    id: 'exclusion-constraint',
    found: 'ALTER TABLE "Event_2025" ADD EXCLUDE USING gist ("at" WITH =)',
    severity: 'danger',
    fine: [],
  },
  {
    id: 'foreign-key-not-valid',
    found: 'ALTER TABLE "Post" ADD CONSTRAINT "fk" FOREIGN KEY ("id") REFERENCES "User" ("id") ON DELETE CASCADE',
    severity: 'danger',
    fine: [
      'ALTER TABLE "Post" ADD CONSTRAINT "fk" FOREIGN KEY ("id") REFERENCES "User" ("id") NOT VALID',
      'ALTER TABLE "Post" ADD COLUMN "editorId" INTEGER REFERENCES "User" ("id")',
      'CREATE TABLE "T" ("u" INTEGER); ALTER TABLE "T" ADD FOREIGN KEY ("u") REFERENCES "User" ("id")',
    ],
  },
  {
    id: 'check-not-valid',
    found: 'ALTER TABLE "Post" ADD CONSTRAINT "c" CHECK ("amount" > 0)',
    severity: 'danger',
    fine: ['ALTER TABLE "Post" ADD CONSTRAINT "c" CHECK ("amount" > 0) NOT VALID'],
  },
  {
    id: 'set-not-null',
    found: 'ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL',
    severity: 'danger',
    fine: [
      'ALTER TABLE "Post" ALTER COLUMN "title" SET NOT NULL',
      'ALTER TABLE "User" ALTER COLUMN "email" SET NOT NULL',
    ],
  },
  {
    id: 'set-not-null',
    found: 'ALTER TABLE "User" ADD CONSTRAINT "n" NOT NULL "name"',
    severity: 'danger',
    fine: ['ALTER TABLE "User" ADD CONSTRAINT "n" NOT NULL "name" NOT VALID'],
  },
  {
    id: 'add-column-not-null-without-default',
    found: 'ALTER TABLE "User" ADD COLUMN "phone" TEXT NOT NULL',
    severity: 'danger',
    fine: [
      'ALTER TABLE "User" ADD COLUMN "phone" TEXT NOT NULL DEFAULT \'\'',
      'ALTER TABLE "User" ADD COLUMN "phone" TEXT',
    ],
  },
  {
    id: 'column-type-change',
    found: 'ALTER TABLE "Post" ALTER COLUMN "amount" TYPE NUMERIC(12, 4)',
    severity: 'danger',
    fine: [
      'ALTER TABLE "Post" ALTER COLUMN "amount" TYPE NUMERIC(12, 2)',
      'ALTER TABLE "User" ALTER COLUMN "email" SET DATA TYPE TEXT',
      'ALTER TABLE "User" ALTER COLUMN "email" TYPE VARCHAR(255)',
    ],
  },
  {
    id: 'column-type-change',
    found: 'ALTER TABLE "User" ALTER COLUMN "seen" TYPE TIMESTAMPTZ(3)',
    severity: 'danger',
    fine: ['ALTER TABLE "User" ALTER COLUMN "seen" TYPE TIMESTAMP(6)'],
  },
  {
    id: 'column-type-change',
    found: 'ALTER TABLE "User" ALTER COLUMN "seen" TYPE TIMESTAMPTZ',
    severity: 'warning',
    fine: [],
  },
  {
    id: 'volatile-default',
    found: 'ALTER TABLE "User" ADD COLUMN "key" UUID NOT NULL DEFAULT gen_random_uuid()',
    severity: 'danger',
    fine: [
      'ALTER TABLE "User" ADD COLUMN "made" TIMESTAMPTZ NOT NULL DEFAULT now()',
      'ALTER TABLE "User" ALTER COLUMN "name" SET DEFAULT gen_random_uuid()::text',
    ],
  },
  {
    id: 'stored-generated-column',
    found: 'ALTER TABLE "User" ADD COLUMN "lower" TEXT GENERATED ALWAYS AS (lower("email")) STORED',
    severity: 'danger',
    fine: ['ALTER TABLE "User" ADD COLUMN "lower" TEXT GENERATED ALWAYS AS (lower("email")) VIRTUAL'],
  },
  {
    id: 'constrained-domain-column',
    found: 'ALTER TABLE "Post" ADD COLUMN "rank" positive',
    severity: 'danger',
    fine: ['ALTER TABLE "Post" ADD COLUMN "rank" INTEGER'],
  },
  {
    id: 'identity-or-serial-added',
    found: 'ALTER TABLE "Post" ADD COLUMN "number" BIGSERIAL',
    severity: 'danger',
    fine: [
      'CREATE TABLE "T" ("id" BIGSERIAL)',
      'ALTER TABLE "Post" ALTER COLUMN "id" ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 1000)',
    ],
  },
  {
    id: 'identity-or-serial-added',
    found: 'ALTER TABLE "Post" ALTER COLUMN "id" ADD GENERATED BY DEFAULT AS IDENTITY',
    severity: 'danger',
    fine: [
      'ALTER TABLE "Post" ALTER COLUMN "id" ADD GENERATED BY DEFAULT AS IDENTITY; SELECT setval(pg_get_serial_sequence(\'"Post"\', \'id\'), (SELECT max("id") FROM "Post"))',
    ],
  },
  {
    id: 'table-rewrite',
    found: 'ALTER TABLE "Post" SET UNLOGGED',
    severity: 'danger',
    fine: ['ALTER TABLE "Post" SET (fillfactor = 80)'],
  },
  {
    id: 'rename-table',
    found: 'ALTER TABLE "User" RENAME TO "Person"',
    severity: 'danger',
    fine: [
      'ALTER INDEX "Post_title_idx" RENAME TO "x"',
      'CREATE TABLE "T" ("a" INTEGER); ALTER TABLE "T" RENAME TO "U"',
    ],
  },
  { id: 'rename-table', found: 'ALTER TABLE "User" SET SCHEMA "app"', severity: 'danger', fine: [] },
  {
    id: 'rename-column',
    found: 'ALTER TABLE "User" RENAME COLUMN "name" TO "fullName"',
    severity: 'danger',
    fine: ['ALTER TABLE "User" RENAME CONSTRAINT "User_pkey" TO "pk"'],
  },
  {
    id: 'rename-enum-value',
    found: "ALTER TYPE \"Role\" RENAME VALUE 'USER' TO 'MEMBER'",
    severity: 'danger',
    fine: ['ALTER TYPE "Role" ADD VALUE \'MEMBER\''],
  },
  {
    id: 'rename-type',
    found: 'ALTER TYPE "Role" RENAME TO "UserRole"',
    severity: 'danger',
    fine: [
      'CREATE TYPE "Role_new" AS ENUM (\'ADMIN\'); ALTER TYPE "Role" RENAME TO "Role_old"; ALTER TYPE "Role_new" RENAME TO "Role"; DROP TYPE "Role_old"',
    ],
  },
  { id: 'drop-table', found: 'DROP TABLE "Post"', severity: 'danger', fine: ['DROP TABLE IF EXISTS "Missing"'] },
  {
    id: 'drop-column',
    found: 'ALTER TABLE "User" DROP COLUMN "name"',
    severity: 'danger',
    fine: [
      'ALTER TABLE "User" ADD COLUMN "x" TEXT; ALTER TABLE "User" DROP COLUMN "x"',
      'ALTER TABLE "User" DROP COLUMN IF EXISTS "never"',
    ],
  },
  {
    id: 'drop-index',
    found: 'DROP INDEX "Post_title_idx"',
    severity: 'warning',
    fine: ['DROP INDEX CONCURRENTLY "Post_title_idx"'],
  },
  {
    id: 'drop-constraint',
    found: 'ALTER TABLE "Post" DROP CONSTRAINT "Post_authorId_fkey"',
    severity: 'warning',
    fine: [
      'ALTER TABLE "Post" DROP CONSTRAINT "Post_authorId_fkey"; ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User" ("id") ON DELETE SET NULL',
      'ALTER TABLE "Post" DROP CONSTRAINT "Post_title_check"',
    ],
  },
  {
    id: 'drop-type',
    found: 'DROP TYPE "Role"',
    severity: 'danger',
    fine: ['CREATE TYPE "T" AS ENUM (\'a\'); DROP TYPE "T"'],
  },
  {
    id: 'drop-view-or-function',
    found: 'DROP VIEW "Names"',
    severity: 'warning',
    fine: ['DROP VIEW "Names"; CREATE VIEW "Names" AS SELECT "id" FROM "User"'],
  },
  { id: 'drop-schema-or-database', found: 'DROP SCHEMA "app" CASCADE', severity: 'danger', fine: [] },
  {
    id: 'drop-cascade',
    found: 'DROP TABLE "User" CASCADE',
    severity: 'danger',
    fine: ['DROP TABLE "Event_2025" CASCADE'],
  },
  { id: 'drop-cascade', found: 'ALTER TABLE "User" DROP CONSTRAINT "User_pkey" CASCADE', severity: 'danger', fine: [] },
  {
    id: 'truncate',
    found: 'TRUNCATE "Post"',
    severity: 'danger',
    fine: ['CREATE TABLE "T" ("a" INTEGER); TRUNCATE "T"'],
  },
  {
    id: 'enum-value-used-in-same-transaction',
    found: 'ALTER TYPE "Role" ADD VALUE \'OWNER\'; UPDATE "User" SET "role" = \'OWNER\' WHERE "id" = 1',
    severity: 'danger',
    fine: [
      'BEGIN; ALTER TYPE "Role" ADD VALUE \'OWNER\'; COMMIT; UPDATE "User" SET "role" = \'OWNER\' WHERE "id" = 1',
      'ALTER TYPE "Role" ADD VALUE \'OWNER\'',
    ],
  },
  {
    id: 'concurrently-in-transaction',
    found: 'BEGIN; CREATE INDEX CONCURRENTLY "i" ON "User" ("name"); COMMIT',
    severity: 'danger',
    fine: ['CREATE INDEX CONCURRENTLY "i" ON "User" ("name")'],
  },
  {
    id: 'mixed-ddl-and-bulk-dml',
    found: 'ALTER TABLE "User" ADD COLUMN "x" TEXT; UPDATE "User" SET "x" = "name" WHERE "x" IS NULL',
    severity: 'warning',
    fine: [
      'UPDATE "User" SET "name" = \'\' WHERE "name" IS NULL',
      'ALTER TABLE "User" ADD COLUMN "x" TEXT; INSERT INTO "User" ("email") VALUES (\'a\')',
    ],
  },
  {
    id: 'update-or-delete-without-where',
    found: 'UPDATE "User" SET "name" = \'\'',
    severity: 'danger',
    fine: ['UPDATE "User" SET "name" = \'\' WHERE "id" = 1', 'CREATE TABLE "T" ("a" INTEGER); UPDATE "T" SET "a" = 1'],
  },
  {
    id: 'update-or-delete-without-where',
    found: 'DELETE FROM "Post" WHERE true',
    severity: 'danger',
    fine: [
      'DELETE FROM "Post" WHERE "id" = 10',
      'DELETE FROM "Post" WHERE "id" IN (SELECT "id" FROM "Post" LIMIT 1000)',
    ],
  },
  {
    id: 'many-exclusive-tables',
    found: 'ALTER TABLE "User" ADD COLUMN "x" TEXT; ALTER TABLE "Post" ADD COLUMN "y" TEXT',
    severity: 'warning',
    fine: [
      'ALTER TABLE "User" ADD COLUMN "x" TEXT; CREATE TABLE "T" ("a" INTEGER); ALTER TABLE "T" ADD COLUMN "b" TEXT',
      'BEGIN; ALTER TABLE "User" ADD COLUMN "x" TEXT; COMMIT; ALTER TABLE "Post" ADD COLUMN "y" TEXT',
    ],
  },
  {
    id: 'lock-held-during-scan',
    found:
      'ALTER TABLE "Post" ADD CONSTRAINT "c" CHECK ("amount" > 0) NOT VALID; ALTER TABLE "Post" VALIDATE CONSTRAINT "c"',
    severity: 'danger',
    fine: [
      'BEGIN; ALTER TABLE "Post" ADD CONSTRAINT "c" CHECK ("amount" > 0) NOT VALID; COMMIT; ALTER TABLE "Post" VALIDATE CONSTRAINT "c"',
      'ALTER TABLE "User" ADD COLUMN "x" TEXT; CREATE TABLE "T" ("a" INTEGER); CREATE INDEX "i" ON "T" ("a")',
    ],
  },
  {
    id: 'lock-held-during-scan',
    found: 'ALTER TABLE "User" ADD COLUMN "x" TEXT; CREATE INDEX "i" ON "User" ("x")',
    severity: 'warning',
    fine: [],
  },
  {
    id: 'foreign-key-without-index',
    found: 'ALTER TABLE "Post" ADD COLUMN "editorId" INTEGER REFERENCES "User" ("id")',
    severity: 'warning',
    fine: [
      'ALTER TABLE "Post" ADD COLUMN "editorId" INTEGER REFERENCES "User" ("id"); CREATE INDEX ON "Post" ("editorId", "title")',
    ],
  },
  {
    id: 'if-not-exists-index',
    found: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS "i" ON "User" ("name")',
    severity: 'warning',
    fine: ['CREATE INDEX CONCURRENTLY "i" ON "User" ("name")'],
  },
  {
    id: 'trigger-on-existing-table',
    found: 'CREATE TRIGGER "t" AFTER INSERT ON "User" FOR EACH ROW EXECUTE FUNCTION f()',
    severity: 'warning',
    fine: ['CREATE TABLE "T" ("a" INTEGER); CREATE TRIGGER "t" AFTER INSERT ON "T" FOR EACH ROW EXECUTE FUNCTION f()'],
  },
  {
    id: 'triggers-disabled',
    found: 'ALTER TABLE "User" DISABLE TRIGGER ALL',
    severity: 'danger',
    fine: ['ALTER TABLE "User" ENABLE TRIGGER ALL'],
  },
  {
    id: 'extension-or-role',
    found: 'CREATE EXTENSION postgis',
    severity: 'warning',
    fine: ['CREATE EXTENSION IF NOT EXISTS "pgcrypto"'],
  },
  { id: 'extension-or-role', found: 'CREATE ROLE app', severity: 'warning', fine: ['GRANT SELECT ON "User" TO app'] },
  {
    id: 'session-setting-left',
    found: 'SET search_path = app',
    severity: 'warning',
    fine: ['SET LOCAL search_path = app', 'SET search_path = app; RESET search_path', "SET lock_timeout = '5s'"],
  },
  {
    id: 'session-setting-left',
    found: "SELECT pg_catalog.set_config('search_path', '', false)",
    severity: 'warning',
    fine: ["SELECT set_config('search_path', '', true)"],
  },
  { id: 'alter-system', found: 'ALTER SYSTEM SET work_mem = 1000', severity: 'danger', fine: [] },
  {
    id: 'lock-table',
    found: 'LOCK TABLE "User" IN SHARE MODE',
    severity: 'danger',
    fine: ['LOCK TABLE "User" IN ROW SHARE MODE'],
  },
  {
    id: 'vacuum-full-cluster-reindex',
    found: 'VACUUM FULL "User"',
    severity: 'danger',
    fine: ['VACUUM "User"', 'REINDEX TABLE CONCURRENTLY "User"'],
  },
  { id: 'vacuum-full-cluster-reindex', found: 'REINDEX INDEX "Post_title_idx"', severity: 'danger', fine: [] },
  {
    id: 'attach-partition-without-check',
    found: 'ALTER TABLE "Event" ATTACH PARTITION "Event_2025" FOR VALUES FROM (\'2025-01-01\') TO (\'2026-01-01\')',
    severity: 'danger',
    fine: [
      'ALTER TABLE "Event_2025" ADD CONSTRAINT "b" CHECK ("at" IS NOT NULL AND "at" >= \'2025-01-01\'); ALTER TABLE "Event" ATTACH PARTITION "Event_2025" FOR VALUES FROM (\'2025-01-01\') TO (\'2026-01-01\')',
    ],
  },
  {
    id: 'partition-lock-on-parent',
    found: 'CREATE TABLE "Event_2026" PARTITION OF "Event" FOR VALUES FROM (\'2026-01-01\') TO (\'2027-01-01\')',
    severity: 'warning',
    fine: ['ALTER TABLE "Event" DETACH PARTITION "Event_2024" CONCURRENTLY'],
  },
  {
    id: 'partition-lock-on-parent',
    found: 'ALTER TABLE "Event" DETACH PARTITION "Event_2024"',
    severity: 'warning',
    fine: [],
  },
  {
    id: 'row-security-change',
    found: 'ALTER TABLE "User" ENABLE ROW LEVEL SECURITY',
    severity: 'danger',
    fine: ['CREATE TABLE "T" ("a" INTEGER); ALTER TABLE "T" ENABLE ROW LEVEL SECURITY'],
  },
  { id: 'row-security-change', found: 'CREATE POLICY p ON "User" USING (true)', severity: 'warning', fine: [] },
  {
    id: 'identifier-too-long',
    found: `CREATE TABLE "${'x'.repeat(64)}" ("a" INTEGER)`,
    severity: 'warning',
    fine: [`CREATE TABLE "${'x'.repeat(63)}" ("a" INTEGER)`],
  },
  {
    id: 'timestamp-without-time-zone',
    found: 'CREATE TABLE "T" ("at" TIMESTAMP(3))',
    severity: 'info',
    fine: ['CREATE TABLE "T" ("at" TIMESTAMPTZ(3))'],
  },
  {
    id: 'int4-key',
    found: 'CREATE TABLE "T" ("id" SERIAL, CONSTRAINT "pk" PRIMARY KEY ("id"))',
    severity: 'info',
    fine: ['CREATE TABLE "T" ("id" BIGSERIAL PRIMARY KEY)'],
  },
  {
    id: 'select-star',
    found: 'INSERT INTO "Post" SELECT * FROM "User"',
    severity: 'warning',
    fine: ['INSERT INTO "Post" ("id") SELECT "id" FROM "User"'],
  },
  {
    id: 'domain-constraint',
    found: 'ALTER DOMAIN positive ADD CONSTRAINT c CHECK (VALUE < 10)',
    severity: 'danger',
    fine: ['ALTER DOMAIN positive ADD CONSTRAINT c CHECK (VALUE < 10) NOT VALID'],
  },
  {
    id: 'refresh-materialized-view',
    found: 'REFRESH MATERIALIZED VIEW "Totals"',
    severity: 'danger',
    fine: ['CREATE UNIQUE INDEX "Totals_key" ON "Totals" ("count"); REFRESH MATERIALIZED VIEW CONCURRENTLY "Totals"'],
  },
  {
    id: 'refresh-materialized-view',
    found:
      'CREATE UNIQUE INDEX "Totals_key" ON "Totals" ("count") WHERE "count" > 0; REFRESH MATERIALIZED VIEW CONCURRENTLY "Totals"',
    severity: 'danger',
    fine: [],
  },
  {
    id: 'opaque-sql',
    found: "DO $$ BEGIN EXECUTE format('DROP TABLE %I', t); END $$",
    severity: 'warning',
    fine: ["DO $$ BEGIN EXECUTE 'SELECT ' || '1'; EXECUTE format('SELECT %L', 'x'); END $$"],
  },
  {
    id: 'rename-schema',
    found: 'ALTER SCHEMA public RENAME TO old',
    severity: 'danger',
    fine: ['CREATE SCHEMA a; ALTER SCHEMA a RENAME TO b'],
  },
  {
    id: 'rename-table',
    found: 'ALTER VIEW "Names" RENAME TO "Nicknames"',
    severity: 'danger',
    fine: ['CREATE VIEW "V" AS SELECT 1; ALTER VIEW "V" RENAME TO "W"'],
  },
  {
    id: 'rename-column',
    found: 'ALTER TABLE "User" RENAME "name" TO "fullName"',
    severity: 'danger',
    fine: ['ALTER TABLE "User" ADD COLUMN "a" TEXT; ALTER TABLE "User" RENAME COLUMN "a" TO "b"'],
  },
  {
    id: 'column-in-use',
    found: 'ALTER TABLE "User" ALTER COLUMN "name" TYPE VARCHAR(200)',
    severity: 'danger',
    fine: [
      'DROP VIEW "Names"; ALTER TABLE "User" ALTER COLUMN "name" TYPE VARCHAR(200)',
      'ALTER TABLE "User" ALTER COLUMN "email" TYPE TEXT',
    ],
  },
  {
    id: 'column-in-use',
    found: 'ALTER TABLE "User" DROP COLUMN "name"',
    severity: 'danger',
    fine: ['ALTER TABLE "User" DROP COLUMN "seen"'],
  },
  {
    id: 'drop-default',
    found:
      'ALTER TABLE "User" ADD COLUMN "x" TEXT NOT NULL DEFAULT \'a\'; ALTER TABLE "User" ALTER COLUMN "x" DROP DEFAULT',
    severity: 'warning',
    fine: [
      'ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT; ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT \'ADMIN\'',
      'ALTER TABLE "User" ALTER COLUMN "name" DROP DEFAULT',
      'ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT',
    ],
  },
  { id: 'drop-default', found: 'ALTER TABLE "User" ALTER COLUMN "id" DROP DEFAULT', severity: 'danger', fine: [] },
  {
    id: 'drop-not-null',
    found: 'ALTER TABLE "User" ALTER COLUMN "email" DROP NOT NULL',
    severity: 'info',
    fine: ['ALTER TABLE "User" ALTER COLUMN "name" DROP NOT NULL'],
  },
  {
    id: 'concurrently-on-partitioned',
    found: 'CREATE INDEX CONCURRENTLY "i" ON "Event" ("id")',
    severity: 'danger',
    fine: ['CREATE INDEX "i" ON ONLY "Event" ("id")', 'CREATE INDEX CONCURRENTLY "i" ON "Event_2024" ("id")'],
  },
  {
    id: 'own-transaction',
    found: 'ALTER TABLE "User" ADD COLUMN "x" TEXT; ROLLBACK',
    severity: 'danger',
    fine: ['BEGIN; ALTER TABLE "User" ADD COLUMN "x" TEXT; COMMIT'],
  },
  {
    id: 'own-transaction',
    found: 'ALTER TABLE "User" ADD COLUMN "x" TEXT; COMMIT; ALTER TABLE "Post" ADD COLUMN "y" TEXT',
    severity: 'warning',
    fine: [],
  },
  {
    id: 'bulk-loop',
    found:
      'DO $$ DECLARE r RECORD; BEGIN FOR r IN SELECT "id" FROM "User" LOOP UPDATE "User" SET "name" = \'\' WHERE "id" = r."id"; END LOOP; END $$',
    severity: 'warning',
    fine: [
      'DO $$ BEGIN LOOP DELETE FROM "Post" WHERE "id" IN (SELECT "id" FROM "Post" LIMIT 100); EXIT WHEN NOT FOUND; COMMIT; END LOOP; END $$',
      "DO $$ DECLARE r RECORD; BEGIN FOR r IN SELECT 1 LOOP RAISE NOTICE '%', r; END LOOP; END $$",
    ],
  },
  {
    id: 'sequence-reset',
    found: 'ALTER SEQUENCE "User_id_seq" RESTART WITH 1',
    severity: 'danger',
    fine: [
      'ALTER SEQUENCE "User_id_seq" RESTART WITH 100000',
      'CREATE SEQUENCE s; ALTER SEQUENCE s RESTART',
      'ALTER SEQUENCE "User_id_seq" OWNED BY NONE',
    ],
  },
  {
    id: 'sequence-reset',
    found: `SELECT setval('"User_id_seq"', 1, false)`,
    severity: 'danger',
    fine: [`SELECT setval('"User_id_seq"', (SELECT max("id") FROM "User"))`],
  },
  {
    id: 'privilege-change',
    found: 'REVOKE INSERT ON "User" FROM app',
    severity: 'warning',
    fine: ['GRANT SELECT ON "User" TO app', 'CREATE TABLE "T" ("a" INTEGER); REVOKE ALL ON "T" FROM PUBLIC'],
  },
  { id: 'privilege-change', found: 'GRANT SELECT ON "User" TO PUBLIC', severity: 'warning', fine: [] },
  {
    id: 'privilege-change',
    found: 'ALTER TABLE "User" OWNER TO app',
    severity: 'warning',
    fine: ['ALTER FUNCTION f() OWNER TO app'],
  },
  {
    id: 'char-column',
    found: 'ALTER TABLE "User" ADD COLUMN "c" CHAR(2)',
    severity: 'info',
    fine: ['ALTER TABLE "User" ADD COLUMN "c" VARCHAR(2)'],
  },
  {
    id: 'json-column',
    found: 'ALTER TABLE "User" ADD COLUMN "c" JSON',
    severity: 'info',
    fine: ['ALTER TABLE "User" ADD COLUMN "c" JSONB'],
  },
  {
    id: 'table-rewrite',
    found: 'ALTER TABLE "Post" SET TABLESPACE fast',
    severity: 'danger',
    fine: ['ALTER TABLE "Post" SET TABLESPACE pg_default'],
  },
  { id: 'table-rewrite', found: 'ALTER TABLE "Post" SET ACCESS METHOD columnar', severity: 'danger', fine: [] },
  {
    id: 'set-not-null',
    found:
      'CREATE UNIQUE INDEX CONCURRENTLY "u" ON "User" ("name"); ALTER TABLE "User" DROP CONSTRAINT "User_pkey", ADD PRIMARY KEY USING INDEX "u"',
    severity: 'danger',
    fine: [
      'CREATE UNIQUE INDEX CONCURRENTLY "u" ON "User" ("email"); ALTER TABLE "User" DROP CONSTRAINT "User_pkey", ADD PRIMARY KEY USING INDEX "u"',
    ],
  },
  {
    id: 'add-column-not-null-without-default',
    found: 'DELETE FROM "User"; ALTER TABLE "User" ADD COLUMN "phone" TEXT NOT NULL',
    severity: 'warning',
    fine: [],
  },
  {
    id: 'update-or-delete-without-where',
    found: 'WITH gone AS (DELETE FROM "Post" RETURNING "id") INSERT INTO "User" ("email") SELECT "id" FROM gone',
    severity: 'danger',
    fine: ['UPDATE "User" SET "name" = \'\' WHERE "id" IN (1, 2)'],
  },
  {
    id: 'update-or-delete-without-where',
    found: 'ALTER TABLE "User" ADD COLUMN "x" TEXT; UPDATE "User" SET "x" = "email" WHERE "x" IS NULL',
    severity: 'danger',
    fine: ['ALTER TABLE "User" ADD COLUMN "x" TEXT; UPDATE "User" SET "x" = \'\' WHERE "id" = 1'],
  },
  {
    id: 'update-or-delete-without-where',
    found: 'UPDATE "Post" SET "title" = u."name" FROM "User" u WHERE u."id" = "authorId"',
    severity: 'danger',
    fine: [],
  },
  {
    id: 'mixed-ddl-and-bulk-dml',
    found: 'ALTER TABLE "User" ADD COLUMN "x" TEXT; INSERT INTO "Post" ("id") SELECT "id" FROM "User"',
    severity: 'warning',
    fine: ['ALTER TABLE "User" ADD COLUMN "x" TEXT; UPDATE "User" SET "x" = \'\' WHERE "id" = 1'],
  },
  {
    id: 'volatile-default',
    found: 'ALTER TABLE "User" ADD COLUMN "key" TEXT DEFAULT make_key()',
    severity: 'warning',
    fine: [
      'ALTER TABLE "User" ADD COLUMN "key" TEXT DEFAULT lower(\'A\')',
      'CREATE FUNCTION make_key() RETURNS text STABLE LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$; ALTER TABLE "User" ADD COLUMN "key" TEXT DEFAULT make_key()',
    ],
  },
  {
    id: 'identifier-too-long',
    found: `CREATE TABLE "${'x'.repeat(63)}" ("a" INTEGER); CREATE INDEX "${'y'.repeat(64)}" ON "Missing" ("a")`,
    severity: 'warning',
    fine: [],
  },
  {
    id: 'triggers-disabled',
    found: "SET session_replication_role = 'replica'",
    severity: 'danger',
    fine: ['SET session_replication_role = DEFAULT'],
  },
];
