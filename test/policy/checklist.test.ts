import type { HazardFinding } from '../../src/contract';
import type { EarlierEnvironment } from '../../src/policy/earlier';
import type { SlackApprovers } from '../../src/policy/people';
import { runChecklist, type ChecklistFacts, type RehearsalServer } from '../../src/policy/checklist';

const BACKUP: NonNullable<ChecklistFacts['backup']> = {
  dir: '/backups',
  writable: true,
  freeBytes: 10_000_000,
  pgDumpMajor: 17,
  compressed: true,
  sampled: [],
  external: false,
};
const SERVER: RehearsalServer = { variable: null, role: 'deployer', canCreateDatabase: true, unfit: null };
const READY: ChecklistFacts = {
  environment: 'production',
  database: 'broxiva',
  serverVersion: '17.2',
  serverMajor: 17,
  appliedMigrations: 12,
  pending: 7,
  hazards: [],
  block: 'never',
  protected: true,
  drift: { sql: null, statements: 0, unknown: null },
  earlier: null,
  reversals: [{ name: 'a', kind: 'inverses', reason: null, lossy: false }],
  beyond: null,
  rewriteBytes: 0,
  seesAllActivity: true,
  lagSeconds: null,
  window: true,
  backup: BACKUP,
  databaseBytes: 8_000_000,
  rehearsal: 'full',
  sampled: [],
  rehearsalServer: SERVER,
  canKeepLedger: true,
  schema: 'public',
  canCreateTables: true,
  role: 'deployer',
  longTransactions: [],
  connections: { used: 10, max: 100 },
  approvals: { required: 2, approvers: [] },
  requester: { id: 'cli:rhea', name: 'rhea' },
  contacts: { 'Database Team': '#database-team' },
  slackApprovers: null,
};

const TWO_OF_SLACK = { required: 2, approvers: ['slack:U0ALICE', 'slack:U0BOB'] };
const GONE = { id: 'slack:U0BOB', why: 'is deactivated in Slack' };
const reach = (seen: Partial<SlackApprovers>): SlackApprovers => ({ unknown: null, absent: [], ...seen });

const backup = (overrides: Partial<typeof BACKUP>) => ({
  backup: { ...BACKUP, ...overrides },
});
const hazard = (severity: HazardFinding['severity'], handledBy: HazardFinding['handledBy'] = null): HazardFinding => ({
  id: 'x',
  severity,
  line: 1,
  message: '',
  saferSql: null,
  handledBy,
});

test('ten checks, always in the same order, all passed when everything is ready', () => {
  const results = runChecklist(READY);
  expect(results.map(({ id }) => id)).toEqual([
    'environment',
    'history',
    'no-drift',
    'hazards',
    'backup',
    'rehearsal',
    'rollback',
    'activity',
    'capacity',
    'people',
  ]);
  expect(results.filter(({ status }) => status !== 'pass')).toEqual([]);
  expect(results.every(({ evidence, title }) => evidence !== '' && title !== '')).toBe(true);
});

const DRIFTED = { sql: 'DROP TABLE a; DROP TABLE b', statements: 2, unknown: null };

const STAGING: EarlierEnvironment = {
  name: 'staging',
  unknown: null,
  missing: [],
  different: [],
  lastAppliedAt: '2026-03-01T09:30:15.123Z',
};
const staging = (overrides: Partial<EarlierEnvironment>) => ({ earlier: { ...STAGING, ...overrides } });

const CASES: [string, Partial<ChecklistFacts>, string, RegExp][] = [
  [
    'dangers',
    { hazards: [hazard('danger'), hazard('warning'), hazard('warning')] },
    'hazards warn',
    /^1 dangerous statement, 2 warnings/,
  ],
  ['dangers that the executor takes away', { hazards: [hazard('danger', 'online')] }, 'hazards pass', /^0 dangerous/],
  ['warnings alone', { hazards: [hazard('warning')] }, 'hazards pass', /1 warning;/],
  [
    'no right to keep records',
    { canKeepLedger: false },
    'environment fail',
    /deployer may not create schema lockkeeper; grant CREATE/,
  ],
  ['no backup asked for', { backup: null }, 'backup warn', /takes no backup/],
  ['no pg_dump', backup({ pgDumpMajor: null }), 'backup fail', /pg_dump was not found/],
  ['an older pg_dump', backup({ pgDumpMajor: 16 }), 'backup fail', /pg_dump 16 is older than the server \(17\)/],
  ['a newer pg_dump', backup({ pgDumpMajor: 18 }), 'backup pass', /pg_dump 18/],
  ['a folder that cannot be written', backup({ writable: false }), 'backup fail', /\/backups cannot be written/],
  [
    'less room than half the database',
    backup({ freeBytes: 3_999_999 }),
    'backup fail',
    /4 MB free for a database of 8 MB/,
  ],
  ['room for half the database', backup({ freeBytes: 4_000_000 }), 'backup pass', /writes to \/backups/],
  ['half the database for SQL', backup({ freeBytes: 4_000_000, compressed: false }), 'backup fail', /free some space/],
  ['large tables', backup({ sampled: ['public.events'] }), 'backup pass', /by a sample only .*: public\.events\./],
  ['a backup by another tool', backup({ external: true }), 'rehearsal warn', /on a copy of the schema only/],
  ['unknown room', backup({ freeBytes: null }), 'backup pass', /writes to/],
  [
    'no rehearsal',
    { rehearsal: 'off', rehearsalServer: { ...SERVER, canCreateDatabase: false } },
    'rehearsal warn',
    /not proven before production/,
  ],
  [
    'no right to a scratch database',
    { rehearsalServer: { ...SERVER, canCreateDatabase: false } },
    'rehearsal fail',
    /grant CREATEDB or set rehearsal: off/,
  ],
  ['a rehearsal without data', { rehearsal: 'schema-only' }, 'rehearsal pass', /copy of the schema/],
  [
    'a rehearsal on a sample',
    { rehearsal: 'sample', sampled: ['public.events'] },
    'rehearsal warn',
    /with a sample of public.events \(rehearsal.sampleAbove\).*times are estimates/,
  ],
  ['a sample that is all there is', { rehearsal: 'sample' }, 'rehearsal pass', /The backup is restored/],
  [
    'long transactions',
    {
      longTransactions: [
        { pid: 7, application: 'report', ageSeconds: 90 },
        { pid: 8, application: 'x', ageSeconds: 40 },
      ],
    },
    'activity warn',
    /^Right now: 2 transactions older than 30 s, the oldest report \(pid 7\), 90 s/,
  ],
  [
    'too few connections',
    { connections: { used: 93, max: 100 } },
    'capacity fail',
    /93 of 100 connections are in use\. The deployment needs 8/,
  ],
  ['just enough connections', { connections: { used: 92, max: 100 } }, 'capacity pass', /92 of 100/],
  ['nobody to ask', { approvals: { required: 0, approvers: [] } }, 'people pass', /^Nobody is asked/],
  ['anyone may approve', {}, 'people pass', /^2 approvals by anyone but rhea/],
  [
    'the requester is one of too few approvers',
    { approvals: { required: 2, approvers: ['cli:rhea', 'cli:bob'] } },
    'people fail',
    /^2 approvals required, and 1 of the 2 approvers can give one: rhea asked; let another ask, or name others in approvals\.approvers\.$/,
  ],
  [
    'an approver who has left, and no other',
    { approvals: TWO_OF_SLACK, slackApprovers: reach({ absent: [GONE] }) },
    'people fail',
    /1 of the 2 approvers can give one: slack:U0BOB is deactivated in Slack; let/,
  ],
  [
    'an approver who has left, and others',
    { approvals: { ...TWO_OF_SLACK, required: 1 }, slackApprovers: reach({ absent: [GONE] }) },
    'people warn',
    /^1 approval by 1 named person, .* Out of reach: slack:U0BOB is deactivated in Slack\.$/,
  ],
  [
    'approvers whom Slack is not asked about',
    { approvals: TWO_OF_SLACK, slackApprovers: reach({ unknown: 'the worker has no Slack.' }) },
    'people warn',
    /^2 approvals by 2 named people, .* could not be told: the worker has no Slack\.$/,
  ],
  [
    'approvers whom Slack knows',
    { approvals: TWO_OF_SLACK, slackApprovers: reach({}) },
    'people pass',
    /^2 approvals by 2/,
  ],
  [
    'enough approvers besides the requester',
    { approvals: { required: 1, approvers: ['cli:rhea', 'cli:bob'] } },
    'people pass',
    /^1 approval by 1 named person/,
  ],
  ['drift in production', { drift: DRIFTED }, 'no-drift fail', /differs .* by 2 statements/],
  ['drift where developers work', { drift: DRIFTED, protected: false }, 'no-drift warn', /differs/],
  [
    'drift that could not be told',
    { drift: { sql: null, statements: 0, unknown: 'role x may not' } },
    'no-drift warn',
    /could not be told: role x may not\./,
  ],
  [
    'a danger that the policy stops',
    { hazards: [hazard('danger')], block: 'danger' },
    'hazards fail',
    /stops 1 of them/,
  ],
  [
    'a warning that the policy lets pass',
    { hazards: [hazard('warning')], block: 'danger' },
    'hazards pass',
    /1 warning;/,
  ],
  [
    'a migration that deletes rows',
    { reversals: [{ name: 'b', kind: 'down.sql', reason: null, lossy: true }] },
    'rollback warn',
    /^1 by down\.sql, 0 by the inverses of their statements; .* What b deletes comes back from the backup alone/,
  ],
  [
    'what no copy can keep in',
    { beyond: 'a, line 1 (CREATE ROLE)' },
    'rehearsal warn',
    /first\. Not rehearsed, because it reaches beyond the database: a, line 1 \(CREATE ROLE\)\.$/,
  ],
  [
    'a migration without a way back',
    { reversals: [{ name: 'a', kind: 'none', reason: 'line 1: why', lossy: false }] },
    'rollback warn',
    /^0 by down\.sql, 0 by the inverses of their statements; .* a has none: line 1: why\.$/,
  ],
  ['a role that sees itself alone', { seesAllActivity: false }, 'activity warn', /grant pg_read_all_stats/],
  [
    'nothing in the way',
    {},
    'activity pass',
    /^Right now: no transaction older than 30 s; no replica that reports its lag\.$/,
  ],
  ['a replica behind', { lagSeconds: 31 }, 'activity warn', /31 s behind/],
  ['a large rewrite', { rewriteBytes: 4_000_000 }, 'capacity warn', /need 4 MB more/],
  ['a small rewrite', { rewriteBytes: 1_000_000 }, 'capacity pass', /need 1 MB more/],
  [
    'staging has it',
    staging({}),
    'history pass',
    /in staging from the same files, the last at 2026-03-01 09:30:15 UTC\.$/,
  ],
  [
    'staging has not all of it',
    staging({ missing: ['a', 'b', 'c', 'd'] }),
    'history fail',
    /missing\. staging comes first and has not applied a, b, c and 1 more; deploy there, then here\.$/,
  ],
  [
    'staging has another text',
    staging({ different: ['a'], missing: ['b'] }),
    'history fail',
    /In staging, a was applied from another text/,
  ],
  [
    'staging cannot be asked',
    staging({ unknown: 'S is not set.' }),
    'history warn',
    /Whether staging has the pending ones could not be told: S is not set\.$/,
  ],
  ['no contacts', { contacts: {} }, 'people warn', /nobody knows whom to call/],
];

test.each(CASES)('%s', (_, facts, verdict, evidence) => {
  const results = runChecklist({ ...READY, ...facts });
  const [id] = verdict.split(' ');
  const judged = results.find((result) => result.id === id);
  expect(`${judged?.id} ${judged?.status}`).toBe(verdict);
  expect(judged?.evidence).toMatch(evidence);
  expect(results.filter((result) => result.id !== id && result.status !== 'pass')).toEqual([]);
});
