/** The phases before production is written to: from what there is to what people have agreed upon. */
import { sleep } from '@temporalio/workflow';
import type { ApprovalRequest, Outcome, RehearsalSummary, TargetFacts } from '../contract';
import { bindingOf } from '../policy/approval';
import { rehearsalCaveat } from '../policy/telling';
import { msUntilOpen } from '../policy/window';
import { heavy, read } from './activity-options';
import type { ApprovalGate } from './approval-gate';
import type { Run } from './run';
import { plural } from '../policy/words';

export async function inspect(run: Run): Promise<TargetFacts> {
  const say = ({ pending, database }: TargetFacts): string => `${pending.length} pending on ${database}`;
  const options = { summary: `${run.input.environment}/${run.input.target}` };
  const facts = await run.phase('inspect', () => heavy.inspect.executeWithOptions(options, [run.input]), say);
  run.status.facts = facts;
  run.instance = facts.instance;
  return facts;
}

export async function makePlan(run: Run): Promise<void> {
  await run.phase('plan', async () => {
    const { facts } = run.status;
    const options = { summary: `${facts?.pending.length ?? 0} pending` };
    const asked: Parameters<typeof read.plan> = [run.input, facts?.schemaFingerprint ?? null];
    const { plan, checklist, contacts } = await read.plan.executeWithOptions(options, asked);
    const steps = plan.steps.map((step) => ({ ...step, state: 'pending' as const, durationMs: null, waits: [] }));
    Object.assign(run.status, { plan, checklist, contacts, steps });
    run.announced = plan.slack;
  });
}

/** @returns why the deployment may not go on; null when it may. */
export async function judgeChecklist(run: Run): Promise<string | null> {
  const { checklist } = run.status;
  const say = (): string => `${checklist.length} checks`;
  const failed = await run.phase(
    'checklist',
    () => Promise.resolve(checklist.filter(({ status }) => status === 'fail')),
    say,
  );
  if (failed.length === 0) return null;
  return `Blocked by the checklist: ${failed.map(({ title, evidence }) => `${title}: ${evidence}`).join(' ')}`;
}

export async function backup(run: Run, round: number): Promise<void> {
  const { plan, facts } = run.known;
  // An earlier plan's backup is not this one's.
  run.status.backup = null;
  if (!plan.backup) return run.skip('backup', 'switched off for this environment');
  const options = { summary: `pg_dump of ${facts.database}` };
  const dump = (): ReturnType<typeof heavy.backup> => heavy.backup.executeWithOptions(options, [run.input, round]);
  run.status.backup = await run.phase('backup', dump, ({ id }) => id);
}

export async function rehearse(run: Run): Promise<void> {
  const { rehearsal, steps, migrations } = run.known.plan;
  const request = { rehearsal, steps, migrations: migrations.map(({ name, form }) => ({ name, form })) };
  const options = { summary: `${plural(migrations.length, 'migration')} on a copy` };
  run.status.rehearsal = await run.phase(
    'rehearse',
    () => heavy.rehearse.executeWithOptions(options, [run.input, request, run.status.backup]),
    rehearsalText,
  );
}

function rehearsalText({ mode, reversible }: RehearsalSummary): string {
  if (mode === 'off') return 'off';
  return `${REHEARSED_ON[mode]}; ${reversible ? 'every step can be undone' : 'not every step can be undone'}`;
}

const REHEARSED_ON = {
  full: 'on the restored backup',
  sample: 'on a sample of the restored backup',
  'schema-only': 'on the schema alone',
};

/** @returns how the deployment ends; null when people approve. */
export async function approve(run: Run, people: ApprovalGate): Promise<Outcome | null> {
  const { plan } = run.known;
  const verdict = await run.phase('approve', () => people.ask(request(run), plan.approval.expiryMs));
  if (verdict === 'approved') return null;
  const why = verdict === 'rejected' ? `${rejection(run)} Nothing was migrated.` : NOBODY_DECIDED;
  return run.end(verdict, why);
}

const NOBODY_DECIDED = 'Nobody decided in time; nothing was migrated.';

/** Bound to everything that was shown: the plan, the schema it was made for, and the backup that would undo it. */
function request(run: Run): Omit<ApprovalRequest, 'requestedAt' | 'expiresAt'> {
  const { plan, facts } = run.known;
  const bindingDigest = bindingOf(plan.digest, facts.schemaFingerprint, run.status.backup?.sha256 ?? null);
  const { rehearsal } = run.status;
  const irreversible = rehearsal?.reversals.filter(({ proven }) => !proven).length ?? 0;
  const notes = [
    rehearsal && rehearsalCaveat(rehearsal),
    irreversible > 0 ? `${plural(irreversible, 'step')} without a proven reversal.` : null,
  ].filter((note) => note !== null);
  return { kind: 'deploy', bindingDigest, required: plan.approval.required, note: notes.join(' ') || null };
}

function rejection({ status }: Run): string {
  const entry = status.audit.findLast(({ verdict, accepted }) => verdict === 'reject' && accepted);
  return `Rejected by ${entry?.person.name ?? 'somebody'}${entry?.reason ? `: ${entry.reason}.` : '.'}`;
}

export async function awaitWindow(run: Run): Promise<void> {
  const { window } = run.known.plan;
  if (!window) return run.skip('window', 'none is configured');
  await run.phase('window', async () => {
    // A timer that fires while no worker is up is heard of later: what opened then may be closed by now.
    for (let wait = msUntilOpen(Date.now(), window); wait > 0; wait = msUntilOpen(Date.now(), window)) {
      run.tell(`opens ${new Date(Date.now() + wait).toISOString()}`);
      await sleep(wait, { summary: 'the maintenance window opens' });
    }
  });
}

/** True where none is configured. */
export function windowIsOpen({ known }: Run): boolean {
  const { window } = known.plan;
  return !window || msUntilOpen(Date.now(), window) === 0;
}

/** @returns what changed since the plan was shown, in words; null when nothing did. */
export function recheck(run: Run): Promise<string | null> {
  const { plan, facts } = run.known;
  const approved = { planDigest: plan.digest, schemaFingerprint: facts.schemaFingerprint, backup: run.status.backup };
  const options = { summary: 'is everything as it was approved?' };
  return run.phase('recheck', () => heavy.recheck.executeWithOptions(options, [run.input, approved]));
}
