/** What else in the script happens to a name. */
import type { ObjectType } from '@pgsql/types';
import type { ParsedStatement } from '../../adapters/sql-parser';
import { as, keyOf, nameParts, relationOf, words } from '../statements/ast';
import type { HazardContext } from './hazard';

/** Names that DROP lists, if it drops one of these kinds. */
export function dropped({ node }: ParsedStatement, ...types: ObjectType[]): string[] {
  const drop = as(node, 'DropStmt');
  if (!drop?.removeType || !types.includes(drop.removeType)) return [];
  return (drop.objects ?? []).map((object) => nameParts(object).join('.'));
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

/** A later statement creates it anew. */
export function madeAgain(name: string, { steps, position }: HazardContext): boolean {
  return steps.slice(position + 1).some(({ statement }) => makes(statement, name));
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

/** UPDATE, DELETE, INSERT, MERGE. */
export function isBulkWrite({ node }: ParsedStatement): boolean {
  return Boolean(as(node, 'UpdateStmt') ?? as(node, 'DeleteStmt') ?? as(node, 'InsertStmt') ?? as(node, 'MergeStmt'));
}
