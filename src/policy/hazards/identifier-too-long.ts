import { walk } from '../statements/ast';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'identifier-too-long',
  docs: 'https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS',
  onlineForm: false,
  detect({ node }) {
    const names = new Set<string>();
    walk(node, (_tag, inside) => {
      for (const [field, value] of Object.entries(inside)) {
        if (
          NAMING_FIELDS.has(field) &&
          typeof value === 'string' &&
          value.length > MAX_BYTES / 4 &&
          new TextEncoder().encode(value).length > MAX_BYTES
        )
          names.add(value);
      }
    });
    return [...names].map((name) => ({
      severity: 'warning',
      message: `${name} is longer than ${MAX_BYTES} bytes: PostgreSQL cuts it without an error, what asks for the full name does not find it, and two such names may become one.`,
      saferSql: null,
    }));
  },
};

const MAX_BYTES = 63;
const NAMING_FIELDS = new Set([
  'relname',
  'colname',
  'conname',
  'idxname',
  'indexname',
  'newname',
  'trigname',
  'policy_name',
  'schemaname',
  'newschema',
  'rulename',
]);
