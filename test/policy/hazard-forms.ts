/**
 * Migrations in the forms in which real projects write them, most as Prisma generates them: those that hurt, with all that
 * is found in them above `info`, and those that do not.
 */

/** What is there before each of them, and nothing is known of its size. */
export const FORMS_BEFORE = `
CREATE TYPE "Role" AS ENUM ('ADMIN', 'USER', 'GUEST');
CREATE TYPE "OrderStatus" AS ENUM ('PENDING', 'PAID', 'SHIPPED');
CREATE TABLE "User" ("id" SERIAL NOT NULL, "email" VARCHAR(100) NOT NULL, "name" TEXT, "nick" TEXT, "role" "Role" NOT NULL DEFAULT 'USER', "balance" DECIMAL(10,2) NOT NULL DEFAULT 0, "meta" JSONB, "age" INTEGER, "tags" TEXT[], "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" TIMESTAMP(3) NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" TEXT NOT NULL, "title" TEXT NOT NULL, "body" TEXT, "published" BOOLEAN NOT NULL DEFAULT false, "views" INTEGER NOT NULL DEFAULT 0, "authorId" INTEGER NOT NULL, "categoryId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Category" ("id" SERIAL NOT NULL, "name" VARCHAR(50) NOT NULL, CONSTRAINT "Category_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Order" ("id" BIGSERIAL NOT NULL, "status" "OrderStatus" NOT NULL DEFAULT 'PENDING', "total" DECIMAL(12,2) NOT NULL, "userId" INTEGER NOT NULL, "note" VARCHAR(200), "placedAt" TIMESTAMPTZ(6) NOT NULL, CONSTRAINT "Order_pkey" PRIMARY KEY ("id"));
CREATE TABLE "_PostToTag" ("A" TEXT NOT NULL, "B" INTEGER NOT NULL);
CREATE TABLE "Tag" ("id" SERIAL NOT NULL, "name" TEXT NOT NULL, CONSTRAINT "Tag_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Event" ("id" BIGINT NOT NULL, "at" TIMESTAMPTZ NOT NULL, "kind" TEXT) PARTITION BY RANGE ("at");
CREATE TABLE "Event_2024" PARTITION OF "Event" FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
CREATE INDEX "Post_authorId_idx" ON "Post"("authorId");
CREATE INDEX "Post_title_idx" ON "Post"("title");
CREATE UNIQUE INDEX "_PostToTag_AB_unique" ON "_PostToTag"("A", "B");
CREATE INDEX "_PostToTag_B_index" ON "_PostToTag"("B");
CREATE INDEX "Order_userId_idx" ON "Order"("userId");
ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "Order" ADD CONSTRAINT "Order_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE TABLE "Person" ("id" SERIAL PRIMARY KEY, "name" VARCHAR(50), "title" VARCHAR(50), "nick" VARCHAR(50), "login" CITEXT UNIQUE, "code" TEXT, "seen" TIMESTAMP(3), "stamp" TIMESTAMP(6), CONSTRAINT "nick_there" CHECK ("nick" <> ''));
CREATE INDEX "Person_name_idx" ON "Person" (lower("name"));
CREATE INDEX "Person_title_idx" ON "Person" ("title");
CREATE INDEX "Person_code_idx" ON "Person" ("code");
CREATE DOMAIN "Mail" AS TEXT CHECK (VALUE LIKE '%@%');
CREATE TABLE "Letter" ("id" SERIAL PRIMARY KEY, "to" "Mail");
CREATE TABLE "Log" ("id" BIGINT NOT NULL, "at" TIMESTAMPTZ NOT NULL, "kind" TEXT) PARTITION BY RANGE ("at");
CREATE TABLE "Log_rest" PARTITION OF "Log" DEFAULT;
CREATE TABLE "Log_loose" ("id" BIGINT NOT NULL, "at" TIMESTAMPTZ NOT NULL, "kind" TEXT, CONSTRAINT "kind_there" CHECK ("kind" <> ''));
CREATE TABLE "Log_proven" ("id" BIGINT NOT NULL, "at" TIMESTAMPTZ NOT NULL, "kind" TEXT, CONSTRAINT "bounds" CHECK ("at" >= '2030-01-01' AND "at" < '2031-01-01'));
CREATE TABLE "Past" ("id" BIGINT NOT NULL, "at" TIMESTAMPTZ NOT NULL) PARTITION BY RANGE ("at");
CREATE TABLE "Past_rest" PARTITION OF "Past" DEFAULT;
ALTER TABLE "Past_rest" ADD CONSTRAINT "Past_rest_old" CHECK ("at" < '2020-01-01');
CREATE TABLE "Past_proven" ("id" BIGINT NOT NULL, "at" TIMESTAMPTZ NOT NULL, CONSTRAINT "bounds" CHECK ("at" >= '2020-01-01' AND "at" < '2021-01-01'));
CREATE VIEW "ActiveUser" AS SELECT "id", "email" FROM "User";
CREATE MATERIALIZED VIEW "Sales" AS SELECT "userId", sum("total") AS t FROM "Order" GROUP BY 1;
CREATE UNIQUE INDEX "Sales_userId_key" ON "Sales" ("userId");
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW."updatedAt" = now(); RETURN NEW; END $$;
CREATE TRIGGER user_touch BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION touch();
`;

export interface Form {
  sql: string;
  /** `danger index-not-concurrent`, each once, in the alphabet's order. */
  finds: string[];
}

export const HARMFUL: Form[] = [
  { sql: `ALTER TABLE "Person" ALTER COLUMN "name" TYPE VARCHAR(100);`, finds: ['danger column-type-change'] },
  {
    sql: `ALTER TABLE "Person" ALTER COLUMN "title" TYPE VARCHAR(50) COLLATE "C";`,
    finds: ['danger column-type-change'],
  },
  { sql: `ALTER TABLE "Person" ALTER COLUMN "nick" TYPE TEXT;`, finds: ['danger column-type-change'] },
  { sql: `ALTER TABLE "Person" ALTER COLUMN "login" TYPE TEXT;`, finds: ['danger column-type-change'] },
  { sql: `ALTER TABLE "Person" ALTER COLUMN "code" TYPE CITEXT;`, finds: ['danger column-type-change'] },
  {
    sql: `SET TIME ZONE 'Europe/Berlin';
ALTER TABLE "Person" ALTER COLUMN "stamp" TYPE TIMESTAMPTZ(6);
RESET timezone;`,
    finds: ['danger column-type-change'],
  },
  {
    sql: `BEGIN;
SET LOCAL TIME ZONE 'UTC';
COMMIT;
ALTER TABLE "Person" ALTER COLUMN "stamp" TYPE TIMESTAMPTZ(6);`,
    finds: ['warning column-type-change'],
  },
  {
    sql: `ALTER TABLE "Event" ATTACH PARTITION "Log_loose" FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');`,
    finds: ['danger attach-partition-without-check'],
  },
  {
    sql: `ALTER TABLE "Log" ATTACH PARTITION "Log_proven" FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');`,
    finds: ['danger attach-partition-without-check', 'warning many-exclusive-tables'],
  },
  {
    sql: `ALTER TABLE "Past" ATTACH PARTITION "Past_proven" FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');`,
    finds: ['warning many-exclusive-tables'],
  },
  {
    sql: `CREATE TABLE "Log_2030" (LIKE "Log");
ALTER TABLE "Log" ATTACH PARTITION "Log_2030" FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');`,
    finds: ['danger attach-partition-without-check'],
  },
  {
    sql: `CREATE TABLE "Log_2030" PARTITION OF "Log" FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');`,
    finds: ['danger attach-partition-without-check', 'warning partition-lock-on-parent'],
  },
  {
    sql: `-- CreateIndex
CREATE INDEX "User_name_idx" ON "User"("name");`,
    finds: ['danger index-not-concurrent'],
  },
  { sql: `CREATE UNIQUE INDEX "User_nick_key" ON "User"("nick");`, finds: ['danger index-not-concurrent'] },
  {
    sql: `CREATE INDEX "User_meta_idx" ON "User" USING GIN ("meta" jsonb_path_ops);`,
    finds: ['danger index-not-concurrent'],
  },
  {
    sql: `CREATE INDEX IF NOT EXISTS "User_name_idx" ON "User"("name");`,
    finds: ['danger index-not-concurrent', 'warning if-not-exists-index'],
  },
  { sql: `CREATE INDEX "Event_kind_idx" ON "Event"("kind");`, finds: ['danger index-not-concurrent'] },
  {
    sql: `CREATE INDEX CONCURRENTLY "Event_kind_idx" ON "Event"("kind");`,
    finds: ['danger concurrently-on-partitioned'],
  },
  { sql: `ALTER TABLE "Event" ADD COLUMN x UUID DEFAULT gen_random_uuid();`, finds: ['danger volatile-default'] },
  {
    sql: `ALTER TABLE "User" ADD COLUMN "t" TIMESTAMPTZ DEFAULT clock_timestamp();`,
    finds: ['danger volatile-default'],
  },
  { sql: `ALTER TABLE "User" ADD COLUMN "t" DOUBLE PRECISION DEFAULT random();`, finds: ['danger volatile-default'] },
  { sql: `ALTER TABLE "User" ADD COLUMN "t" TEXT DEFAULT my_func();`, finds: ['warning volatile-default'] },
  { sql: `ALTER TABLE "User" ADD COLUMN "t" TEXT NOT NULL DEFAULT cuid();`, finds: ['danger volatile-default'] },
  { sql: `ALTER TABLE "User" ADD COLUMN "t" BIGINT DEFAULT nextval('foo_seq');`, finds: ['danger volatile-default'] },
  {
    sql: `ALTER TABLE "User" ADD COLUMN "uid" UUID NOT NULL DEFAULT uuid_generate_v4();`,
    finds: ['danger volatile-default'],
  },
  {
    sql: `ALTER TABLE "User" ADD COLUMN "n" INTEGER GENERATED BY DEFAULT AS IDENTITY;`,
    finds: ['danger identity-or-serial-added'],
  },
  {
    sql: `ALTER TABLE "User" ADD COLUMN "full" TEXT GENERATED ALWAYS AS ("name" || "nick") STORED;`,
    finds: ['danger stored-generated-column'],
  },
  {
    sql: `ALTER TABLE "User" ALTER COLUMN "name" TYPE INTEGER USING "name"::integer;`,
    finds: ['danger column-type-change'],
  },
  {
    sql: `ALTER TABLE "User" ALTER COLUMN "id" SET DATA TYPE BIGINT;`,
    finds: ['danger column-in-use', 'danger column-type-change', 'warning many-exclusive-tables'],
  },
  {
    sql: `ALTER TABLE "User" ALTER COLUMN "email" SET DATA TYPE VARCHAR(50);`,
    finds: ['danger column-in-use', 'danger column-type-change'],
  },
  {
    sql: `ALTER TABLE "User" ALTER COLUMN "balance" SET DATA TYPE DECIMAL(8,2);`,
    finds: ['danger column-type-change'],
  },
  { sql: `ALTER TABLE "User" ALTER COLUMN "meta" SET DATA TYPE JSON;`, finds: ['danger column-type-change'] },
  { sql: `ALTER TABLE "User" ALTER COLUMN "meta" SET DATA TYPE TEXT;`, finds: ['danger column-type-change'] },
  { sql: `ALTER TABLE "User" ALTER COLUMN "name" SET DATA TYPE VARCHAR(100);`, finds: ['danger column-type-change'] },
  {
    sql: `ALTER TABLE "User" ALTER COLUMN "createdAt" SET DATA TYPE TIMESTAMPTZ(3);`,
    finds: ['danger column-type-change'],
  },
  {
    sql: `ALTER TABLE "User" ALTER COLUMN "createdAt" SET DATA TYPE TIMESTAMPTZ(6);`,
    finds: ['warning column-type-change'],
  },
  {
    sql: `ALTER TABLE "User" ALTER COLUMN "createdAt" SET DATA TYPE TIMESTAMPTZ(3) USING "createdAt" AT TIME ZONE 'UTC';`,
    finds: ['danger column-type-change'],
  },
  { sql: `ALTER TABLE "User" ALTER COLUMN "createdAt" SET DATA TYPE DATE;`, finds: ['danger column-type-change'] },
  { sql: `ALTER TABLE "User" ALTER COLUMN "tags" TYPE VARCHAR(10)[];`, finds: ['danger column-type-change'] },
  { sql: `ALTER TABLE "Order" ALTER COLUMN "note" SET DATA TYPE CHAR(200);`, finds: ['danger column-type-change'] },
  {
    sql: `-- AlterEnum
BEGIN;
CREATE TYPE "Role_new" AS ENUM ('ADMIN', 'USER');
ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT;
ALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");
ALTER TYPE "Role" RENAME TO "Role_old";
ALTER TYPE "Role_new" RENAME TO "Role";
DROP TYPE "Role_old";
ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'USER';
COMMIT;`,
    finds: ['danger column-type-change'],
  },
  { sql: `ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;`, finds: ['danger set-not-null'] },
  {
    sql: `UPDATE "User" SET "name" = '' WHERE "name" IS NULL;
ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;`,
    finds: ['danger set-not-null', 'warning update-or-delete-without-where'],
  },
  {
    sql: `ALTER TABLE "User" ADD COLUMN "phone" TEXT NOT NULL;`,
    finds: ['danger add-column-not-null-without-default'],
  },
  {
    sql: `ALTER TABLE "User" ADD COLUMN "deletedAt" TIMESTAMP(3), ADD COLUMN "updated2" TIMESTAMP(3) NOT NULL;`,
    finds: ['danger add-column-not-null-without-default'],
  },
  { sql: `ALTER TABLE "User" DROP COLUMN "name", ADD COLUMN "fullName" TEXT;`, finds: ['danger drop-column'] },
  { sql: `ALTER TABLE "User" RENAME COLUMN "name" TO "fullName";`, finds: ['danger rename-column'] },
  { sql: `ALTER TABLE "User" RENAME TO "Account";`, finds: ['danger rename-table'] },
  { sql: `ALTER TABLE "User" DROP COLUMN "age";`, finds: ['danger drop-column'] },
  { sql: `DROP TABLE "Category";`, finds: ['danger drop-table'] },
  {
    sql: `ALTER TABLE "Post" DROP CONSTRAINT "Post_authorId_fkey";
DROP TABLE "User";`,
    finds: ['danger drop-table', 'warning drop-constraint', 'warning many-exclusive-tables'],
  },
  {
    sql: `ALTER TABLE "Post" ADD CONSTRAINT "Post_categoryId_fkey" FOREIGN KEY ("categoryId") REFERENCES "Category"("id") ON DELETE SET NULL ON UPDATE CASCADE;`,
    finds: ['danger foreign-key-not-valid', 'warning foreign-key-without-index'],
  },
  {
    sql: `ALTER TABLE "Post" ADD COLUMN "editorId" INTEGER;
ALTER TABLE "Post" ADD CONSTRAINT "Post_editorId_fkey" FOREIGN KEY ("editorId") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;`,
    finds: ['danger foreign-key-not-valid', 'warning foreign-key-without-index', 'warning lock-held-during-scan'],
  },
  { sql: `ALTER TABLE "Order" ADD CONSTRAINT "positive" CHECK ("total" >= 0);`, finds: ['danger check-not-valid'] },
  {
    sql: `ALTER TABLE "Order" ADD CONSTRAINT "positive" CHECK ("total" >= 0) NOT VALID;
ALTER TABLE "Order" VALIDATE CONSTRAINT "positive";`,
    finds: ['danger lock-held-during-scan'],
  },
  { sql: `ALTER TABLE "Order" ADD CONSTRAINT "u" UNIQUE ("userId", "placedAt");`, finds: ['danger unique-constraint'] },
  {
    sql: `ALTER TABLE "_PostToTag" ADD CONSTRAINT "_PostToTag_AB_pkey" PRIMARY KEY ("A", "B");
DROP INDEX "_PostToTag_AB_unique";`,
    finds: ['danger unique-constraint', 'warning drop-index'],
  },
  {
    sql: `ALTER TABLE "Tag" DROP CONSTRAINT "Tag_pkey", ADD COLUMN "uuid" TEXT NOT NULL, ADD CONSTRAINT "Tag_pkey" PRIMARY KEY ("uuid");`,
    finds: ['danger add-column-not-null-without-default', 'danger unique-constraint'],
  },
  {
    sql: `CREATE UNIQUE INDEX CONCURRENTLY "User_nick_key" ON "User"("nick");
ALTER TABLE "User" DROP CONSTRAINT "User_pkey", ADD CONSTRAINT "User_pk2" PRIMARY KEY USING INDEX "User_nick_key";`,
    finds: ['danger set-not-null'],
  },
  {
    sql: `BEGIN;
CREATE INDEX CONCURRENTLY "i" ON "User"("name");
COMMIT;`,
    finds: ['danger concurrently-in-transaction'],
  },
  {
    sql: `ALTER TYPE "Role" ADD VALUE 'OWNER';
ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'OWNER';`,
    finds: ['danger enum-value-used-in-same-transaction'],
  },
  {
    sql: `ALTER TYPE "Role" ADD VALUE 'OWNER';
UPDATE "User" SET "role" = 'OWNER' WHERE "id" = 1;`,
    finds: ['danger enum-value-used-in-same-transaction'],
  },
  { sql: `ALTER TYPE "Role" RENAME VALUE 'GUEST' TO 'VISITOR';`, finds: ['danger rename-enum-value'] },
  { sql: `UPDATE "User" SET "nick" = "name";`, finds: ['danger update-or-delete-without-where'] },
  { sql: `DELETE FROM "Post";`, finds: ['danger update-or-delete-without-where'] },
  {
    sql: `DELETE FROM "Order" WHERE "placedAt" < now() - interval '1 year';`,
    finds: ['warning update-or-delete-without-where'],
  },
  { sql: `TRUNCATE TABLE "Post" CASCADE;`, finds: ['danger truncate'] },
  { sql: `TRUNCATE "Order" RESTART IDENTITY;`, finds: ['danger truncate'] },
  {
    sql: `ALTER TABLE "User" ADD COLUMN "lower" TEXT;
UPDATE "User" SET "lower" = lower("email");`,
    finds: ['danger update-or-delete-without-where', 'warning mixed-ddl-and-bulk-dml'],
  },
  {
    sql: `ALTER TABLE "User" ADD COLUMN "lower" TEXT;
UPDATE "User" SET "lower" = lower("email") WHERE "lower" IS NULL;`,
    finds: ['danger update-or-delete-without-where', 'warning mixed-ddl-and-bulk-dml'],
  },
  {
    sql: `ALTER TABLE "User" ADD COLUMN "lower" TEXT;
UPDATE "User" SET "lower" = lower("email");
ALTER TABLE "User" ALTER COLUMN "lower" SET NOT NULL;`,
    finds: ['danger set-not-null', 'danger update-or-delete-without-where', 'warning mixed-ddl-and-bulk-dml'],
  },
  { sql: `LOCK TABLE "Order" IN ACCESS EXCLUSIVE MODE;`, finds: ['danger lock-table'] },
  { sql: `VACUUM FULL "Order";`, finds: ['danger vacuum-full-cluster-reindex'] },
  { sql: `CLUSTER "Order" USING "Order_userId_idx";`, finds: ['danger vacuum-full-cluster-reindex'] },
  { sql: `REINDEX TABLE "Order";`, finds: ['danger vacuum-full-cluster-reindex'] },
  { sql: `REFRESH MATERIALIZED VIEW "Sales";`, finds: ['danger refresh-materialized-view'] },
  { sql: `ALTER TABLE "Event" DETACH PARTITION "Event_2024";`, finds: ['warning partition-lock-on-parent'] },
  { sql: `DROP TABLE "Event_2024";`, finds: ['danger drop-table'] },
  { sql: `ALTER TABLE "User" DISABLE TRIGGER ALL;`, finds: ['danger triggers-disabled'] },
  {
    sql: `SET session_replication_role = 'replica';`,
    finds: ['danger triggers-disabled', 'warning session-setting-left'],
  },
  {
    sql: `SET session_replication_role = replica;
DELETE FROM "Post" WHERE "id" = 'x';
SET session_replication_role = DEFAULT;`,
    finds: ['danger triggers-disabled'],
  },
  { sql: `ALTER TABLE "User" ENABLE ROW LEVEL SECURITY;`, finds: ['danger row-security-change'] },
  { sql: `ALTER TABLE "User" DISABLE ROW LEVEL SECURITY;`, finds: ['danger row-security-change'] },
  { sql: `DROP POLICY p ON "User";`, finds: ['warning row-security-change'] },
  {
    sql: `DROP SCHEMA public CASCADE;`,
    finds: ['danger drop-cascade', 'danger drop-schema-or-database', 'warning many-exclusive-tables'],
  },
  { sql: `DROP DATABASE app;`, finds: ['danger drop-schema-or-database'] },
  { sql: `DROP TYPE "Role" CASCADE;`, finds: ['danger drop-cascade'] },
  { sql: `DROP FUNCTION touch() CASCADE;`, finds: ['danger drop-cascade', 'warning drop-view-or-function'] },
  { sql: `DROP TRIGGER user_touch ON "User";`, finds: ['warning drop-view-or-function'] },
  { sql: `DROP VIEW "ActiveUser";`, finds: ['warning drop-view-or-function'] },
  { sql: `ALTER TABLE "User" SET UNLOGGED;`, finds: ['danger table-rewrite'] },
  { sql: `ALTER TABLE "User" SET TABLESPACE fast;`, finds: ['danger table-rewrite'] },
  { sql: `ALTER TABLE "User" SET SCHEMA archive;`, finds: ['danger rename-table'] },
  { sql: `ALTER SCHEMA public RENAME TO old;`, finds: ['danger rename-schema'] },
  {
    sql: `CREATE TRIGGER t AFTER UPDATE ON "Order" FOR EACH ROW EXECUTE FUNCTION touch();`,
    finds: ['warning trigger-on-existing-table'],
  },
  { sql: `CREATE RULE r AS ON DELETE TO "Order" DO INSTEAD NOTHING;`, finds: ['warning trigger-on-existing-table'] },
  { sql: `DROP EXTENSION pgcrypto;`, finds: ['warning extension-or-role'] },
  { sql: `DROP EXTENSION IF EXISTS "uuid-ossp" CASCADE;`, finds: ['warning extension-or-role'] },
  { sql: `ALTER ROLE app SUPERUSER;`, finds: ['warning extension-or-role'] },
  { sql: `REVOKE ALL ON "User" FROM app;`, finds: ['warning privilege-change'] },
  { sql: `GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC;`, finds: ['warning privilege-change'] },
  { sql: `ALTER DATABASE app SET statement_timeout = '5s';`, finds: ['warning alter-system'] },
  { sql: `ALTER SYSTEM SET max_connections = 500;`, finds: ['danger alter-system'] },
  { sql: `ALTER SEQUENCE "User_id_seq" RESTART WITH 1;`, finds: ['danger sequence-reset'] },
  { sql: `SELECT setval('"User_id_seq"', 1);`, finds: ['danger sequence-reset'] },
  { sql: `ALTER TABLE "User" ALTER COLUMN "id" DROP DEFAULT;`, finds: ['danger drop-default'] },
  { sql: `DO $$ BEGIN UPDATE "User" SET "nick" = "name"; END $$;`, finds: ['danger update-or-delete-without-where'] },
  {
    sql: `DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM "User" LOOP UPDATE "User" SET "nick" = r.name WHERE id = r.id; END LOOP; END $$;`,
    finds: ['warning bulk-loop', 'warning update-or-delete-without-where'],
  },
  { sql: `INSERT INTO "Post" SELECT * FROM "Post";`, finds: ['warning select-star'] },
  {
    sql: `WITH d AS (DELETE FROM "Order" RETURNING *) INSERT INTO "Post" SELECT * FROM d;`,
    finds: ['danger update-or-delete-without-where', 'warning select-star'],
  },
  { sql: `ALTER TABLE "User" ADD EXCLUDE USING gist ("name" WITH =);`, finds: ['danger exclusion-constraint'] },
  { sql: `ALTER TABLE "Post" DROP CONSTRAINT "Post_pkey";`, finds: ['warning drop-constraint'] },
  { sql: `ALTER TABLE "Post" DROP CONSTRAINT "Post_pkey" CASCADE;`, finds: ['warning drop-constraint'] },
  { sql: `ALTER TABLE "User" ADD CONSTRAINT nn NOT NULL "name";`, finds: ['danger set-not-null'] },
  { sql: `ALTER TABLE "User" ALTER COLUMN "age" SET DATA TYPE SMALLINT;`, finds: ['danger column-type-change'] },
  {
    sql: `ALTER TABLE "User" ALTER COLUMN "id" ADD GENERATED ALWAYS AS IDENTITY;`,
    finds: ['danger identity-or-serial-added'],
  },
  {
    sql: `-- AlterTable
ALTER TABLE "User" ADD COLUMN "phone" TEXT NOT NULL, ALTER COLUMN "name" SET NOT NULL;`,
    finds: ['danger add-column-not-null-without-default', 'danger set-not-null'],
  },
  {
    sql: `-- AlterTable
ALTER TABLE "Post" DROP COLUMN "body", ADD COLUMN "content" TEXT NOT NULL;`,
    finds: ['danger add-column-not-null-without-default', 'danger drop-column'],
  },
  {
    sql: `-- AlterTable
ALTER TABLE "Order" DROP CONSTRAINT "Order_pkey", ALTER COLUMN "id" DROP DEFAULT, ALTER COLUMN "id" SET DATA TYPE TEXT, ADD CONSTRAINT "Order_pkey" PRIMARY KEY ("id");
DROP SEQUENCE "Order_id_seq";`,
    finds: [
      'danger column-type-change',
      'danger drop-default',
      'danger unique-constraint',
      'warning drop-view-or-function',
      'warning many-exclusive-tables',
    ],
  },
  {
    sql: `-- DropForeignKey
ALTER TABLE "Post" DROP CONSTRAINT "Post_authorId_fkey";
-- AlterTable
ALTER TABLE "Post" ALTER COLUMN "authorId" DROP NOT NULL;
-- AddForeignKey
ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;`,
    finds: ['danger foreign-key-not-valid', 'warning lock-held-during-scan', 'warning many-exclusive-tables'],
  },
  {
    sql: `-- DropIndex
DROP INDEX "Post_title_idx";
-- CreateIndex
CREATE INDEX "Post_title_published_idx" ON "Post"("title", "published");`,
    finds: ['danger index-not-concurrent', 'warning drop-index', 'warning lock-held-during-scan'],
  },
  {
    sql: `-- AlterEnum
ALTER TYPE "OrderStatus" ADD VALUE 'REFUNDED';
-- AlterTable
ALTER TABLE "Order" ALTER COLUMN "status" SET DEFAULT 'REFUNDED';`,
    finds: ['danger enum-value-used-in-same-transaction'],
  },
  {
    sql: `-- add the column, fill it, make it required
ALTER TABLE "Post" ADD COLUMN "slug" TEXT;
UPDATE "Post" SET "slug" = "id";
ALTER TABLE "Post" ALTER COLUMN "slug" SET NOT NULL;
CREATE UNIQUE INDEX "Post_slug_key" ON "Post"("slug");`,
    finds: [
      'danger index-not-concurrent',
      'danger set-not-null',
      'danger update-or-delete-without-where',
      'warning lock-held-during-scan',
      'warning mixed-ddl-and-bulk-dml',
    ],
  },
  {
    sql: `-- AlterTable
ALTER TABLE "Order" ADD COLUMN "publicId" UUID NOT NULL DEFAULT gen_random_uuid();`,
    finds: ['danger volatile-default'],
  },
  {
    sql: `-- RenameTable
ALTER TABLE "Tag" RENAME TO "Label";
ALTER TABLE "Label" RENAME CONSTRAINT "Tag_pkey" TO "Label_pkey";`,
    finds: ['danger rename-table'],
  },
  {
    sql: `-- DropTable
DROP TABLE "_PostToTag";`,
    finds: ['danger drop-table'],
  },
  {
    sql: `-- AlterTable
ALTER TABLE "_PostToTag" ADD CONSTRAINT "_PostToTag_AB_pkey" PRIMARY KEY ("A", "B");
DROP INDEX "_PostToTag_AB_unique";`,
    finds: ['danger unique-constraint', 'warning drop-index'],
  },
  {
    sql: `CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX "Post_title_trgm" ON "Post" USING GIN ("title" gin_trgm_ops);`,
    finds: ['danger index-not-concurrent'],
  },
  {
    sql: `ALTER TABLE "User" ADD COLUMN "search" tsvector GENERATED ALWAYS AS (to_tsvector('english', coalesce("name", ''))) STORED;
CREATE INDEX "User_search_idx" ON "User" USING GIN ("search");`,
    finds: ['danger index-not-concurrent', 'danger stored-generated-column', 'warning lock-held-during-scan'],
  },
  {
    sql: `DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'User' AND column_name = 'x') THEN
    ALTER TABLE "User" ADD COLUMN "x" TEXT NOT NULL;
  END IF;
END $$;`,
    finds: ['danger add-column-not-null-without-default'],
  },
  {
    sql: `DO $$ BEGIN
  EXECUTE 'ALTER TABLE "User" DROP COLUMN "nick"';
END $$;`,
    finds: ['danger drop-column'],
  },
  {
    sql: `BEGIN;
LOCK TABLE "Order" IN SHARE ROW EXCLUSIVE MODE;
UPDATE "Order" SET "total" = round("total");
COMMIT;`,
    finds: ['danger lock-table', 'danger update-or-delete-without-where', 'warning mixed-ddl-and-bulk-dml'],
  },
  {
    sql: `ALTER TABLE "Post" ADD CONSTRAINT "Post_categoryId_fkey" FOREIGN KEY ("categoryId") REFERENCES "Category"("id") NOT VALID;
ALTER TABLE "Post" VALIDATE CONSTRAINT "Post_categoryId_fkey";`,
    finds: ['danger lock-held-during-scan', 'warning foreign-key-without-index'],
  },
  { sql: `ALTER TABLE "User" ALTER COLUMN "role" TYPE TEXT;`, finds: ['danger column-type-change'] },
  {
    sql: `ALTER TABLE "User" ALTER COLUMN "tags" TYPE JSONB USING to_jsonb("tags");`,
    finds: ['danger column-type-change'],
  },
  { sql: `ALTER TABLE "Order" ALTER COLUMN "placedAt" TYPE TIMESTAMP(3);`, finds: ['danger column-type-change'] },
  {
    sql: `ALTER TABLE "Order" ALTER COLUMN "total" TYPE DOUBLE PRECISION;`,
    finds: ['danger column-in-use', 'danger column-type-change'],
  },
  { sql: `ALTER TABLE "Post" ALTER COLUMN "views" TYPE BIGINT;`, finds: ['danger column-type-change'] },
  {
    sql: `ALTER TABLE "Event" ADD CONSTRAINT "Event_pkey" PRIMARY KEY ("id", "at");`,
    finds: ['danger unique-constraint'],
  },
  {
    sql: `ALTER TABLE "Event" ADD COLUMN "source" TEXT NOT NULL;`,
    finds: ['danger add-column-not-null-without-default'],
  },
  {
    sql: `CREATE TABLE "Audit" ("id" BIGSERIAL PRIMARY KEY);
CREATE INDEX "Order_status_idx" ON "Order"("status");`,
    finds: ['danger index-not-concurrent'],
  },
  { sql: `DROP INDEX IF EXISTS "Order_userId_idx";`, finds: ['warning drop-index'] },
  {
    sql: `DELETE FROM "User" WHERE "id" NOT IN (SELECT "userId" FROM "Order");`,
    finds: ['warning update-or-delete-without-where'],
  },
  { sql: `UPDATE "Order" SET "status" = 'PAID' WHERE 1 = 1;`, finds: ['danger update-or-delete-without-where'] },
  { sql: `REINDEX TABLE "User";`, finds: ['danger vacuum-full-cluster-reindex'] },
  {
    sql: `SET search_path TO app;
CREATE TABLE "X" ("id" BIGINT PRIMARY KEY);`,
    finds: ['warning session-setting-left'],
  },
  { sql: `DROP OWNED BY app;`, finds: ['danger extension-or-role'] },
  { sql: `ALTER TABLE "User" ALTER COLUMN "email" SET DATA TYPE VARCHAR(255);`, finds: ['danger column-in-use'] },
  { sql: `ALTER TABLE "User" ALTER COLUMN "email" SET DATA TYPE TEXT;`, finds: ['danger column-in-use'] },
  {
    sql: `ALTER TABLE "User" ALTER COLUMN "email" TYPE TEXT USING "email"::text;`,
    finds: ['danger column-in-use'],
  },
  {
    sql: `ALTER TABLE "Post" ADD CONSTRAINT "Post_categoryId_fkey" FOREIGN KEY ("categoryId") REFERENCES "Category"("id") NOT VALID;`,
    finds: ['warning foreign-key-without-index'],
  },
  { sql: `CREATE EXTENSION IF NOT EXISTS vector;`, finds: ['warning extension-or-role'] },
  {
    sql: `ALTER TABLE "Post" DROP CONSTRAINT "Post_authorId_fkey";
ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE NOT VALID;`,
    finds: ['warning many-exclusive-tables'],
  },
  {
    sql: `CREATE TABLE "Event_2026" PARTITION OF "Event" FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');`,
    finds: ['warning partition-lock-on-parent'],
  },
  {
    sql: `ALTER TABLE "User" ADD COLUMN "bio" TEXT;
ALTER TABLE "Post" ADD COLUMN "slug" TEXT;`,
    finds: ['warning many-exclusive-tables'],
  },
  {
    sql: `ALTER TABLE "User" ADD COLUMN "managerId" INTEGER REFERENCES "User"("id");`,
    finds: ['warning foreign-key-without-index'],
  },
  {
    sql: `CREATE TRIGGER t BEFORE INSERT ON "User" FOR EACH ROW EXECUTE FUNCTION touch();`,
    finds: ['warning trigger-on-existing-table'],
  },
  { sql: `CREATE POLICY p ON "User" USING (true);`, finds: ['warning row-security-change'] },
  {
    sql: `ALTER TABLE "User" ADD COLUMN "c" VARCHAR(20) NOT NULL DEFAULT 'x' CHECK ("c" <> '');`,
    finds: ['danger check-not-valid'],
  },
];

export const HARMLESS: string[] = [
  `CREATE UNIQUE INDEX CONCURRENTLY "Tag_name_key" ON "Tag"("name");
ALTER TABLE "Tag" ADD CONSTRAINT "Tag_pk2" PRIMARY KEY USING INDEX "Tag_name_key";`,
  `CREATE TABLE "Event_old" ("id" BIGINT NOT NULL, "at" TIMESTAMPTZ NOT NULL, "kind" TEXT);
ALTER TABLE "Event" ATTACH PARTITION "Event_old" FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');`,
  `ALTER TABLE "User" ALTER COLUMN "name" SET STORAGE EXTERNAL;`,
  `ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT;`,
  `ALTER TABLE "User" ALTER COLUMN "name" DROP NOT NULL;`,
  `ALTER TABLE "User" ALTER COLUMN "email" DROP NOT NULL;`,
  `INSERT INTO "Tag" ("name") SELECT DISTINCT "name" FROM "User";`,
  `ALTER INDEX "Post_title_idx" RENAME TO "Post_title_idx2";`,
  `CREATE STATISTICS s ON "name", "nick" FROM "User";`,
  `ANALYZE "User";`,
  `ALTER TABLE "Category" ALTER COLUMN "name" TYPE CITEXT;`,
  `-- CreateTable
CREATE TABLE "Invoice" ("id" TEXT NOT NULL, "userId" INTEGER NOT NULL, "total" DECIMAL(10,2) NOT NULL, "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, CONSTRAINT "Invoice_pkey" PRIMARY KEY ("id"));
-- CreateIndex
CREATE INDEX "Invoice_userId_idx" ON "Invoice"("userId");
-- AddForeignKey
ALTER TABLE "Invoice" ADD CONSTRAINT "Invoice_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;`,
  `CREATE TABLE "_CategoryToTag" ("A" INTEGER NOT NULL, "B" INTEGER NOT NULL);
CREATE UNIQUE INDEX "_CategoryToTag_AB_unique" ON "_CategoryToTag"("A", "B");
CREATE INDEX "_CategoryToTag_B_index" ON "_CategoryToTag"("B");
ALTER TABLE "_CategoryToTag" ADD CONSTRAINT "_CategoryToTag_A_fkey" FOREIGN KEY ("A") REFERENCES "Category"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "_CategoryToTag" ADD CONSTRAINT "_CategoryToTag_B_fkey" FOREIGN KEY ("B") REFERENCES "Tag"("id") ON DELETE CASCADE ON UPDATE CASCADE;`,
  `ALTER TABLE "User" ADD COLUMN "bio" TEXT;`,
  `ALTER TABLE "User" ADD COLUMN "active" BOOLEAN NOT NULL DEFAULT true;`,
  `ALTER TABLE "User" ADD COLUMN "joined" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;`,
  `ALTER TABLE "User" ADD COLUMN "joined" TIMESTAMPTZ NOT NULL DEFAULT now(), ADD COLUMN "cfg" JSONB NOT NULL DEFAULT '{}';`,
  `ALTER TABLE "User" ADD COLUMN "roles" "Role"[] DEFAULT ARRAY['USER']::"Role"[];`,
  `ALTER TABLE "User" ADD COLUMN "tags2" TEXT[] DEFAULT ARRAY[]::TEXT[];`,
  `ALTER TABLE "User" ADD COLUMN "d" DATE DEFAULT CURRENT_DATE, ADD COLUMN "u" TEXT DEFAULT CURRENT_USER;`,
  `ALTER TABLE "User" ADD COLUMN "x" INTEGER DEFAULT (1 + 2) * 3, ADD COLUMN "y" TEXT DEFAULT lower('ABC'), ADD COLUMN z TEXT DEFAULT 'a' || 'b';`,
  `ALTER TABLE "User" ADD COLUMN "x" TEXT DEFAULT concat('a', 'b'), ADD COLUMN e INTERVAL DEFAULT '1 day'::interval, ADD COLUMN f DATE DEFAULT to_date('2020','YYYY'), ADD COLUMN g jsonb DEFAULT jsonb_build_object('a', 1), ADD COLUMN h TIMESTAMP DEFAULT (now() AT TIME ZONE 'utc'), ADD COLUMN k TIMESTAMP DEFAULT timezone('utc', now()), ADD COLUMN l TIMESTAMPTZ DEFAULT date_trunc('day', now());`,
  `ALTER TABLE "User" ALTER COLUMN "balance" SET DATA TYPE DECIMAL(14,2);`,
  `ALTER TABLE "User" ALTER COLUMN "createdAt" SET DATA TYPE TIMESTAMP(6);`,
  `ALTER TABLE "User" ALTER COLUMN "name" TYPE VARCHAR;`,
  `ALTER TABLE "User" ALTER COLUMN "name" DROP NOT NULL;`,
  `ALTER TABLE "User" ALTER COLUMN "email" DROP NOT NULL;`,
  `ALTER TABLE "User" ALTER COLUMN "name" SET DEFAULT 'x';`,
  `ALTER TABLE "User" ALTER COLUMN "balance" DROP DEFAULT;`,
  `CREATE TYPE "Color" AS ENUM ('RED', 'BLUE');
ALTER TABLE "User" ADD COLUMN "color" "Color" NOT NULL DEFAULT 'RED';`,
  `ALTER TYPE "Role" ADD VALUE 'OWNER';`,
  `ALTER TYPE "Role" ADD VALUE IF NOT EXISTS 'OWNER' BEFORE 'USER';`,
  `CREATE INDEX CONCURRENTLY "User_name_idx" ON "User"("name");`,
  `DROP INDEX CONCURRENTLY "Post_title_idx";`,
  `CREATE UNIQUE INDEX CONCURRENTLY "User_nick_key" ON "User"("nick");`,
  `CREATE UNIQUE INDEX CONCURRENTLY "User_nick_key" ON "User"("nick");
ALTER TABLE "User" ADD CONSTRAINT "User_nick_key" UNIQUE USING INDEX "User_nick_key";`,
  `ALTER TABLE "Order" ADD CONSTRAINT "c" CHECK ("total" >= 0) NOT VALID;`,
  `ALTER TABLE "Order" VALIDATE CONSTRAINT "c";`,
  `ALTER TABLE "User" ADD CONSTRAINT "n" CHECK ("name" IS NOT NULL) NOT VALID;`,
  `ALTER INDEX "Post_title_idx" RENAME TO "Post_title_index";`,
  `ALTER TABLE "User" RENAME CONSTRAINT "User_pkey" TO "user_pk";`,
  `UPDATE "User" SET "role" = 'ADMIN' WHERE "id" = 1;`,
  `UPDATE "User" SET "role" = 'ADMIN' WHERE "email" = 'a@b.c';`,
  `UPDATE "User" SET "role" = 'ADMIN' WHERE "id" IN (1, 2, 3);`,
  `DELETE FROM "Tag" WHERE "id" = 5;`,
  `INSERT INTO "Tag" ("name") VALUES ('a'), ('b') ON CONFLICT DO NOTHING;`,
  `INSERT INTO "Tag" ("id", "name") SELECT 1, 'x' WHERE NOT EXISTS (SELECT 1 FROM "Tag" WHERE "id" = 1);`,
  `CREATE VIEW "V" AS SELECT "id" FROM "User";`,
  `CREATE OR REPLACE VIEW "ActiveUser" AS SELECT "id", "email", "name" FROM "User";`,
  `CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';`,
  `COMMENT ON TABLE "User" IS 'people';`,
  `CREATE EXTENSION IF NOT EXISTS "pgcrypto";`,
  `CREATE EXTENSION IF NOT EXISTS "uuid-ossp";`,
  `CREATE SCHEMA IF NOT EXISTS audit;`,
  `CREATE SEQUENCE s;`,
  `GRANT SELECT ON "User" TO readonly;`,
  `ALTER TABLE "User" ALTER COLUMN "name" SET STATISTICS 500;`,
  `ALTER TABLE "User" SET (autovacuum_vacuum_scale_factor = 0.01);`,
  `ANALYZE "User";`,
  `SET lock_timeout = '2s';
ALTER TABLE "User" ADD COLUMN "bio" TEXT;`,
  `SET LOCAL statement_timeout = '5s';`,
  `SET statement_timeout = 0;
ALTER TABLE "User" ADD COLUMN "bio" TEXT;`,
  `BEGIN;
ALTER TABLE "User" ADD COLUMN "bio" TEXT;
COMMIT;`,
  `-- This is an empty migration.
SELECT 1;`,
  `CREATE TABLE "Big" ("id" BIGSERIAL PRIMARY KEY, "u" INTEGER REFERENCES "User"("id"));`,
  `CREATE TABLE "A" ("id" INTEGER PRIMARY KEY);
ALTER TABLE "A" ADD COLUMN "b" TEXT NOT NULL;
ALTER TABLE "A" ALTER COLUMN "b" TYPE INTEGER USING b::integer;
ALTER TABLE "A" DROP COLUMN "b";
DROP TABLE "A";`,
  `CREATE TABLE "Event_2026" (LIKE "Event" INCLUDING ALL);
ALTER TABLE "Event" ATTACH PARTITION "Event_2026" FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');`,
  `ALTER TABLE "Event" DETACH PARTITION "Event_2024" CONCURRENTLY;`,
  `ALTER INDEX "Event_id_idx" ATTACH PARTITION "Event_2024_id_idx";`,
  `ALTER TABLE "Event" ATTACH PARTITION "Log_proven" FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');`,
  `ALTER TABLE "Person" ALTER COLUMN "title" TYPE TEXT;`,
  `ALTER TABLE "Person" DROP CONSTRAINT "nick_there", ALTER COLUMN "nick" TYPE TEXT;`,
  `ALTER TABLE "Person" ADD COLUMN "mails" "Mail"[];`,
  `SET LOCAL TIME ZONE 'UTC';
ALTER TABLE "Person" ALTER COLUMN "stamp" TYPE TIMESTAMPTZ(6);`,
  `CREATE MATERIALIZED VIEW "MV" AS SELECT 1 AS a;
REFRESH MATERIALIZED VIEW "MV";`,
  `REFRESH MATERIALIZED VIEW CONCURRENTLY "Sales";`,
  `REINDEX INDEX CONCURRENTLY "Post_title_idx";`,
  `VACUUM "User";`,
  `DO $$ BEGIN CREATE TYPE "X" AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;`,
  `DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'x') THEN CREATE TYPE x AS ENUM ('a'); END IF; END $$;`,
  `ALTER TABLE "User" ENABLE TRIGGER user_touch;`,
  `ALTER TABLE "User" ALTER COLUMN "updatedAt" DROP DEFAULT;`,
  `DROP VIEW IF EXISTS "Nope";`,
  `DROP TABLE IF EXISTS "Nope";`,
  `ALTER TABLE "User" ADD COLUMN IF NOT EXISTS "bio" TEXT;`,
  `ALTER TABLE "User" ADD COLUMN "json" JSON;`,
  `CREATE TABLE "J" ("id" CHAR(10) PRIMARY KEY, "at" TIMESTAMP(3));`,
  `ALTER TABLE "User" ADD COLUMN "gen" TEXT GENERATED ALWAYS AS (lower("email")) VIRTUAL;`,
  `ALTER TABLE "Post" ADD COLUMN "tmp" INTEGER;
ALTER TABLE "Post" RENAME COLUMN "tmp" TO "score";`,
  `SELECT setval('"User_id_seq"', (SELECT max("id") FROM "User"));`,
  `ALTER TABLE "Post" ALTER COLUMN "title" SET NOT NULL;`,
  `ALTER TABLE "User" DROP CONSTRAINT IF EXISTS "nope";`,
  `CREATE STATISTICS s ON "name", "nick" FROM "User";`,
  `CREATE DOMAIN email AS TEXT CHECK (VALUE LIKE '%@%');`,
];
