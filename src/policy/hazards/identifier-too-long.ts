import { identifiers } from '../statements/scan';
import type { Hazard } from './hazard';

const MAX_BYTES = 63;

/** The parse tree has the names as PostgreSQL cut them, so this reads the text. */
export const hazard: Hazard = {
  id: 'identifier-too-long',
  docs: 'https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS',
  onlineForm: false,
  detect({ text }, { steps, position }) {
    const earlier = (): string[] => steps.slice(0, position).flatMap(({ statement }) => longNames(statement.text));
    return longNames(text).map((name) => {
      const twin = earlier().find((other) => other !== name && cut(other) === cut(name));
      return {
        severity: twin === undefined ? 'warning' : 'danger',
        message: `${name} is longer than ${MAX_BYTES} bytes: PostgreSQL cuts it without an error, and what asks for the full name does not find it. ${twin === undefined ? 'Two such names may become one.' : `Here it becomes the same as ${twin}: the statement fails, or meets the wrong object.`}`,
        saferSql: null,
      };
    });
  },
};

function longNames(text: string): string[] {
  if (!(IS_ASCII.test(text) ? LONG_ASCII_WORD : LONG_WORD).test(text)) return [];
  return [...new Set(identifiers(text).filter((name) => new TextEncoder().encode(name).length > MAX_BYTES))];
}

/** As PostgreSQL does it, but for a character that the limit would split. */
function cut(name: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(name).slice(0, MAX_BYTES));
}

/** Cheap: few statements hold anything that long, in whatever number of bytes a character takes. */
const LONG_WORD = /"[^"]{16}|[^\s"'(),;]{16}/;
const LONG_ASCII_WORD = /"[^"]{64}|[^\s"'(),;]{64}/;
const IS_ASCII = /^\p{ASCII}*$/u;
