/** What an announcement carries of a status. Pure. */
import type { DeploymentStatus, Plan, RehearsalSummary } from '../contract';

/** Every change of a deployment is announced, and each announcement stays in Temporal's history: only what a message shows goes along. */
export function forAnnouncement(status: DeploymentStatus): DeploymentStatus {
  const { plan, rehearsal } = status;
  return {
    ...status,
    plan: plan && withoutForms(plan),
    rehearsal: rehearsal && withoutProofs(rehearsal),
    steps: status.steps.map((step) => ({ ...step, waits: [] })),
    checklist: [],
    health: [],
    baseline: null,
    monitor: null,
  };
}

function withoutForms(plan: Plan): Plan {
  return {
    ...plan,
    migrations: plan.migrations.map(({ hazards, form, ...migration }) => ({
      ...migration,
      hazards: hazards.map((hazard) => ({ ...hazard, saferSql: null })),
      form: { ...form, busy: [], blocking: [], together: [] },
    })),
  };
}

function withoutProofs(rehearsal: RehearsalSummary): RehearsalSummary {
  const { figures } = rehearsal;
  return { ...rehearsal, reversals: [], figures: figures && { ...figures, budgets: null } };
}
