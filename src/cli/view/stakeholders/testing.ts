/** What has to be tried before, and looked at after. Pure. */
import type { MigrationPlan } from '../../../policy/plan';
import { block } from '../../../report/markdown-text';
import { touched } from './impact';
import { names } from './words';

const MOST_QUERIES = 12;

export function testing(migration: MigrationPlan): string[] {
  const { closed, readOnly, changed } = touched(migration);
  const used = [...new Set([...closed, ...readOnly, ...changed])];
  const made = migration.creates.tables.length;
  return [
    ...dataChecks(migration),
    used.length === 0
      ? ''
      : `After it, on staging: whatever reads or writes ${names(used)}, with the version that runs now.`,
    made === 0 ? '' : 'The new version of the application with the new tables, empty and filled.',
    migration.hazards.some(({ id }) => id === 'index-not-concurrent' || id === 'drop-index')
      ? '`EXPLAIN` of the slow queries that the indexes are for; the time that writes take, which each index adds to.'
      : '',
  ].filter((part) => part !== '');
}

function dataChecks({ statements }: MigrationPlan): string[] {
  const queries = [...new Set(statements.flatMap(({ findRows }) => findRows))];
  if (queries.length === 0) return [];
  const rest = queries.length - MOST_QUERIES;
  const more = rest > 0 ? [`-- and ${rest} more: "lockkeeper plan --json" has them as findRows`] : [];
  const sql = [...queries.slice(0, MOST_QUERIES).map((query) => `${query};`), ...more].join('\n');
  return [
    `Before it, on production's data and read-only: rows that would make it fail. Each must find none, unless the file mends those rows itself first.\n\n${block('sql', sql)}`,
  ];
}
