/** Who does what when, and who is told. Pure. */
import type { MaintenanceWindow } from '../../../contract';
import type { FullPlan } from '../../../policy/plan';
import { plural } from '../../../policy/words';
import { code, prose, table } from '../../../report/markdown-text';
import { touched } from './impact';
import { names } from './words';

/** What the environment says of people; null where the page is of no environment. */
export interface People {
  environment: string;
  /** How many must approve; null where no environment is meant. */
  approvals: number | null;
  window: MaintenanceWindow | null;
  contacts: Record<string, string>;
}

const WEEKDAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'];

export function schedule(people: People): string {
  const approve = approvalText(people.approvals);
  return table(
    ['when', 'what', 'who'],
    [
      [
        'a week before',
        'the queries under "Testing needs", on production and read-only; mend what they find',
        'who wrote the migration',
      ],
      [
        'a week before',
        `deploy all of it to the earlier environments, in their order; note how long it takes`,
        'who deploys',
      ],
      [
        'a day before',
        'the pre-deployment checklist, filled in by `lockkeeper plan --checklist`; two people read it',
        'who wrote it, and who approves it',
      ],
      [
        'then',
        `${windowText(people)}: backup, rehearsal on it, approval, migration, checks; ${approve}`,
        'Lockkeeper, and people',
      ],
      [
        'after it',
        "the monitor's verdict; sizes of tables and indexes, slow queries, replicas on the next day",
        'who deploys',
      ],
    ],
  );
}

function approvalText(approvals: number | null): string {
  if (approvals === null) return 'whoever the environment names approves it';
  if (approvals === 0) return 'nobody has to approve it';
  return approvals === 1
    ? 'one person approves it, who did not ask for it'
    : `${approvals} people approve it, none of whom asked for it`;
}

export function communication(plan: FullPlan, people: People): string {
  const contacts = Object.entries(people.contacts).map(([who, where]) => `${prose(who)} (${prose(where)})`);
  const everyone = contacts.length > 0 ? contacts.join(', ') : 'the teams that use the database';
  return table(
    ['when', 'to', 'what they read'],
    [
      ['three days before', everyone, prose(announcement(plan, people))],
      [
        'a day before',
        'support, and customers where tables are closed for longer than a moment',
        'the same, and what they will notice of it',
      ],
      [
        'at the start, at approval, at the end',
        "the deployment's Slack thread",
        'Lockkeeper writes it; failure and rollback are shown in the channel',
      ],
      [
        'if it is undone',
        `the same, ${everyone}`,
        'why, what is lost (nothing without a second approval), when it is tried again',
      ],
      ['if it needs a person', prose(onCall(people)), "the deployment's id and the first sentence of its report"],
      ['at the end', 'the same as three days before', 'the outcome, with the link to the report'],
    ],
  );
}

/** The text to send. */
function announcement({ migrations, risk }: FullPlan, people: People): string {
  const all = migrations.map(touched);
  const long = [...new Set(all.flatMap(({ closedLong }) => closedLong))];
  const brief = [...new Set(all.flatMap(({ closed }) => closed))].filter((table) => !long.includes(table));
  const notice = [
    long.length === 0 ? '' : `Closed while every row is gone through: ${plainNames(long)}.`,
    brief.length === 0 ? '' : `Closed for moments: ${plainNames(brief)}.`,
  ].filter((part) => part !== '');
  const effect = notice.length === 0 ? 'Nobody should notice it.' : notice.join(' ');
  return `"We change the database of ${people.environment} ${windowText(people)}: ${plural(migrations.length, 'migration')}, risk ${risk}. ${effect} If anything goes wrong, it is undone by itself."`;
}

function plainNames(all: string[]): string {
  return names(all, 6).replaceAll('`', '');
}

function onCall({ contacts }: People): string {
  const first = Object.keys(contacts).filter((who) => /on.?call/i.test(who));
  const rest = Object.keys(contacts).filter((who) => /manager/i.test(who));
  const all = [...first, ...rest];
  return all.length > 0 ? all.join(', then ') : 'whoever is on call for the database';
}

function windowText({ window }: Pick<People, 'window'>): string {
  if (!window) return 'at a time that is agreed upon';
  const clock = (minutes: number): string =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  const days = window.days.length === 0 ? 'every day' : window.days.map((day) => WEEKDAYS[day] ?? '').join(', ');
  return `in the maintenance window (${days}, ${clock(window.from)} to ${clock(window.to)} ${window.zone})`;
}

export function contactsTable({ contacts }: People): string {
  return table(
    ['who', 'how'],
    Object.entries(contacts).map(([who, where]) => [prose(who), code(where)]),
  );
}
