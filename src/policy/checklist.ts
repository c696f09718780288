/** The pre-deployment checks: facts in, a verdict with its evidence out. A failed check stops before anything is written. */
import type { BlockLevel, CheckResult, HazardFinding, Person } from '../contract';
import { blockingHazards } from './blocking';
import { roomNeeded } from './backup-room';

export interface ChecklistFacts {
  environment: string;
  database: string;
  serverVersion: string;
  serverMajor: number;
  appliedMigrations: number;
  pending: number;
  hazards: HazardFinding[];
  /** `policy.block` of the environment. */
  block: BlockLevel;
  /** Null where no backup is asked for. */
  backup: {
    dir: string;
    writable: boolean;
    freeBytes: number | null;
    pgDumpMajor: number | null;
    compressed: boolean;
    /** Tables that a restored copy is compared by a sample of. */
    sampled: string[];
  } | null;
  databaseBytes: number;
  rehearsal: 'full' | 'schema-only' | 'off';
  canCreateDatabase: boolean;
  canKeepLedger: boolean;
  /** The schema of the target's URL. */
  schema: string;
  canCreateTables: boolean;
  role: string;
  longTransactions: { pid: number; application: string; ageSeconds: number }[];
  connections: { used: number; max: number };
  approvals: { required: number; approvers: string[] };
  requester: Person;
  contacts: Record<string, string>;
}

type Verdict = Pick<CheckResult, 'status' | 'evidence'>;
const pass = (evidence: string): Verdict => ({ status: 'pass', evidence });
const warn = (evidence: string): Verdict => ({ status: 'warn', evidence });
const fail = (evidence: string): Verdict => ({ status: 'fail', evidence });

const CONNECTIONS_NEEDED = 8;

const CHECKS: { id: string; title: string; judge: (facts: ChecklistFacts) => Verdict }[] = [
  {
    id: 'environment',
    title: 'Right environment and primary server',
    judge: ({ environment, database, serverVersion }) =>
      pass(`${environment} is database ${database} on a PostgreSQL ${serverVersion} primary.`),
  },
  {
    id: 'history',
    title: 'Migration history is clean',
    judge: ({ appliedMigrations, pending }) =>
      pass(`${appliedMigrations} applied, ${pending} pending; none failed, edited or missing.`),
  },
  { id: 'hazards', title: 'Hazards are within the policy', judge: judgeHazards },
  { id: 'rights', title: 'The role may do what the deployment needs', judge: judgeRights },
  { id: 'backup', title: 'A backup can be taken', judge: judgeBackup },
  { id: 'rehearsal', title: 'The deployment is rehearsed first', judge: judgeRehearsal },
  { id: 'activity', title: 'Nothing long-running holds locks now', judge: judgeActivity },
  { id: 'capacity', title: 'Connections are left', judge: judgeCapacity },
  { id: 'approvers', title: 'Approvers can be reached', judge: judgeApprovers },
  { id: 'contacts', title: 'Contacts are known', judge: judgeContacts },
];

/** All ten, in their order. */
export function runChecklist(facts: ChecklistFacts): CheckResult[] {
  return CHECKS.map(({ id, title, judge }) => ({ id, title, ...judge(facts) }));
}

function judgeHazards({ hazards, block }: ChecklistFacts): Verdict {
  const dangers = hazards.filter((hazard) => hazard.severity === 'danger' && hazard.handledBy === null).length;
  const warnings = hazards.filter((hazard) => hazard.severity === 'warning').length;
  const evidence = `${dangers} dangerous statements, ${warnings} warnings; the plan lists each with its safe form.`;
  const stopped = blockingHazards(hazards, block).length;
  if (stopped > 0)
    return fail(`${evidence} policy.block: ${block} stops ${stopped} of them; rewrite or allow each with its reason.`);
  return dangers > 0 ? warn(evidence) : pass(evidence);
}

function judgeRights({ canKeepLedger, canCreateTables, schema, role }: ChecklistFacts): Verdict {
  if (!canCreateTables)
    return fail(`Role ${role} may not create tables in schema ${schema}; grant CREATE on the schema to it.`);
  return canKeepLedger
    ? pass(`Role ${role} may keep its records in schema lockkeeper.`)
    : fail(`Role ${role} may not create schema lockkeeper; grant CREATE on the database to it.`);
}

function judgeBackup({ backup, databaseBytes, serverMajor }: ChecklistFacts): Verdict {
  if (backup === null) return warn('This environment takes no backup (backup.enabled: false).');
  if (backup.pgDumpMajor === null) return fail('pg_dump was not found; run "lockkeeper doctor".');
  if (backup.pgDumpMajor < serverMajor)
    return fail(
      `pg_dump ${backup.pgDumpMajor} is older than the server (${serverMajor}); install client tools ${serverMajor} or newer.`,
    );
  if (!backup.writable) return fail(`${backup.dir} cannot be written; create the folder or change backup.dir.`);
  if (backup.freeBytes !== null && backup.freeBytes < roomNeeded(databaseBytes, backup.compressed)) {
    return fail(
      `${backup.dir} has ${megabytes(backup.freeBytes)} free for a database of ${megabytes(databaseBytes)}; free some space.`,
    );
  }
  const sampled =
    backup.sampled.length === 0
      ? ''
      : ` Compared by a sample only (backup.digests.sampleAbove): ${backup.sampled.join(', ')}.`;
  return pass(
    `pg_dump ${backup.pgDumpMajor} writes to ${backup.dir}; the database has ${megabytes(databaseBytes)}.${sampled}`,
  );
}

function judgeRehearsal({ rehearsal, canCreateDatabase, role }: ChecklistFacts): Verdict {
  if (rehearsal === 'off') return warn('Rehearsal is off: durations and reversals are not proven before production.');
  if (!canCreateDatabase)
    return fail(
      `Role ${role} may not create the scratch database of the rehearsal; grant CREATEDB or set rehearsal: off.`,
    );
  return pass(
    rehearsal === 'full'
      ? 'The backup is restored and the migrations run on it first.'
      : 'The migrations run on a copy of the schema first.',
  );
}

function judgeActivity({ longTransactions }: ChecklistFacts): Verdict {
  const [oldest] = longTransactions;
  if (!oldest) return pass('No transaction is older than 30 s.');
  return warn(
    `${longTransactions.length} transactions are older than 30 s; the oldest is ${oldest.application} (pid ${oldest.pid}), ${oldest.ageSeconds} s.`,
  );
}

function judgeCapacity({ connections: { used, max } }: ChecklistFacts): Verdict {
  const evidence = `${used} of ${max} connections are in use.`;
  return max - used < CONNECTIONS_NEEDED
    ? fail(`${evidence} The deployment needs ${CONNECTIONS_NEEDED}.`)
    : pass(evidence);
}

function judgeApprovers({ approvals: { required, approvers }, requester }: ChecklistFacts): Verdict {
  if (required === 0) return pass('This environment asks nobody.');
  const eligible = approvers.filter((id) => id !== requester.id).length;
  if (approvers.length > 0 && eligible < required)
    return fail(
      `${required} approvals are required and only ${eligible} of the approvers are not ${requester.name}, who asked.`,
    );
  return pass(
    `${required} approval${required === 1 ? '' : 's'} by ${approvers.length > 0 ? `${eligible} named people` : `anyone but ${requester.name}`}.`,
  );
}

function judgeContacts({ contacts }: ChecklistFacts): Verdict {
  const names = Object.keys(contacts);
  return names.length > 0 ? pass(names.join(', ')) : warn('No contacts are configured; nobody knows whom to call.');
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`;
}
