/** Another server that rehearses: what it has, and what a copy of the target needs there. */
import type { Client } from './postgres';

export interface Needs {
  /** Roles that own or may use something that a dump of the database makes again. */
  roles: string[];
  /** `pg_database.datlocprovider`: `c` for the C library's, `i` for ICU. */
  provider: string;
}

export async function needsOf(client: Client): Promise<Needs> {
  const { rows } = await client.query<Needs>(
    `WITH own(name) AS (VALUES ('lockkeeper'), ('lockkeeper_salvage'), ('information_schema')), needed AS (
       SELECT s.refobjid AS oid FROM pg_shdepend s CROSS JOIN LATERAL pg_identify_object(s.classid, s.objid, s.objsubid) o
        WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND s.refclassid = 'pg_authid'::regclass
          AND coalesce(o.schema, CASE o.type WHEN 'schema' THEN o.name END, '') NOT IN (SELECT name FROM own)
       -- The role that made the server is in no list of dependencies.
       UNION SELECT c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN (SELECT name FROM own))
     SELECT ARRAY(SELECT r.rolname::text FROM pg_roles r JOIN needed USING (oid) ORDER BY 1) AS roles,
            coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') AS provider
       FROM pg_database d WHERE datname = current_database()`,
  );
  return rows[0] ?? { roles: [], provider: 'c' };
}

export interface RehearsalServerFacts {
  major: number;
  replica: boolean;
  role: string;
  canCreateDatabase: boolean;
  hasIcu: boolean;
  /** Of those that are needed. */
  missingRoles: string[];
}

export async function serverFor({ roles }: Needs, client: Client): Promise<RehearsalServerFacts> {
  const { rows } = await client.query<RehearsalServerFacts>(
    `SELECT current_setting('server_version_num')::int / 10000 AS major, pg_is_in_recovery() AS replica, rolname AS role,
            rolcreatedb OR rolsuper AS "canCreateDatabase", EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i') AS "hasIcu",
            ARRAY(SELECT needed FROM unnest($1::text[]) AS needed WHERE needed NOT IN (SELECT rolname FROM pg_roles)) AS "missingRoles"
       FROM pg_roles WHERE rolname = current_user`,
    [roles],
  );
  if (!rows[0]) throw new Error('The server tells nothing of the role that it was asked by.');
  return rows[0];
}
