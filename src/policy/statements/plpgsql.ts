/**
 * SQL statements inside a DO block. PL/pgSQL has its own grammar, but what locks anything in it is plain SQL between
 * semicolons: control words before a statement are cut off, and what still does not parse is passed over. Branches
 * count as taken, so that a prediction errs towards more.
 */
import { splitTopLevel, withoutComments } from './scan';

const CONTROL =
  /^\s*(?:<<\w+>>|CASE\b(?:(?!\bWHEN\b)[\s\S])*|DECLARE\b[\s\S]*?\bBEGIN\b|BEGIN\b|LOOP\b|ELSE\b|EXCEPTION\b|END\b(?:\s+(?:IF|LOOP|CASE))?|(?:IF|ELSIF|ELSEIF|WHEN)\b[\s\S]*?\bTHEN\b|(?:FOR|FOREACH|WHILE)\b[\s\S]*?\bLOOP\b)\s*/i;
const STATEMENT =
  /^(?:CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|MERGE|TRUNCATE|LOCK|COMMENT|SECURITY|GRANT|REVOKE|REASSIGN|COPY|REINDEX|REFRESH|WITH|SELECT|CALL)\b/i;
const EXECUTE = /\bEXECUTE\b(?!\s+(?:FUNCTION|PROCEDURE)\b)([\s\S]+)$/i;
/** The query that a loop goes over; a range of numbers is none. */
const LOOP_QUERY =
  /^\s*FOR\s+[\w\s,."]+?\s+IN\s+(?=SELECT\b|WITH\b|INSERT\b|UPDATE\b|DELETE\b|EXECUTE\b)([\s\S]*?)\s*\bLOOP\s*$/i;
/** Variables that take the rows: no part of SQL. */
const TARGETS = String.raw`\bINTO\s+(?:STRICT\s+)?[\w."$\[\]]+(?:\s*,\s*[\w."$\[\]]+)*`;
const SELECT_INTO = new RegExp(`^(SELECT\\b[\\s\\S]*?)${TARGETS}`, 'i');
const RETURNING_INTO = new RegExp(`(\\bRETURNING\\b[\\s\\S]*?)${TARGETS}\\s*$`, 'i');
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
    for (const { text, tail } of statementsIn(part)) {
      const before = clean.slice(0, offset + part.length - tail);
      found.push({ sql: text, lineOffset: before.split('\n').length - 1 });
    }
    offset += part.length + 1;
  }
  return found;
}

interface Cut {
  text: string;
  /** Characters from its start to the part's end. */
  tail: number;
}

/** The statement at the end of a part, and before it the query of a loop that begins there. */
function statementsIn(part: string): Cut[] {
  const found: Cut[] = [];
  const blanks = part.length - part.trimEnd().length;
  let rest = part.trim();
  for (let control = CONTROL.exec(rest)?.[0]; control; control = CONTROL.exec(rest)?.[0]) {
    const query = LOOP_QUERY.exec(control)?.[1];
    if (query !== undefined) found.push(...statementOf(query, rest.length - control.indexOf(query) + blanks));
    rest = rest.slice(control.length);
  }
  return [...found, ...statementOf(rest, rest.length + blanks)];
}

function statementOf(text: string, tail: number): Cut[] {
  const dynamic = /^EXECUTE\b/i.test(text) ? constantString(EXECUTE.exec(text)?.[1] ?? '') : null;
  if (dynamic !== null) return [{ text: dynamic, tail }];
  if (PERFORM.test(text)) return [{ text: text.replace(PERFORM, 'SELECT'), tail }];
  return STATEMENT.test(text) ? [{ text: text.replace(SELECT_INTO, '$1').replace(RETURNING_INTO, '$1'), tail }] : [];
}

/** The expressions from which a block puts SQL together that are more than constants: what they run is not in the file. */
export function opaqueSql(body: string): string[] {
  return splitTopLevel(withoutComments(body), ';').flatMap((part) => {
    const expression = EXECUTE.exec(part)?.[1];
    return expression !== undefined && constantString(expression) === null ? [expression] : [];
  });
}

/** The first constant of an expression, also where it is the pattern of format(). */
const BEGINNING = /^\s*(?:format\s*\(\s*)?(?:E?'((?:[^']|'')*)'|(\$\w*\$)([\s\S]*?)\2)/i;

/** How the SQL begins that a block puts together as it runs; what begins with no constant is left out. */
export function dynamicBeginnings(body: string): string[] {
  return splitTopLevel(withoutComments(body), ';').flatMap((part) => {
    const expression = EXECUTE.exec(part)?.[1];
    if (expression === undefined || constantString(expression) !== null) return [];
    const [, quoted, , dollarQuoted] = BEGINNING.exec(expression) ?? [];
    return dollarQuoted ?? quoted ?? [];
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
