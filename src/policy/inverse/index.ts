/**
 * The inverse of a statement: from what the catalog said of the objects it may change, before and after it. The statement says where to
 * look, the catalog what came of it. Pure.
 */
import type { Definitions } from './definitions';
import { Draft } from './draft';
import { restoreExtensions, restoreRoutines, restoreSchemas } from './namespaces';
import { restoreRelations } from './relations';
import { restoreTypes } from './types';

export type { Definitions } from './definitions';
export {
  dropKey,
  foreignKeysNamed,
  goesWithTable,
  newObjects,
  standIns,
  takenAgain,
  without,
  withoutNew,
} from './new-objects';
export { resumesLast } from './draft';
export { effectOf, type Effect, type Scope, type Subject } from './scope';

export interface Inverse {
  /** In the order in which they run, without semicolons. */
  sql: string[];
  /** Why nothing can bring the schema back exactly; empty where nothing is known against it. */
  impossible: string[];
  /** Why this module cannot tell how; something else may know. */
  unknown: string[];
  /** Effects that no look at the schema shows: nothing can prove that they are undone. */
  unprovable: string[];
  /** What comes back in another place. */
  reordered: string[];
}

export const NO_INVERSE: Inverse = { sql: [], impossible: [], unknown: [], unprovable: [], reordered: [] };

/**
 * @param after the same objects afterwards, and those that the statement's names mean since.
 * @param kept sequences, quoted and qualified, of which it was kept how far they had come.
 */
export function inverseOf(before: Definitions, after: Definitions, kept: ReadonlySet<string>): Inverse {
  const draft = new Draft(kept);
  restoreRelations(before, after, draft);
  restoreRoutines(before, after, draft);
  restoreTypes(before, after, draft);
  restoreExtensions(before, after, draft);
  restoreSchemas(before, after, draft);
  return {
    sql: draft.statements(),
    impossible: draft.refusals,
    unknown: [],
    unprovable: [],
    reordered: draft.reordered,
  };
}
