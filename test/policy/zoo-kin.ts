/**
 * Statements whose locks reach beyond the table that they name: to partitions below and above, keys from elsewhere, views
 * over views, owned sequences, what CASCADE takes along, and what functions and blocks run. On the schema of `zoo.ts`,
 * with these relations beside it.
 */
export const KIN = `
  CREATE TABLE region (id integer PRIMARY KEY, code text NOT NULL UNIQUE, area numeric);
  CREATE VIEW region_codes AS SELECT id, code FROM region;
  CREATE VIEW region_initials AS SELECT id, left(code, 1) AS initial FROM region_codes;
  CREATE MATERIALIZED VIEW region_summary AS SELECT code FROM region_codes;
  CREATE TABLE site (id serial PRIMARY KEY, region_id integer REFERENCES region (id) ON DELETE CASCADE, sized integer GENERATED ALWAYS AS (region_id * 2) STORED, at timestamptz NOT NULL DEFAULT now(), parent_id integer REFERENCES site (id));
  CREATE INDEX site_at ON site (at);
  CREATE INDEX site_lower ON site ((region_id + 1));
  CREATE STATISTICS site_stats ON region_id, at FROM site;
  CREATE TABLE reading (id integer, at date NOT NULL, region_id integer, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
  CREATE TABLE reading_2024 PARTITION OF reading FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (at);
  CREATE TABLE reading_2024_north PARTITION OF reading_2024 FOR VALUES IN ('2024-01-01');
  CREATE TABLE reading_2025 PARTITION OF reading FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
  CREATE INDEX reading_region ON reading (region_id);
  CREATE TABLE alarm (id integer PRIMARY KEY, reading_id integer, reading_at date, FOREIGN KEY (reading_id, reading_at) REFERENCES reading (id, at));
  CREATE TABLE reading_spare (id integer NOT NULL, at date NOT NULL, region_id integer);
  CREATE TABLE trunk (id integer, name text);
  CREATE TABLE branch (leaf text) INHERITS (trunk);
  CREATE TABLE twig (bud text) INHERITS (branch);
  CREATE TABLE ledger (id integer PRIMARY KEY, total integer DEFAULT 0);
  CREATE SEQUENCE ticket;
  CREATE TABLE queue (id integer DEFAULT nextval('ticket'), state mood DEFAULT 'ok', pos positive);
  CREATE FUNCTION settle(n integer) RETURNS void LANGUAGE plpgsql AS $f$ BEGIN UPDATE ledger SET total = total + n; INSERT INTO stray (id) VALUES (n); END $f$;
  CREATE FUNCTION read_only() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM ledger';
  CREATE PROCEDURE tidy() LANGUAGE plpgsql AS $f$ BEGIN DELETE FROM queue WHERE id < 0; END $f$;
  CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RETURN NEW; END $f$;
  CREATE TRIGGER region_touched AFTER UPDATE OF code ON region FOR EACH ROW EXECUTE FUNCTION touched();
  CREATE TRIGGER reading_touched AFTER INSERT ON reading FOR EACH ROW EXECUTE FUNCTION touched();
  CREATE POLICY own_region ON region USING (code <> '');
  CREATE UNLOGGED TABLE scratchpad (id integer PRIMARY KEY, note text);
  CREATE TYPE spot AS (x integer, y integer);
  CREATE TABLE spotted (id integer, at_spot spot);
  CREATE TABLE bounded (id integer NOT NULL, lo integer, hi integer, CONSTRAINT lo_hi CHECK (lo < hi) NOT VALID, CONSTRAINT id_there CHECK (id IS NOT NULL));
  CREATE DOMAIN percent AS integer CONSTRAINT percent_range CHECK (VALUE <= 100);
  ALTER DOMAIN percent ADD CONSTRAINT percent_low CHECK (VALUE >= 0) NOT VALID;
  CREATE TABLE rated (id integer, score percent);
`;

export const KIN_ZOO = [
  // Views and what lies below them
  "INSERT INTO region_codes (id, code) VALUES (1, 'n')",
  "UPDATE region_codes SET code = 'n' WHERE id = 1",
  'DELETE FROM region_codes WHERE id = 1',
  'LOCK TABLE region_codes IN SHARE MODE',
  'SELECT * FROM region_initials FOR UPDATE',
  'DROP VIEW region_codes CASCADE',
  'DROP VIEW region_initials, seen',
  'CREATE OR REPLACE VIEW region_codes AS SELECT id, code, area FROM region',
  'ALTER TABLE region DROP COLUMN code CASCADE',
  'ALTER TABLE region DROP COLUMN area',
  'ALTER TABLE region ALTER COLUMN area TYPE numeric(10, 2)',
  'ALTER VIEW region_initials RENAME COLUMN initial TO first_letter',
  'ALTER VIEW region_initials SET SCHEMA app',
  'ALTER MATERIALIZED VIEW region_summary SET SCHEMA app',
  'DROP MATERIALIZED VIEW region_summary',
  'CREATE INDEX ON region_summary (code)',
  "COMMENT ON MATERIALIZED VIEW region_summary IS 'c'",
  "COMMENT ON COLUMN region_codes.code IS 'c'",
  'CREATE TRIGGER t INSTEAD OF INSERT ON region_codes FOR EACH ROW EXECUTE FUNCTION touched()',
  'CREATE RULE r AS ON INSERT TO region_initials DO INSTEAD NOTHING',
  'GRANT SELECT ON region_codes TO PUBLIC',
  'DROP TABLE region CASCADE',
  // Keys
  'ALTER TABLE region RENAME COLUMN id TO region_id',
  'ALTER TABLE site ALTER COLUMN parent_id TYPE bigint',
  'ALTER TABLE site ALTER COLUMN at TYPE timestamptz(3)',
  'ALTER TABLE site DROP CONSTRAINT site_region_id_fkey',
  'ALTER TABLE site DROP CONSTRAINT site_parent_id_fkey',
  'ALTER TABLE site DROP CONSTRAINT site_pkey CASCADE',
  'ALTER TABLE site DROP COLUMN region_id CASCADE',
  'ALTER TABLE site ALTER CONSTRAINT site_region_id_fkey DEFERRABLE INITIALLY DEFERRED',
  'ALTER TABLE region DROP CONSTRAINT region_code_key',
  'ALTER TABLE site DISABLE TRIGGER ALL',
  'ALTER TABLE site ALTER COLUMN region_id SET NOT NULL',
  'ALTER TABLE site ADD CONSTRAINT site_twice FOREIGN KEY (region_id) REFERENCES region (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED',
  'ALTER TABLE site DROP CONSTRAINT site_region_id_fkey, ADD CONSTRAINT site_region_id_fkey FOREIGN KEY (region_id) REFERENCES region (id) NOT VALID',
  'ALTER TABLE site ADD COLUMN owner_id integer CONSTRAINT owned REFERENCES region',
  'ALTER TABLE IF EXISTS ONLY site ADD CONSTRAINT once UNIQUE (at) DEFERRABLE',
  'DROP TABLE site',
  'DROP TABLE site, region CASCADE',
  'DROP TABLE alarm',
  'TRUNCATE region CASCADE',
  'TRUNCATE site',
  // Partitions within partitions, and keys to them
  'ALTER TABLE reading ADD COLUMN note text',
  "ALTER TABLE reading ADD COLUMN note text NOT NULL DEFAULT 'x'",
  'ALTER TABLE reading DROP COLUMN region_id',
  'ALTER TABLE reading ALTER COLUMN id TYPE bigint',
  'ALTER TABLE reading RENAME COLUMN region_id TO area_id',
  'ALTER TABLE reading RENAME TO readings',
  'ALTER TABLE reading_2025 RENAME TO reading_25',
  'ALTER TABLE reading ADD CONSTRAINT ck CHECK (id > 0)',
  'ALTER TABLE reading ADD CONSTRAINT ck CHECK (id > 0) NOT VALID',
  'ALTER TABLE reading ADD CONSTRAINT reading_region_fk FOREIGN KEY (region_id) REFERENCES region (id)',
  'ALTER TABLE reading DROP CONSTRAINT reading_pkey CASCADE',
  'ALTER TABLE alarm DROP CONSTRAINT alarm_reading_id_reading_at_fkey',
  'ALTER TABLE reading DETACH PARTITION reading_2025',
  "ALTER TABLE reading ATTACH PARTITION reading_spare FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  "CREATE TABLE reading_2027 PARTITION OF reading FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')",
  'CREATE TABLE reading_rest PARTITION OF reading DEFAULT',
  "CREATE TABLE reading_2024_south PARTITION OF reading_2024 FOR VALUES IN ('2024-01-02')",
  'CREATE INDEX ON reading (at)',
  'CREATE UNIQUE INDEX ON reading_2025 (id)',
  'DROP INDEX reading_region',
  'DROP TABLE reading CASCADE',
  'TRUNCATE reading CASCADE',
  'TRUNCATE reading_2024_north, alarm CASCADE',
  'UPDATE reading SET region_id = 1',
  'DELETE FROM reading WHERE id < 5',
  'DROP TRIGGER reading_touched ON reading',
  'ALTER TABLE reading DISABLE TRIGGER reading_touched',
  'ALTER TABLE reading OWNER TO CURRENT_USER',
  'ALTER TABLE reading SET SCHEMA app',
  'ALTER TABLE reading ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE ONLY reading ALTER COLUMN region_id SET DEFAULT 1',
  'ALTER INDEX reading_region RENAME TO reading_by_region',
  'LOCK TABLE reading IN SHARE MODE',
  'LOCK TABLE ONLY reading IN SHARE MODE',
  'ANALYZE reading',
  'SELECT count(*) FROM reading',
  'COMMENT ON TABLE reading IS NULL',
  // Inheritance
  'ALTER TABLE trunk ADD COLUMN age integer',
  'ALTER TABLE trunk DROP COLUMN name',
  'ALTER TABLE trunk ALTER COLUMN name SET NOT NULL',
  'ALTER TABLE trunk ADD CONSTRAINT named CHECK (name IS NOT NULL)',
  'ALTER TABLE trunk RENAME COLUMN name TO title',
  'ALTER TABLE branch NO INHERIT trunk',
  'DROP TABLE trunk CASCADE',
  'DROP TABLE twig',
  'TRUNCATE trunk',
  'TRUNCATE ONLY trunk',
  "UPDATE trunk SET name = 'x'",
  "UPDATE ONLY trunk SET name = 'x'",
  'CREATE INDEX ON trunk (name)',
  // Sequences, types, domains, functions
  'ALTER SEQUENCE site_id_seq RESTART',
  'ALTER SEQUENCE site_id_seq AS bigint',
  'ALTER SEQUENCE ticket OWNED BY queue.id',
  'ALTER SEQUENCE site_id_seq OWNED BY NONE',
  'ALTER SEQUENCE ticket SET SCHEMA app',
  'DROP SEQUENCE ticket CASCADE',
  'DROP SEQUENCE site_id_seq CASCADE',
  "ALTER TABLE queue ALTER COLUMN id SET DEFAULT nextval('counter')",
  'ALTER TYPE mood SET SCHEMA app',
  'ALTER TYPE mood OWNER TO CURRENT_USER',
  'ALTER TABLE queue ALTER COLUMN state DROP DEFAULT, ALTER COLUMN state TYPE text USING state::text',
  'DROP TYPE spot CASCADE',
  'ALTER TYPE spot ADD ATTRIBUTE z integer',
  'ALTER TYPE spot RENAME ATTRIBUTE x TO across',
  'DROP DOMAIN percent CASCADE',
  'ALTER DOMAIN percent VALIDATE CONSTRAINT percent_low',
  'ALTER DOMAIN percent DROP CONSTRAINT percent_range',
  'ALTER DOMAIN percent SET NOT NULL',
  'ALTER DOMAIN percent RENAME TO per_cent',
  'DROP FUNCTION touched() CASCADE',
  'ALTER FUNCTION touched() RENAME TO was_touched',
  'SELECT settle(1)',
  'SELECT read_only()',
  'CALL tidy()',
  'DO $$ BEGIN PERFORM settle(1); END $$',
  // Constraints
  'ALTER TABLE bounded VALIDATE CONSTRAINT lo_hi',
  'ALTER TABLE bounded VALIDATE CONSTRAINT id_there',
  'ALTER TABLE bounded DROP CONSTRAINT lo_hi',
  'ALTER TABLE bounded RENAME CONSTRAINT lo_hi TO low_high',
  'ALTER TABLE bounded ADD CONSTRAINT disjoint EXCLUDE USING gist (int4range(lo, hi) WITH &&)',
  'ALTER TABLE bounded ADD COLUMN c integer CHECK (c > 0) NOT NULL DEFAULT 1, ADD UNIQUE (lo, hi), DROP CONSTRAINT id_there',
  // Storage
  'ALTER TABLE scratchpad SET LOGGED',
  'ALTER TABLE site CLUSTER ON site_at',
  'ALTER TABLE site ALTER COLUMN at SET STATISTICS 500',
  'ALTER TABLE region ALTER COLUMN code SET STORAGE MAIN',
  'ALTER TABLE region SET (toast.autovacuum_enabled = false, fillfactor = 80)',
  'ALTER INDEX site_lower ALTER COLUMN 1 SET STATISTICS 100',
  'ALTER INDEX site_at SET TABLESPACE pg_default',
  'ALTER TABLE region REPLICA IDENTITY USING INDEX region_code_key',
  'REINDEX INDEX site_at',
  'REINDEX TABLE region',
  // Blocks, with what PL/pgSQL adds to SQL
  'DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM parent LOOP UPDATE ledger SET total = r.id; END LOOP; END $$',
  'DO $$ DECLARE r record; BEGIN FOR r IN WITH gone AS (DELETE FROM stray RETURNING id) SELECT id FROM gone LOOP NULL; END LOOP; END $$',
  'DO $$ DECLARE n integer; BEGIN INSERT INTO ledger (id) VALUES (1) RETURNING id INTO n; UPDATE stray SET v = n; END $$',
  'DO $$ DECLARE n integer; BEGIN UPDATE ledger SET total = 1 RETURNING id INTO n; END $$',
  "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'nope') THEN ALTER TABLE ledger ADD CONSTRAINT nope CHECK (total >= 0); END IF; END $$",
  'DO $$ BEGIN CASE WHEN true THEN ALTER TABLE ledger ADD COLUMN c text; ELSE NULL; END CASE; END $$',
  "DO $block$ DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['ledger', 'stray'] LOOP RAISE NOTICE 'table %', t; END LOOP; EXECUTE $q$ALTER TABLE ledger ADD COLUMN d text$q$; END $block$",
  "DO $$ BEGIN BEGIN ALTER TABLE ledger ADD COLUMN fresh integer; EXCEPTION WHEN duplicate_column THEN RAISE NOTICE 'there'; END; CREATE INDEX IF NOT EXISTS ledger_total ON ledger (total); END $$",
  "DO LANGUAGE plpgsql $$ BEGIN IF to_regclass('public.nothing') IS NOT NULL THEN DROP TABLE nothing; END IF; END $$",
  // Data
  'INSERT INTO site (region_id) VALUES (NULL)',
  'INSERT INTO site (region_id, parent_id) VALUES (NULL, NULL), (NULL, DEFAULT)',
  "INSERT INTO region VALUES (1, 'n', 2) ON CONFLICT DO NOTHING",
  'INSERT INTO ledger (id) SELECT id FROM region_codes',
  'INSERT INTO stray DEFAULT VALUES',
  'COPY (SELECT * FROM region) TO STDOUT',
];

/** Forms that only later servers have, by the major version that brought them. */
export const SINCE: Record<number, string[]> = {
  15: [
    'ALTER TABLE lone SET ACCESS METHOD heap',
    'MERGE INTO stray s USING lone l ON s.id = l.id WHEN MATCHED THEN UPDATE SET v = l.val',
    'CREATE UNIQUE INDEX ON ledger (total) NULLS NOT DISTINCT',
    'ALTER TABLE ledger ADD UNIQUE NULLS NOT DISTINCT (total)',
    'CREATE PUBLICATION fresh FOR TABLES IN SCHEMA app',
    'ALTER PUBLICATION feed SET TABLE ledger (id) WHERE (id > 0)',
    'CREATE VIEW fresh WITH (security_invoker = true) AS SELECT id FROM ledger',
    'MERGE INTO ledger l USING (VALUES (1, 2)) AS v (id, total) ON l.id = v.id WHEN MATCHED THEN UPDATE SET total = v.total WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.total)',
    'ALTER TABLE site ADD CONSTRAINT some_null FOREIGN KEY (region_id, parent_id) REFERENCES pairs (a, b) ON DELETE SET NULL (region_id)',
    'ALTER SEQUENCE ticket SET UNLOGGED',
  ],
  16: [
    'CREATE STATISTICS ON id, total FROM ledger',
    'CREATE TABLE fresh (id integer, note text STORAGE EXTERNAL)',
    'ALTER TABLE region ALTER COLUMN code SET STORAGE DEFAULT',
  ],
  17: [
    'ALTER TABLE site ALTER COLUMN sized SET EXPRESSION AS (region_id * 3)',
    'ALTER TABLE ledger SET ACCESS METHOD DEFAULT',
    'MERGE INTO ledger l USING region r ON l.id = r.id WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING merge_action()',
    'ALTER TABLE reading ADD COLUMN n integer GENERATED BY DEFAULT AS IDENTITY',
    'ALTER TABLE reading ADD CONSTRAINT apart EXCLUDE USING btree (at WITH =)',
  ],
  18: [
    'ALTER TABLE region ADD CONSTRAINT area_there NOT NULL area',
    'ALTER TABLE region ADD CONSTRAINT area_there NOT NULL area NOT VALID',
    'ALTER TABLE trunk ADD CONSTRAINT name_there NOT NULL name',
    'ALTER TABLE trunk ADD CONSTRAINT name_there NOT NULL name NO INHERIT',
    'ALTER TABLE reading ADD CONSTRAINT region_there NOT NULL region_id',
    'ALTER TABLE region DROP CONSTRAINT region_code_not_null',
    'ALTER TABLE ledger ADD COLUMN doubled integer GENERATED ALWAYS AS (total * 2)',
    'ALTER TABLE ledger ADD COLUMN doubled integer GENERATED ALWAYS AS (total * 2) VIRTUAL NOT NULL',
    'ALTER TABLE ledger ADD CONSTRAINT whole CHECK (total >= 0) NOT ENFORCED',
    'ALTER TABLE site ADD CONSTRAINT loose FOREIGN KEY (region_id) REFERENCES region (id) NOT ENFORCED',
    'ALTER TABLE site ALTER CONSTRAINT site_region_id_fkey NOT ENFORCED',
    'ALTER TABLE loose_key ALTER CONSTRAINT loose ENFORCED',
    'ALTER TABLE reading ADD CONSTRAINT later FOREIGN KEY (region_id) REFERENCES region (id) NOT VALID',
    'CREATE TABLE booking (id integer, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS))',
    'ALTER TABLE lease ADD PRIMARY KEY (id, during WITHOUT OVERLAPS)',
    'UPDATE ledger SET total = 1 WHERE id = 1 RETURNING old.total, new.total',
    'ALTER TABLE ONLY trunk ADD CONSTRAINT named CHECK (name IS NOT NULL) NO INHERIT',
  ],
};

/** What those of 15 and of 18 need beside the rest. */
export const SINCE_BASE: Record<number, string> = {
  15: 'CREATE TABLE pairs (a integer, b integer, PRIMARY KEY (a, b));',
  18: `
    CREATE EXTENSION btree_gist;
    CREATE TABLE lease (id integer, during daterange);
    CREATE TABLE loose_key (region_id integer, CONSTRAINT loose FOREIGN KEY (region_id) REFERENCES region (id) NOT ENFORCED);
  `,
};
