/** A deployment as a living list: one frame of `watch`, and the whole of `status`. Pure. */
import type { DeploymentRef } from '../../client';
import type { AuditEntry, DeploymentStatus, Phase, PhaseProgress, StepProgress } from '../../contract';
import { standing } from '../../policy/approval';
import { tellingFigures } from '../../policy/telling';
import { bytes, duration, elapsed, moment } from '../../report/format';
import { plural } from '../../policy/words';
import type { Colors } from '../cli';
import { isWaitingForApproval } from '../exit-codes';
import { progressText } from './progress';
import { plain } from './text';

export interface FrameInput {
  ref: DeploymentRef;
  status: DeploymentStatus;
  now: Date;
  /** Counts redraws: turns the spinner. */
  tick: number;
  colors: Colors;
}

export interface Frame {
  lines: string[];
  /** Index of the line where something happens: kept in sight when the window is low. */
  focus: number;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const NAME_WIDTH = 11;
const ROLLBACK_PHASES: Phase[] = ['inspect', 'approve', 'compensate', 'report'];

export function frame(input: FrameInput): Frame {
  const { ref, status } = input;
  const lines = [header(input), ''];
  let focus = lines.length;
  for (const phase of status.phases) {
    if (isHidden(phase, ref.kind)) continue;
    if (phase.state === 'running' || phase.state === 'failed') focus = lines.length;
    lines.push(phaseLine(phase, input), ...below(phase, input));
  }
  return { lines, focus };
}

/** A rollback goes through few phases, and a deployment without trouble has no `compensate`. */
function isHidden({ phase, state }: PhaseProgress, kind: DeploymentRef['kind']): boolean {
  if (kind === 'rollback') return !ROLLBACK_PHASES.includes(phase);
  return phase === 'compensate' && (state === 'pending' || state === 'skipped');
}

function header({ ref, status, now, colors }: FrameInput): string {
  const what = ref.kind === 'rollback' ? 'Rollback' : 'Deployment';
  const ended = status.outcome
    ? status.phases
        .map((phase) => phase.endedAt)
        .filter((at) => at !== null)
        .sort()
        .at(-1)
    : undefined;
  const ms = Math.max(0, Date.parse(ended ?? now.toISOString()) - ref.startedAt.getTime());
  const asked = `asked for by ${plain(status.input.requester.name)}`;
  return `${colors.bold(`${what} ${ref.deploymentId}`)} of ${colors.bold(`${ref.environment}/${ref.target}`)}, ${asked}, ${duration(ms)}`;
}

function phaseLine(phase: PhaseProgress, { now, tick, colors }: FrameInput): string {
  const took = phase.startedAt === null ? null : elapsed(phase.startedAt, phase.endedAt ?? now.toISOString());
  const time = took === null || phase.state === 'skipped' ? '' : duration(took);
  const detail = phase.detail === null ? '' : `  ${plain(phase.detail)}`;
  const name = phase.state === 'running' ? colors.bold(phase.phase.padEnd(NAME_WIDTH)) : phase.phase.padEnd(NAME_WIDTH);
  return `  ${mark(phase.state, tick, colors)} ${name}${time.padStart(9)}${colors.dim(detail)}`.trimEnd();
}

function mark(state: PhaseProgress['state'] | StepProgress['state'], tick: number, colors: Colors): string {
  switch (state) {
    case 'done':
    case 'applied':
      return colors.green('✓');
    case 'failed':
      return colors.red('✗');
    case 'running':
      return colors.cyan(SPINNER[tick % SPINNER.length] ?? '');
    case 'reversed':
      return colors.yellow('↺');
    case 'skipped':
      return colors.dim('–');
    case 'pending':
      return colors.dim('·');
  }
}

function below(phase: PhaseProgress, input: FrameInput): string[] {
  return [...belowAlways(phase, input), ...(phase.state === 'running' ? progressLines(input) : [])];
}

function progressLines({ status: { progress }, colors }: FrameInput): string[] {
  return progress === null ? [] : [`      ${colors.dim(plain(progressText(progress)))}`];
}

function belowAlways(phase: PhaseProgress, input: FrameInput): string[] {
  if (phase.phase === 'migrate' && phase.state !== 'pending')
    return input.status.steps.flatMap((step) => stepLines(step, input));
  if (phase.phase === 'approve') return approvalLines(input, phase.state === 'running');
  if (phase.phase === 'compensate') return approvalLines(input, isWaitingForApproval(input.status));
  return [];
}

function stepLines(step: StepProgress, { tick, colors }: FrameInput): string[] {
  const time =
    step.durationMs === null || step.state === 'reversed' ? '' : colors.dim(`  ${duration(step.durationMs)}`);
  // Migrations that share a step land together: the time stands at the last one.
  return step.migrations.map((name, index) => {
    const isLast = index === step.migrations.length - 1;
    return `      ${mark(step.state, tick, colors)} ${plain(name)}${isLast ? time : ''}`;
  });
}

function approvalLines({ ref, status, colors }: FrameInput, running: boolean): string[] {
  if (!running) return [];
  const decided = status.audit.map((entry) => `      ${colors.dim(decisionText(entry))}`);
  return isWaitingForApproval(status)
    ? [...decided, ...waitingText(ref, status).map((line) => `      ${colors.yellow(line)}`)]
    : decided;
}

/** What is asked, of whom, and how to answer. */
export function waitingText(ref: DeploymentRef, status: DeploymentStatus): string[] {
  const { approval, audit, input } = status;
  if (!approval) return [];
  const missing = approval.required - standing(approval, audit).approvals;
  const requester = plain(input.requester.name);
  return [
    `waiting for ${plural(missing, 'approval')} from somebody other than ${requester}, until ${moment(approval.expiresAt)}`,
    ...(approval.note === null ? [] : [plain(approval.note)]),
    ...(status.rehearsal ? tellingFigures(status.rehearsal, { duration, bytes }) : []).map(({ text }) => plain(text)),
    `lockkeeper approve ${ref.deploymentId}`,
    `lockkeeper reject ${ref.deploymentId} --reason "..."`,
  ];
}

export function decisionText({ person, verdict, accepted, reason }: AuditEntry): string {
  const said = { approve: 'approved', reject: 'rejected', abort: 'aborted' }[verdict];
  const why = reason === null || reason === '' ? '' : `: ${plain(reason)}`;
  return accepted ? `${plain(person.name)} ${said}${why}` : `${plain(person.name)} was refused (${verdict})${why}`;
}
