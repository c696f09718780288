/** REINDEX -> REINDEX CONCURRENTLY: the old index serves until the new one is built. */
import type { ReindexStmt } from '@pgsql/types';
import { as, hasOption, relationOf } from '../statements/ast';
import { withoutComments } from '../statements/scan';
import { insertAfter, single, type OnlineForm } from './piece';
import { isPartitioned } from './surroundings';

export const reindex: OnlineForm = {
  pieces(statement) {
    const rebuilt = ordinary(statement.node);
    if (!rebuilt) return null;
    const head = /^\s*REINDEX\s*(?:\([^)]*\)\s*)?(?:TABLE|INDEX)\b/i;
    const text = insertAfter(statement.text, withoutComments(statement.text), head, 'CONCURRENTLY');
    const params = [
      ...(rebuilt.params ?? []),
      { DefElem: { defname: 'concurrently', defaction: 'DEFELEM_UNSPEC' as const } },
    ];
    return [single(statement, text, { ReindexStmt: { ...rebuilt, params } })];
  },
  refusal({ node }, { schema, tables }) {
    const rebuilt = ordinary(node);
    if (!rebuilt) return null;
    const name = relationOf(rebuilt.relation);
    const table = rebuilt.kind === 'REINDEX_OBJECT_INDEX' ? schema.index(name)?.table : name;
    if (table === undefined) return 'the table of the index is not known';
    if (isPartitioned(table, { schema, tables })) return `${table} is partitioned`;
    const excludes = schema.table(table)?.constraints.some(({ kind }) => kind === 'exclusion');
    return excludes ? 'PostgreSQL does not rebuild the index of an exclusion constraint concurrently' : null;
  },
};

function ordinary(node: Parameters<typeof as>[0]): ReindexStmt | null {
  const rebuilt = as(node, 'ReindexStmt');
  if (!rebuilt || hasOption(rebuilt.params, 'concurrently')) return null;
  return rebuilt.kind === 'REINDEX_OBJECT_TABLE' || rebuilt.kind === 'REINDEX_OBJECT_INDEX' ? rebuilt : null;
}
