import type { Client } from './postgres';

export interface LargeObjectDigest {
  count: number;
  /** Sum of 64-bit hashes of their pieces, decimal. */
  digest: string;
}

const PIECE = 1024 * 1024;

/** Large objects, piece by piece: one may be larger than what a query can hold. */
const PIECES = `WITH RECURSIVE piece AS (
       SELECT m.oid, 0::bigint AS number, seen.hash, seen.more
         FROM pg_largeobject_metadata m, LATERAL (${hashOf('m.oid', '0::bigint')}) AS seen
       UNION ALL
       SELECT p.oid, p.number + 1, seen.hash, seen.more
         FROM piece p, LATERAL (${hashOf('p.oid', 'p.number + 1')}) AS seen WHERE p.more)`;

/** A query for the digest of each, as text, sorted by its number. */
export const LARGE_OBJECTS = `${PIECES}
  SELECT oid::text AS key, sum(hash)::text AS content FROM piece GROUP BY oid ORDER BY oid`;

/** Must be called inside a transaction. */
export async function largeObjectDigest(client: Client): Promise<LargeObjectDigest> {
  const { rows } = await client.query<{ count: string; digest: string }>(
    `${PIECES}
     SELECT count(*) FILTER (WHERE number = 0)::text AS count, coalesce(sum(hash), 0)::text AS digest FROM piece`,
  );
  return { count: Number(rows[0]?.count ?? 0), digest: rows[0]?.digest ?? '0' };
}

function hashOf(oid: string, piece: string): string {
  // OFFSET 0 keeps the planner from reading each piece once for its hash and once for its length.
  return `SELECT hashtextextended(${oid}::text || '/' || (${piece})::text || '/' || encode(sha256(data), 'hex'), 0) AS hash,
                 length(data) = ${PIECE} AS more
            FROM (SELECT lo_get(${oid}, (${piece}) * ${PIECE}, ${PIECE}) AS data OFFSET 0) AS read`;
}
