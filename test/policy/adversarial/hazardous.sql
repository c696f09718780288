--! index on one line with everything else | index-not-concurrent
SELECT 1;CREATE INDEX orders_status_idx ON orders(status);SELECT 2;
--! index in lower case over many lines, a comment between the words | index-not-concurrent
create /* not
 concurrently */ index
  orders_note_idx
    on -- the big one
    public.orders
  using btree (note);
--! CONCURRENTLY is only the name of the index | index-not-concurrent
CREATE INDEX "CONCURRENTLY" ON orders (note);
--! CONCURRENTLY is only in a comment | index-not-concurrent
CREATE INDEX /* CONCURRENTLY */ orders_note_idx ON orders (note);
--! a new table first, then an index on the old one | index-not-concurrent
CREATE TABLE order_notes (id bigint PRIMARY KEY, order_id bigint);
CREATE INDEX order_notes_order_id_idx ON order_notes (order_id);
CREATE INDEX orders_note_idx ON orders (note);
--! a new table of the same name in another schema | index-not-concurrent
CREATE TABLE audit.orders (id bigint);
CREATE INDEX orders_note_idx ON public.orders (note);
--! CREATE TABLE IF NOT EXISTS of a table that is there, then an index | index-not-concurrent
CREATE TABLE IF NOT EXISTS orders (id bigserial PRIMARY KEY);
CREATE INDEX orders_note_idx ON orders (note);
--! index without a name | index-not-concurrent
CREATE INDEX ON orders (coupon_id);
--! unique partial index on an expression | index-not-concurrent
CREATE UNIQUE INDEX customers_lower_email ON customers (lower(email)) WHERE full_name IS NOT NULL;
--! index on a table with a space in its name | index-not-concurrent
CREATE INDEX "Order Items_orderId_idx" ON "Order Items"("orderId");
--! index on a partitioned table | index-not-concurrent
CREATE INDEX events_kind_idx ON events (kind);
--! index on one partition | index-not-concurrent
CREATE INDEX events_2024_kind_idx ON events_2024 (kind);
--! index inside a DO block | index-not-concurrent
DO $body$ BEGIN
  IF to_regclass('orders_note_idx') IS NULL THEN
    CREATE INDEX orders_note_idx ON orders (note);
  END IF;
END $body$;
--! index in EXECUTE of a quoted string | index-not-concurrent
DO $$ BEGIN EXECUTE 'CREATE INDEX orders_note_idx ON orders (note)'; END $$;
--! index in EXECUTE of a dollar-quoted string | index-not-concurrent
DO $outer$ BEGIN EXECUTE $q$CREATE INDEX orders_note_idx ON orders (note)$q$; END $outer$;
--! index concurrently on a partitioned table | concurrently-on-partitioned
CREATE INDEX CONCURRENTLY events_kind_idx ON events (kind);
--! index concurrently between BEGIN and COMMIT | concurrently-in-transaction
begin work;
create unique index concurrently customers_phone_key on customers (phone);
end;
--! index concurrently after START TRANSACTION | concurrently-in-transaction
START TRANSACTION ISOLATION LEVEL READ COMMITTED;
CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);
COMMIT;
--! unique constraint among harmless parts of one ALTER | unique-constraint
ALTER TABLE customers ADD COLUMN locale text, ADD CONSTRAINT customers_phone_key UNIQUE (phone), ALTER COLUMN full_name SET DEFAULT '';
--! unique constraint by a column | unique-constraint
ALTER TABLE customers ADD COLUMN tax_id text CONSTRAINT customers_tax_id_key UNIQUE;
--! unique constraint on ONLY | unique-constraint
ALTER TABLE ONLY public.customers ADD UNIQUE (phone);
--! unique with NULLS NOT DISTINCT, deferrable | unique-constraint
ALTER TABLE coupons ADD CONSTRAINT coupons_code_key UNIQUE NULLS NOT DISTINCT (code) DEFERRABLE INITIALLY DEFERRED;
--! primary key on an old table | unique-constraint
ALTER TABLE IF EXISTS events_archive ADD PRIMARY KEY (id);
--! exclusion constraint | exclusion-constraint
ALTER TABLE billing.invoices ADD CONSTRAINT no_two EXCLUDE USING btree (order_id WITH =);
--! foreign key behind other parts | foreign-key-not-valid
ALTER TABLE orders ADD COLUMN channel text, ADD CONSTRAINT orders_coupon_id_fkey FOREIGN KEY (coupon_id) REFERENCES coupons (id);
--! foreign key without a name, without a column list | foreign-key-not-valid
alter table orders add foreign key (coupon_id) references coupons on delete set null;
--! foreign key to itself | foreign-key-not-valid
ALTER TABLE customers ADD CONSTRAINT customers_referrer FOREIGN KEY (referrer_id) REFERENCES customers (id);
--! foreign key across schemas, in a DO block that swallows errors | foreign-key-not-valid
DO $$ BEGIN
 ALTER TABLE "billing"."invoices" ADD CONSTRAINT "invoices_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE CASCADE;
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
--! foreign key of a new table first, then of an old one | foreign-key-not-valid
CREATE TABLE refunds (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id));
ALTER TABLE billing.invoices ADD CONSTRAINT invoices_order_fk FOREIGN KEY (order_id) REFERENCES orders (id);
--! foreign key, not valid and validated in one transaction | lock-held-during-scan
ALTER TABLE orders ADD CONSTRAINT orders_coupon_id_fkey FOREIGN KEY (coupon_id) REFERENCES coupons (id) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_coupon_id_fkey;
--! check in a multi-part ALTER | check-not-valid
ALTER TABLE "Order Items" ALTER COLUMN "qty" SET DEFAULT 2, ADD CONSTRAINT qty_positive CHECK ("qty" > 0);
--! check whose text says NOT VALID | check-not-valid
ALTER TABLE customers ADD CONSTRAINT phone_known CHECK (phone <> 'NOT VALID');
--! check without a name, line breaks | check-not-valid
ALTER TABLE
  billing.invoices
ADD
  CHECK (
    amount
      >=
    0
  );
--! check, not valid and validated in one transaction | lock-held-during-scan
BEGIN;
ALTER TABLE billing.invoices ADD CONSTRAINT amount_positive CHECK (amount >= 0) NOT VALID;
ALTER TABLE billing.invoices VALIDATE CONSTRAINT amount_positive;
COMMIT;
--! NOT NULL | set-not-null
ALTER TABLE "customers" ALTER "full_name" SET NOT NULL;
--! NOT NULL on all partitions | set-not-null
ALTER TABLE events ALTER COLUMN kind SET NOT NULL;
--! NOT NULL right behind its fill | set-not-null
UPDATE customers SET phone = '' WHERE phone IS NULL;
ALTER TABLE customers ALTER COLUMN phone SET NOT NULL;
--! NOT NULL behind a check that is not valid | set-not-null
ALTER TABLE customers ADD CONSTRAINT phone_nn CHECK (phone IS NOT NULL) NOT VALID;
ALTER TABLE customers ALTER COLUMN phone SET NOT NULL;
--! NOT NULL behind a check on another column | set-not-null
ALTER TABLE customers ADD CONSTRAINT name_nn CHECK (full_name IS NOT NULL) NOT VALID;
ALTER TABLE customers VALIDATE CONSTRAINT name_nn;
ALTER TABLE customers ALTER COLUMN phone SET NOT NULL;
--! NOT NULL behind a check that an OR makes worthless | set-not-null
ALTER TABLE customers ADD CONSTRAINT phone_nn CHECK (phone IS NOT NULL OR full_name IS NULL) NOT VALID;
ALTER TABLE customers VALIDATE CONSTRAINT phone_nn;
ALTER TABLE customers ALTER COLUMN phone SET NOT NULL;
--! NOT NULL column without a default | add-column-not-null-without-default
ALTER TABLE orders ADD currency char(3) NOT NULL;
--! NOT NULL column with the default NULL | add-column-not-null-without-default
ALTER TABLE orders ADD COLUMN currency text DEFAULT NULL NOT NULL;
--! NOT NULL column whose default comes one part later | add-column-not-null-without-default
ALTER TABLE orders ADD COLUMN currency text NOT NULL, ALTER COLUMN currency SET DEFAULT 'EUR';
--! NOT NULL column, IF NOT EXISTS, a list of three | add-column-not-null-without-default
ALTER TABLE IF EXISTS public.orders ADD COLUMN IF NOT EXISTS a text, ADD COLUMN IF NOT EXISTS b integer DEFAULT 0 NOT NULL, ADD COLUMN IF NOT EXISTS c uuid NOT NULL;
--! primary key column on an old table | add-column-not-null-without-default
ALTER TABLE events_archive ADD COLUMN pk bigint PRIMARY KEY;
--! int to bigint | column-type-change
ALTER TABLE billing.invoices ALTER amount TYPE bigint;
--! a narrower varchar | column-type-change
ALTER TABLE customers ALTER COLUMN phone SET DATA TYPE character varying(10);
--! text to varchar, quoted type | column-type-change
ALTER TABLE customers ALTER COLUMN full_name TYPE pg_catalog."varchar"(50);
--! numeric with another scale | column-type-change
ALTER TABLE orders ALTER COLUMN total TYPE decimal(12, 4);
--! text to an enum, with the default away and back | column-type-change
ALTER TABLE events_archive ALTER COLUMN kind DROP DEFAULT, ALTER COLUMN kind TYPE unused_kind USING kind::unused_kind, ALTER COLUMN kind SET DEFAULT 'a';
--! same type but with USING that computes | column-type-change
ALTER TABLE customers ALTER COLUMN full_name TYPE text USING lower(full_name);
--! jsonb to text among additions | column-type-change
ALTER TABLE customers ADD COLUMN x int, ALTER COLUMN settings TYPE text;
--! date to timestamptz | column-type-change
ALTER TABLE billing.invoices ALTER COLUMN issued TYPE timestamp with time zone USING issued::timestamptz;
--! a type changed on a partitioned table | column-type-change
ALTER TABLE events ALTER COLUMN kind TYPE varchar(40);
--! volatile default, schema-qualified | volatile-default
ALTER TABLE orders ADD COLUMN public_id uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid();
--! volatile default deep in an expression | volatile-default
ALTER TABLE orders ADD COLUMN code text DEFAULT upper(substr(md5(random()::text), 1, 8));
--! volatile default by a function of this project | volatile-default
ALTER TABLE coupons ADD COLUMN token text NOT NULL DEFAULT new_code();
--! clock_timestamp is not now | volatile-default
ALTER TABLE customers ADD COLUMN seen_at timestamptz DEFAULT clock_timestamp();
--! nextval of an own sequence | volatile-default
CREATE SEQUENCE order_no;
ALTER TABLE orders ADD COLUMN no bigint NOT NULL DEFAULT nextval('order_no'::regclass);
--! bigserial on an old table | identity-or-serial-added
ALTER TABLE "Order Items" ADD COLUMN "position" bigserial;
--! identity on an old table | identity-or-serial-added
ALTER TABLE events_archive ADD COLUMN seq int GENERATED ALWAYS AS IDENTITY;
--! stored generated column | stored-generated-column
ALTER TABLE orders ADD COLUMN gross numeric GENERATED ALWAYS AS (total * 1.19) STORED;
--! column of a domain with a check | constrained-domain-column
ALTER TABLE orders ADD COLUMN rebate percentage;
--! rename column without the word COLUMN | rename-column
ALTER TABLE customers RENAME full_name TO name;
--! rename column through a DO block | rename-column
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'customers' AND column_name = 'phone') THEN
    ALTER TABLE customers RENAME COLUMN phone TO phone_number;
  END IF;
END $$;
--! rename table | rename-table
ALTER TABLE "Order Items" RENAME TO order_items;
--! table moved to another schema | rename-table
ALTER TABLE orders SET SCHEMA billing;
--! rename enum value | rename-enum-value
ALTER TYPE "OrderStatus" RENAME VALUE 'sent' TO 'shipped';
--! rename type | rename-type
ALTER TYPE "OrderStatus" RENAME TO order_status;
--! rename schema | rename-schema
ALTER SCHEMA billing RENAME TO finance;
--! drop column, IF EXISTS, in lower case | drop-column
alter table if exists only customers drop if exists phone cascade;
--! drop column and add it anew with another type | drop-column
ALTER TABLE "customers" DROP COLUMN "phone", ADD COLUMN "phone" TEXT;
--! drop several tables, one of them in use | drop-table
CREATE TABLE scratch (id int);
DROP TABLE IF EXISTS scratch, coupons, nowhere;
--! drop and make anew | drop-table
DROP TABLE coupons;
CREATE TABLE coupons (id bigserial PRIMARY KEY, code text NOT NULL);
--! drop table in EXECUTE | drop-table
DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'coupons'; END $$;
--! drop schema cascade | drop-schema-or-database
DROP SCHEMA billing CASCADE;
--! drop a constraint that foreign keys need | drop-cascade
ALTER TABLE customers DROP CONSTRAINT customers_pkey CASCADE;
--! drop a type that is in use | drop-type
DROP TYPE "OrderStatus";
--! drop a type with its columns | drop-cascade
DROP TYPE billing.plan CASCADE;
--! a column that a view needs | column-in-use
ALTER TABLE orders DROP COLUMN note;
--! a type change that a view forbids | column-in-use
ALTER TABLE orders ALTER COLUMN note TYPE text;
--! truncate with others | truncate
TRUNCATE customers, orders RESTART IDENTITY CASCADE;
--! truncate without the word TABLE, in a DO block | truncate
DO $$ BEGIN TRUNCATE ONLY coupons; END $$;
--! update of everything | update-or-delete-without-where
UPDATE orders SET shipped = false;
--! update with a condition that is always true | update-or-delete-without-where
UPDATE orders SET shipped = false WHERE true;
--! update with an alias and a condition that says nothing | update-or-delete-without-where
UPDATE public.orders AS o SET note = '' WHERE o.id = o.id;
--! update in a CTE | update-or-delete-without-where
WITH gone AS (DELETE FROM events RETURNING *) INSERT INTO events_archive SELECT * FROM gone;
--! update from another table, all of it | update-or-delete-without-where
UPDATE orders SET note = c.full_name FROM customers c WHERE c.id = orders.customer_id;
--! delete of everything, a comment for a condition | update-or-delete-without-where
DELETE FROM "Order Items" -- WHERE "qty" = 0
;
--! merge over the whole table | update-or-delete-without-where
MERGE INTO orders o USING customers c ON c.id = o.customer_id WHEN MATCHED THEN UPDATE SET note = c.phone;
--! add, fill and lock in one transaction | update-or-delete-without-where
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
--! enum value added and used as a default | enum-value-used-in-same-transaction
ALTER TYPE "OrderStatus" ADD VALUE IF NOT EXISTS 'lost';
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'lost'::"OrderStatus";
--! enum value added and used in a partial index | enum-value-used-in-same-transaction
ALTER TYPE "OrderStatus" ADD VALUE 'lost' AFTER 'sent';
CREATE INDEX CONCURRENTLY orders_lost ON orders (id) WHERE status = 'sent';
UPDATE orders SET status = 'paid' WHERE id = 1;
ALTER TYPE "OrderStatus" ADD VALUE 'found';
UPDATE orders SET status = 'found' WHERE id = 1;
--! vacuum full | vacuum-full-cluster-reindex
VACUUM (ANALYZE, FULL TRUE) orders;
--! cluster | vacuum-full-cluster-reindex
CLUSTER orders USING orders_placed_at_idx;
--! reindex of a table | vacuum-full-cluster-reindex
REINDEX (VERBOSE) TABLE public.orders;
--! lock table | lock-table
LOCK orders;
--! attach a table that has rows | attach-partition-without-check
ALTER TABLE events ATTACH PARTITION events_archive FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
--! set logged | table-rewrite
ALTER TABLE orders SET UNLOGGED;
--! tablespace | table-rewrite
ALTER TABLE orders SET TABLESPACE fast;
--! row security switched on, and no policy | row-security-change
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
--! triggers disabled | triggers-disabled
ALTER TABLE orders DISABLE TRIGGER ALL;
--! foreign keys off for the session | triggers-disabled
SET LOCAL session_replication_role TO 'replica';
--! alter system | alter-system
ALTER SYSTEM SET wal_level = 'logical';
--! materialized view read anew under its lock | refresh-materialized-view
REFRESH MATERIALIZED VIEW revenue;
--! constraint of a domain that tables use | domain-constraint
ALTER DOMAIN percentage ADD CONSTRAINT not_half CHECK (VALUE <> 50);
--! identity dropped from a key | drop-default
ALTER TABLE customers ALTER COLUMN id DROP DEFAULT;
--! 900 million rows and an index | index-not-concurrent | orders 900000000 200GB
CREATE INDEX orders_note_idx ON orders (note);
--! a large table, with facts: NOT NULL | set-not-null | customers 80000000 30GB
ALTER TABLE customers ALTER COLUMN full_name SET NOT NULL;
--! one small table, one large | index-not-concurrent | flags 12 0.0001GB, orders 90000000 30GB
CREATE INDEX flags_enabled_idx ON flags (enabled);
CREATE INDEX orders_note_idx ON orders (note);
--! a small table, but a column without a value | add-column-not-null-without-default | flags 12 0.0001GB
ALTER TABLE flags ADD COLUMN owner text NOT NULL;
--! an update through a condition on a large table | update-or-delete-without-where | orders 90000000 30GB
UPDATE orders SET shipped = true WHERE status = 'sent';
--! a renamed table keeps its rows | index-not-concurrent | flags 50000000 9GB
ALTER TABLE flags RENAME TO switches;
CREATE INDEX switches_enabled_idx ON switches (enabled);
--! a foreign key from a small table to a large one that has the missing key scanned | foreign-key-not-valid | orders 90000000 30GB, coupons 40 0.0001GB
ALTER TABLE orders ADD CONSTRAINT orders_coupon_fk FOREIGN KEY (coupon_id) REFERENCES coupons (id);
--! drop of a table that has rows, small as it is | drop-table | flags 12 0.0001GB
DROP TABLE flags;
--! the table comes new in another branch of the block | index-not-concurrent
DO $$ BEGIN
  IF now() < '2020-01-01' THEN CREATE TABLE IF NOT EXISTS orders (id bigint); END IF;
  CREATE INDEX orders_note_idx ON orders (note);
END $$;
--! dynamic SQL by format | drop-table
DO $$ BEGIN EXECUTE format('DROP TABLE %I.%I', 'billing', 'invoices'); END $$;
--! dynamic SQL with parameters | update-or-delete-without-where
DO $$ BEGIN EXECUTE 'UPDATE orders SET note = $1' USING 'x'; END $$;
--! plpgsql in another language's quotes, labels and declarations | column-type-change
DO LANGUAGE plpgsql $m$
<<work>>
DECLARE n integer := 0; t text;
BEGIN
  n := n + 1;
  FOR t IN SELECT 'x' LOOP
    ALTER TABLE billing.invoices ALTER COLUMN amount TYPE numeric(20, 6);
  END LOOP;
EXCEPTION WHEN OTHERS THEN RAISE NOTICE 'failed; going on';
END work;
$m$;
--! a CASE statement in a block | drop-column
DO $$ BEGIN
  CASE current_database() WHEN 'prod' THEN NULL; ELSE ALTER TABLE customers DROP COLUMN phone; END CASE;
END $$;
--! create or replace of the table under a temporary name, then swapped | rename-table
CREATE TABLE orders_new (LIKE orders INCLUDING ALL);
INSERT INTO orders_new SELECT * FROM orders;
ALTER TABLE orders RENAME TO orders_old;
ALTER TABLE orders_new RENAME TO orders;
--! update of every row that is not so yet | update-or-delete-without-where
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR' WHERE currency IS NULL;
--! delete with a condition on nothing but a constant | update-or-delete-without-where
DELETE FROM customers WHERE 'a' = 'a';
--! update of all but one | update-or-delete-without-where
UPDATE customers SET settings = '{}' WHERE id <> 1;
--! delete of all but some | update-or-delete-without-where
DELETE FROM customers WHERE id NOT IN (1, 2, 3);
--! update with a condition negated | update-or-delete-without-where
UPDATE customers SET settings = '{}' WHERE NOT (id = 1);
--! update with OR that opens everything | update-or-delete-without-where
UPDATE customers SET settings = '{}' WHERE id = 1 OR true;
--! update where the limit is of another query | update-or-delete-without-where
UPDATE orders SET note = (SELECT code FROM coupons LIMIT 1);
--! insert ... select of a whole large table | mixed-ddl-and-bulk-dml:warning
ALTER TABLE orders ADD COLUMN moved boolean;
INSERT INTO events_archive (id, at) SELECT id, placed_at FROM orders;
--! type of a column through a domain's base type | column-type-change
ALTER TABLE billing.invoices ALTER COLUMN discount TYPE bigint;
--! enum replaced as Prisma does it | column-type-change
BEGIN;
CREATE TYPE "OrderStatus_new" AS ENUM ('open', 'paid');
ALTER TABLE "orders" ALTER COLUMN "status" DROP DEFAULT;
ALTER TABLE "orders" ALTER COLUMN "status" TYPE "OrderStatus_new" USING ("status"::text::"OrderStatus_new");
ALTER TYPE "OrderStatus" RENAME TO "OrderStatus_old";
ALTER TYPE "OrderStatus_new" RENAME TO "OrderStatus";
DROP TYPE "OrderStatus_old";
ALTER TABLE "orders" ALTER COLUMN "status" SET DEFAULT 'open';
COMMIT;
--! column moved to another table by drop | drop-column
ALTER TABLE coupons ADD COLUMN note text;
ALTER TABLE orders DROP COLUMN "note" RESTRICT, DROP COLUMN "shipped";
--! primary key changed | unique-constraint
ALTER TABLE "Order Items" DROP CONSTRAINT "Order Items_pkey", ADD CONSTRAINT "Order Items_pkey" PRIMARY KEY ("orderId", "sku");
--! unicode escapes in a name | index-not-concurrent
CREATE INDEX orders_note_idx ON U&"\006frders" (note);
--! inherited by a new table | set-not-null
CREATE TABLE special_orders (extra text) INHERITS (orders);
ALTER TABLE orders ALTER COLUMN note SET NOT NULL;
--! generated column made stored through an expression change | table-rewrite
ALTER TABLE orders ALTER COLUMN total SET EXPRESSION AS (1);
--! access method | table-rewrite
ALTER TABLE orders SET ACCESS METHOD heap2;
--! index dropped without CONCURRENTLY | drop-index:warning
DROP INDEX orders_placed_at_idx;
--! unique constraint dropped | drop-constraint:warning
ALTER TABLE customers DROP CONSTRAINT customers_email_key;
--! trigger on a hot table | trigger-on-existing-table:warning
CREATE OR REPLACE TRIGGER orders_touch AFTER INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
--! search path left behind | session-setting-left:warning
SELECT set_config('search_path', 'billing', false);
--! a view that goes | drop-view-or-function:warning
DROP VIEW open_orders;
--! a function that a trigger needs | drop-cascade
DROP FUNCTION touch() CASCADE;
--! an extension with all that uses it | drop-cascade
DROP EXTENSION IF EXISTS citext CASCADE;
--! own by another role | privilege-change:warning
ALTER TABLE orders OWNER TO app;
--! rights taken | privilege-change:warning
REVOKE ALL ON customers FROM app;
--! many tables under one lock | many-exclusive-tables:warning
ALTER TABLE customers ADD COLUMN a int; ALTER TABLE orders ADD COLUMN a int; ALTER TABLE coupons ADD COLUMN a int;
--! same type again, under a check | column-type-change
ALTER TABLE coupons ALTER COLUMN percent TYPE int4;
--! batches in a loop that never commits | bulk-loop:warning
DO $$
DECLARE n integer;
BEGIN
  LOOP -- COMMIT;
    UPDATE customers SET email = lower(email) WHERE id IN (SELECT id FROM customers WHERE email <> lower(email) LIMIT 500);
    GET DIAGNOSTICS n = ROW_COUNT;
    EXIT WHEN n = 0;
  END LOOP;
END $$;
--! all but a batch | update-or-delete-without-where
DELETE FROM orders WHERE id NOT IN (SELECT id FROM orders ORDER BY placed_at DESC LIMIT 100);
--! all but one, looked up | update-or-delete-without-where
UPDATE orders SET shipped = true WHERE id <> (SELECT id FROM orders ORDER BY placed_at LIMIT 1);
--! all after the first, looked up | update-or-delete-without-where:warning
UPDATE orders SET shipped = true WHERE id > (SELECT min(id) FROM orders LIMIT 1);
--! a batch of something that is no key | update-or-delete-without-where:warning
UPDATE orders SET shipped = true WHERE customer_id IN (SELECT id FROM customers LIMIT 100);
--! a batch that is another for every row | update-or-delete-without-where:warning
DELETE FROM orders o WHERE id = (SELECT d.id FROM orders d WHERE d.customer_id = o.customer_id ORDER BY placed_at LIMIT 1);
--! a new table filled from a locked one | lock-held-during-scan
ALTER TABLE customers ADD COLUMN profile_id integer;
CREATE TABLE profiles (id integer, phone text);
INSERT INTO profiles SELECT id, phone FROM customers;
--! a copy of a locked table | lock-held-during-scan
ALTER TABLE orders ADD COLUMN archived boolean;
CREATE TABLE order_copy AS SELECT * FROM orders WHERE placed_at < '2020-01-01';
