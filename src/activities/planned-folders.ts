import { readMigrations, type MigrationFolder } from '../adapters/migration-files';
import { withSession } from '../adapters/postgres';
import { SCRATCH_APPLICATION } from '../adapters/scratch';
import { sessionRoles } from '../adapters/session-roles';
import { parseScript } from '../adapters/sql-parser';
import type { ExecutionForm, PlannedMigration, PlanStep } from '../contract';
import { toStatements } from '../planner/parsing';
import { leftOut, type LeftOut } from '../policy/left-out';
import { AS_WRITTEN } from '../policy/segments';
import type { BenchScript } from './workbench';

/** The project's files by name, each with the form that production will run it in, and what of it does not run on a copy. */
export type PlannedFolders = Map<string, MigrationFolder & { form: ExecutionForm; leftOut: LeftOut[] }>;

/**
 * The parser must be loaded.
 * @param scratchUrl of the server that the copies are on.
 */
export async function plannedFolders(
  dir: string,
  migrations: Pick<PlannedMigration, 'name' | 'form'>[],
  scratchUrl: string,
): Promise<PlannedFolders> {
  const forms = new Map(migrations.map(({ name, form }) => [name, form]));
  const folders = readMigrations(dir);
  const roles = await withSession(scratchUrl, { applicationName: SCRATCH_APPLICATION }, sessionRoles);
  const scripts = folders.map((folder) => ({ migration: folder.name, statements: toStatements(folder) }));
  const left = leftOut(scripts, roles, parseScript);
  return new Map(
    folders.map((folder) => {
      const own = left.filter(({ migration }) => migration === folder.name);
      return [folder.name, { ...folder, form: forms.get(folder.name) ?? AS_WRITTEN, leftOut: own }];
    }),
  );
}

export function scriptsOf({ migrations }: PlanStep, folders: PlannedFolders): BenchScript[] {
  return migrations.map((name) => {
    const { sql = '', form = AS_WRITTEN, leftOut: own = [] } = folders.get(name) ?? {};
    return { title: name, sql, form, leftOut: own };
  });
}

/** What the steps do that their rehearsal does not, in their order. */
export function leftOutOf(steps: PlanStep[], folders: PlannedFolders): LeftOut[] {
  return steps.flatMap(({ migrations }) => migrations.flatMap((name) => folders.get(name)?.leftOut ?? []));
}
