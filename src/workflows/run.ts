/** What a deployment knows of itself while it runs, and how people see it: query, details, search attributes. */
import { ActivityFailure, ApplicationFailure, rootCause } from '@temporalio/common';
import { defineSearchAttributeKey } from '@temporalio/common/lib/search-attributes';
import {
  isCancellation,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import {
  PHASES,
  SEARCH_ATTRIBUTES,
  type DeployInput,
  type DeploymentStatus,
  type FailureSummary,
  type Outcome,
  type OutcomeStatus,
  type Phase,
  type PhaseProgress,
  type Plan,
  type TargetFacts,
} from '../contract';
import { FailureType } from '../errors';
import { statusQuery } from '../messages';
import { plural } from '../policy/words';

const PHASE_KEY = defineSearchAttributeKey(SEARCH_ATTRIBUTES.phase, 'KEYWORD');
const DATABASE_KEY = defineSearchAttributeKey(SEARCH_ATTRIBUTES.database, 'KEYWORD');
const OUTCOME_KEY = defineSearchAttributeKey(SEARCH_ATTRIBUTES.outcome, 'KEYWORD');

const MARK: Record<PhaseProgress['state'], string> = {
  pending: '○',
  running: '▶',
  done: '✓',
  failed: '✗',
  skipped: '–',
};

export class Run {
  readonly status: DeploymentStatus;
  /** Slack is configured: people are told of changes there. */
  announced = false;
  /** `TargetFacts.instance`, once it is known: by it another deployment of the same database finds this one. */
  instance: string | null = null;
  /** Called after every change that people should see. */
  onChange: () => void = () => undefined;

  constructor(readonly input: DeployInput) {
    this.status = {
      input,
      runId: workflowInfo().runId,
      phase: 'inspect',
      phases: PHASES.map((phase) => ({ phase, state: 'pending', startedAt: null, endedAt: null, detail: null })),
      facts: null,
      plan: null,
      contacts: {},
      checklist: [],
      backup: null,
      rehearsal: null,
      approval: null,
      audit: [],
      steps: [],
      health: [],
      baseline: null,
      monitor: null,
      compensation: null,
      progress: null,
      reports: [],
      outcome: null,
    };
    setHandler(statusQuery, () => this.status);
  }

  /** What the plan and its facts are, once they are. @throws Error when the story is told out of order. */
  get known(): { plan: Plan; facts: TargetFacts } {
    const { plan, facts } = this.status;
    if (!plan || !facts) throw new Error('A deployment cannot go on before it is planned.');
    return { plan, facts };
  }

  /**
   * Runs one phase; what it throws marks the phase as failed and goes on upwards.
   * @param say what stays beside the phase when it is done, from its result.
   */
  async phase<T>(phase: Phase, work: () => Promise<T>, say: (result: T) => string | null = () => null): Promise<T> {
    const progress = this.progress(phase);
    Object.assign(progress, { state: 'running', startedAt: now(), endedAt: null, detail: null });
    this.status.phase = phase;
    const database = this.instance === null ? [] : [{ key: DATABASE_KEY, value: this.instance }];
    upsertSearchAttributes([{ key: PHASE_KEY, value: phase }, ...database]);
    this.changed();
    try {
      const result = await work();
      progress.detail = say(result);
      this.close(progress, 'done');
      return result;
    } catch (error) {
      this.close(progress, 'failed');
      throw error;
    }
  }

  skip(phase: Phase, why: string): void {
    Object.assign(this.progress(phase), { state: 'skipped', detail: why });
  }

  /** A sentence beside the phase that runs. */
  tell(detail: string): void {
    this.progress(this.status.phase).detail = detail;
    this.changed();
  }

  changed(): void {
    setCurrentDetails(this.details());
    this.onChange();
  }

  end(status: OutcomeStatus, summary: string, failure: FailureSummary | null = null): Outcome {
    const { deploymentId, environment, target } = this.input;
    const outcome: Outcome = { deploymentId, environment, target, status, summary, failure };
    this.status.outcome = outcome;
    upsertSearchAttributes([{ key: OUTCOME_KEY, value: status }]);
    for (const progress of this.status.phases)
      if (progress.state === 'pending' && progress.phase !== 'report') progress.state = 'skipped';
    this.changed();
    return outcome;
  }

  /** What went wrong, in the phase that was running. */
  failure(error: unknown): FailureSummary {
    const phase = this.status.phase;
    if (isCancellation(error))
      return { phase, type: FailureType.Aborted, message: 'The workflow was cancelled in Temporal.' };
    const cause = error instanceof ActivityFailure ? error.cause : error;
    if (cause instanceof ApplicationFailure) return { phase, type: cause.type ?? 'Unknown', message: cause.message };
    return { phase, type: 'Unknown', message: rootCause(error) ?? 'Something failed without saying why.' };
  }

  private progress(phase: Phase): PhaseProgress {
    const found = this.status.phases.find((progress) => progress.phase === phase);
    if (!found) throw new Error(`No phase ${phase}.`);
    return found;
  }

  private close(progress: PhaseProgress, state: 'done' | 'failed'): void {
    Object.assign(progress, { state, endedAt: now() });
    this.changed();
  }

  /** Markdown for the Temporal UI. */
  private details(): string {
    const { phases, steps, outcome, approval } = this.status;
    const lines = phases
      .filter(({ state, phase }) => state !== 'pending' || phase !== 'compensate')
      .map(({ phase, state, detail }) => `- ${MARK[state]} **${phase}**${detail ? ` — ${detail}` : ''}`);
    const migrations = steps.map(
      ({ migrations: names, state }) => `  - ${state}: ${names.map((name) => `\`${name}\``).join(', ')}`,
    );
    const at = lines.findIndex((line) => line.includes('**migrate**'));
    lines.splice(at + 1, 0, ...migrations);
    const waiting =
      approval && !outcome
        ? [`\nWaiting for ${plural(approval.required, 'approval')} until ${approval.expiresAt}.`]
        : [];
    return [...(outcome ? [`### ${outcome.status}\n${outcome.summary}\n`] : []), ...lines, ...waiting].join('\n');
  }
}

/** Workflow time, the same on replay. ISO 8601. */
export function now(): string {
  return new Date().toISOString();
}
