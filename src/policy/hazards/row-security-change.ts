import { as, keyOf, relationOf } from '../statements/ast';
import type { Finding, Hazard, HazardContext } from './hazard';
import { dropped } from './names';
import { alterations } from './sql';

export const hazard: Hazard = {
  id: 'row-security-change',
  docs: 'https://www.postgresql.org/docs/current/ddl-rowsecurity.html',
  onlineForm: false,
  on: ['AlterPolicyStmt', 'AlterTableStmt', 'CreatePolicyStmt', 'DropStmt'],
  detect(statement, context) {
    const policy = as(statement.node, 'CreatePolicyStmt') ?? as(statement.node, 'AlterPolicyStmt');
    const tables = [
      ...(policy ? [relationOf(policy.table)] : []),
      ...dropped(statement, 'OBJECT_POLICY').map((name) => name.split('.').slice(0, -1).join('.')),
    ];
    const changed = tables
      .filter((table) => !context.isNew(table))
      .map((table): Finding => ({
        severity: 'warning',
        message: `A policy of ${table} decides which rows the running version sees and may write: with row security on, a change takes effect in the middle of its work. It takes ACCESS EXCLUSIVE on the table.`,
        saferSql: null,
      }));
    return [...changed, ...switches(statement, context)];
  },
};

function switches(statement: Parameters<Hazard['detect']>[0], context: HazardContext): Finding[] {
  return alterations(statement).flatMap(({ command, table }): Finding[] => {
    if (context.isNew(table)) return [];
    const exposed = command.subtype === 'AT_DisableRowSecurity' || command.subtype === 'AT_NoForceRowSecurity';
    if (exposed)
      return [
        {
          severity: 'danger',
          message: `Every role that may read ${table} sees all of its rows from here on.`,
          saferSql: null,
        },
      ];
    if (command.subtype !== 'AT_EnableRowSecurity' && command.subtype !== 'AT_ForceRowSecurity') return [];
    const hasPolicy = context.steps.some(
      (step) =>
        step.statement !== statement &&
        keyOf(relationOf(as(step.statement.node, 'CreatePolicyStmt')?.table)) === keyOf(table),
    );
    const roles = command.subtype === 'AT_ForceRowSecurity' ? 'the owner too' : 'roles other than the owner';
    const sees = command.subtype === 'AT_ForceRowSecurity' ? 'sees' : 'see';
    const message = hasPolicy
      ? `From here on ${roles} ${sees} only those rows of ${table} that a policy lets through.`
      : `No policy comes with it: ${roles} ${sees} no row of ${table} at all, and can write none.`;
    return [{ severity: hasPolicy ? 'warning' : 'danger', message, saferSql: null }];
  });
}
