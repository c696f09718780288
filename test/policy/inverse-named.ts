/** Statements of the zoo whose inverse is not exact: what their files say of it. */
export const NAMED: Record<string, string[]> = {
  'ALTER TABLE made ALTER COLUMN twice DROP EXPRESSION': [
    'line 1: column made.twice was computed, and a column that holds values cannot become so again',
  ],
  'ALTER TABLE heir NO INHERIT base_table': [
    'line 1: columns that heir inherited are its own now, and stay so when it inherits again',
  ],
  'ALTER TABLE measure ALTER COLUMN id TYPE bigint': [
    'line 1: index measure_2024_id_idx became part of public.measure_id, and goes only with it',
    'line 1: index measure_2025_id_idx became part of public.measure_id, and goes only with it',
  ],
  'CREATE INDEX ON measure (id)': ['line 1: index measure_2024_id joined a partitioned index, and cannot leave it'],
  'CREATE PUBLICATION fresh FOR TABLE child': [
    'line 1: nothing is known of the reversal of such a statement (CreatePublicationStmt)',
  ],
  'ALTER PUBLICATION feed ADD TABLE child': [
    'line 1: nothing is known of the reversal of such a statement (AlterPublicationStmt)',
  ],
  'ALTER PUBLICATION feed DROP TABLE published': [
    'line 1: nothing is known of the reversal of such a statement (AlterPublicationStmt)',
  ],
  'CREATE EVENT TRIGGER fresh ON ddl_command_end EXECUTE FUNCTION watch()': [
    'line 1: nothing is known of the reversal of such a statement (CreateEventTrigStmt)',
  ],
  'CREATE OPERATOR === (leftarg = integer, rightarg = integer, function = int4eq)': [
    'line 1: an object of kind "operator" is not captured',
  ],
  'CREATE CAST (pair AS text) WITH INOUT': [
    'line 1: nothing is known of the reversal of such a statement (CreateCastStmt)',
  ],
  "CREATE COLLATION fresh (provider = icu, locale = 'de')": ['line 1: an object of kind "collation" is not captured'],
  'CREATE TEXT SEARCH CONFIGURATION fresh (COPY = simple)': [
    'line 1: an object of kind "tsconfiguration" is not captured',
  ],
  'CREATE ROLE fresh_role': ['line 1: CREATE ROLE reaches beyond the database'],
  'DROP PUBLICATION feed': ['line 1: an object of kind "publication" is not captured'],
  'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC': ['line 1: default privileges are not captured'],
  'ALTER INDEX measure_id ATTACH PARTITION measure_2024_id': [
    'line 1: index measure_2024_id joined a partitioned index, and cannot leave it',
  ],
  "ALTER FOREIGN TABLE remote OPTIONS (ADD format 'csv')": [
    'line 1: options of foreign table remote are not brought back',
  ],
  'ALTER TABLE ALL IN TABLESPACE pg_default SET TABLESPACE pg_default': [
    'line 1: it moves tables that it does not name',
  ],
  'ALTER EXTENSION citext UPDATE': ['line 1: an extension cannot go back to an earlier version'],
};

/**
 * Those that only the proof finds out: a key cannot come back empty to a table with rows; an index of its own that the partition
 * brings along joins the index of its parent, which was left without it.
 */
export const ONLY_THE_PROOF_TELLS = [
  'ALTER TABLE parent DROP COLUMN id CASCADE',
  'ALTER TABLE measure DETACH PARTITION measure_2024',
  'DROP TABLE measure_2024',
  'DROP TABLE measure',
];

/** Statements that drop a column which stood before others: it comes back behind them. */
export const REORDERED: Record<string, string[]> = {
  'ALTER TABLE child DROP COLUMN note': ['line 1: column child.note comes back behind the others'],
  'ALTER TABLE child DROP COLUMN parent_id': ['line 1: column child.parent_id comes back behind the others'],
  'ALTER TABLE parent DROP COLUMN id CASCADE': ['line 1: column parent.id comes back behind the others'],
  'ALTER TABLE parent DROP COLUMN code CASCADE': ['line 1: column parent.code comes back behind the others'],
  'DROP TYPE mood CASCADE': ['line 1: column child.state comes back behind the others'],
  'DROP DOMAIN positive CASCADE': ['line 1: column child.size comes back behind the others'],
  'DROP DOMAIN plain CASCADE': ['line 1: column child.count comes back behind the others'],
  'DROP EXTENSION citext CASCADE': ['line 1: column child.ci comes back behind the others'],
};
