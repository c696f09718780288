/** Where cutting a file into transactions would show others a state that its author never meant them to see. */
import type { AlterTableCmd, ObjectType } from '@pgsql/types';
import type { ParsedStatement } from '../../adapters/sql-parser';
import { setsSession, transactionControl, type Schema } from '../statements';
import { all, as, find, keyOf, nameParts, relationOf, words } from '../statements/ast';
import { constraintName } from '../statements/constraints';
import { indexName } from '../statements/create';

interface Effect {
  /** What is not there, or does not hold, after the statement. */
  takes: string[];
  /** What is there again. */
  gives: string[];
}

/**
 * Ranges of statements (first, last) in which one takes something away that a later one gives back: a view that is
 * dropped and made anew, a table that changes its name with another, a foreign key that gets another rule.
 */
export function together(statements: ParsedStatement[], before: Schema): [number, number][] {
  const effects = statements.map((statement) => effectOf(statement, before));
  const ranges: [number, number][] = [];
  for (const [first, { takes }] of effects.entries()) {
    const last = effects.findLastIndex(
      ({ gives }, place) => place > first && gives.some((name) => takes.includes(name)),
    );
    if (last === -1) continue;
    const open = ranges.at(-1);
    if (open && first <= open[1]) open[1] = Math.max(open[1], last);
    else ranges.push([first, last]);
  }
  return ranges;
}

function effectOf({ node }: ParsedStatement, before: Schema): Effect {
  const alter = as(node, 'AlterTableStmt');
  if (alter) return alterEffect(relationOf(alter.relation), all(alter.cmds, 'AlterTableCmd'));
  const rename = as(node, 'RenameStmt');
  if (rename) {
    const table = relationOf(rename.relation);
    const names = rename.subname
      ? [`${table}.${rename.subname}`, `${table}.${rename.newname}`]
      : [table, rename.newname ?? ''];
    const [from = '', to = ''] = rename.relation ? names : [nameParts(rename.object).join('.'), rename.newname ?? ''];
    return { takes: [keyOf(from)], gives: [keyOf(to)] };
  }
  const drop = as(node, 'DropStmt');
  if (!drop) return { takes: [], gives: madeBy(node).map(keyOf) };
  const names = (drop.objects ?? []).map((object) => nameParts(object).join('.'));
  return { takes: names.filter((name) => isMissed(name, drop.removeType, before)).map(keyOf), gives: [] };
}

/** Without an index queries are slower for a while, which building it under a lock would not spare them; a unique one keeps rows out. */
function isMissed(name: string, type: ObjectType | undefined, before: Schema): boolean {
  return type !== 'OBJECT_INDEX' || before.index(name)?.unique !== false;
}

function madeBy(node: ParsedStatement['node']): string[] {
  const relation =
    as(node, 'CreateStmt')?.relation ??
    as(node, 'ViewStmt')?.view ??
    as(node, 'CreateTableAsStmt')?.into?.rel ??
    as(node, 'CreateSeqStmt')?.sequence ??
    as(node, 'CompositeTypeStmt')?.typevar;
  if (relation) return [relationOf(relation)];
  const index = as(node, 'IndexStmt');
  if (index) return [indexName(index)];
  const trigger = as(node, 'CreateTrigStmt');
  if (trigger) return [`${relationOf(trigger.relation)}.${trigger.trigname}`];
  const policy = as(node, 'CreatePolicyStmt');
  if (policy) return [`${relationOf(policy.table)}.${policy.policy_name}`];
  const listed =
    as(node, 'CreateEnumStmt')?.typeName ??
    as(node, 'CreateDomainStmt')?.domainname ??
    as(node, 'CreateFunctionStmt')?.funcname;
  return listed ? [words(listed).join('.')] : [];
}

function alterEffect(table: string, commands: AlterTableCmd[]): Effect {
  const effect: Effect = { takes: [], gives: [] };
  for (const command of commands) {
    const { subtype = 'AT_AddColumn', name = '', def } = command;
    const switched = SWITCHES.exec(subtype);
    const on = (part: string): string => keyOf(`${table}.${part}`);
    if (switched) effect[switched[1] === 'Disable' ? 'takes' : 'gives'].push(on(`(${switched[2]})`));
    else if (subtype === 'AT_DropColumn' || subtype === 'AT_DropConstraint') effect.takes.push(on(name));
    else if (subtype === 'AT_AddColumn') effect.gives.push(on(as(def, 'ColumnDef')?.colname ?? ''));
    else if (subtype === 'AT_AddConstraint') effect.gives.push(on(constraintName(as(def, 'Constraint') ?? {}, table)));
    else if (subtype === 'AT_ColumnDefault') effect[def ? 'gives' : 'takes'].push(on(`${name} (default)`));
    else if (subtype === 'AT_DropNotNull') effect.takes.push(on(`${name} (not null)`));
    else if (subtype === 'AT_SetNotNull') effect.gives.push(on(`${name} (not null)`));
  }
  return effect;
}

/** Triggers and row security that are off for a while are off for everybody. */
const SWITCHES = /^AT_(Disable|Enable)(?:Always|Replica)?(Trig|RowSecurity|Rule)/;

/** What holds until the end of its transaction, or only in its session: a file with it is one unit to its author. */
export function bindsTransaction(statements: ParsedStatement[]): ParsedStatement | null {
  let own = false;
  for (const statement of statements) {
    const control = transactionControl(statement);
    if (control === 'begin') own = true;
    if (!own && binds(statement)) return statement;
    if (control === 'commit' || control === 'rollback') own = false;
  }
  return null;
}

function binds(statement: ParsedStatement): boolean {
  const { node } = statement;
  const temporary = [
    as(node, 'CreateStmt')?.relation,
    as(node, 'CreateTableAsStmt')?.into?.rel,
    as(node, 'ViewStmt')?.view,
  ];
  return (
    setsSession(statement) ||
    ['VariableSetStmt', 'ConstraintsSetStmt', 'LockStmt', 'DeclareCursorStmt', 'PrepareStmt'].some(
      (tag) => tag in node,
    ) ||
    ('TransactionStmt' in node && transactionControl(statement) === null) ||
    temporary.some((relation) => relation?.relpersistence === 't' || relation?.schemaname === 'pg_temp') ||
    find(node, 'FuncCall').some(({ funcname }) =>
      /^(pg_.*advisory.*lock|set_config)/.test(words(funcname).at(-1) ?? ''),
    )
  );
}
