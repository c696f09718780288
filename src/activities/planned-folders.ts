import { readMigrations, type MigrationFolder } from '../adapters/migration-files';
import type { ExecutionForm, PlannedMigration, PlanStep } from '../contract';
import { AS_WRITTEN } from '../policy/segments';
import type { BenchScript } from './workbench';

/** The project's files by name, each with the form that production will run it in. */
export type PlannedFolders = Map<string, MigrationFolder & { form: ExecutionForm }>;

export function plannedFolders(dir: string, migrations: Pick<PlannedMigration, 'name' | 'form'>[]): PlannedFolders {
  const forms = new Map(migrations.map(({ name, form }) => [name, form]));
  return new Map(
    readMigrations(dir).map((folder) => [folder.name, { ...folder, form: forms.get(folder.name) ?? AS_WRITTEN }]),
  );
}

export function scriptsOf({ migrations }: PlanStep, folders: PlannedFolders): BenchScript[] {
  return migrations.map((name) => {
    const { sql = '', form = AS_WRITTEN } = folders.get(name) ?? {};
    return { title: name, sql, form };
  });
}
