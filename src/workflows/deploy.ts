/** A deployment, as its story. */
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { ApprovalRequest, DeployInput, MetricSample, Outcome, Plan, TargetFacts } from '../contract';
import { FailureType, permanent } from '../errors';
import { bindingOf } from '../policy/approval';
import { judgeSamples, thresholdText } from '../policy/thresholds';
import { msUntilOpen } from '../policy/window';
import { apply, heavy, read } from './activity-options';
import { Announcer } from './announcer';
import { ApprovalGate } from './approval-gate';
import { conclude, undoAfter } from './conclude';
import { Run } from './run';

/** Plans that people approved and that reality overtook, before a deployment gives up. */
const MAX_ROUNDS = 5;
/** Bounds a deployment's history, however long it watches. */
const MAX_SAMPLES = 120;

export async function deploy(input: DeployInput): Promise<Outcome> {
  const run = new Run(input);
  const people = new ApprovalGate(run);
  const announcer = new Announcer(run);
  let outcome: Outcome;
  try {
    outcome = await people.stoppableRun(() => story(run, people));
  } catch (error) {
    outcome = await CancellationScope.nonCancellable(() => undoAfter(error, run, people));
  }
  return CancellationScope.nonCancellable(() => conclude(outcome, run, announcer));
}

async function story(run: Run, people: ApprovalGate): Promise<Outcome> {
  for (let round = 1; ; round++) {
    const early = await prepare(run, people, round);
    if (early) return early;
    const changed = await run.phase('recheck', () => recheck(run));
    if (changed === null) break;
    if (round === MAX_ROUNDS) throw permanent(FailureType.Changed, `${changed} That was plan ${round}; deploy again when the project is at rest.`);
    run.tell(`${changed} The approval is void; planning again.`);
  }
  await run.phase('migrate', () => migrate(run));
  await run.phase('verify', () => verify(run));
  await run.phase('monitor', () => monitor(run));
  const { plan } = known(run);
  return run.end('deployed', `${plan.migrations.length} migrations deployed to ${run.input.environment}/${run.input.target}; ${monitorText(run)}`);
}

/** Everything before production is written to. Resolves to how it ended, when it ends here. */
async function prepare(run: Run, people: ApprovalGate, round: number): Promise<Outcome | null> {
  const { input, status } = run;
  const facts = (status.facts = await run.phase('inspect', () => read.inspect(input)));
  if (facts.pending.length === 0) return run.end('up-to-date', `Nothing to deploy: all ${facts.appliedMigrations} migrations are applied.`);
  const { plan, checklist } = await run.phase('plan', () => read.plan(input));
  Object.assign(status, { plan, checklist, steps: plan.steps.map(({ index, migrations }) => ({ index, migrations, state: 'pending', durationMs: null })) });
  const failed = await run.phase('checklist', () => Promise.resolve(checklist.filter((check) => check.status === 'fail')));
  if (failed.length > 0) return run.end('blocked', `Blocked by the checklist: ${failed.map(({ title, evidence }) => `${title}: ${evidence}`).join(' ')}`);
  if (plan.backup) status.backup = await run.phase('backup', () => heavy.backup.executeWithOptions({ summary: `pg_dump of ${facts.database}` }, [input, round]));
  else run.skip('backup', 'switched off for this environment');
  status.rehearsal = await run.phase('rehearse', () => heavy.rehearse.executeWithOptions({ summary: `${plan.migrations.length} migrations on a copy` }, [input, plan, status.backup]));
  const answer = await run.phase('approve', () => people.ask(request(run), plan.approval.expiryMs));
  if (answer !== 'approved') return run.end(answer, answer === 'expired' ? 'Nobody decided in time; nothing was migrated.' : `${rejection(run)} Nothing was migrated.`);
  await awaitWindow(run, plan);
  return null;
}

/** Bound to everything that was shown: the plan, the schema it was made for, and the backup that would undo it. */
function request(run: Run): Omit<ApprovalRequest, 'requestedAt' | 'expiresAt'> {
  const { plan, facts } = known(run);
  const bindingDigest = bindingOf(plan.digest, facts.schemaFingerprint, run.status.backup?.sha256 ?? null);
  const irreversible = run.status.rehearsal?.reversals.filter(({ proven }) => !proven).length ?? 0;
  return { kind: 'deploy', bindingDigest, required: plan.approval.required, note: irreversible > 0 ? `${irreversible} step(s) have no proven reversal.` : null };
}

function rejection(run: Run): string {
  const entry = run.status.audit.findLast(({ verdict, accepted }) => verdict === 'reject' && accepted);
  return `Rejected by ${entry?.person.name ?? 'somebody'}${entry?.reason ? `: ${entry.reason}.` : '.'}`;
}

async function awaitWindow(run: Run, { window }: Plan): Promise<void> {
  if (!window) return run.skip('window', 'none is configured');
  await run.phase('window', async () => {
    const wait = msUntilOpen(Date.now(), window);
    if (wait > 0) {
      run.tell(`opens ${new Date(Date.now() + wait).toISOString()}`);
      await sleep(wait, { summary: 'the maintenance window opens' });
    }
  });
}

function recheck(run: Run): Promise<string | null> {
  const { plan, facts } = known(run);
  return read.recheck(run.input, { planDigest: plan.digest, schemaFingerprint: facts.schemaFingerprint, backup: run.status.backup });
}

async function migrate(run: Run): Promise<void> {
  const { plan, facts } = known(run);
  const { input, status } = run;
  if (!status.rehearsal) throw new Error('A deployment cannot migrate before it is rehearsed.');
  status.baseline = await read.sample(input, null);
  await apply.registerUndo.executeWithOptions({ summary: `${plan.steps.length} reversals` }, [input, plan.steps, status.rehearsal, facts.schemaFingerprint]);
  for (const step of plan.steps) {
    const progress = status.steps[step.index];
    const name = step.migrations.length === 1 ? (step.migrations[0] ?? '') : `${step.migrations[0]} and ${step.migrations.length - 1} more`;
    const migrations = plan.migrations.filter((migration) => step.migrations.includes(migration.name)).map(({ name: id, checksum }) => ({ name: id, checksum }));
    if (progress) progress.state = 'running';
    run.tell(`${step.index + 1} of ${plan.steps.length}: ${name}`);
    try {
      const { durationMs } = await apply.applyStep.executeWithOptions({ summary: name }, [input, { step, migrations }]);
      if (progress) Object.assign(progress, { state: 'applied', durationMs });
    } catch (error) {
      if (progress) progress.state = 'failed';
      throw error;
    }
  }
}

async function verify(run: Run): Promise<void> {
  run.status.health = await heavy.verify(run.input);
  const failed = run.status.health.filter(({ status }) => status === 'fail');
  if (failed.length > 0) throw permanent(FailureType.HealthCheck, failed.map(({ name, evidence }) => `${name}: ${evidence}`).join(' '));
}

async function monitor(run: Run): Promise<void> {
  const { plan } = known(run);
  const { durationMs, intervalMs, thresholds } = plan.monitor;
  const every = Math.max(intervalMs, Math.ceil(durationMs / MAX_SAMPLES));
  const samples: MetricSample[] = [];
  for (let left = durationMs; ; left -= every) {
    samples.push(await sample(run, samples.at(-1) ?? run.status.baseline));
    const summary = (run.status.monitor = judgeSamples(samples, thresholds, run.status.baseline));
    const critical = summary.breaches.findLast(({ threshold }) => threshold.level === 'critical');
    if (summary.verdict === 'breached' && critical) {
      throw permanent(FailureType.ThresholdBreached, `${thresholdText(critical.threshold)}: it was ${critical.value}${critical.threshold.unit} twice in a row.`);
    }
    if (left <= 0) return;
    run.tell(`${Math.ceil(left / 1000)} s to watch, ${summary.breaches.length} breaches`);
    await sleep(Math.min(every, left), { summary: `sample ${samples.length + 1}` });
  }
}

/** A sample that cannot be taken is no data, and no data is inconclusive. */
async function sample(run: Run, previous: MetricSample | null): Promise<MetricSample> {
  try {
    return await read.sample(run.input, previous?.counters ?? null);
  } catch (error) {
    if (isCancellation(error)) throw error;
    run.tell(run.failure(error).message);
    return { at: new Date().toISOString(), values: {}, counters: previous?.counters ?? { commits: 0, rollbacks: 0 } };
  }
}

function monitorText({ status: { monitor: summary } }: Run): string {
  if (!summary) return 'not watched.';
  const without = summary.withoutData.length > 0 ? `, no data for ${summary.withoutData.join(', ')}` : '';
  return `watched: ${summary.verdict} over ${summary.samples.length} samples${without}.`;
}

/** @throws Error when the story is told out of order. */
function known({ status: { plan, facts } }: Run): { plan: Plan; facts: TargetFacts } {
  if (!plan || !facts) throw new Error('A deployment cannot go on before it is planned.');
  return { plan, facts };
}
