import { as, hasOption, relationOf } from '../statements/ast';
import type { ParsedStatement } from '../../adapters/sql-parser';
import type { Finding, Hazard, HazardContext } from './hazard';
import { oneLine, quoteName } from './sql';

export const hazard: Hazard = {
  id: 'vacuum-full-cluster-reindex',
  docs: 'https://www.postgresql.org/docs/current/routine-vacuuming.html',
  onlineForm: true,
  left: 'Rebuilt concurrently it needs room for both indexes and waits for every older transaction.',
  on: ['ClusterStmt', 'ReindexStmt', 'VacuumStmt'],
  detect(statement, context) {
    return [...rewrites(statement, context), ...reindexes(statement, context)];
  },
};

function rewrites({ node }: ParsedStatement, context: HazardContext): Finding[] {
  const vacuum = as(node, 'VacuumStmt');
  const cluster = as(node, 'ClusterStmt');
  if (!cluster && !(vacuum?.is_vacuumcmd && hasOption(vacuum.options, 'full'))) return [];
  const tables = context.facts.locks.map(({ relation }) => relation);
  if (tables.length === 0)
    return [
      {
        severity: 'danger',
        message: `${context.facts.kind} rewrites every table of the database, each under ACCESS EXCLUSIVE.`,
        saferSql: null,
      },
    ];
  return tables.flatMap((table) =>
    context.whileBusy(table, 'rewrite', (howLong) => ({
      message: `${context.facts.kind} holds ACCESS EXCLUSIVE on ${table} ${howLong}. Nobody can read or write it. pg_repack, or plain VACUUM, does it while the table is in use.`,
      saferSql: vacuum ? `VACUUM (ANALYZE) ${quoteName(table)};` : null,
    })),
  );
}

function reindexes({ node, text }: ParsedStatement, context: HazardContext): Finding[] {
  const reindex = as(node, 'ReindexStmt');
  if (!reindex || hasOption(reindex.params, 'concurrently')) return [];
  const name = relationOf(reindex.relation);
  const table = (reindex.kind === 'REINDEX_OBJECT_INDEX' ? context.schema.index(name)?.table : name) ?? name;
  return context.whileBusy(table, 'index', (howLong) => ({
    message: `REINDEX without CONCURRENTLY stops writes to ${table || 'every table'}, and nearly all reads, because a query's plan looks at every index of its tables, ${howLong}.`,
    saferSql: `${oneLine(text).replace(/\b(TABLE|INDEX|SCHEMA|DATABASE)\b(?!\s*\()/i, '$1 CONCURRENTLY')};`,
  }));
}
