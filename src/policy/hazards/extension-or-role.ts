import { as, tagOf, type Tag } from '../statements/ast';
import { dropped } from './names';
import type { Hazard } from './hazard';

export const hazard: Hazard = {
  id: 'extension-or-role',
  docs: 'https://www.postgresql.org/docs/current/sql-createextension.html',
  onlineForm: false,
  on: [
    'AlterExtensionStmt',
    'AlterRoleSetStmt',
    'AlterRoleStmt',
    'CreateExtensionStmt',
    'CreateRoleStmt',
    'DropOwnedStmt',
    'DropRoleStmt',
    'DropStmt',
    'GrantRoleStmt',
    'ReassignOwnedStmt',
  ],
  detect(statement, { facts }) {
    const extension = as(statement.node, 'CreateExtensionStmt');
    if (extension) {
      const trusted = TRUSTED.has(extension.extname ?? '');
      const message = `CREATE EXTENSION ${extension.extname} ${trusted ? 'needs CREATE on the database' : 'needs a superuser, or a provider that allows it'}, and its files on every server: replicas, scratch and shadow databases too.`;
      return [{ severity: trusted ? 'info' : 'warning', message, saferSql: null }];
    }
    const names = dropped(statement, 'OBJECT_EXTENSION');
    if (names.length > 0)
      return [
        {
          severity: 'warning',
          message: `Whatever uses the types and functions of ${names.join(', ')} goes or fails.`,
          saferSql: null,
        },
      ];
    const message = MESSAGES[tagOf(statement.node)];
    const severity = as(statement.node, 'DropOwnedStmt') ? 'danger' : 'warning';
    return message ? [{ severity, message: `${facts.kind} ${message}`, saferSql: null }] : [];
  },
};

/** Extensions that a database's owner may create since PostgreSQL 13. */
const TRUSTED = new Set([
  'btree_gin',
  'btree_gist',
  'citext',
  'cube',
  'dict_int',
  'fuzzystrmatch',
  'hstore',
  'intarray',
  'isn',
  'lo',
  'ltree',
  'pg_trgm',
  'pgcrypto',
  'plpgsql',
  'seg',
  'tablefunc',
  'tcn',
  'tsm_system_rows',
  'tsm_system_time',
  'unaccent',
  'uuid-ossp',
]);

const CLUSTER_WIDE =
  'is of the whole cluster, not of this database: a backup of the database does not hold it, and rolling back by restore does not undo it.';

const MESSAGES: Partial<Record<Tag, string>> = {
  CreateRoleStmt: CLUSTER_WIDE,
  AlterRoleStmt: CLUSTER_WIDE,
  AlterRoleSetStmt: CLUSTER_WIDE,
  DropRoleStmt: CLUSTER_WIDE,
  GrantRoleStmt: CLUSTER_WIDE,
  AlterExtensionStmt: 'may run any SQL, under any lock, that its update script holds.',
  ReassignOwnedStmt: 'takes ACCESS EXCLUSIVE on everything the role owns.',
  DropOwnedStmt: 'drops everything the role owns, whatever that is on the day.',
};
