/** What else in the script happens to a name. */
import type { ObjectType } from '@pgsql/types';
import type { ParsedStatement } from '../../adapters/sql-parser';
import { all, as, keyOf, nameParts, relationOf, words } from '../statements/ast';
import { isUnbounded } from '../statements/conditions';
import type { HazardContext } from './hazard';
import { addedColumns } from './sql';

/** Names that DROP lists, if it drops one of these kinds. */
export function dropped({ node }: ParsedStatement, ...types: ObjectType[]): string[] {
  const drop = as(node, 'DropStmt');
  if (!drop?.removeType || !types.includes(drop.removeType)) return [];
  return (drop.objects ?? []).map((object) => nameParts(object).join('.'));
}

/** What IF EXISTS passes over, because nothing of that name is there. */
export function passedOver(name: string, { node }: ParsedStatement, { schema }: HazardContext): boolean {
  return as(node, 'DropStmt')?.missing_ok === true && schema.isMissing(name);
}

/** The name that a CREATE gives; null for other statements. */
function nameMade({ node }: ParsedStatement): string | null {
  const listed =
    as(node, 'CreateEnumStmt')?.typeName ??
    as(node, 'CreateDomainStmt')?.domainname ??
    as(node, 'CreateFunctionStmt')?.funcname;
  if (listed) return words(listed).join('.');
  const trigger = as(node, 'CreateTrigStmt');
  if (trigger) return `${relationOf(trigger.relation)}.${trigger.trigname}`;
  const view =
    as(node, 'ViewStmt')?.view ??
    as(node, 'CreateTableAsStmt')?.into?.rel ??
    as(node, 'CompositeTypeStmt')?.typevar ??
    as(node, 'CreateSeqStmt')?.sequence;
  return view ? relationOf(view) : (as(node, 'CreateSchemaStmt')?.schemaname ?? null);
}

function makes(statement: ParsedStatement, name: string): boolean {
  const made = nameMade(statement);
  return made !== null && keyOf(made) === keyOf(name);
}

/** An earlier statement of the script created it. */
export function createdHere(name: string, { steps, position }: HazardContext): boolean {
  return steps.slice(0, position).some(({ statement }) => makes(statement, name));
}

/** A type that the deployment creates: no running version knows it. */
export function isNewType(name: string, context: HazardContext): boolean {
  const { schema, deployed } = context;
  const key = keyOf(name);
  const isNew = deployed?.complete && schema.enums.has(key) && !deployed.enums.has(key);
  return isNew === true || createdHere(name, context);
}

/** A later statement creates it anew. */
export function madeAgain(name: string, { steps, position }: HazardContext): boolean {
  return steps.slice(position + 1).some(({ statement }) => makes(statement, name));
}

/** The two names of a table that a statement renames. */
export function tableRenamed({ node }: ParsedStatement): { from: string; to: string } | null {
  const rename = as(node, 'RenameStmt');
  if (rename?.renameType !== 'OBJECT_TABLE') return null;
  return {
    from: relationOf(rename.relation),
    to: relationOf({ ...rename.relation, relname: rename.newname ?? '' }),
  };
}

/** A table among these, by its key, stays among them under the name that a statement gives it. */
export function renameAmong(tables: Set<string>, statement: ParsedStatement): void {
  const rename = tableRenamed(statement);
  if (rename && tables.delete(keyOf(rename.from))) tables.add(keyOf(rename.to));
}

/** An earlier statement gave it this name. */
export function renamedHere(name: string, { steps, position }: HazardContext): boolean {
  return steps
    .slice(0, position)
    .some(({ statement }) => as(statement.node, 'RenameStmt')?.newname === name.split('.').at(-1));
}

/** A later statement gives the name to something else. */
export function takenAgain(name: string, { steps, position }: HazardContext): boolean {
  return steps
    .slice(position + 1)
    .some(
      ({ statement }) => makes(statement, name) || as(statement.node, 'RenameStmt')?.newname === name.split('.').at(-1),
    );
}

/** An earlier statement of the script added the column, under this name or one that it was renamed from: no running version knows it, and no row of before has a value in it. */
export function columnAddedHere(
  column: string,
  table: string,
  { steps, position }: Pick<HazardContext, 'steps' | 'position'>,
): boolean {
  let name = column;
  for (const { statement } of steps.slice(0, position).reverse()) {
    const rename = as(statement.node, 'RenameStmt');
    const isOfTable = keyOf(relationOf(rename?.relation)) === keyOf(table);
    if (rename?.renameType === 'OBJECT_COLUMN' && rename.newname === name && isOfTable) name = rename.subname ?? '';
    const added = addedColumns(statement).filter((each) => keyOf(each.table) === keyOf(table));
    if (added.some((each) => each.column.colname === name)) return true;
  }
  return false;
}

/** An earlier statement of the script took every row out of the table. */
export function emptiedHere(table: string, { steps, position }: HazardContext): boolean {
  return steps.slice(0, position).some(({ statement: { node } }) => {
    const remove = as(node, 'DeleteStmt');
    const emptied = all(as(node, 'TruncateStmt')?.relations, 'RangeVar').map(relationOf);
    if (remove && isUnbounded(remove.whereClause) && !remove.usingClause) emptied.push(relationOf(remove.relation));
    return emptied.some((name) => keyOf(name) === keyOf(table));
  });
}

/** UPDATE, DELETE, INSERT, MERGE. */
export function isBulkWrite({ node }: ParsedStatement): boolean {
  return Boolean(as(node, 'UpdateStmt') ?? as(node, 'DeleteStmt') ?? as(node, 'InsertStmt') ?? as(node, 'MergeStmt'));
}
