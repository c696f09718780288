/** docs/PENDING_SCHEMA_CHANGES.md: the plan for those who decide, announce and bear it. Pure. */
import type { Risk } from '../../../contract';
import { riskOf } from '../../../policy/hazards';
import type { FullPlan, MigrationPlan } from '../../../policy/plan';
import { block, code, prose, section, table } from '../../../report/markdown-text';
import { communication, contactsTable, schedule, type People } from './communication';
import { touched } from './impact';
import { migrationSection } from './migration';
import { wayBack } from './rollback';
import { amounts, many, names } from './words';

export interface StakeholderPage {
  plan: FullPlan;
  people: People;
  /** The command line that makes this page. */
  command: string;
  /** The migrations' folder, as the repository names it. */
  folder: string;
  /** By migration: what its author says of it. */
  notes: ReadonlyMap<string, string>;
}

export function stakeholderPage(page: StakeholderPage): string {
  const { plan, people, folder, notes } = page;
  const parts = [
    `# Pending schema changes`,
    intro(page),
    ...(plan.migrations.length === 0 ? [] : [overview(plan)]),
    ...plan.migrations.map((migration, at) =>
      migrationSection(migration, at + 1, `${folder}/${migration.name}`, notes.get(migration.name) ?? null),
    ),
    ...(plan.migrations.length === 0 ? [] : together(plan, people)),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function intro({ plan, people, command }: StakeholderPage): string {
  const n = plan.migrations.length;
  const waits = n === 0 ? 'No migration waits' : `${many(n, 'migration')} ${n === 1 ? 'waits' : 'wait'}`;
  const sizes = plan.drift === null ? ' It is made from the files alone, so every table counts as large and busy.' : '';
  return [
    `${waits} for ${prose(people.environment)}. This page says what each changes, how risky it is, who notices it, what to test, how it is undone, and whom to tell.${sizes}`,
    `It is generated; what an author has to say of a migration stands in a ${code('notes.md')} beside its file. To renew it:`,
    block('bash', command),
  ].join('\n\n');
}

function overview(plan: FullPlan): string {
  const { tables, columns, indexes, enums, foreignKeys } = plan.totals;
  const adds = amounts([
    [tables, 'table'],
    [columns, 'column'],
    [indexes, 'index'],
    [enums, 'enumerated type'],
    [foreignKeys, 'foreign key'],
  ]);
  const rows = plan.migrations.map((migration, at) => [
    String(at + 1),
    code(migration.name),
    String(migration.creates.tables.length),
    migration.creates.columns.toLocaleString('en-US'),
    String(migration.creates.indexes),
    noticed(migration),
    wayBack(migration),
    `**${riskOf([migration.hazards])}**`,
  ]);
  const head = ['#', 'migration', 'new tables', 'new columns', 'new indexes', 'who notices', 'way back', 'risk'];
  return section(
    'Overview',
    `${adds === '' ? 'Nothing is added' : `Together they add ${adds}`}. ${riskText(plan)}`,
    table(head, rows),
    'They are applied in this order, and none is left out: a later one may need what an earlier one makes. New tables are harmless, however many: nobody uses them yet. What needs care are the statements on tables that are in use.',
  );
}

const MEANING: Record<Risk, string> = {
  none: 'no danger is known',
  low: 'there is advice, and no danger',
  medium: 'Lockkeeper takes the dangers away that there are, and the rest is worth a look',
  high: 'at least one danger stays, which a person must accept',
};

function riskText({ risk, migrations }: FullPlan): string {
  const riskiest = migrations.filter(({ hazards }) => riskOf([hazards]) === risk).map(({ name }) => name);
  return `The risk of all is **${risk}**: ${MEANING[risk]} (${names(riskiest)}).`;
}

function noticed(migration: MigrationPlan): string {
  const { closed, readOnly, changed } = touched(migration);
  if (closed.length > 0) return `users of ${names(closed, 3)}`;
  if (readOnly.length > 0) return `writers to ${names(readOnly, 3)}`;
  return changed.length > 0 ? `writers to ${names(changed, 3)}` : 'nobody';
}

function together(plan: FullPlan, people: People): string[] {
  const lossy = plan.migrations.filter(({ reversal }) => reversal.lossy).map(({ name }) => name);
  return [
    section('Testing needs of all', ...TESTING),
    section('Plan for the deployment', schedule(people)),
    section(
      'Rollback plan',
      [
        '1. Before it asks for approval, Lockkeeper has undone everything once on the restored backup. Where a step has no proven way back, the request says so: do not approve it then.',
        '2. A failure while it migrates, a failed health check or a critical threshold undoes everything by itself, newest step first.',
        '3. After the deployment has ended: `lockkeeper rollback <id>`. Where rows would be lost, it counts them and asks a person.',
        '4. Where the new version of the application is out already, take that back first: it needs what would go.',
        '5. The backup is the last resort, restored beside the database and never over it.',
      ].join('\n'),
      lossy.length === 0
        ? 'None of the migrations deletes anything.'
        : `These delete rows or values, which only the backup brings back: ${names(lossy)}.`,
    ),
    section('Communication plan', communication(plan, people), contactsTable(people)),
  ];
}

const TESTING = [
  "In this order: the developer's own database, CI (`lockkeeper plan --offline --github` beside the pull request), staging, production.",
  'In each deployment the rehearsal restores the backup just taken, runs the migrations on it, undoes them, compares the schema, and runs them again: how long they take, which locks they hold and whether the data fits is known before anybody approves.',
];
