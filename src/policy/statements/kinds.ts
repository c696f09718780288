/** A statement's kind in SQL's own words: `CREATE INDEX`, `ALTER TABLE ADD COLUMN`. */
import type { ParsedStatement } from '../../adapters/sql-parser';
import { alterLabel } from './alter-levels';
import { all, as, hasOption } from './ast';
import { withoutComments } from './scan';

/** Words after the first that name the object of CREATE, ALTER, DROP and their like. */
const OBJECT_WORDS =
  /^(?:(?:OR REPLACE|GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|RECURSIVE|CONSTRAINT|TRUSTED|PROCEDURAL|IF EXISTS|DEFAULT) )*((?:ACCESS METHOD|DEFAULT PRIVILEGES|EVENT TRIGGER|FOREIGN DATA WRAPPER|FOREIGN TABLE|MATERIALIZED VIEW|OPERATOR CLASS|OPERATOR FAMILY|TEXT SEARCH \w+|USER MAPPING|UNIQUE INDEX|OWNED BY)|\w+)/;
const WITH_OBJECT = new Set(['CREATE', 'ALTER', 'DROP', 'COMMENT', 'REFRESH', 'SECURITY', 'IMPORT', 'LOCK']);

export function kindOf({ node, text }: ParsedStatement): string {
  const alter = as(node, 'AlterTableStmt');
  const words = headOf(text);
  if (alter) return `${words} ${[...new Set(all(alter.cmds, 'AlterTableCmd').map(alterLabel))].join(', ')}`;
  const index = as(node, 'IndexStmt');
  if (index) return `${words}${index.concurrent ? ' CONCURRENTLY' : ''}`;
  if (as(node, 'DropStmt')?.concurrent) return `${words} CONCURRENTLY`;
  if (as(node, 'RenameStmt')) return `${words} ${renameLabel(node)}`;
  if (as(node, 'AlterEnumStmt'))
    return `${words} ${as(node, 'AlterEnumStmt')?.oldVal === undefined ? 'ADD VALUE' : 'RENAME VALUE'}`;
  if (hasOption(as(node, 'VacuumStmt')?.options, 'full')) return 'VACUUM FULL';
  const into = as(node, 'CreateTableAsStmt');
  return into?.objtype === 'OBJECT_TABLE' ? 'CREATE TABLE AS' : words;
}

/** The first words of the text, without comments, modifiers and names. */
function headOf(text: string): string {
  const head = withoutComments(text.slice(0, 200)).trim().replace(/\s+/g, ' ').toUpperCase();
  const verb = /^\w+/.exec(head)?.[0] ?? '';
  if (!WITH_OBJECT.has(verb)) return verb;
  const object = OBJECT_WORDS.exec(head.slice(verb.length + 1));
  return [verb, object?.[1]].filter(Boolean).join(' ');
}

function renameLabel(node: ParsedStatement['node']): string {
  switch (as(node, 'RenameStmt')?.renameType) {
    case 'OBJECT_COLUMN':
      return 'RENAME COLUMN';
    case 'OBJECT_TABCONSTRAINT':
    case 'OBJECT_DOMCONSTRAINT':
      return 'RENAME CONSTRAINT';
    default:
      return 'RENAME';
  }
}
