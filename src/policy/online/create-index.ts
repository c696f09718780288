/** CREATE INDEX -> CREATE INDEX CONCURRENTLY: writers go on while it is built. */
import type { IndexStmt } from '@pgsql/types';
import { quote, quoteList, quoteRange } from '../hazards/sql';
import { all, as, relationOf } from '../statements/ast';
import { indexName } from '../statements/create';
import { withoutComments } from '../statements/scan';
import { fitsName, insertAfter, single, type OnlineForm } from './piece';
import { isPartitioned } from './surroundings';

export const createIndex: OnlineForm = {
  pieces(statement) {
    const index = as(statement.node, 'IndexStmt');
    if (!index || index.concurrent) return null;
    const name = nameOf(index);
    const words = index.idxname ? 'CONCURRENTLY' : `CONCURRENTLY ${quote(name)}`;
    const head = /^\s*CREATE\s+(?:UNIQUE\s+)?INDEX\b/i;
    const text = insertAfter(statement.text, withoutComments(statement.text), head, words);
    const piece = single(statement, text, { IndexStmt: { ...index, concurrent: true, idxname: name } });
    const findRows = duplicates(index);
    if (findRows !== null) piece.statements = piece.statements.map((part) => ({ ...part, findRows }));
    return [piece];
  },
  refusal({ node }, { schema, tables }) {
    const index = as(node, 'IndexStmt');
    if (isPartitioned(relationOf(index?.relation), { schema, tables }))
      return 'PostgreSQL builds no index of a partitioned table concurrently';
    if (!index || index.idxname) return null;
    const columns = all(index.indexParams, 'IndexElem').map(({ name }) => name);
    const plain = columns.every(Boolean) && new Set(columns).size === columns.length && !index.indexIncludingParams;
    const name = indexName(index);
    const free = fitsName(nameOf(index)) && !schema.index(name) && !schema.table(name);
    return plain && free ? null : 'the name that PostgreSQL would choose for the index is not certain';
  },
};

/** What finds the rows that a unique index refuses; null where that takes more than its columns to say. */
function duplicates(index: IndexStmt): string | null {
  const columns = all(index.indexParams, 'IndexElem').flatMap(({ name }) => (name ? [name] : []));
  const plain = columns.length > 0 && columns.length === index.indexParams?.length;
  if (!index.unique || index.whereClause || !plain) return null;
  const filled = columns.map((column) => `${quote(column)} IS NOT NULL`).join(' AND ');
  const where = index.nulls_not_distinct ? '' : ` WHERE ${filled}`;
  return `SELECT ${quoteList(columns)}, count(*) FROM ${quoteRange(index.relation)}${where} GROUP BY ${quoteList(columns)} HAVING count(*) > 1`;
}

/** Its name, or PostgreSQL's choice. */
function nameOf(index: IndexStmt): string {
  return indexName({ ...index, relation: { relname: index.relation?.relname ?? '' } });
}
