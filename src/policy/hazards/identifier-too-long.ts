import { identifiers } from '../statements/scan';
import type { Hazard } from './hazard';

const MAX_BYTES = 63;

/** The parse tree has the names as PostgreSQL cut them, so this reads the text. */
export const hazard: Hazard = {
  id: 'identifier-too-long',
  docs: 'https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS',
  onlineForm: false,
  detect({ text }) {
    if (!LONG_WORD.test(text)) return [];
    const long = identifiers(text).filter((name) => new TextEncoder().encode(name).length > MAX_BYTES);
    return [...new Set(long)].map((name) => ({
      severity: 'warning',
      message: `${name} is longer than ${MAX_BYTES} bytes: PostgreSQL cuts it without an error, what asks for the full name does not find it, and two such names may become one.`,
      saferSql: null,
    }));
  },
};

/** Cheap: few statements hold anything that long, in whatever number of bytes a character takes. */
const LONG_WORD = /"[^"]{16}|[^\s"'(),;]{16}/;
