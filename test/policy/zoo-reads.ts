/**
 * Statements that read a table although they keep its rows, and their likes that do not: type changes under indexes and
 * checks, partitions beside a default one, proofs. On the schema of `zoo.ts`, with these relations beside it.
 */
export const READS = `
  CREATE DOMAIN checked_mail AS text CHECK (VALUE LIKE '%@%');
  CREATE TABLE person (
    id integer PRIMARY KEY, plain varchar(20), lowered varchar(20), partly varchar(20), gone timestamp, tagged varchar(20),
    carried varchar(20), login citext UNIQUE, mail text, byname varchar(20), sorted text COLLATE "C", ref integer, net cidr,
    seen timestamp, bits bit(4), price numeric(10, 2), short varchar(20), long varchar(20), owner regclass, hashed varchar(20),
    CONSTRAINT short_there CHECK (short <> '')
  );
  CREATE INDEX person_plain ON person (plain);
  CREATE INDEX person_lowered ON person (lower(lowered));
  CREATE INDEX person_partly ON person (id) WHERE partly IS NOT NULL;
  CREATE INDEX person_tagged ON person (tagged) WHERE gone IS NULL;
  CREATE INDEX person_carried ON person (id) INCLUDE (carried);
  CREATE INDEX person_mail ON person (mail);
  CREATE UNIQUE INDEX person_byname ON person (byname);
  CREATE INDEX person_sorted ON person (sorted);
  CREATE INDEX person_ref ON person (ref);
  CREATE INDEX person_net ON person (net);
  CREATE INDEX person_seen ON person (seen);
  CREATE INDEX person_bits ON person (bits);
  CREATE INDEX person_price ON person (price);
  CREATE INDEX person_owner ON person (owner);
  CREATE INDEX person_hashed ON person USING hash (hashed);
  CREATE TABLE loose_id (id integer, code integer NOT NULL);
  CREATE UNIQUE INDEX loose_id_key ON loose_id (id);
  CREATE UNIQUE INDEX loose_code_key ON loose_id (code);
  CREATE TABLE event (id integer, at date NOT NULL, kind text) PARTITION BY RANGE (at);
  CREATE TABLE event_rest PARTITION OF event DEFAULT;
  CREATE TABLE event_loose (id integer, at date NOT NULL, kind text, CONSTRAINT kind_there CHECK (kind <> ''));
  CREATE TABLE event_proven (id integer, at date NOT NULL, kind text, CONSTRAINT event_bounds CHECK (at >= '2026-01-01' AND at < '2027-01-01'));
  CREATE TABLE shelf (id integer, at date NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE shelf_rest PARTITION OF shelf DEFAULT;
  ALTER TABLE shelf_rest ADD CONSTRAINT shelf_rest_old CHECK (at < '2026-01-01');
  CREATE TABLE shelf_proven (id integer, at date NOT NULL, CONSTRAINT shelf_bounds CHECK (at >= '2026-01-01' AND at < '2027-01-01'));
  CREATE TABLE plain_parent (id integer, at date, kind text) PARTITION BY RANGE (at);
  CREATE TABLE plain_nullable (id integer, at date, kind text, CONSTRAINT nullable_bounds CHECK (at >= '2026-01-01' AND at < '2027-01-01'));
  CREATE TABLE plain_there (id integer, at date, kind text, CONSTRAINT there_bounds CHECK (at IS NOT NULL AND at >= '2026-01-01' AND at < '2027-01-01'));
  CREATE TABLE plain_not_null (id integer, at date NOT NULL, kind text, CONSTRAINT just_there CHECK (at IS NOT NULL));
  CREATE TABLE shelf_nullable (id integer, at date) PARTITION BY RANGE (at);
  CREATE TABLE shelf_nullable_rest PARTITION OF shelf_nullable DEFAULT;
  ALTER TABLE shelf_nullable_rest ADD CONSTRAINT nullable_rest_old CHECK (at < '2026-01-01');
  CREATE TABLE pigeon (id integer, kind text) PARTITION BY LIST (lower(kind));
  CREATE TABLE pigeon_loose (id integer, kind text NOT NULL, CONSTRAINT pigeon_kind CHECK (lower(kind) = 'grey' AND lower(kind) IS NOT NULL));
`;

export const READS_ZOO = [
  // An index is built anew where it is sorted otherwise, or computes or asks for something
  'ALTER TABLE person ALTER COLUMN plain TYPE varchar(40)',
  'ALTER TABLE person ALTER COLUMN plain TYPE text',
  'ALTER TABLE person ALTER COLUMN plain TYPE citext',
  'ALTER TABLE person ALTER COLUMN lowered TYPE varchar(40)',
  'ALTER TABLE person ALTER COLUMN partly TYPE text',
  'ALTER TABLE person ALTER COLUMN tagged TYPE text',
  'ALTER TABLE person ALTER COLUMN carried TYPE text',
  'ALTER TABLE person ALTER COLUMN login TYPE text',
  'ALTER TABLE person ALTER COLUMN mail TYPE citext',
  'ALTER TABLE person ALTER COLUMN mail TYPE varchar',
  'ALTER TABLE person ALTER COLUMN byname TYPE varchar(20) COLLATE "C"',
  'ALTER TABLE person ALTER COLUMN sorted TYPE varchar COLLATE "C"',
  'ALTER TABLE person ALTER COLUMN sorted TYPE varchar',
  'ALTER TABLE person ALTER COLUMN long TYPE varchar(20) COLLATE "C"',
  'ALTER TABLE person ALTER COLUMN ref TYPE oid',
  'ALTER TABLE person ALTER COLUMN owner TYPE oid',
  'ALTER TABLE person ALTER COLUMN net TYPE inet',
  'ALTER TABLE person ALTER COLUMN bits TYPE bit varying',
  'ALTER TABLE person ALTER COLUMN price TYPE numeric(12, 2)',
  'ALTER TABLE person ALTER COLUMN hashed TYPE text',
  // A check is tested again, unless the statement takes it away first
  'ALTER TABLE person ALTER COLUMN short TYPE varchar(40)',
  'ALTER TABLE person ALTER COLUMN short TYPE varchar(20)',
  'ALTER TABLE person ALTER COLUMN lowered TYPE varchar(20)',
  "ALTER TABLE person DROP CONSTRAINT short_there, ALTER COLUMN short TYPE varchar(40), ADD CONSTRAINT short_there CHECK (short <> '') NOT VALID",
  // The session's zone
  "SET LOCAL TIME ZONE 'Europe/Berlin'; ALTER TABLE person ALTER COLUMN seen TYPE timestamptz",
  "SET LOCAL TIME ZONE 'Etc/UTC'; ALTER TABLE person ALTER COLUMN gone TYPE timestamptz",
  'SET LOCAL TIME ZONE 0; ALTER TABLE person ALTER COLUMN seen TYPE timestamptz',
  "SET LOCAL TIME ZONE INTERVAL '2' HOUR TO MINUTE; ALTER TABLE person ALTER COLUMN seen TYPE timestamptz(6)",
  // Domains
  'ALTER TABLE person ADD COLUMN mails checked_mail[]',
  'ALTER TABLE person ADD COLUMN second_mail checked_mail',
  // Keys that adopt an index
  'ALTER TABLE loose_id ADD PRIMARY KEY USING INDEX loose_id_key',
  'ALTER TABLE loose_id ADD PRIMARY KEY USING INDEX loose_code_key',
  // Partitions
  "ALTER TABLE event ATTACH PARTITION event_loose FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  "ALTER TABLE event ATTACH PARTITION event_proven FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  "ALTER TABLE shelf ATTACH PARTITION shelf_proven FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  "CREATE TABLE event_2026 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  "CREATE TABLE shelf_2026 PARTITION OF shelf FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  "ALTER TABLE plain_parent ATTACH PARTITION event_loose FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  "ALTER TABLE plain_parent ATTACH PARTITION event_proven FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  "ALTER TABLE plain_parent ATTACH PARTITION plain_nullable FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  "ALTER TABLE plain_parent ATTACH PARTITION plain_there FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  "ALTER TABLE plain_parent ATTACH PARTITION plain_not_null FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  "CREATE TABLE shelf_nullable_2026 PARTITION OF shelf_nullable FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  "ALTER TABLE pigeon ATTACH PARTITION pigeon_loose FOR VALUES IN ('grey')",
];
