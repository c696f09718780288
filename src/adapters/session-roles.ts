/** The roles that a session may act for. */
import type { Client } from './postgres';

/** Names of all roles that the session's role is a member of: for a superuser, all that there are. */
export async function sessionRoles(client: Client): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_roles WHERE pg_has_role(oid, 'MEMBER')`,
  );
  return new Set(rows.map(({ name }) => name));
}
