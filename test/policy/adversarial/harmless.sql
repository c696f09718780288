--! new table with its indexes and keys
CREATE TABLE refunds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint NOT NULL, amount numeric(10, 2) NOT NULL CHECK (amount > 0));
CREATE INDEX refunds_order_id_idx ON refunds (order_id);
CREATE UNIQUE INDEX ON refunds (order_id, amount);
ALTER TABLE refunds ADD CONSTRAINT refunds_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE;
--! new table in lower case, named differently in quotes later
create table refunds (id int primary key);
create index on "refunds" (id);
create index on "public"."refunds" (id);
create index on PUBLIC.REFUNDS (id);
--! new table in another schema
CREATE TABLE audit.log (id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), who text NOT NULL);
CREATE INDEX log_at_idx ON audit.log USING brin (at);
ALTER TABLE audit.log ADD COLUMN what text NOT NULL;
ALTER TABLE audit.log ALTER COLUMN who TYPE varchar(10);
--! new table, filled
CREATE TABLE order_states (code text PRIMARY KEY, label text NOT NULL);
INSERT INTO order_states VALUES ('open', 'Open'), ('paid', 'Paid');
UPDATE order_states SET label = upper(label);
DELETE FROM order_states;
--! new table made of a query, and worked on
CREATE TABLE small AS SELECT id FROM flags_source() AS f(id) WHERE false;
ALTER TABLE small ADD PRIMARY KEY (id);
--! temporary table
CREATE TEMP TABLE tmp_ids (id bigint) ON COMMIT DROP;
CREATE INDEX ON tmp_ids (id);
DELETE FROM tmp_ids;
DROP TABLE tmp_ids;
--! new table dropped again
CREATE TABLE t (a int);
ALTER TABLE t RENAME COLUMN a TO b;
ALTER TABLE t RENAME TO u;
DROP TABLE u;
--! index concurrently
CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);
--! index concurrently, formatted
create unique index
  concurrently
  if not exists  "customers_phone_key"
  on "public"."customers" ("phone"); -- a comment with CREATE INDEX x ON orders (note);
--! hazardous words in comments alone
/* DROP TABLE orders; TRUNCATE customers; /* nested: UPDATE orders SET x = 1 */ */
-- ALTER TABLE orders DROP COLUMN note;
SELECT 1;
--! hazardous words in a string
INSERT INTO flags (name) VALUES ('DROP TABLE orders; TRUNCATE customers');
--! hazardous words in a dollar-quoted string
COMMENT ON TABLE orders IS $$DELETE FROM orders; ALTER TABLE orders DROP COLUMN note;$$;
--! hazardous words in names
ALTER TABLE orders ADD COLUMN "DROP COLUMN note" text, ADD COLUMN "TRUNCATE" boolean;
--! hazardous words in the body of a function that is only made
CREATE OR REPLACE FUNCTION purge() RETURNS void LANGUAGE plpgsql AS $fn$ BEGIN DELETE FROM orders; TRUNCATE customers; END $fn$;
--! a procedure that is made and not called
CREATE PROCEDURE rebuild() LANGUAGE sql AS $$ UPDATE orders SET note = ''; $$;
--! a procedure with a body in standard SQL
CREATE FUNCTION drop_old() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM orders; END;
--! column
ALTER TABLE orders ADD COLUMN currency text;
--! column with a constant default
ALTER TABLE "orders" ADD COLUMN IF NOT EXISTS "currency" char(3) NOT NULL DEFAULT 'EUR';
--! columns by the dozen in one ALTER
ALTER TABLE public.orders
  ADD COLUMN a int, ADD COLUMN b text DEFAULT '', ADD COLUMN c boolean NOT NULL DEFAULT false,
  ADD COLUMN d jsonb NOT NULL DEFAULT '{}'::jsonb, ADD COLUMN e text[] NOT NULL DEFAULT ARRAY[]::text[],
  ADD COLUMN f numeric(10, 2) NOT NULL DEFAULT 0.00, ADD COLUMN g date DEFAULT '2024-01-01';
--! stable default
ALTER TABLE orders ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now(), ADD COLUMN day date DEFAULT CURRENT_DATE;
--! immutable expressions as default
ALTER TABLE orders ADD COLUMN due interval NOT NULL DEFAULT '30 days'::interval * 2, ADD COLUMN k text DEFAULT lower('ABC') || '-' || 1::text;
--! default by a function of this project that is immutable
ALTER TABLE orders ADD COLUMN currency text NOT NULL DEFAULT house_currency();
--! volatile default, set apart from the column
ALTER TABLE orders ADD COLUMN public_id uuid;
ALTER TABLE orders ALTER COLUMN public_id SET DEFAULT gen_random_uuid();
--! volatile default in one ALTER, as two parts
ALTER TABLE orders ADD COLUMN public_id uuid, ALTER COLUMN public_id SET DEFAULT gen_random_uuid();
--! volatile default in a new table
CREATE TABLE tokens (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), at timestamptz DEFAULT clock_timestamp());
--! virtual generated column
ALTER TABLE orders ADD COLUMN gross numeric GENERATED ALWAYS AS (total * 1.19) VIRTUAL;
--! column of an enum made here
CREATE TYPE channel AS ENUM ('web', 'shop');
ALTER TABLE orders ADD COLUMN channel channel NOT NULL DEFAULT 'web';
--! wider varchar
ALTER TABLE customers ALTER COLUMN phone TYPE varchar(40);
--! varchar to text
ALTER TABLE customers ALTER COLUMN email SET DATA TYPE text;
--! varchar to varchar without a limit, with a USING that does nothing
ALTER TABLE customers ALTER phone TYPE character varying USING phone::character varying;
--! numeric with more digits before the point
ALTER TABLE orders ALTER COLUMN shipped DROP NOT NULL, ALTER COLUMN placed_at TYPE timestamptz(6);
--! timestamp with more precision
ALTER TABLE customers ALTER COLUMN created_at TYPE timestamp(6);
--! same type again
ALTER TABLE coupons ALTER COLUMN code TYPE text, ALTER COLUMN id TYPE int4;
--! default set and dropped
ALTER TABLE customers ALTER COLUMN phone SET DEFAULT '', ALTER COLUMN phone DROP DEFAULT;
--! nullable
ALTER TABLE customers ALTER COLUMN email DROP NOT NULL;
--! NOT NULL that is there already
ALTER TABLE customers ALTER COLUMN email SET NOT NULL;
--! NOT NULL that a valid check proves
ALTER TABLE coupons ALTER COLUMN percent SET NOT NULL;
--! NOT NULL that a check of an earlier migration proves, check dropped after
ALTER TABLE coupons ALTER COLUMN percent SET NOT NULL;
ALTER TABLE coupons DROP CONSTRAINT coupons_percent_set;
--! check, not valid
ALTER TABLE billing.invoices ADD CONSTRAINT amount_positive CHECK (amount >= 0) NOT VALID;
--! foreign key, not valid, with its index
CREATE INDEX CONCURRENTLY orders_coupon_id_idx ON orders (coupon_id);
ALTER TABLE orders ADD CONSTRAINT orders_coupon_id_fkey FOREIGN KEY (coupon_id) REFERENCES coupons (id) NOT VALID;
--! validate alone
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
--! not valid and validated, each in a transaction of its own
BEGIN;
ALTER TABLE billing.invoices ADD CONSTRAINT amount_positive CHECK (amount >= 0) NOT VALID;
COMMIT;
BEGIN;
ALTER TABLE billing.invoices VALIDATE CONSTRAINT amount_positive;
COMMIT;
--! unique by an index that was built before
CREATE UNIQUE INDEX CONCURRENTLY customers_phone_key ON customers (phone);
ALTER TABLE customers ADD CONSTRAINT customers_phone_key UNIQUE USING INDEX customers_phone_key;
--! check dropped
ALTER TABLE orders DROP CONSTRAINT orders_total_check;
--! check dropped, and one that lets more in made not valid
ALTER TABLE orders DROP CONSTRAINT IF EXISTS orders_total_check, ADD CONSTRAINT orders_total_check CHECK (total >= -1) NOT VALID;
--! constraint renamed
ALTER TABLE customers RENAME CONSTRAINT customers_email_key TO customers_email_unique;
--! index renamed
ALTER INDEX IF EXISTS orders_placed_at_idx RENAME TO orders_by_day;
--! index dropped concurrently
DROP INDEX CONCURRENTLY IF EXISTS orders_placed_at_idx;
--! index of a new table dropped
CREATE TABLE n (a int);
CREATE INDEX n_a ON n (a);
DROP INDEX n_a;
--! enum value
ALTER TYPE "OrderStatus" ADD VALUE 'lost';
--! enum values, one inside BEGIN
BEGIN;
ALTER TYPE "OrderStatus" ADD VALUE IF NOT EXISTS 'lost' BEFORE 'sent';
COMMIT;
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'lost';
--! enum value with the name of a word that is used elsewhere
ALTER TYPE billing.plan ADD VALUE 'team';
COMMENT ON TYPE billing.plan IS 'free, pro or team';
--! enum made and used at once
CREATE TYPE size AS ENUM ('s', 'm');
CREATE TABLE shirts (id int PRIMARY KEY, size size NOT NULL DEFAULT 's');
--! type that nobody uses, dropped
DROP TYPE unused_kind;
--! type guarded in a DO block
DO $$ BEGIN
 CREATE TYPE "public"."mood" AS ENUM('sad', 'ok');
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
--! a DO block that only looks
DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM flags; RAISE NOTICE '% flags: DROP TABLE orders', n; END $$;
--! a DO block that makes a new table and an index on it
DO $$ BEGIN
  IF to_regclass('public.refunds') IS NULL THEN
    CREATE TABLE refunds (id bigint PRIMARY KEY, order_id bigint);
    CREATE INDEX refunds_order_id ON refunds (order_id);
  END IF;
END $$;
--! a foreign key of a new table, guarded as drizzle does
CREATE TABLE IF NOT EXISTS "refunds" ("id" bigint PRIMARY KEY, "order_id" bigint NOT NULL);
--> statement-breakpoint
DO $$ BEGIN
 ALTER TABLE "refunds" ADD CONSTRAINT "refunds_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "refunds_order_id_idx" ON "refunds" ("order_id");
--! named rows updated
UPDATE flags SET enabled = true WHERE name = 'checkout';
--! named rows updated, by a list
UPDATE orders SET note = 'x' WHERE id IN (1, 2, 3);
--! named rows updated, by an array
UPDATE orders SET note = 'x' WHERE id = ANY (ARRAY[1, 2, 3]::bigint[]) AND note IS NULL;
--! named rows deleted through a unique column
DELETE FROM customers WHERE email = 'nobody@example.com';
--! rows deleted in a batch that is limited
DELETE FROM orders WHERE id IN (SELECT id FROM orders WHERE shipped LIMIT 1000);
--! rows of reference data, in place
INSERT INTO flags (name, enabled) VALUES ('a', true), ('b', false) ON CONFLICT (name) DO UPDATE SET enabled = EXCLUDED.enabled;
--! rows of reference data, if they are not there
INSERT INTO coupons (code, percent) SELECT 'WELCOME', 10 WHERE NOT EXISTS (SELECT 1 FROM coupons WHERE code = 'WELCOME');
--! merge of literal rows
MERGE INTO flags f USING (VALUES ('a', true), ('b', false)) AS v (name, enabled) ON f.name = v.name WHEN NOT MATCHED THEN INSERT VALUES (v.name, v.enabled);
--! a query with DELETE in an alias
SELECT count(*) AS "DELETE FROM orders" FROM flags;
--! view made
CREATE VIEW big_orders AS SELECT id, total FROM orders WHERE total > 1000;
--! view replaced with one column more
CREATE OR REPLACE VIEW open_orders AS SELECT id, customer_id, note, total FROM orders WHERE status = 'open';
--! view dropped and made anew
DROP VIEW IF EXISTS open_orders;
CREATE VIEW open_orders AS SELECT id FROM orders WHERE status = 'open';
--! view that the script makes, dropped
CREATE VIEW v AS SELECT 1 AS one;
DROP VIEW v;
--! materialized view made
CREATE MATERIALIZED VIEW daily AS SELECT date_trunc('day', placed_at) AS day, count(*) AS n FROM orders GROUP BY 1 WITH NO DATA;
CREATE UNIQUE INDEX daily_day_idx ON daily (day);
REFRESH MATERIALIZED VIEW daily;
--! index on a materialized view: only a refresh waits
CREATE INDEX revenue_total_idx ON revenue (total);
--! materialized view refreshed beside its readers
REFRESH MATERIALIZED VIEW CONCURRENTLY revenue;
--! function replaced
CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.created_at := now(); RETURN NEW; END $$;
--! trigger on a new table
CREATE TABLE t (a int);
CREATE TRIGGER t_touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t USING (true);
--! partition made beside and attached with a check
CREATE TABLE events_2026 (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
ALTER TABLE events_2026 ADD CONSTRAINT bounds CHECK (at >= '2026-01-01' AND at < '2027-01-01');
ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
--! partitioned table, all new
CREATE TABLE clicks (id bigint, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE clicks_2026 PARTITION OF clicks FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX ON clicks (at);
--! partition detached concurrently
ALTER TABLE events DETACH PARTITION events_2024 CONCURRENTLY;
--! index on the parent alone
CREATE INDEX events_kind_idx ON ONLY events (kind);
--! sequence
CREATE SEQUENCE IF NOT EXISTS order_no START 1000 OWNED BY NONE;
--! sequence widened
ALTER SEQUENCE customers_id_seq AS bigint MAXVALUE 9000000000;
--! statistics, storage, fill factor
CREATE STATISTICS orders_stats (dependencies) ON customer_id, status FROM orders;
ALTER TABLE orders ALTER COLUMN note SET STORAGE EXTERNAL, ALTER COLUMN note SET STATISTICS 1000;
ALTER TABLE orders SET (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02);
ANALYZE orders;
--! vacuum
VACUUM (ANALYZE) orders;
--! grants
GRANT SELECT, INSERT ON orders TO reporting;
GRANT USAGE ON SCHEMA billing TO reporting;
--! schema and extension
CREATE SCHEMA IF NOT EXISTS reports;
CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;
--! timeouts of this migration
SET lock_timeout = '2s';
SET LOCAL statement_timeout TO '10s';
ALTER TABLE orders ADD COLUMN currency text;
RESET lock_timeout;
--! own transaction
BEGIN;
ALTER TABLE orders ADD COLUMN currency text DEFAULT 'EUR';
COMMIT;
--! domain made and used
CREATE DOMAIN sku AS text CHECK (VALUE ~ '^[A-Z]+$');
CREATE TABLE stock (sku sku PRIMARY KEY);
--! domain without a constraint on an old table
CREATE DOMAIN label AS text;
ALTER TABLE orders ADD COLUMN label label;
--! replica identity, comments
ALTER TABLE events_archive REPLICA IDENTITY FULL;
COMMENT ON COLUMN orders.note IS 'free text; DROP me later';
--! things that are not there
DROP TABLE IF EXISTS nowhere;
DROP INDEX IF EXISTS nowhere_idx;
DROP VIEW IF EXISTS nowhere_v CASCADE;
ALTER TABLE IF EXISTS nowhere DROP COLUMN a, ADD COLUMN b int NOT NULL;
--! a column of this file, renamed, changed and dropped
ALTER TABLE orders ADD COLUMN tmp int;
ALTER TABLE orders RENAME COLUMN tmp TO tmp2;
ALTER TABLE orders DROP COLUMN tmp2;
--! nothing
-- This is an empty migration.
--! only semicolons
;;;
--! byte order of a formatter: tabs, no space, upper and lower
ALTER	TABLE"orders"ADD"currency"TEXT;
--! unicode names
CREATE TABLE "Größen" ("größe" text PRIMARY KEY);
ALTER TABLE "Größen" ADD COLUMN "länge" int NOT NULL;
--! a small table gets an index | flags 40 0.0001GB
CREATE INDEX flags_enabled_idx ON flags (enabled);
--! a small table gets NOT NULL, a check and another type | coupons 200 0.0001GB
ALTER TABLE coupons ALTER COLUMN percent TYPE bigint, ADD CONSTRAINT percent_ok CHECK (percent <= 100), ALTER COLUMN code SET NOT NULL;
--! an empty table is worked over | billing.invoices 0 0.00001GB, orders 90000000 30GB
ALTER TABLE billing.invoices ALTER COLUMN amount TYPE bigint, ADD COLUMN no bigserial, ADD COLUMN due date NOT NULL;
CREATE INDEX invoices_order_id_idx ON billing.invoices (order_id);
ALTER TABLE billing.invoices ADD CONSTRAINT invoices_order_fk FOREIGN KEY (order_id) REFERENCES orders (id);
--! an empty table is emptied and filled | flags 0 0.00001GB
TRUNCATE flags;
UPDATE flags SET enabled = true;
DELETE FROM flags;
--! all rows of a small table | flags 40 0.0001GB
UPDATE flags SET enabled = true;
--! a table that this database does not have yet | orders 90000000 30GB
CREATE INDEX coupons_code_idx ON coupons (code);
ALTER TABLE coupons ALTER COLUMN percent TYPE bigint;
--! a large table gets what is cheap | orders 900000000 300GB
ALTER TABLE orders ADD COLUMN currency text NOT NULL DEFAULT 'EUR', ALTER COLUMN note SET DEFAULT '';
UPDATE orders SET note = 'x' WHERE id = 7;
--! a swap of two new tables
CREATE TABLE a1 (id int PRIMARY KEY, v text);
CREATE TABLE a2 (LIKE a1 INCLUDING ALL);
INSERT INTO a2 SELECT id, v FROM a1;
DROP TABLE a1;
ALTER TABLE a2 RENAME TO a1;
ALTER INDEX a2_pkey RENAME TO a1_pkey;
CREATE INDEX a1_v ON a1 (v);
--! an index on a table that was made under another name
CREATE TABLE draft_notes (id int);
ALTER TABLE draft_notes RENAME TO notes;
CREATE INDEX notes_id ON notes (id);
ALTER TABLE notes ALTER COLUMN id SET NOT NULL;
--! an index on a table that was moved to its schema first
CREATE TABLE moved (id int);
ALTER TABLE moved SET SCHEMA audit;
CREATE INDEX moved_id ON audit.moved (id);
--! a table made by SELECT INTO
SELECT 1 AS id INTO fresh;
CREATE UNIQUE INDEX fresh_id ON fresh (id);
ALTER TABLE fresh ALTER COLUMN id TYPE bigint;
--! unlogged table, partition of a new one, inheritance
CREATE UNLOGGED TABLE cache (k text PRIMARY KEY, v jsonb);
ALTER TABLE cache SET LOGGED;
--! a column that has been there since this file, made required
ALTER TABLE orders ADD COLUMN source text NOT NULL DEFAULT 'web';
ALTER TABLE orders ALTER COLUMN source DROP DEFAULT, ALTER COLUMN source DROP NOT NULL;
--! schema element list
CREATE SCHEMA shop CREATE TABLE carts (id int PRIMARY KEY) CREATE INDEX carts_id ON carts (id);
ALTER TABLE shop.carts ADD COLUMN owner int NOT NULL;
--! batch in a block that commits
DO $$ DECLARE n int; BEGIN LOOP
  UPDATE orders SET shipped = false WHERE id IN (SELECT id FROM orders WHERE shipped IS NULL LIMIT 5000);
  GET DIAGNOSTICS n = ROW_COUNT; COMMIT; EXIT WHEN n = 0;
END LOOP; END $$;
--! explain of what would hurt
EXPLAIN UPDATE orders SET note = '';
--! a prepared statement that nobody runs
PREPARE p AS DELETE FROM orders;
DEALLOCATE p;
--! a rule of a new view
CREATE VIEW v2 AS SELECT id FROM customers;
CREATE RULE v2_ins AS ON INSERT TO v2 DO INSTEAD NOTHING;
--! merge by key of literal rows that updates
MERGE INTO flags f USING (VALUES ('a', true)) AS v (name, enabled) ON f.name = v.name WHEN MATCHED THEN UPDATE SET enabled = v.enabled WHEN NOT MATCHED THEN INSERT VALUES (v.name, v.enabled);
--! named rows updated from literal rows
UPDATE flags SET enabled = v.enabled FROM (VALUES ('a', true), ('b', false)) AS v (name, enabled) WHERE flags.name = v.name;
--! check that is not enforced
ALTER TABLE orders ADD CONSTRAINT note_short CHECK (length(note) < 100) NOT ENFORCED;
--! NOT NULL through a check that was validated in its own transaction
BEGIN;
ALTER TABLE customers ADD CONSTRAINT phone_nn CHECK (phone IS NOT NULL) NOT VALID;
COMMIT;
BEGIN;
ALTER TABLE customers VALIDATE CONSTRAINT phone_nn;
COMMIT;
ALTER TABLE customers ALTER COLUMN phone SET NOT NULL;
ALTER TABLE customers DROP CONSTRAINT phone_nn;
--! a batch by key, in every form
UPDATE orders SET shipped = true WHERE id IN (SELECT id FROM orders WHERE shipped IS NULL LIMIT 500);
UPDATE orders SET shipped = true WHERE id = ANY (SELECT id FROM orders WHERE shipped IS NULL LIMIT 500);
UPDATE orders SET shipped = true WHERE ctid = ANY (ARRAY(SELECT ctid FROM orders WHERE shipped IS NULL LIMIT 500));
UPDATE orders SET shipped = true WHERE id = (SELECT id FROM orders WHERE shipped IS NULL LIMIT 1);
--! the highest number, read while the column is changed
ALTER TABLE orders ALTER COLUMN coupon_id SET DEFAULT 1;
SELECT setval('orders_id_seq', coalesce(max(id), 1)) FROM orders;
--! a few rows of a locked table
ALTER TABLE customers ADD COLUMN profile_id integer;
CREATE TABLE profiles (id integer, phone text);
INSERT INTO profiles SELECT id, phone FROM customers WHERE id = 1;
INSERT INTO profiles SELECT id, phone FROM customers LIMIT 10;
INSERT INTO profiles SELECT 1, oid::text FROM pg_class WHERE relname = 'customers';
WITH few_rows AS (SELECT id FROM customers LIMIT 10) INSERT INTO profiles SELECT id, '' FROM few_rows;
