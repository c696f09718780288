/** DROP INDEX -> DROP INDEX CONCURRENTLY, one at a time: nobody waits behind a lock that waits for running queries. */
import type { DropStmt } from '@pgsql/types';
import { quote } from '../hazards/sql';
import { as, nameParts } from '../statements/ast';
import { single, type OnlineForm } from './piece';
import { isPartitioned } from './surroundings';

export const dropIndex: OnlineForm = {
  pieces(statement) {
    const drop = indexesDropped(statement.node);
    if (!drop) return null;
    return (drop.objects ?? []).map((object) => {
      const name = nameParts(object).map(quote).join('.');
      const text = `DROP INDEX CONCURRENTLY ${drop.missing_ok ? 'IF EXISTS ' : ''}${name}`;
      return single(statement, text, { DropStmt: { ...drop, concurrent: true, objects: [object] } });
    });
  },
  refusal({ node }, { schema, tables }) {
    const drop = indexesDropped(node);
    if (!drop) return null;
    if (drop.behavior === 'DROP_CASCADE') return 'CASCADE drops more than the index';
    const indexes = (drop.objects ?? []).map((object) => schema.index(nameParts(object).join('.')));
    for (const index of indexes) {
      if (!index) return 'the table of the index is not known';
      const local = index.name.split('.').at(-1);
      if (schema.table(index.table)?.constraints.some(({ name }) => name === local))
        return 'a constraint needs the index';
      if (isPartitioned(index.table, { schema, tables })) return `${index.table} is partitioned`;
    }
    return null;
  },
};

function indexesDropped(node: Parameters<typeof as>[0]): DropStmt | null {
  const drop = as(node, 'DropStmt');
  return drop?.removeType === 'OBJECT_INDEX' && !drop.concurrent ? drop : null;
}
