import { as, find, relationOf } from '../statements/ast';
import type { SelectStmt } from '@pgsql/types';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'select-star',
  docs: 'https://www.postgresql.org/docs/current/sql-select.html#SQL-SELECT-LIST',
  onlineForm: false,
  on: ['InsertStmt', 'ViewStmt'],
  detect({ node }) {
    const insert = as(node, 'InsertStmt');
    if (insert && !insert.cols?.length && selectsAll(as(insert.selectStmt, 'SelectStmt'))) {
      const message = `INSERT INTO ${relationOf(insert.relation)} SELECT * matches columns by their order, which differs between databases that got their columns in different migrations.`;
      return [{ severity: 'warning', message, saferSql: null }];
    }
    const view = as(node, 'ViewStmt');
    if (!view || !selectsAll(as(view.query, 'SelectStmt'))) return [];
    return [
      {
        severity: 'info',
        message: `${relationOf(view.view)} keeps the columns that * means today: later ones are missing from it, and dropping one of them fails.`,
        saferSql: null,
      },
    ];
  },
};

function selectsAll(query: SelectStmt | undefined): boolean {
  return find(query?.targetList, 'A_Star').length > 0;
}
