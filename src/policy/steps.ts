/** What a plan says of one of its steps. Pure. */
import type { Plan, PlannedMigration, PlanStep } from '../contract';

/** In their order. */
export function migrationsIn(plan: Plan, step: PlanStep): PlannedMigration[] {
  return plan.migrations.filter(({ name }) => step.migrations.includes(name));
}

export function isLastStep({ steps }: Plan, { index }: PlanStep): boolean {
  return index === steps.length - 1;
}
