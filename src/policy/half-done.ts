/** What an interrupted deployment left, in words, with the command that goes on from there. Pure. */
import type { DeploymentTrace, ScratchTrace, SessionTrace, Traces } from '../adapters/traces';
import { plural } from './words';

export interface HalfDone {
  what: 'deployment' | 'scratch database' | 'session' | 'backup';
  /** `production/main`, or a folder of backups. */
  where: string;
  seen: string;
  /** The command that goes on from there. */
  next: string;
}

/** What Temporal knows. */
export interface Runs {
  /** Deployments and rollbacks that run now, of every target: what is theirs is under way. */
  open: ReadonlySet<string>;
  /** The target's newest run; null when there was none. */
  newest: { deploymentId: string; state: string; outcome: string | null } | null;
}

export interface Place {
  environment: string;
  target: string;
}

/** What nobody is working on any more, and nobody finished. */
export function halfDoneIn(place: Place, { deployments, scratch, sessions }: Traces, runs: Runs): HalfDone[] {
  const isOpen = ({ deployment }: { deployment: string }): boolean => runs.open.has(deployment);
  return [
    // One deployment of a target runs at a time, and a rollback works on the traces of another.
    ...(runs.newest?.state === 'RUNNING' ? [] : deployments.flatMap((trace) => ofDeployment(place, trace, runs))),
    ...scratch.filter((trace) => !isOpen(trace) && trace.sessions === 0).map((trace) => ofScratch(place, trace)),
    ...sessions.filter((trace) => !isOpen(trace)).map((trace) => ofSession(place, trace)),
  ];
}

/** What killed runs left in a folder of backups. */
export function halfDoneBackups(
  folder: string,
  { partials, withoutMeta }: { partials: string[]; withoutMeta: string[] },
): HalfDone[] {
  const finding = (seen: string, next: string): HalfDone => ({ what: 'backup', where: folder, seen, next });
  return [
    ...partials.map((name) =>
      finding(
        `${name} was left by a backup or restore that was killed; the next one removes it.`,
        'lockkeeper backup create',
      ),
    ),
    ...withoutMeta.map((name) =>
      finding(
        `${name} has no .meta, so it is no backup: it was never finished, or is being deleted.`,
        `rm -r '${folder}/${name}'`,
      ),
    ),
  ];
}

function ofDeployment({ environment, target }: Place, { id, migrations }: DeploymentTrace, runs: Runs): HalfDone[] {
  const inPart = migrations.filter(({ applied, marked }) => marked > 0 && !applied);
  const whole = migrations.filter(({ applied, marked }) => marked > 0 && applied);
  const absent = migrations.filter(({ applied, marked }) => marked === 0 && !applied);
  const where = `${environment}/${target}`;
  const options = `--env ${environment} --target ${target}`;
  const rollback = `lockkeeper rollback ${id} ${options}`;
  const finding = (seen: string, next: string): HalfDone => ({ what: 'deployment', where, seen, next });
  const end = endOf(id, runs);
  if (inPart.length === 0 && (whole.length === 0 || absent.length === 0)) {
    const unwatched = whole.length > 0 && runs.newest?.deploymentId === id && runs.newest.outcome === null;
    if (!unwatched) return [];
    return [finding(`Deployment ${id} of ${where} migrated everything and was not verified: it ${end}.`, rollback)];
  }
  const parts = inPart.map(({ name, marked }) => `${name} is there in part (${plural(marked, 'segment')})`);
  const seen = [`${whole.length} of its ${plural(migrations.length, 'migration')} are applied`, ...parts].join(', ');
  // Prisma's engine refuses to go on behind a migration that is there in part.
  const forward = inPart.length === 0 ? ` To go on instead: lockkeeper deploy ${options}.` : '';
  return [finding(`Deployment ${id} of ${where} is half done: ${seen}; it ${end}.${forward}`, rollback)];
}

function endOf(id: string, { newest }: Runs): string {
  if (newest?.deploymentId !== id) return 'is not open any more';
  return newest.outcome === null
    ? `was ended from outside (${newest.state.toLowerCase()})`
    : `ended as ${newest.outcome}`;
}

function ofScratch({ environment, target }: Place, { name, deployment, server }: ScratchTrace): HalfDone {
  const where = server === null ? '' : ` on the server of ${server}`;
  return {
    what: 'scratch database',
    where: `${environment}/${target}`,
    seen: `Database ${name}${where} was left by ${deployment}, which is no open deployment; nobody is connected to it.`,
    next: `DROP DATABASE "${name}"`,
  };
}

function ofSession({ environment, target }: Place, { pid, application, deployment, state }: SessionTrace): HalfDone {
  return {
    what: 'session',
    where: `${environment}/${target}`,
    seen: `Session ${pid} (${application}, ${state}) belongs to ${deployment}, which is no open deployment.`,
    next: `SELECT pg_terminate_backend(${pid})`,
  };
}
