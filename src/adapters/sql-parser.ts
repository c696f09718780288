/** PostgreSQL's own parser (libpg_query, grammar of PostgreSQL 18), cut into statements with their exact text and lines. */
import { hasSqlDetails, loadModule, parseSync } from 'libpg-query';
import type { Node } from '@pgsql/types';

export interface ParsedStatement {
  /** 0-based place in the script. */
  index: number;
  /** 1-based line of the statement's first token (comments before it do not count). */
  line: number;
  /** Exact text of the script from the statement's first token to before its semicolon. */
  text: string;
  /** Byte of the script at which the text begins: the places in the tree are bytes of the script as well. */
  offset: number;
  node: Node;
  /** Of a statement that checks rows for a constraint: a query for those that break it. Its literals may be anything: it is shown without. */
  findRows?: string;
}

/** Thrown for SQL that does not parse; line and column are 1-based. */
export class SqlSyntaxError extends Error {
  override readonly name = 'SqlSyntaxError';
  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(message);
  }
}

/** Loads the parser's WebAssembly module; cheap when it is loaded. Must be awaited once before `parseScript`. */
export function loadParser(): Promise<void> {
  return loadModule();
}

/** @throws SqlSyntaxError at the first statement that does not parse. */
export function parseScript(sql: string): ParsedStatement[] {
  const bytes = Buffer.from(sql, 'utf8');
  // The parser refuses an empty script (and one of comments alone) in some versions and answers nothing in others.
  const statements = parseOrThrow(sql).stmts ?? [];
  const lineAt = lineCounter(bytes);
  return statements.map((statement, index) => {
    const from = statement.stmt_location ?? 0;
    const to = statement.stmt_len ? from + statement.stmt_len : bytes.length;
    const start = skipBlanksAndComments(bytes, from, to);
    if (!statement.stmt) throw new SqlSyntaxError('empty statement', lineAt(start), 1);
    const text = bytes.toString('utf8', start, to).trimEnd();
    return { index, line: lineAt(start), text, offset: start, node: statement.stmt };
  });
}

function parseOrThrow(sql: string): ReturnType<typeof parseSync> {
  if (sql.trim() === '') return { version: 0, stmts: [] };
  try {
    return parseSync(sql);
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    // cursorPosition counts characters from 0 in libpg-query's JavaScript binding.
    const before = sql.slice(0, error.sqlDetails?.cursorPosition ?? 0);
    const lastBreak = before.lastIndexOf('\n');
    throw new SqlSyntaxError(error.message, before.split('\n').length, before.length - lastBreak);
  }
}

/** Lines by byte offset; offsets must be asked in ascending order. */
function lineCounter(bytes: Buffer): (offset: number) => number {
  let line = 1;
  let at = 0;
  return (offset) => {
    for (; at < offset; at++) if (bytes[at] === 0x0a) line++;
    return line;
  };
}

/** libpg_query counts a statement's leading blanks and comments to it; people look for its first word. */
function skipBlanksAndComments(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const two = bytes.toString('latin1', at, at + 2);
    if (two === '--') at = endOfLine(bytes, at, to);
    else if (two === '/*') at = endOfBlockComment(bytes, at, to);
    else if (/\s/.test(two.charAt(0))) at++;
    else break;
  }
  return at;
}

function endOfLine(bytes: Buffer, from: number, to: number): number {
  const end = bytes.indexOf(0x0a, from);
  return end === -1 || end > to ? to : end + 1;
}

/** PostgreSQL's block comments nest. */
function endOfBlockComment(bytes: Buffer, from: number, to: number): number {
  let depth = 0;
  let at = from;
  while (at < to) {
    const two = bytes.toString('latin1', at, at + 2);
    if (two === '/*') depth++;
    if (two === '*/') depth--;
    at += two === '/*' || two === '*/' ? 2 : 1;
    if (depth === 0) return at;
  }
  return to;
}
