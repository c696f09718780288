/** Writing the safer SQL: names quoted as Prisma quotes them, subcommands with their own text. */
import type { AlterTableCmd, ColumnDef, Constraint, RangeVar } from '@pgsql/types';
import type { ParsedStatement } from '../../adapters/sql-parser';
import { all, as, relationOf, typeNameOf } from '../statements/ast';
import { columnConstraints } from '../statements/columns';
import { columnsDefined } from '../statements/constraints';
import { subcommands, withoutComments } from '../statements/scan';

/** `"schema"."name"`. */
export function quoteRange(range: RangeVar | undefined): string {
  return [range?.schemaname, range?.relname]
    .filter((part) => part !== undefined)
    .map(quote)
    .join('.');
}

export function quote(name: string | undefined): string {
  return `"${(name ?? '').replaceAll('"', '""')}"`;
}

/** A name as the plan writes it, quoted. */
export function quoteName(name: string): string {
  return name.split('.').map(quote).join('.');
}

export function quoteList(names: readonly string[]): string {
  return names.map(quote).join(', ');
}

/** The statement's text without comments and without a break that only its layout needs. */
export function oneLine(text: string): string {
  return withoutComments(text).replace(/\s+/g, ' ').trim();
}

export function lines(...statements: (string | null)[]): string {
  return statements.filter((statement) => statement !== null).join('\n');
}

export interface Alteration {
  command: AlterTableCmd;
  /** As the plan names the table, and as SQL does. */
  table: string;
  quoted: string;
  /** The subcommand's own text. */
  text: string;
}

/** A dozen hazards ask for the same subcommands, and cutting the text is the slow part. */
const cutOnce = new WeakMap<ParsedStatement, Alteration[]>();

/** The subcommands of ALTER TABLE; none for other statements. */
export function alterations(statement: ParsedStatement): Alteration[] {
  const known = cutOnce.get(statement) ?? cut(statement);
  cutOnce.set(statement, known);
  return known;
}

function cut({ node, text }: ParsedStatement): Alteration[] {
  const statement = as(node, 'AlterTableStmt');
  if (!statement || statement.objtype === 'OBJECT_TYPE') return [];
  const texts = subcommands(text);
  return all(statement.cmds, 'AlterTableCmd').map((command, place) => ({
    command,
    table: relationOf(statement.relation),
    quoted: quoteRange(statement.relation),
    text: oneLine(texts[place] ?? ''),
  }));
}

export interface AddedColumn extends Alteration {
  column: ColumnDef;
}

export function addedColumns(statement: ParsedStatement): AddedColumn[] {
  return alterations(statement).flatMap((alteration) => {
    const column = alteration.command.subtype === 'AT_AddColumn' ? as(alteration.command.def, 'ColumnDef') : undefined;
    return column ? [{ column, ...alteration }] : [];
  });
}

/** Names of the columns of a type that a statement makes, with a new table or in an old one. @param type as `typeNameOf` gives it. */
export function columnsOfType(statement: ParsedStatement, type: string): (string | undefined)[] {
  const defined = [
    ...columnsDefined(as(statement.node, 'CreateStmt')?.tableElts),
    ...addedColumns(statement).map(({ column }) => column),
  ];
  return defined.filter(({ typeName }) => typeNameOf(typeName) === type).map(({ colname }) => colname);
}

export interface AddedConstraint extends Alteration {
  constraint: Constraint;
  /** The column it is written behind, for one that comes with ADD COLUMN. */
  column: ColumnDef | null;
}

/** Constraints that a statement adds to a table, alone or behind a new column. */
export function addedConstraints(statement: ParsedStatement, type: Constraint['contype']): AddedConstraint[] {
  return alterations(statement).flatMap((alteration) => {
    const { subtype, def } = alteration.command;
    const alone = subtype === 'AT_AddConstraint' ? as(def, 'Constraint') : undefined;
    const column = subtype === 'AT_AddColumn' ? as(def, 'ColumnDef') : undefined;
    const found = alone ? [alone] : column ? columnConstraints(column) : [];
    return found
      .filter(({ contype }) => contype === type)
      .map((constraint) => ({ constraint, column: column ?? null, ...alteration }));
  });
}

/** A column's definition in its own words up to its first constraint: name and type. */
export function columnHead({ text, column }: AddedColumn): string {
  const definition = text.replace(/^ADD\s+(COLUMN\s+)?(IF\s+NOT\s+EXISTS\s+)?/i, '');
  const cut = /\s(?:NOT\s+NULL|NULL|DEFAULT|CONSTRAINT|CHECK|UNIQUE|PRIMARY|REFERENCES|GENERATED|COLLATE)\b/i.exec(
    definition,
  );
  return cut && column.colname ? definition.slice(0, cut.index) : definition;
}

/** The text of a column's DEFAULT, for saying it again on its own. */
export function defaultText({ text }: AddedColumn): string {
  return (
    /\bDEFAULT\s+([\s\S]+?)(?=\s+(?:NOT\s+NULL|NULL|CONSTRAINT|CHECK|UNIQUE|PRIMARY|REFERENCES)\b|$)/i.exec(
      text,
    )?.[1] ?? '...'
  );
}
