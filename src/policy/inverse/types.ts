/** Enums, domains and composite types. */
import type { Definitions, TypeDefinition } from './definitions';
import type { Draft } from './draft';
import { literal, paired, qualified, quote, restoreComment, restoreOwned, sameValue } from './names';

export function restoreTypes(before: Definitions, after: Definitions, draft: Draft): void {
  for (const [earlier, later] of paired(before.types, after.types, ({ oid }) => oid)) {
    if (earlier === null && later !== null) draft.add('drop', `DROP TYPE IF EXISTS ${qualified(later)}`);
    if (earlier !== null && later === null) create(earlier, draft);
    if (earlier !== null && later !== null) change(earlier, later, draft);
  }
}

function create(type: TypeDefinition, draft: Draft): void {
  const sql = createSql(type);
  if (sql === null) return draft.refuse(`type ${type.name} is of a kind that is not captured`);
  draft.add('types', sql);
  for (const { name, definition } of type.constraints)
    draft.add('types', `ALTER DOMAIN ${qualified(type)} ADD CONSTRAINT ${quote(name)} ${definition}`);
  restoreOwned(wordOf(type), 'TYPE', qualified(type), type, null, draft);
}

function createSql(type: TypeDefinition): string | null {
  const name = qualified(type);
  switch (type.kind) {
    case 'enum':
      return `CREATE TYPE ${name} AS ENUM (${type.labels.map((label) => literal(label.name)).join(', ')})`;
    case 'composite':
      return `CREATE TYPE ${name} AS (${type.attributes.map((attribute) => `${quote(attribute.name)} ${attribute.type}`).join(', ')})`;
    case 'domain':
      return createDomain(name, type);
    default:
      return null;
  }
}

function createDomain(name: string, { domain }: TypeDefinition): string | null {
  if (!domain) return null;
  const collation = domain.collation ? ` COLLATE ${domain.collation}` : '';
  const value = domain.default === null ? '' : ` DEFAULT ${domain.default}`;
  return `CREATE DOMAIN ${name} AS ${domain.base}${collation}${value}${domain.notNull ? ' NOT NULL' : ''}`;
}

function wordOf({ kind }: TypeDefinition): string {
  return kind === 'domain' ? 'DOMAIN' : 'TYPE';
}

function change(before: TypeDefinition, after: TypeDefinition, draft: Draft): void {
  const word = wordOf(before);
  if (before.schema !== after.schema)
    draft.add('rename', `ALTER ${word} ${qualified(after)} SET SCHEMA ${quote(before.schema)}`);
  if (before.name !== after.name)
    draft.add(
      'rename',
      `ALTER ${word} ${qualified({ schema: before.schema, name: after.name })} RENAME TO ${quote(before.name)}`,
    );
  restoreLabels(before, after, draft);
  restoreDomain(before, after, draft);
  restoreAttributes(before, after, draft);
  restoreOwned(word, 'TYPE', qualified(before), before, after, draft);
}

function restoreLabels(before: TypeDefinition, after: TypeDefinition, draft: Draft): void {
  const pairs = paired(before.labels, after.labels, ({ oid }) => oid);
  if (pairs.some(([earlier]) => earlier === null)) return swap(before, after, draft);
  for (const [earlier, later] of pairs)
    if (earlier && later && earlier.name !== later.name)
      draft.add(
        'rename',
        `ALTER TYPE ${qualified(before)} RENAME VALUE ${literal(later.name)} TO ${literal(earlier.name)}`,
      );
}

/** PostgreSQL cannot remove a value: the type is made anew without it, and what holds it moves over. */
function swap(before: TypeDefinition, after: TypeDefinition, draft: Draft): void {
  const carried = after.usedBy.filter(({ kind }) => kind === 'other');
  if (carried.length > 0)
    return draft.refuse(
      `an enum value goes only by making type ${before.name} anew, and ${carried.map(({ name }) => name).join(', ')} stand on it`,
    );
  const old = { schema: before.schema, name: `${before.name.slice(0, 40)}_with_values_of_later` };
  const around = after.usedBy.filter(({ kind }) => kind !== 'column');
  for (const { kind, relation, name } of around)
    draft.add(
      'types',
      kind === 'index'
        ? `DROP INDEX IF EXISTS ${name}`
        : `ALTER TABLE ${relation} DROP CONSTRAINT IF EXISTS ${quote(name)}`,
    );
  draft.add('types', `ALTER TYPE ${qualified(before)} RENAME TO ${quote(old.name)}`);
  create(before, draft);
  for (const use of after.usedBy) if (use.kind === 'column') moveColumn(before, use, draft);
  draft.add('tables', `DROP TYPE ${qualified(old)}`);
  for (const { kind, relation, name, definition } of around)
    draft.add(
      'tables',
      kind === 'index'
        ? (definition ?? '')
        : `ALTER TABLE ${relation} ADD CONSTRAINT ${quote(name)} ${definition ?? ''}`,
    );
}

function moveColumn(
  type: TypeDefinition,
  { relation, name, definition, array }: TypeDefinition['usedBy'][number],
  draft: Draft,
): void {
  const column = `ALTER COLUMN ${quote(name)}`;
  const to = `${qualified(type)}${array ? '[]' : ''}`;
  if (definition !== null) draft.add('types', `ALTER TABLE ${relation} ${column} DROP DEFAULT`);
  draft.add(
    'types',
    `ALTER TABLE ${relation} ${column} TYPE ${to} USING ${quote(name)}::text${array ? '[]' : ''}::${to}`,
  );
  if (definition !== null) draft.add('types', `ALTER TABLE ${relation} ${column} SET DEFAULT ${definition}`);
}

function restoreDomain(before: TypeDefinition, after: TypeDefinition, draft: Draft): void {
  const alter = `ALTER DOMAIN ${qualified(before)}`;
  if (before.domain && after.domain) {
    if (before.domain.notNull !== after.domain.notNull)
      draft.add('types', `${alter} ${before.domain.notNull ? 'SET' : 'DROP'} NOT NULL`);
    if (before.domain.default !== after.domain.default)
      draft.add(
        'types',
        `${alter} ${before.domain.default === null ? 'DROP DEFAULT' : `SET DEFAULT ${before.domain.default}`}`,
      );
  }
  for (const [earlier, later] of paired(before.constraints, after.constraints, ({ oid }) => oid)) {
    if (later && earlier?.validated !== later.validated)
      draft.add('types', `${alter} DROP CONSTRAINT IF EXISTS ${quote(later.name)}`);
    if (earlier && later?.validated !== earlier.validated)
      draft.add('types', `${alter} ADD CONSTRAINT ${quote(earlier.name)} ${earlier.definition}`);
    if (earlier && later && earlier.name !== later.name)
      draft.add('rename', `${alter} RENAME CONSTRAINT ${quote(later.name)} TO ${quote(earlier.name)}`);
    if (earlier)
      restoreComment(
        `CONSTRAINT ${quote(earlier.name)} ON DOMAIN ${qualified(before)}`,
        earlier.comment,
        later?.comment ?? null,
        draft,
      );
  }
}

function restoreAttributes(before: TypeDefinition, after: TypeDefinition, draft: Draft): void {
  const alter = `ALTER TYPE ${qualified(before)}`;
  for (const [earlier, later] of paired(before.attributes, after.attributes, ({ num }) => String(num))) {
    if (!earlier && later) draft.add('types', `${alter} DROP ATTRIBUTE IF EXISTS ${quote(later.name)} CASCADE`);
    if (earlier && !later) {
      if (after.attributes.some(({ num }) => num > earlier.num))
        draft.refuse(`attribute ${before.name}.${earlier.name} stood before others, and can only be added behind them`);
      draft.add('types', `${alter} ADD ATTRIBUTE ${quote(earlier.name)} ${earlier.type} CASCADE`);
    }
    if (earlier && later && earlier.name !== later.name)
      draft.add('rename', `${alter} RENAME ATTRIBUTE ${quote(later.name)} TO ${quote(earlier.name)} CASCADE`);
    if (earlier && later && !sameValue(earlier.type, later.type))
      draft.add('types', `${alter} ALTER ATTRIBUTE ${quote(earlier.name)} TYPE ${earlier.type} CASCADE`);
  }
}
