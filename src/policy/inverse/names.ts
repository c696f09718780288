/** Names and values as SQL writes them, and what goes with every object: its owner, comment and access list. */
import { quote } from '../hazards/sql';
import type { Owned, Privilege } from './definitions';
import type { Draft } from './draft';

export { quote };

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `"schema"."name"`. */
export function qualified({ schema, name }: { schema: string; name: string }): string {
  return `${quote(schema)}.${quote(name)}`;
}

export function sameValue(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Two lists as pairs by what names an item for life. */
export function paired<T>(before: T[], after: T[], key: (item: T) => string): [T | null, T | null][] {
  const later = new Map(after.map((item) => [key(item), item]));
  const pairs = before.map((item): [T | null, T | null] => {
    const match = later.get(key(item)) ?? null;
    later.delete(key(item));
    return [item, match];
  });
  return [...pairs, ...[...later.values()].map((item): [T | null, T | null] => [null, item])];
}

/** @param object as COMMENT ON names it: `TABLE "s"."t"`. */
export function restoreComment(object: string, before: string | null, after: string | null, draft: Draft): void {
  if (before !== after) draft.add('settings', `COMMENT ON ${object} IS ${before === null ? 'NULL' : literal(before)}`);
}

/**
 * Owner, comment and access list.
 * @param word as ALTER and COMMENT name the kind; @param grantWord as GRANT does.
 * @param after null for an object that the inverse makes anew: it has PostgreSQL's defaults, and belongs to whoever undoes.
 */
export function restoreOwned(
  word: string,
  grantWord: string,
  name: string,
  before: Owned,
  after: Owned | null,
  draft: Draft,
): void {
  if (before.owner !== after?.owner) draft.add('settings', `ALTER ${word} ${name} OWNER TO ${quote(before.owner)}`);
  restoreComment(`${word} ${name}`, before.comment, after?.comment ?? null, draft);
  const standard = grantWord === 'ROUTINE' || grantWord === 'TYPE' ? [null, before.owner] : [before.owner];
  if (after === null && before.standardPrivileges) return;
  restorePrivileges(
    `${grantWord} ${name}`,
    '',
    before.privileges,
    after?.privileges ?? standard.map((grantee) => ({ grantee, privilege: '', grantable: false })),
    draft,
  );
}

/** @param column ` ("name")` for the access list of a column. */
export function restorePrivileges(
  object: string,
  column: string,
  before: Privilege[],
  after: Privilege[],
  draft: Draft,
): void {
  if (sameValue(before, after)) return;
  for (const grantee of new Set(after.map((privilege) => privilege.grantee)))
    draft.add('settings', `REVOKE ALL${column} ON ${object} FROM ${role(grantee)}`);
  for (const [, group] of grouped(before)) {
    const [{ grantee, grantable }] = group;
    const list = group.map(({ privilege }) => `${privilege}${column}`).join(', ');
    draft.add('settings', `GRANT ${list} ON ${object} TO ${role(grantee)}${grantable ? ' WITH GRANT OPTION' : ''}`);
  }
}

function grouped(privileges: Privilege[]): Map<string, [Privilege, ...Privilege[]]> {
  const groups = new Map<string, [Privilege, ...Privilege[]]>();
  for (const privilege of privileges) {
    const key = JSON.stringify([privilege.grantee, privilege.grantable]);
    const group = groups.get(key);
    if (group) group.push(privilege);
    else groups.set(key, [privilege]);
  }
  return groups;
}

function role(grantee: string | null): string {
  return grantee === null ? 'PUBLIC' : quote(grantee);
}

/** `name=value` of a list of options that must be set again or reset. Empty where nothing differs. */
export function optionChanges(before: string[], after: string[]): { set: string[]; reset: string[] } {
  const nameOf = (option: string): string => option.slice(0, option.indexOf('='));
  const set = before
    .filter((option) => !after.includes(option))
    .map((option) => `${nameOf(option)} = ${literal(option.slice(option.indexOf('=') + 1))}`);
  const reset = after.map(nameOf).filter((name) => !before.some((option) => nameOf(option) === name));
  return { set, reset };
}

/** ALTER's way to bring options back, one subcommand each for what is set and what is reset. */
export function optionCommands(before: string[], after: string[]): string[] {
  const { set, reset } = optionChanges(before, after);
  return [
    ...(set.length > 0 ? [`SET (${set.join(', ')})`] : []),
    ...(reset.length > 0 ? [`RESET (${reset.join(', ')})`] : []),
  ];
}
