/** The public projects' migrations of `test/corpus`, and Broxiva's own. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface CorpusProject {
  project: string;
  migrations: { name: string; sql: string }[];
}

const ROOT = path.resolve(__dirname, '../..');
const FOLDERS = {
  broxiva: path.join(ROOT, 'prisma/migrations'),
  ghostfolio: path.join(ROOT, 'test/corpus/ghostfolio/migrations'),
  umami: path.join(ROOT, 'test/corpus/umami/migrations'),
};

/** In the order in which Prisma applies them. */
export function corpusScripts(): CorpusProject[] {
  return Object.entries(FOLDERS).map(([project, folder]) => ({ project, migrations: migrationsIn(folder) }));
}

function migrationsIn(folder: string): CorpusProject['migrations'] {
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, file: path.join(folder, name, 'migration.sql') }))
    .filter(({ file }) => existsSync(file))
    .map(({ name, file }) => ({ name, sql: readFileSync(file, 'utf8') }));
}
