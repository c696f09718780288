/** What a migration does to those who use the database meanwhile, and to the version of the application that runs. Pure. */
import type { MigrationPlan, StatementPlan } from '../../../policy/plan';
import { LOCK_MODES } from '../../../policy/statements/locks';
import { many, names, places, readable } from './words';

/** The tables that were there before and that people use. */
export interface Touched {
  /** Nobody can read or write them while a statement runs. */
  closed: string[];
  /** Those of them that are closed while every row is gone through. */
  closedLong: string[];
  /** They can be read; whoever writes to them waits. */
  readOnly: string[];
  /** Rows of theirs are changed. */
  changed: string[];
}

interface Hold {
  relations: string[];
  statement: StatementPlan;
  closes: boolean;
}

const CHANGES_ROWS = /^(UPDATE|DELETE|MERGE|INSERT|TRUNCATE|COPY|WITH)\b/;
const CLOSES = LOCK_MODES.indexOf('AccessExclusiveLock');

export function touched(migration: MigrationPlan): Touched {
  const held = holds(migration);
  const relations = (is: (hold: Hold) => boolean): string[] => [
    ...new Set(held.filter(is).flatMap((hold) => hold.relations)),
  ];
  const closed = relations(({ closes }) => closes);
  return {
    closed,
    closedLong: relations(({ closes, statement }) => closes && (statement.rewrites || statement.scans)),
    readOnly: relations(({ closes }) => !closes).filter((relation) => !closed.includes(relation)),
    changed: [...new Set(rowChanges(migration).flatMap((statement) => tablesChanged(statement, migration)))],
  };
}

/** One paragraph for each way in which somebody notices. */
export function impact(migration: MigrationPlan): string[] {
  const online = migration.statements.filter((statement) => statement.online !== null);
  const noticed = [...groups(holds(migration)).values()].map(holdText);
  const rows = rowChanges(migration);
  const quiet =
    online.length === 0
      ? ''
      : `${many(online.length, 'statement')} that would block others run${online.length === 1 ? 's' : ''} in a form that lets them read and write meanwhile; it takes longer and bothers nobody.`;
  const changes = rows.length === 0 ? '' : rowText(rows, migration);
  const parts = [...noticed, quiet, changes, ...compatibility(migration)].filter((part) => part !== '');
  return parts.length > 0 ? parts : ['Nobody who uses the database notices it: it only adds what nobody uses yet.'];
}

/** The locks that others feel: of the statements that block somebody and have no online form. */
function holds({ form, statements }: MigrationPlan): Hold[] {
  return form.blocking
    .filter(({ online }) => !online)
    .flatMap(({ statement: place, locks }) => {
      const statement = statements[place];
      if (!statement) return [];
      return [true, false].flatMap((closes) => {
        const relations = locks
          .filter(({ mode }) => LOCK_MODES.findIndex((known) => known === mode) >= CLOSES === closes)
          .map(({ relation }) => readable(relation));
        return relations.length === 0 ? [] : [{ relations, statement, closes }];
      });
    });
}

function groups(held: Hold[]): Map<string, Hold[]> {
  const by = new Map<string, Hold[]>();
  for (const hold of held) {
    const key = `${hold.closes}/${howLong(hold.statement)}`;
    by.set(key, [...(by.get(key) ?? []), hold]);
  }
  return by;
}

function howLong({ rewrites, scans }: StatementPlan): string {
  if (rewrites) return 'while every row is written anew, with its indexes';
  return scans ? 'while every row is read' : 'for a moment, while a definition changes';
}

function holdText(held: Hold[]): string {
  const [first] = held;
  if (!first) return '';
  const tables = names(held.flatMap(({ relations }) => relations));
  const where = places(held.map(({ statement }) => statement.line));
  const who = first.closes ? 'Nobody can read or write' : 'Whoever writes to';
  return `${who} ${tables}${first.closes ? '' : ' waits'} ${howLong(first.statement)} (${where}).`;
}

function rowChanges(migration: MigrationPlan): StatementPlan[] {
  return migration.statements.filter(
    (statement) => CHANGES_ROWS.test(statement.kind) && tablesChanged(statement, migration).length > 0,
  );
}

/** Rows of what the migration itself makes are nobody's yet. */
function tablesChanged({ locks }: StatementPlan, { creates }: MigrationPlan): string[] {
  return locks
    .filter(({ mode }) => mode === 'RowExclusiveLock' || mode === 'AccessExclusiveLock')
    .map(({ relation }) => relation)
    .filter((relation) => !creates.tables.includes(relation));
}

function rowText(rows: StatementPlan[], migration: MigrationPlan): string {
  const where = places(rows.map(({ line }) => line));
  const tables = names(rows.flatMap((statement) => tablesChanged(statement, migration)));
  return `Rows of ${tables} are written (${where}): whoever wants to change the same rows waits until that is committed, and replicas get all of it.`;
}

/** What the running version of the application must bear, by the hazards that say so. */
const COMPATIBILITY: { ids: RegExp; text: (where: string) => string }[] = [
  {
    ids: /^(drop-(table|column|view-or-function|type|schema-or-database|cascade)|rename-.*|column-in-use)$/,
    text: (where) =>
      `Something that the running version of the application may use goes away or gets another name (${where}). Release a version that does without it first.`,
  },
  {
    ids: /^(set-not-null|check-not-valid|unique-constraint|foreign-key-not-valid|exclusion-constraint|add-column-not-null-without-default|drop-default|domain-constraint)$/,
    text: (where) =>
      `From then on the database refuses what breaks the new rules (${where}): the running version must keep them already.`,
  },
  {
    ids: /^(trigger-on-existing-table|row-security-change|privilege-change)$/,
    text: (where) =>
      `What the running version does with the same statements changes (${where}): try it out beforehand.`,
  },
];

function compatibility({ hazards }: MigrationPlan): string[] {
  return COMPATIBILITY.flatMap(({ ids, text }) => {
    const found = hazards.filter(({ id }) => ids.test(id));
    return found.length === 0 ? [] : [text(places(found.map(({ line }) => line)))];
  });
}
