/** Triggers, policies, rules and extended statistics: what hangs on a table under a name of its own. */
import type { Attachment, Relation } from './definitions';
import type { Draft } from './draft';
import { paired, qualified, quote, restoreComment } from './names';

export function restoreAttachments(before: Relation, after: Relation, draft: Draft): void {
  for (const [earlier, later] of paired(before.attachments, after.attachments, ({ oid }) => oid)) {
    if (earlier === null && later !== null) draft.add('detach', drop(before, later));
    if (earlier !== null && later === null) create(before, earlier, draft);
    if (earlier !== null && later !== null) change(before, earlier, later, draft);
  }
}

export function createAttachments(table: Relation, draft: Draft): void {
  for (const attachment of table.attachments) create(table, attachment, draft);
}

function change(table: Relation, before: Attachment, after: Attachment, draft: Draft): void {
  if (before.schema !== null && before.schema !== after.schema)
    draft.add('rename', `ALTER ${nameOf(table, after)} SET SCHEMA ${quote(before.schema)}`);
  if (before.name !== after.name)
    draft.add('rename', `ALTER ${nameOf(table, { ...after, schema: before.schema })} RENAME TO ${quote(before.name)}`);
  if (before.shape !== after.shape && before.kind === 'statistics') {
    draft.add('settings', `ALTER ${nameOf(table, before)} SET STATISTICS ${before.shape}`);
  } else if (before.shape !== after.shape) {
    draft.add('detach', drop(table, before));
    create(table, before, draft);
    return;
  }
  if (before.enabled !== after.enabled) enable(table, before, draft);
  restoreComment(nameOf(table, before), before.comment, after.comment, draft);
}

function create(table: Relation, attachment: Attachment, draft: Draft): void {
  draft.add('attachments', attachment.definition);
  if (attachment.kind === 'statistics' && attachment.shape !== '-1')
    draft.add('settings', `ALTER ${nameOf(table, attachment)} SET STATISTICS ${attachment.shape}`);
  if (attachment.enabled !== 'enabled') enable(table, attachment, draft);
  restoreComment(nameOf(table, attachment), attachment.comment, null, draft);
}

function drop(table: Relation, attachment: Attachment): string {
  const [word, ...name] = nameOf(table, attachment).split(' ');
  return `DROP ${word ?? ''} IF EXISTS ${name.join(' ')}`;
}

function enable(table: Relation, { kind, name, enabled }: Attachment, draft: Draft): void {
  const how = { enabled: 'ENABLE', disabled: 'DISABLE', replica: 'ENABLE REPLICA', always: 'ENABLE ALWAYS' }[enabled];
  draft.add('settings', `ALTER TABLE ${qualified(table)} ${how} ${kind.toUpperCase()} ${quote(name)}`);
}

/** `TRIGGER "t" ON "s"."r"`; statistics have a schema of their own. */
function nameOf(table: Relation, { kind, schema, name }: Pick<Attachment, 'kind' | 'schema' | 'name'>): string {
  return schema !== null
    ? `STATISTICS ${qualified({ schema, name })}`
    : `${kind.toUpperCase()} ${quote(name)} ON ${qualified(table)}`;
}
