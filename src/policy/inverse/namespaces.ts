/** Schemas, extensions, functions and procedures. */
import type { Definitions, Routine } from './definitions';
import type { Draft } from './draft';
import { paired, qualified, quote, restoreOwned } from './names';

export function restoreSchemas(before: Definitions, after: Definitions, draft: Draft): void {
  for (const [earlier, later] of paired(before.schemas, after.schemas, ({ oid }) => oid)) {
    if (!earlier && later) draft.add('drop', `DROP SCHEMA IF EXISTS ${quote(later.name)}`);
    if (earlier && !later) draft.add('schemas', `CREATE SCHEMA ${quote(earlier.name)}`);
    if (earlier && later && earlier.name !== later.name)
      draft.add('rename', `ALTER SCHEMA ${quote(later.name)} RENAME TO ${quote(earlier.name)}`);
    if (earlier) restoreOwned('SCHEMA', 'SCHEMA', quote(earlier.name), earlier, later, draft);
  }
}

export function restoreExtensions(before: Definitions, after: Definitions, draft: Draft): void {
  for (const [earlier, later] of paired(before.extensions, after.extensions, ({ oid }) => oid)) {
    if (!earlier && later) draft.add('drop', `DROP EXTENSION IF EXISTS ${quote(later.name)}`);
    if (earlier && !later)
      draft.add(
        'schemas',
        `CREATE EXTENSION ${quote(earlier.name)} SCHEMA ${quote(earlier.schema)} VERSION ${quote(earlier.version)}`,
      );
    if (earlier && later && earlier.schema !== later.schema)
      draft.add('rename', `ALTER EXTENSION ${quote(earlier.name)} SET SCHEMA ${quote(earlier.schema)}`);
  }
}

export function restoreRoutines(before: Definitions, after: Definitions, draft: Draft): void {
  for (const [earlier, later] of paired(before.routines, after.routines, ({ oid }) => oid)) {
    if (!earlier && later) draft.add('drop', `DROP ROUTINE IF EXISTS ${signature(later)}`);
    if (earlier && !later) create(earlier, draft);
    if (earlier && later) change(earlier, later, draft);
  }
}

function create(routine: Routine, draft: Draft): void {
  if (routine.definition === null)
    return draft.refuse(`aggregate ${routine.name} has no definition to make it from again`);
  draft.add('routines', routine.definition);
  restoreOwned('ROUTINE', 'ROUTINE', signature(routine), routine, null, draft);
}

function change(before: Routine, after: Routine, draft: Draft): void {
  if (before.schema !== after.schema)
    draft.add('rename', `ALTER ROUTINE ${signature(after)} SET SCHEMA ${quote(before.schema)}`);
  if (before.name !== after.name)
    draft.add(
      'rename',
      `ALTER ROUTINE ${signature({ ...after, schema: before.schema })} RENAME TO ${quote(before.name)}`,
    );
  const moved = before.name !== after.name || before.schema !== after.schema;
  if (!moved && before.definition !== null && before.definition !== after.definition)
    draft.add('routines', before.definition);
  restoreOwned('ROUTINE', 'ROUTINE', signature(before), before, after, draft);
}

function signature(routine: Pick<Routine, 'schema' | 'name' | 'arguments'>): string {
  return `${qualified(routine)}(${routine.arguments})`;
}
