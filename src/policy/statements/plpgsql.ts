/**
 * SQL statements inside a DO block. PL/pgSQL has its own grammar, but what locks anything in it is plain SQL between
 * semicolons: control words before a statement are cut off, and what still does not parse is passed over. Branches
 * count as taken, so that a prediction errs towards more.
 */
import { splitTopLevel, withoutComments } from './scan';

const CONTROL =
  /^\s*(?:<<\w+>>|DECLARE\b[\s\S]*?\bBEGIN\b|BEGIN\b|LOOP\b|ELSE\b|EXCEPTION\b|END\b(?:\s+(?:IF|LOOP|CASE))?|(?:IF|ELSIF|ELSEIF|WHEN)\b[\s\S]*?\bTHEN\b|(?:FOR|FOREACH|WHILE)\b[\s\S]*?\bLOOP\b)\s*/i;
const STATEMENT =
  /^(?:CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|MERGE|TRUNCATE|LOCK|COMMENT|GRANT|REVOKE|REINDEX|REFRESH|WITH)\b/i;
const EXECUTE = /\bEXECUTE\b(?!\s+(?:FUNCTION|PROCEDURE)\b)([\s\S]+)$/i;
/** Reads that PL/pgSQL throws away. */
const PERFORM = /^PERFORM\b/i;

export interface InnerStatement {
  sql: string;
  /** Lines of the body before it. */
  lineOffset: number;
}

export function innerStatements(body: string): InnerStatement[] {
  const found: InnerStatement[] = [];
  let offset = 0;
  const clean = withoutComments(body);
  for (const part of splitTopLevel(clean, ';')) {
    const sql = statementIn(part);
    const before = clean.slice(0, offset + part.length - (sql?.tail ?? 0));
    if (sql) found.push({ sql: sql.text, lineOffset: before.split('\n').length - 1 });
    offset += part.length + 1;
  }
  return found;
}

/** The statement at the end of a part and how many characters from its start to the part's end. */
function statementIn(part: string): { text: string; tail: number } | null {
  let rest = part.trim();
  for (let cut = rest.replace(CONTROL, ''); cut !== rest; cut = rest.replace(CONTROL, '')) rest = cut;
  const tail = rest.length + (part.length - part.trimEnd().length);
  const dynamic = /^EXECUTE\b/i.test(rest) ? constantString(EXECUTE.exec(rest)?.[1] ?? '') : null;
  if (dynamic !== null) return { text: dynamic, tail };
  if (PERFORM.test(rest)) return { text: rest.replace(PERFORM, 'SELECT'), tail };
  return STATEMENT.test(rest) ? { text: rest, tail } : null;
}

/** True where a block puts SQL together from more than constants: what it runs is not in the file. */
export function hasOpaqueSql(body: string): boolean {
  return splitTopLevel(withoutComments(body), ';').some((part) => {
    const expression = EXECUTE.exec(part)?.[1];
    return expression !== undefined && constantString(expression) === null;
  });
}

const CONSTANT = /^\s*(?:'((?:[^']|'')*)'|(\$\w*\$)([\s\S]*?)\2)\s*(\|\||(?:USING|INTO)\b[\s\S]*$|$)/i;
const FORMAT = /^\s*format\s*\(([\s\S]*)\)\s*$/i;

/** The text of string constants that are joined by `||` or put into format(); null for any other expression. */
function constantString(expression: string): string | null {
  const call = FORMAT.exec(expression)?.[1];
  if (call !== undefined) return formatted(splitTopLevel(call, ',').map(constantString));
  let text = '';
  for (let rest = expression; ;) {
    const match = CONSTANT.exec(rest);
    if (!match) return null;
    text += match[3] ?? (match[1] ?? '').replaceAll("''", "'");
    if (match[4] !== '||') return text;
    rest = rest.slice(match[0].length);
  }
}

function formatted([pattern, ...values]: (string | null)[]): string | null {
  if (pattern === null || pattern === undefined || values.includes(null)) return null;
  const left = [...values];
  return pattern.replace(/%([sIL%])/g, (_all, kind: string) => {
    if (kind === '%') return '%';
    const value = left.shift() ?? '';
    if (kind === 'I') return `"${value.replaceAll('"', '""')}"`;
    return kind === 'L' ? `'${value.replaceAll("'", "''")}'` : value;
  });
}
