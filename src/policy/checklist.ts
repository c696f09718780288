/** The pre-deployment checks: facts in, a verdict with its evidence out. A failed check stops before anything is written. */
import type { BlockLevel, CheckResult, HazardFinding, RehearsalMode } from '../contract';
import { blockingHazards } from './blocking';
import { roomNeeded } from './backup-room';
import { judgeOrder, type EarlierEnvironment } from './earlier';
import { judgePeople, type PeopleFacts } from './people';
import { restoresRows } from './sampling';
import { plural, some } from './words';
import type { Drift, MigrationPlan } from './plan';

export interface ChecklistFacts extends PeopleFacts {
  environment: string;
  database: string;
  serverVersion: string;
  serverMajor: number;
  appliedMigrations: number;
  pending: number;
  hazards: HazardFinding[];
  /** The environment refuses what a developer may do: drift stops a deployment there. */
  protected: boolean;
  drift: Drift;
  /** Null where no environment comes first. */
  earlier: EarlierEnvironment | null;
  /** Of each pending migration. */
  reversals: ({ name: string } & MigrationPlan['reversal'])[];
  /** What of the pending migrations reaches beyond the database, in words; null where nothing does. */
  beyond: string | null;
  /** Bytes of the tables that are rewritten: each needs room for a second copy meanwhile. */
  rewriteBytes: number;
  /** False where other sessions hide their age from the role. */
  seesAllActivity: boolean;
  /** Seconds that the slowest replica is behind; null without one. */
  lagSeconds: number | null;
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
    /** Another tool takes it: it cannot be restored here. */
    external: boolean;
  } | null;
  databaseBytes: number;
  rehearsal: RehearsalMode;
  /** Tables that mode `sample` restores in part. */
  sampled: string[];
  rehearsalServer: RehearsalServer;
  canKeepLedger: boolean;
  /** The schema of the target's URL. */
  schema: string;
  canCreateTables: boolean;
  role: string;
  longTransactions: { pid: number; application: string; ageSeconds: number }[];
  connections: { used: number; max: number };
}

/** The server that has the scratch databases. */
export interface RehearsalServer {
  /** Environment variable that names it; null for the target's own. */
  variable: string | null;
  role: string;
  canCreateDatabase: boolean;
  /** What keeps it from rehearsing, in a sentence; null when nothing does. */
  unfit: string | null;
}

type Verdict = Pick<CheckResult, 'status' | 'evidence'>;
const pass = (evidence: string): Verdict => ({ status: 'pass', evidence });
const warn = (evidence: string): Verdict => ({ status: 'warn', evidence });
const fail = (evidence: string): Verdict => ({ status: 'fail', evidence });

const CONNECTIONS_NEEDED = 8;

const CHECKS: { id: string; title: string; judge: (facts: ChecklistFacts) => Verdict }[] = [
  { id: 'environment', title: 'Right environment, primary server and rights', judge: judgeEnvironment },
  { id: 'history', title: 'Migration history is clean and in order', judge: judgeHistory },
  { id: 'no-drift', title: 'The schema is what its migrations make', judge: judgeDrift },
  { id: 'hazards', title: 'Hazards are within the policy', judge: judgeHazards },
  { id: 'backup', title: 'A backup can be taken', judge: judgeBackup },
  { id: 'rehearsal', title: 'The deployment is rehearsed first', judge: judgeRehearsal },
  { id: 'rollback', title: 'A way back is known for each migration', judge: judgeRollback },
  { id: 'activity', title: 'Nothing long-running is in the way now', judge: judgeActivity },
  { id: 'capacity', title: 'Connections and disk suffice', judge: judgeCapacity },
  { id: 'people', title: 'Approvers in reach, window and contacts set', judge: judgePeople },
];

/** All ten, in their order. */
export function runChecklist(facts: ChecklistFacts): CheckResult[] {
  return CHECKS.map(({ id, title, judge }) => ({ id, title, ...judge(facts) }));
}

function judgeHazards({ hazards, block }: ChecklistFacts): Verdict {
  const dangers = hazards.filter((hazard) => hazard.severity === 'danger' && hazard.handledBy === null).length;
  const warnings = hazards.filter((hazard) => hazard.severity === 'warning').length;
  const evidence = `${plural(dangers, 'dangerous statement')}, ${plural(warnings, 'warning')}; the plan lists each with its safe form.`;
  const stopped = blockingHazards(hazards, block).length;
  if (stopped > 0)
    return fail(`${evidence} policy.block: ${block} stops ${stopped} of them; rewrite or allow each with its reason.`);
  return dangers > 0 ? warn(evidence) : pass(evidence);
}

function judgeEnvironment({
  environment,
  database,
  serverVersion,
  canKeepLedger,
  canCreateTables,
  schema,
  role,
}: ChecklistFacts): Verdict {
  if (!canCreateTables)
    return fail(`Role ${role} may not create tables in schema ${schema}; grant CREATE on the schema to it.`);
  if (!canKeepLedger) return fail(`Role ${role} may not create schema lockkeeper; grant CREATE on the database to it.`);
  return pass(
    `${environment} is database ${database} on a PostgreSQL ${serverVersion} primary; role ${role} may create tables and keep its records.`,
  );
}

function judgeHistory({ appliedMigrations, pending, earlier }: ChecklistFacts): Verdict {
  const evidence = `${appliedMigrations} applied, ${pending} pending; none failed, edited or missing.`;
  if (earlier === null) return pass(evidence);
  const order = judgeOrder(earlier);
  return { status: order.status, evidence: `${evidence} ${order.evidence}`.trim() };
}

function judgeDrift({ drift, protected: isProtected }: ChecklistFacts): Verdict {
  if (drift.unknown !== null) return warn(`Whether the schema has drifted could not be told: ${drift.unknown}.`);
  if (drift.sql === null) return pass('The live schema is what the applied migrations make.');
  const evidence = `The live schema differs from what the applied migrations make by ${drift.statements} statements, which "lockkeeper plan" prints; put them into a migration and record it as applied, or undo them.`;
  return isProtected ? fail(evidence) : warn(evidence);
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

function judgeRehearsal(facts: ChecklistFacts): Verdict {
  const { status, evidence } = judgeCopies(facts);
  const { rehearsal, beyond } = facts;
  if (beyond === null || rehearsal === 'off' || status === 'fail') return { status, evidence };
  return warn(`${evidence} Not rehearsed, because it reaches beyond the database: ${beyond}.`);
}

function judgeCopies({ rehearsal, sampled, backup, rehearsalServer }: ChecklistFacts): Verdict {
  if (rehearsal === 'off') return warn('Rehearsal is off: durations and reversals are not proven before production.');
  const { variable, role, canCreateDatabase, unfit } = rehearsalServer;
  const where = variable === null ? '' : ` on the server of ${variable}`;
  if (unfit !== null) return fail(unfit);
  if (!canCreateDatabase)
    return fail(
      `Role ${role} may not create the scratch database of the rehearsal${where}; grant CREATEDB or set rehearsal: off.`,
    );
  if (rehearsal !== 'schema-only' && backup?.external)
    return warn(
      'Another tool takes the backup (backup.store.external): the migrations run on a copy of the schema only.',
    );
  if (rehearsal === 'sample' && backup && sampled.length > 0)
    return warn(
      `The backup is restored${where} with a sample of ${some(sampled)} (rehearsal.sampleAbove), and the migrations run on it first: times are estimates, and rows that are left out are counted on the live database where a query can tell.`,
    );
  return pass(
    restoresRows(rehearsal)
      ? `The backup is restored${where} and the migrations run on it first.`
      : `The migrations run on a copy of the schema${where} first.`,
  );
}

function judgeRollback({ reversals, rehearsal }: ChecklistFacts): Verdict {
  if (reversals.length === 0) return pass('Nothing is pending.');
  const written = reversals.filter(({ kind }) => kind === 'down.sql').length;
  const proof = rehearsal === 'off' ? 'none is proven, and nothing is undone by itself' : 'the rehearsal proves each';
  const none = reversals.filter(({ kind }) => kind === 'none');
  const inverses = reversals.length - written - none.length;
  const without = none.map(({ name, reason }) => ` ${name} has none: ${reason ?? ''}.`).slice(0, 3);
  const others = none.length - without.length;
  const more = others > 0 ? ` So have ${others} more.` : '';
  const evidence = `${written} by down.sql, ${inverses} by the inverses of their statements; ${proof}.${without.join('')}${more}`;
  const lossy = reversals.filter((reversal) => reversal.lossy).map(({ name }) => name);
  if (lossy.length > 0) return warn(`${evidence} What ${some(lossy)} deletes comes back from the backup alone.`);
  return none.length > 0 ? warn(evidence) : pass(evidence);
}

/** A replica further behind than this has something to catch up with before more comes. */
const LAG_SECONDS = 30;

function judgeActivity({ longTransactions, seesAllActivity, lagSeconds }: ChecklistFacts): Verdict {
  const [oldest] = longTransactions;
  const old = oldest
    ? `${plural(longTransactions.length, 'transaction')} older than 30 s, the oldest ${oldest.application} (pid ${oldest.pid}), ${oldest.ageSeconds} s`
    : 'no transaction older than 30 s';
  const lag =
    lagSeconds === null ? 'no replica that reports its lag' : `the slowest replica ${Math.round(lagSeconds)} s behind`;
  const seen = `Right now: ${old}; ${lag}.`;
  if (!seesAllActivity) return warn(`${seen} ${BLIND} Other sessions' transactions and replicas may be hidden.`);
  return oldest || (lagSeconds ?? 0) > LAG_SECONDS ? warn(seen) : pass(seen);
}

/** Without the right PostgreSQL answers with empty columns, which would pass for nothing being there. */
const BLIND = 'The role sees only its own sessions; grant pg_read_all_stats to it to see the others.';

function judgeCapacity({ connections: { used, max }, rewriteBytes, databaseBytes }: ChecklistFacts): Verdict {
  const evidence = `${used} of ${max} connections are in use.`;
  if (max - used < CONNECTIONS_NEEDED) return fail(`${evidence} The deployment needs ${CONNECTIONS_NEEDED}.`);
  if (rewriteBytes === 0) return pass(`${evidence} No table is written a second time.`);
  const room = `${evidence} Tables that are rewritten need ${megabytes(rewriteBytes)} more on the server's disk meanwhile`;
  return rewriteBytes > databaseBytes * LARGE_SHARE
    ? warn(`${room}, which no question to PostgreSQL can find out.`)
    : pass(`${room}.`);
}

/** More of the database than this, written a second time, fills disks. */
const LARGE_SHARE = 0.2;

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`;
}
