/** What catalog-definitions.ts asks PostgreSQL. All run under an empty search_path, so that every name in an answer is qualified. */

/** Access list as rows; what nobody set is PostgreSQL's default, written out. */
function privileges(acl: string, kind: string, owner: string): string {
  return `(SELECT coalesce(jsonb_agg(jsonb_build_object('grantee', CASE grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(grantee) END,
      'privilege', privilege_type, 'grantable', is_grantable) ORDER BY nr), '[]')
    FROM aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) WITH ORDINALITY AS a (grantor, grantee, privilege_type, is_grantable, nr))`;
}

const SEQUENCE_OPTIONS = `jsonb_build_object('type', format_type(s.seqtypid, NULL), 'start', s.seqstart::text, 'increment', s.seqincrement::text,
  'min', s.seqmin::text, 'max', s.seqmax::text, 'cache', s.seqcache::text, 'cycle', s.seqcycle)`;

const STORAGE = (column: string): string =>
  `CASE ${column} WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END`;

const COLUMNS = `(SELECT coalesce(jsonb_agg(jsonb_build_object(
    'num', a.attnum, 'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
    'isEnum', coalesce(e.typtype, t.typtype) = 'e',
    'collation', CASE WHEN a.attcollation <> t.typcollation THEN (SELECT format('%I.%I', n.nspname, o.collname) FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace WHERE o.oid = a.attcollation) END,
    'notNull', a.attnotnull, 'default', pg_get_expr(d.adbin, d.adrelid), 'generated', a.attgenerated <> '',
    'identity', CASE WHEN a.attidentity <> '' THEN (SELECT jsonb_build_object('always', a.attidentity = 'a', 'sequence', (SELECT '"' || replace(x.nspname, '"', '""') || '"."' || replace(q.relname, '"', '""') || '"' FROM pg_class q JOIN pg_namespace x ON x.oid = q.relnamespace WHERE q.oid = s.seqrelid), 'options', ${SEQUENCE_OPTIONS})
      FROM pg_depend p JOIN pg_sequence s ON s.seqrelid = p.objid
      WHERE p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass AND p.refobjid = c.oid AND p.refobjsubid = a.attnum AND p.deptype = 'i') END,
    'storage', ${STORAGE('a.attstorage')}, 'typeStorage', ${STORAGE('t.typstorage')},
    'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
    'statistics', coalesce(a.attstattarget, -1), 'options', coalesce(to_jsonb(a.attoptions), '[]'),
    'comment', col_description(c.oid, a.attnum),
    'privileges', CASE WHEN a.attacl IS NULL THEN '[]' ELSE ${privileges('a.attacl', 'c', 'c.relowner')} END,
    'inherited', a.attinhcount > 0) ORDER BY a.attnum), '[]')
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)`;

/** PostgreSQL 18 keeps NOT NULL here too; it is the column's. */
function constraints(owner: string): string {
  return `(SELECT coalesce(jsonb_agg(jsonb_build_object('oid', k.oid::text, 'name', k.conname,
    'kind', CASE k.contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign' WHEN 'p' THEN 'primary' WHEN 'u' THEN 'unique' WHEN 'x' THEN 'exclusion' ELSE 'trigger' END,
    'definition', pg_get_constraintdef(k.oid), 'validated', k.convalidated, 'deferrable', k.condeferrable, 'deferred', k.condeferred,
    'inherited', k.coninhcount > 0 OR k.conparentid <> 0, 'comment', obj_description(k.oid, 'pg_constraint'), 'index', nullif(k.conindid, 0)::text) ORDER BY k.oid), '[]')
  FROM pg_constraint k WHERE ${owner} AND k.contype <> 'n')`;
}

const INDEXES = `(SELECT coalesce(jsonb_agg(jsonb_build_object('oid', i.indexrelid::text, 'name', x.relname, 'sqlName', i.indexrelid::regclass::text,
    'definition', pg_get_indexdef(i.indexrelid),
    'ofConstraint', EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')),
    'parent', (SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = i.indexrelid), 'options', coalesce(to_jsonb(x.reloptions), '[]'),
    'tablespace', (SELECT b.spcname FROM pg_tablespace b WHERE b.oid = x.reltablespace), 'clustered', i.indisclustered, 'replicaIdentity', i.indisreplident, 'comment', obj_description(i.indexrelid, 'pg_class')) ORDER BY i.indexrelid), '[]')
  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid)`;

const ENABLED = (column: string): string =>
  `CASE ${column} WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' ELSE 'enabled' END`;

const ATTACHMENTS = `(SELECT coalesce(jsonb_agg(to_jsonb(o) ORDER BY o.oid), '[]') FROM (
  SELECT g.oid::text, 'trigger' AS kind, NULL::name AS schema, g.tgname AS name, pg_get_triggerdef(g.oid) AS definition, ${ENABLED('g.tgenabled')} AS enabled,
    md5(concat_ws('/', g.tgfoid, g.tgtype, g.tgattr, g.tgargs, g.tgqual, g.tgdeferrable, g.tginitdeferred, g.tgoldtable, g.tgnewtable)) AS shape, obj_description(g.oid, 'pg_trigger') AS comment
  FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgparentid = 0
  UNION ALL
  SELECT r.oid::text, 'rule', NULL, r.rulename, rtrim(pg_get_ruledef(r.oid), ';'), ${ENABLED('r.ev_enabled')}, md5(concat_ws('/', r.ev_type, r.is_instead, r.ev_qual, r.ev_action)), obj_description(r.oid, 'pg_rewrite')
  FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN'
  UNION ALL
  SELECT p.oid::text, 'policy', NULL, p.polname,
    format('CREATE POLICY %I ON %s AS %s FOR %s TO %s', p.polname, c.oid::regclass, CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
      CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ') FROM unnest(p.polroles) AS role))
      || coalesce(' USING (' || pg_get_expr(p.polqual, c.oid) || ')', '') || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, c.oid) || ')', ''),
    'enabled', md5(concat_ws('/', p.polcmd, p.polpermissive, p.polroles, p.polqual, p.polwithcheck)), obj_description(p.oid, 'pg_policy')
  FROM pg_policy p WHERE p.polrelid = c.oid
  UNION ALL
  SELECT s.oid::text, 'statistics', (SELECT nspname FROM pg_namespace WHERE oid = s.stxnamespace), s.stxname, pg_get_statisticsobjdef(s.oid), 'enabled', coalesce(s.stxstattarget, -1)::text, obj_description(s.oid, 'pg_statistic_ext')
  FROM pg_statistic_ext s WHERE s.stxrelid = c.oid) AS o)`;

/** $1: oids, in the order of the answer. */
export const RELATIONS = `
SELECT c.oid::text, n.nspname AS schema, c.relname AS name, pg_get_userbyid(c.relowner) AS owner, obj_description(c.oid, 'pg_class') AS comment,
  CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'sequence' END AS kind,
  CASE c.relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' ELSE 'permanent' END AS persistence,
  CASE WHEN c.relkind = 'S' THEN ${privileges('c.relacl', 's', 'c.relowner')} ELSE ${privileges('c.relacl', 'r', 'c.relowner')} END AS privileges, c.relacl IS NULL AS "standardPrivileges",
  m.amname AS "accessMethod", b.spcname AS tablespace,
  coalesce(to_jsonb(c.reloptions), '[]') || coalesce((SELECT jsonb_agg('toast.' || o) FROM pg_class t, unnest(t.reloptions) AS o WHERE t.oid = c.reltoastrelid), '[]') AS options,
  CASE c.relkind WHEN 'S' THEN '[]' ELSE ${COLUMNS} END AS columns,
  ${constraints('k.conrelid = c.oid')} AS constraints, ${INDEXES} AS indexes, ${ATTACHMENTS} AS attachments,
  (SELECT coalesce(jsonb_agg(h.inhparent::regclass::text ORDER BY h.inhseqno), '[]') FROM pg_inherits h WHERE h.inhrelid = c.oid) AS parents,
  pg_get_partkeydef(c.oid) AS "partitionKey", pg_get_expr(c.relpartbound, c.oid) AS bound,
  CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS "ofType",
  c.relrowsecurity AS "rowSecurity", c.relforcerowsecurity AS "forceRowSecurity",
  CASE c.relreplident WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' WHEN 'i' THEN 'index' ELSE 'default' END AS "replicaIdentity",
  CASE WHEN c.relkind IN ('v', 'm') THEN rtrim(pg_get_viewdef(c.oid), ';') END AS query, c.relispopulated AS populated,
  (SELECT md5(r.ev_action::text) FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename = '_RETURN') AS shape,
  (SELECT ${SEQUENCE_OPTIONS} FROM pg_sequence s WHERE s.seqrelid = c.oid) AS sequence,
  (SELECT jsonb_build_object('oid', a.attrelid::text, 'relation', a.attrelid::regclass::text, 'column', a.attname) FROM pg_depend p JOIN pg_attribute a ON a.attrelid = p.refobjid AND a.attnum = p.refobjsubid
    WHERE c.relkind = 'S' AND p.classid = 'pg_class'::regclass AND p.objid = c.oid AND p.refclassid = 'pg_class'::regclass AND p.deptype = 'a') AS "ownedBy",
  (SELECT format('SERVER %I', v.srvname) || coalesce(' OPTIONS (' || (SELECT string_agg(format('%I %L', option_name, option_value), ', ') FROM pg_options_to_table(f.ftoptions)) || ')', '')
    FROM pg_foreign_table f JOIN pg_foreign_server v ON v.oid = f.ftserver WHERE f.ftrelid = c.oid) AS foreign
FROM unnest($1::oid[]) WITH ORDINALITY AS wanted (id, nr) JOIN pg_class c ON c.oid = wanted.id JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_am m ON m.oid = c.relam LEFT JOIN pg_tablespace b ON b.oid = c.reltablespace
ORDER BY wanted.nr`;

export const TYPES = `
SELECT t.oid::text, n.nspname AS schema, t.typname AS name, pg_get_userbyid(t.typowner) AS owner, obj_description(t.oid, 'pg_type') AS comment,
  ${privileges('t.typacl', 'T', 't.typowner')} AS privileges, t.typacl IS NULL AS "standardPrivileges",
  CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite' ELSE 'other' END AS kind,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('oid', e.oid::text, 'name', e.enumlabel) ORDER BY e.enumsortorder), '[]') FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('num', a.attnum, 'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'collation', NULL) ORDER BY a.attnum), '[]')
    FROM pg_attribute a WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) AS attributes,
  CASE WHEN t.typtype = 'd' THEN jsonb_build_object('base', format_type(t.typbasetype, t.typtypmod), 'notNull', t.typnotnull, 'default', t.typdefault,
    'collation', (SELECT format('%I.%I', s.nspname, o.collname) FROM pg_type b, pg_collation o JOIN pg_namespace s ON s.oid = o.collnamespace WHERE b.oid = t.typbasetype AND b.typcollation <> t.typcollation AND o.oid = t.typcollation)) END AS domain,
  ${constraints('k.contypid = t.oid')} AS constraints,
  (SELECT coalesce(jsonb_agg(to_jsonb(u)), '[]') FROM (
    SELECT 'column' AS kind, a.attrelid::regclass::text AS relation, a.attname AS name, pg_get_expr(d.adbin, d.adrelid) AS definition, a.atttypid <> t.oid AS array
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.atttypid IN (t.oid, t.typarray) AND c.relkind IN ('r', 'p') AND NOT a.attisdropped AND a.attinhcount = 0
    UNION ALL
    SELECT 'index', i.indrelid::regclass::text, p.objid::regclass::text, pg_get_indexdef(p.objid), false
    FROM pg_depend p JOIN pg_index i ON i.indexrelid = p.objid WHERE p.refobjid IN (t.oid, t.typarray) AND p.refclassid = 'pg_type'::regclass AND p.classid = 'pg_class'::regclass
    UNION ALL
    SELECT 'constraint', k.conrelid::regclass::text, k.conname, pg_get_constraintdef(k.oid), false
    FROM pg_depend p JOIN pg_constraint k ON k.oid = p.objid WHERE p.refobjid IN (t.oid, t.typarray) AND p.refclassid = 'pg_type'::regclass AND p.classid = 'pg_constraint'::regclass
    UNION ALL
    SELECT DISTINCT 'other', '', pg_describe_object(p.classid, p.objid, 0), NULL, false
    FROM pg_depend p WHERE p.refobjid IN (t.oid, t.typarray) AND p.refclassid = 'pg_type'::regclass AND p.deptype = 'n'
      AND p.classid NOT IN ('pg_constraint'::regclass, 'pg_attrdef'::regclass) AND NOT EXISTS (SELECT FROM pg_class c WHERE p.classid = 'pg_class'::regclass AND c.oid = p.objid AND c.relkind IN ('r', 'p', 'i', 'I'))) AS u) AS "usedBy"
FROM unnest($1::oid[]) WITH ORDINALITY AS wanted (id, nr) JOIN pg_type t ON t.oid = wanted.id JOIN pg_namespace n ON n.oid = t.typnamespace ORDER BY wanted.nr`;

export const ROUTINES = `
SELECT p.oid::text, n.nspname AS schema, p.proname AS name, pg_get_userbyid(p.proowner) AS owner, obj_description(p.oid, 'pg_proc') AS comment,
  ${privileges('p.proacl', 'f', 'p.proowner')} AS privileges, p.proacl IS NULL AS "standardPrivileges",
  CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind,
  pg_get_function_identity_arguments(p.oid) AS arguments, CASE WHEN p.prokind <> 'a' THEN rtrim(pg_get_functiondef(p.oid), E'\\n') END AS definition
FROM unnest($1::oid[]) WITH ORDINALITY AS wanted (id, nr) JOIN pg_proc p ON p.oid = wanted.id JOIN pg_namespace n ON n.oid = p.pronamespace ORDER BY wanted.nr`;

export const SCHEMAS = `
SELECT n.oid::text, n.nspname AS name, pg_get_userbyid(n.nspowner) AS owner, obj_description(n.oid, 'pg_namespace') AS comment, ${privileges('n.nspacl', 'n', 'n.nspowner')} AS privileges, n.nspacl IS NULL AS "standardPrivileges"
FROM pg_namespace n WHERE n.oid = ANY($1::oid[])`;

export const EXTENSIONS = `
SELECT e.oid::text, e.extname AS name, n.nspname AS schema, e.extversion AS version FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.oid = ANY($1::oid[])`;

/** Where a name may be: in its schema, or wherever the session looks. */
const IN_SCHEMA = `(n.nspname = s.schema OR s.schema IS NULL AND n.nspname = ANY(current_schemas(true)))`;

/** The objects that names mean now. $1: `[{kind, schema, name}]`; $2: oids of objects that are meant whatever they are called. */
export const NAMED = `
WITH s AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1::jsonb) AS s (kind text, schema text, name text))
SELECT 'pg_class'::regclass::oid AS class, c.oid AS object FROM s JOIN pg_class c ON c.relname = s.name JOIN pg_namespace n ON n.oid = c.relnamespace WHERE s.kind = 'relation' AND ${IN_SCHEMA}
UNION SELECT 'pg_type'::regclass, t.oid FROM s JOIN pg_type t ON t.typname = s.name JOIN pg_namespace n ON n.oid = t.typnamespace WHERE s.kind = 'type' AND ${IN_SCHEMA}
UNION SELECT 'pg_proc'::regclass, p.oid FROM s JOIN pg_proc p ON p.proname = s.name JOIN pg_namespace n ON n.oid = p.pronamespace WHERE s.kind = 'routine' AND ${IN_SCHEMA} AND n.nspname <> 'pg_catalog'
UNION SELECT 'pg_class'::regclass, x.stxrelid FROM s JOIN pg_statistic_ext x ON x.stxname = s.name WHERE s.kind = 'statistics'
UNION SELECT 'pg_namespace'::regclass, n.oid FROM s JOIN pg_namespace n ON n.nspname = s.name WHERE s.kind = 'schema'
UNION SELECT 'pg_extension'::regclass, e.oid FROM s JOIN pg_extension e ON e.extname = s.name WHERE s.kind = 'extension'
UNION SELECT 'pg_class'::regclass, c.oid FROM s JOIN pg_namespace n ON n.nspname = s.name JOIN pg_class c ON c.relnamespace = n.oid WHERE s.kind = 'everything' AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
UNION SELECT 'pg_proc'::regclass, p.oid FROM s JOIN pg_namespace n ON n.nspname = s.name JOIN pg_proc p ON p.pronamespace = n.oid WHERE s.kind = 'everything'
UNION SELECT 'pg_class'::regclass, c.oid FROM pg_class c WHERE c.oid = ANY($2::oid[])
UNION SELECT 'pg_type'::regclass, t.oid FROM pg_type t WHERE t.oid = ANY($2::oid[])
UNION SELECT 'pg_proc'::regclass, p.oid FROM pg_proc p WHERE p.oid = ANY($2::oid[])
UNION SELECT 'pg_namespace'::regclass, n.oid FROM pg_namespace n WHERE n.oid = ANY($2::oid[])
UNION SELECT 'pg_extension'::regclass, e.oid FROM pg_extension e WHERE e.oid = ANY($2::oid[])`;

/** What a change of these objects reaches next: children and owned sequences. $1, $2, $3: class, object and column (0: the whole) of each. */
export const REACHED = `
SELECT 'pg_class'::regclass::oid AS class, h.inhrelid AS object, 0 AS sub FROM unnest($1::oid[], $2::oid[], $3::int[]) AS f (class, object, sub)
JOIN pg_inherits h ON h.inhparent = f.object WHERE f.class = 'pg_class'::regclass
UNION
SELECT d.classid, d.objid, 0 FROM unnest($1::oid[], $2::oid[], $3::int[]) AS f (class, object, sub) JOIN pg_depend d ON d.refclassid = f.class AND d.refobjid = f.object
JOIN pg_sequence q ON q.seqrelid = d.objid WHERE f.class = 'pg_class'::regclass AND d.classid = 'pg_class'::regclass AND d.deptype = 'a' AND d.refobjsubid > 0`;

/** The same with all that depends on them, as CASCADE reaches it. What an extension made comes back with it. */
export const REACHED_BY_CASCADE = `${REACHED}
UNION
SELECT d.classid, d.objid, d.objsubid FROM unnest($1::oid[], $2::oid[], $3::int[]) AS f (class, object, sub) JOIN pg_depend d ON d.refclassid = f.class AND d.refobjid = f.object
WHERE (f.sub = 0 OR d.refobjsubid = f.sub) AND (d.classid, d.objid) <> (f.class, f.object)
UNION
SELECT 'pg_class'::regclass, w.ev_class, 0 FROM unnest($1::oid[], $2::oid[], $3::int[]) AS f (class, object, sub)
JOIN pg_rewrite w ON w.oid = f.object WHERE f.class = 'pg_rewrite'::regclass AND w.rulename = '_RETURN'`;

/**
 * The objects that hold these: a trigger's table, an index's table. Older ones first, as nothing is made from what is younger; what
 * belongs to an extension is left out. $1, $2: class and object.
 */
export const HOLDERS = `
WITH f AS MATERIALIZED (SELECT * FROM unnest($1::oid[], $2::oid[]) AS f (class, object)), holder AS MATERIALIZED (
  SELECT class, object FROM f WHERE class IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass, 'pg_namespace'::regclass, 'pg_extension'::regclass)
  UNION SELECT 'pg_class'::regclass, i.indrelid FROM f JOIN pg_index i ON f.class = 'pg_class'::regclass AND i.indexrelid = f.object
  UNION SELECT 'pg_class'::regclass, d.adrelid FROM f JOIN pg_attrdef d ON f.class = 'pg_attrdef'::regclass AND d.oid = f.object
  UNION SELECT 'pg_class'::regclass, t.tgrelid FROM f JOIN pg_trigger t ON f.class = 'pg_trigger'::regclass AND t.oid = f.object
  UNION SELECT 'pg_class'::regclass, p.polrelid FROM f JOIN pg_policy p ON f.class = 'pg_policy'::regclass AND p.oid = f.object
  UNION SELECT 'pg_class'::regclass, r.ev_class FROM f JOIN pg_rewrite r ON f.class = 'pg_rewrite'::regclass AND r.oid = f.object
  UNION SELECT 'pg_class'::regclass, x.stxrelid FROM f JOIN pg_statistic_ext x ON f.class = 'pg_statistic_ext'::regclass AND x.oid = f.object
  UNION SELECT 'pg_class'::regclass, k.conrelid FROM f JOIN pg_constraint k ON f.class = 'pg_constraint'::regclass AND k.oid = f.object WHERE k.conrelid <> 0
  UNION SELECT 'pg_type'::regclass, k.contypid FROM f JOIN pg_constraint k ON f.class = 'pg_constraint'::regclass AND k.oid = f.object WHERE k.contypid <> 0
)
SELECT * FROM (
SELECT 'relation' AS kind, c.oid::text, c.relname::text AS name, format('%I.%I', n.nspname, c.relname) AS "sqlName" FROM holder h JOIN pg_class c ON h.class = 'pg_class'::regclass AND c.oid = h.object JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND (d.deptype = 'e' OR d.deptype = 'i' AND c.relkind = 'S'))
UNION SELECT 'type', t.oid::text, '', '' FROM holder h JOIN pg_type t ON h.class = 'pg_type'::regclass AND t.oid = h.object LEFT JOIN pg_class k ON k.oid = t.typrelid
WHERE (t.typtype IN ('e', 'd', 'r') OR k.relkind = 'c') AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
UNION SELECT 'routine', p.oid::text, '', '' FROM holder h JOIN pg_proc p ON h.class = 'pg_proc'::regclass AND p.oid = h.object
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND (d.deptype = 'e' OR d.deptype = 'i'))
UNION SELECT 'schema', object::text, '', '' FROM holder WHERE class = 'pg_namespace'::regclass
UNION SELECT 'extension', object::text, '', '' FROM holder WHERE class = 'pg_extension'::regclass
) AS o ORDER BY oid::oid`;

/** Everything that was there before a step: what is found later and is not among it, the step made. */
export const EXISTING = `
SELECT oid::text FROM pg_class WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S') UNION ALL SELECT oid::text FROM pg_type WHERE typtype IN ('e', 'd', 'r', 'c')
UNION ALL SELECT oid::text FROM pg_proc WHERE oid >= 16384 UNION ALL SELECT oid::text FROM pg_namespace UNION ALL SELECT oid::text FROM pg_extension`;
