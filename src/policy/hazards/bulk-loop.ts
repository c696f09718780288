import { withoutComments } from '../statements/scan';
import { doBody } from '../statements/transactions';
import type { Hazard } from './hazard';

/** A loop that commits as it goes is a batch; one that does not is a slow way to write every row at once. */
export const hazard: Hazard = {
  id: 'bulk-loop',
  docs: 'https://www.postgresql.org/docs/current/plpgsql-transactions.html',
  onlineForm: false,
  on: ['DoStmt'],
  detect({ node }) {
    const body = doBody(node);
    if (body === null || !/\bLOOP\b/i.test(body)) return [];
    const clean = withoutComments(body);
    if (!WRITES_IN_LOOP.test(clean) || /\bCOMMIT\s*;/i.test(clean)) return [];
    return [
      {
        severity: 'warning',
        message:
          'The loop writes row after row, or batch after batch, in one transaction: each row stays locked, and what the file locked before stays locked, until the last one is done.',
        saferSql: null,
      },
    ];
  },
};

const WRITES_IN_LOOP = /(?<!\bEND\s+)\bLOOP\b[\s\S]*?\b(?:UPDATE|DELETE\s+FROM|INSERT\s+INTO)\b[\s\S]*?\bEND\s+LOOP\b/i;
