/** `-- lockkeeper: execution as-written`: a file's own word on how it is executed. */
import type { ExecutionForm } from '../../contract';

const COMMENT = /^\s*--\s*lockkeeper:\s*execution\s+(online|as-written)\s*$/im;

/** Null where the file says nothing. */
export function executionOf(sql: string): ExecutionForm['execution'] | null {
  const word = COMMENT.exec(sql)?.[1]?.toLowerCase();
  return word === 'online' || word === 'as-written' ? word : null;
}
