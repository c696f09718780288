/** Types, functions and DROP, as far as later predictions need them. */
import type { AlterEnumStmt, CreateDomainStmt, CreateFunctionStmt, DropStmt, Node, ObjectType } from '@pgsql/types';
import { all, as, keyOf, nameParts, words } from './ast';
import { namesVolatile } from './expressions';
import type { KnownFunction, Schema, Trigger } from './schema';
import { columnType } from './types';

export function alterEnum({ typeName, oldVal, newVal = '' }: AlterEnumStmt, schema: Schema): void {
  const name = keyOf(words(typeName).join('.'));
  const values = schema.enums.get(name) ?? [];
  schema.enums.set(name, oldVal ? values.map((value) => (value === oldVal ? newVal : value)) : [...values, newVal]);
}

export function createDomain({ domainname, typeName, constraints }: CreateDomainStmt, schema: Schema): void {
  const constrained = all(constraints, 'Constraint').some(
    ({ contype }) => contype === 'CONSTR_CHECK' || contype === 'CONSTR_NOTNULL',
  );
  schema.domains.set(keyOf(words(domainname).join('.')), { base: columnType(typeName), constrained });
}

export function createFunction({ funcname, options }: CreateFunctionStmt, schema: Schema): void {
  const declared = as(optionOf(options, 'volatility'), 'String')?.sval ?? 'volatile';
  const name = keyOf(words(funcname).join('.'));
  const volatility = declared === 'volatile' && !inlinesStable(options) ? 'volatile' : 'stable';
  schema.functions.set(name, { volatility, body: bodyOf(options) });
}

function bodyOf(options: CreateFunctionStmt['options']): KnownFunction['body'] {
  const language = as(optionOf(options, 'language'), 'String')?.sval?.toLowerCase();
  const text = words(as(optionOf(options, 'as'), 'List')?.items).join('\n');
  return (language === 'sql' || language === 'plpgsql') && text !== '' ? { language, text } : null;
}

function optionOf(options: CreateFunctionStmt['options'], name: string): Node | undefined {
  return all(options, 'DefElem').find(({ defname }) => defname === name)?.arg;
}

/** PostgreSQL puts the body of a one-expression SQL function in place of its call, whatever the function says of itself. */
function inlinesStable(options: CreateFunctionStmt['options']): boolean {
  const body = words(as(optionOf(options, 'as'), 'List')?.items).join(' ');
  return (
    as(optionOf(options, 'language'), 'String')?.sval === 'sql' &&
    /^\s*SELECT\b(?![\s\S]*(?:\bFROM\b|;\s*\S))/i.test(body) &&
    !namesVolatile(body)
  );
}

const DROPPERS: Partial<Record<ObjectType, (name: string, schema: Schema) => void>> = {
  OBJECT_TABLE: dropTable,
  OBJECT_FOREIGN_TABLE: dropTable,
  OBJECT_VIEW: dropTable,
  OBJECT_MATVIEW: dropTable,
  OBJECT_SEQUENCE: dropTable,
  OBJECT_INDEX: (name, schema) => schema.dropIndex(name),
  OBJECT_TYPE: (name, schema) => {
    schema.enums.delete(keyOf(name));
    dropColumnsOf(name, schema);
  },
  OBJECT_DOMAIN: (name, schema) => {
    schema.domains.delete(keyOf(name));
    dropColumnsOf(name, schema);
  },
  OBJECT_SCHEMA: (name, schema) => {
    for (const table of schema.tables()) if (table.name.startsWith(`${name}.`)) dropTable(table.name, schema);
  },
  OBJECT_STATISTIC_EXT: (name, schema) => {
    schema.statistics.delete(keyOf(name));
  },
  OBJECT_TRIGGER: (name, schema) => {
    dropFromTable('triggers', name, schema);
  },
  OBJECT_POLICY: (name, schema) => {
    dropFromTable('policies', name, schema);
  },
  OBJECT_FUNCTION: (name, schema) => {
    schema.functions.delete(keyOf(name));
    // Only CASCADE gets here with triggers left that call it.
    const calls = (trigger: Trigger): boolean => keyOf(trigger.function) === keyOf(name);
    for (const table of schema.tables())
      if (table.triggers.some(calls))
        schema.setTable({ ...table, triggers: table.triggers.filter((each) => !calls(each)) });
  },
};

export function dropObjects({ removeType, objects }: DropStmt, schema: Schema): void {
  for (const object of objects ?? []) DROPPERS[removeType ?? 'OBJECT_TABLE']?.(nameParts(object).join('.'), schema);
}

/** Triggers and policies are named behind their table. */
function dropFromTable(list: 'triggers' | 'policies', name: string, schema: Schema): void {
  const [table, own] = [name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.') + 1)];
  const known = schema.table(table);
  if (known) schema.setTable({ ...known, [list]: known[list].filter((each) => each.name !== own) });
}

/** Foreign keys that pointed at the table went with it, or the DROP failed. */
function dropTable(name: string, schema: Schema): void {
  for (const { table, constraint } of schema.referencing(name)) {
    schema.setTable({ ...table, constraints: table.constraints.filter((each) => each !== constraint) });
  }
  for (const child of schema.descendants(name)) if (schema.table(name)?.partitioned) schema.dropTable(child.name);
  schema.dropTable(name);
}

/** Only CASCADE gets here with columns of the type left. */
function dropColumnsOf(type: string, schema: Schema): void {
  for (const table of schema.tablesDependingOn(type)) {
    const left = [...table.columns].filter(([, column]) => keyOf(column.type.name) !== keyOf(type));
    const columns = left.map(
      ([name, column]) =>
        [name, keyOf(column.defaultType ?? '') === keyOf(type) ? { ...column, defaultType: null } : column] as const,
    );
    schema.setTable({ ...table, columns: new Map(columns) });
  }
}
