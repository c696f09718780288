import { setsSession } from '../statements';
import { as, find, keyOf } from '../statements/ast';
import type { ParsedStatement } from '../../adapters/sql-parser';
import type { Hazard } from './hazard';
import { oneLine } from './sql';

export const hazard: Hazard = {
  id: 'session-setting-left',
  docs: 'https://www.postgresql.org/docs/current/sql-set.html',
  onlineForm: false,
  on: ['SelectStmt', 'VariableSetStmt'],
  detect(statement, { steps, position }) {
    const name = setsSession(statement) ? settingOf(statement) : null;
    if (name === null || steps.slice(position + 1).some((later) => resets(later.statement, name))) return [];
    return [
      {
        severity: CHANGES_MEANING.has(name) ? 'warning' : 'info',
        message: `${name} stays set for the rest of the session: the statements of later migrations, and Prisma's own bookkeeping, run under it.`,
        saferSql: `${localForm(statement.text)};\n-- or, at the end of the file: RESET ${name};`,
      },
    ];
  },
};

/** Until the end of the transaction only. */
function localForm(text: string): string {
  return oneLine(text)
    .replace(/^SET\s+(?:SESSION\s+)?/i, 'SET LOCAL ')
    .replace(/,\s*false\s*\)/i, ', true)');
}

/** Settings under which the same SQL means something else; timeouts only make it more careful. */
const CHANGES_MEANING = new Set([
  'search_path',
  'session_replication_role',
  'role',
  'session_authorization',
  'row_security',
  'timezone',
  'datestyle',
  'standard_conforming_strings',
  'check_function_bodies',
]);

/** The setting that a statement changes; putting one back changes nothing that stays. */
function settingOf({ node }: ParsedStatement): string | null {
  const set = as(node, 'VariableSetStmt');
  if (set)
    return set.kind === 'VAR_SET_VALUE' || set.kind === 'VAR_SET_CURRENT' ? (set.name ?? '').toLowerCase() : null;
  const [setting] = find(node, 'FuncCall').flatMap((call) => as(call.args?.[0], 'A_Const')?.sval?.sval ?? []);
  return setting === undefined ? null : keyOf(setting.toLowerCase());
}

function resets({ node }: ParsedStatement, name: string): boolean {
  const set = as(node, 'VariableSetStmt');
  const restores = set?.kind === 'VAR_RESET' || set?.kind === 'VAR_SET_DEFAULT';
  return (
    set?.kind === 'VAR_RESET_ALL' ||
    as(node, 'DiscardStmt') !== undefined ||
    (restores && set.name?.toLowerCase() === name)
  );
}
