/** `-- lockkeeper: allow <hazard> because <reason>`: a person has looked, and says why it is fine. */
import type { ParsedStatement } from '../../adapters/sql-parser';

export interface Allowance {
  /** 1-based line of the comment. */
  line: number;
  hazard: string;
  reason: string;
}

const COMMENT = /--\s*lockkeeper:\s*allow\s+([\w-]+)\s+because\s+(\S.*?)\s*$/i;

/** Without a reason a comment allows nothing. */
export function allowances(sql: string): Allowance[] {
  return sql.split('\n').flatMap((text, index) => {
    const match = COMMENT.exec(text);
    return match?.[1] && match[2] ? [{ line: index + 1, hazard: match[1], reason: match[2] }] : [];
  });
}

/** An allowance speaks of the statement it stands in or, else, of the next one. */
export function allowanceFor(
  hazard: string,
  statement: ParsedStatement,
  all: ParsedStatement[],
  given: Allowance[],
): Allowance | undefined {
  const previous = all[statement.index - 1];
  const from = previous ? lastLine(previous) : 0;
  return given.find(({ line, hazard: allowed }) => allowed === hazard && line > from && line <= lastLine(statement));
}

function lastLine({ line, text }: ParsedStatement): number {
  return line + text.split('\n').length - 1;
}
