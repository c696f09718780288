/** The schema as the catalog has it, for scripts that no file leads up to: whom they lock besides what they name. */
import { emptyTable, Schema, type Constraint, type Index, type Table, type Trigger } from '../policy/statements/schema';
import type { Client } from './postgres';
import { isProjects } from './project-tables';

interface Name {
  schema: string;
  name: string;
}

interface RelationRow extends Name, Pick<Table, 'kind' | 'partitioned' | 'defaultPartition'> {
  parents: Name[];
  reads: Name[];
  constraints: (Pick<Constraint, 'name' | 'kind' | 'columns' | 'referencedColumns' | 'valid'> & {
    references: Name | null;
  })[];
  indexes: Pick<Index, 'name' | 'columns' | 'unique' | 'partial'>[];
  triggers: (Pick<Trigger, 'name' | 'row'> & { function: Name })[];
}

const NAME = (relation: string): string =>
  `(SELECT jsonb_build_object('schema', n.nspname, 'name', c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ${relation})`;

const COLUMNS = (relation: string, numbers: string): string =>
  `(SELECT coalesce(jsonb_agg(a.attname ORDER BY u.place), '[]') FROM unnest(${numbers}) WITH ORDINALITY AS u(number, place)
      LEFT JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.number AND a.attnum > 0)`;

const LIST = (items: string, from: string): string => `(SELECT coalesce(jsonb_agg(${items}), '[]') FROM ${from})`;

const RELATIONS = `
  SELECT n.nspname AS schema, r.relname AS name, r.relkind = 'p' AS partitioned,
         CASE r.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
         coalesce(pg_get_expr(r.relpartbound, r.oid) = 'DEFAULT', false) AS "defaultPartition",
         ${LIST(NAME('i.inhparent'), 'pg_inherits i WHERE i.inhrelid = r.oid')} AS parents,
         ${LIST(
           NAME('d.refobjid'),
           `(SELECT DISTINCT d.refobjid FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
              WHERE w.ev_class = r.oid AND r.relkind IN ('v', 'm') AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.oid) AS d`,
         )} AS reads,
         ${LIST(
           `jsonb_build_object('name', k.conname, 'valid', k.convalidated,
             'kind', CASE k.contype WHEN 'p' THEN 'primary' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign' WHEN 'c' THEN 'check' ELSE 'exclusion' END,
             'columns', ${COLUMNS('r.oid', 'k.conkey')}, 'references', ${NAME('k.confrelid')}, 'referencedColumns', ${COLUMNS('k.confrelid', 'k.confkey')})`,
           `pg_constraint k WHERE k.conrelid = r.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x')`,
         )} AS constraints,
         ${LIST(
           `jsonb_build_object('name', x.relname, 'columns', ${COLUMNS('r.oid', 'i.indkey::int2[]')}, 'unique', i.indisunique, 'partial', i.indpred IS NOT NULL)`,
           'pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = r.oid',
         )} AS indexes,
         ${LIST(
           `jsonb_build_object('name', g.tgname, 'row', g.tgtype & 1 = 1, 'function',
             (SELECT jsonb_build_object('schema', n.nspname, 'name', p.proname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = g.tgfoid))`,
           'pg_trigger g WHERE g.tgrelid = r.oid AND NOT g.tgisinternal',
         )} AS triggers
    FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace
   WHERE r.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND ${isProjects('n.nspname')}`;

/**
 * Relations with their keys, indexes, triggers and families; columns and types are left out.
 * @param inDefault the schema that names without one are in.
 */
export async function readLiveSchema(client: Client, inDefault: string): Promise<Schema> {
  const { rows } = await client.query<RelationRow>(RELATIONS);
  const { rows: server } = await client.query<{ major: number }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS major`,
  );
  const schema = new Schema();
  schema.serverMajor = server[0]?.major ?? schema.serverMajor;
  for (const row of rows) add(schema, row, qualified);
  // A script may leave the default schema's name out.
  const short = (name: Name): string => (name.schema === inDefault ? name.name : qualified(name));
  for (const row of rows.filter((each) => each.schema === inDefault)) add(schema, row, short);
  return schema;
}

const qualified = ({ schema, name }: Name): string => `${schema}.${name}`;

function add(schema: Schema, row: RelationRow, written: (name: Name) => string): void {
  const table = written(row);
  const { kind, partitioned, defaultPartition } = row;
  const constraints = row.constraints.map(({ references, ...constraint }) => ({
    ...constraint,
    references: references && written(references),
    provesNotNull: [],
    limits: [],
  }));
  const [parents, reads] = [row.parents.map(written), row.reads.map(written)];
  const triggers = row.triggers.map((each) => ({ ...each, function: written(each.function), columns: [] }));
  schema.setTable({
    ...emptyTable(table, kind),
    ...{ constraints, parents, reads, partitioned, defaultPartition, triggers, mentions: ['*'] },
  });
  for (const index of row.indexes)
    schema.setIndex({ ...index, table, mentions: [], name: written({ schema: row.schema, name: index.name }) });
}
