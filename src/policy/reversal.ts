/** What a script takes away: a reversal from what was written since, a migration from what was there before. Pure. */
import type { Node, RangeVar } from '@pgsql/types';
import type { Reach } from '../adapters/reach';
import type { ParsedStatement } from '../adapters/sql-parser';
import type { Place } from '../adapters/written-since';
import { OldNames, quoted, rangeOf } from './old-names';
import { learn, scriptContext, statementsInside, type ScriptContext } from './statements';
import { all, find, keyOf, relationOf } from './statements/ast';
import { opaqueSql } from './statements/plpgsql';
import { keepsValues } from './statements/types';
import { callsOf, placesTaken, reachesTaken, unseenBy, type TakenPlace, type TakenReach } from './takings';

/** A place, or what the catalog leads to from a name. */
export type Target = Place | Reach;

/** What one statement takes away. */
export interface Taking {
  /** 0-based place of the statement in the script; what a DO block does is the block's. */
  statement: number;
  /** Under its name when the statement comes. */
  then: Target;
  /** Under its name before the script. */
  before: Target;
}

export interface Takings {
  /** In their order, without what the script itself made, and without changes of type that no value can be lost by. */
  takings: Taking[];
  /** What takes rows that neither SQL nor catalog name, each to follow "rows of". */
  unseen: string[];
  /** Functions that it calls and whose SQL nobody has read, as it names them. */
  calls: string[];
}

type Parse = NonNullable<ScriptContext['parse']>;

/**
 * @param schema what a name without one means.
 * @param parse makes the SQL inside DO blocks and functions count.
 * @param earlier scripts that came before, for the types of columns.
 */
export function takingsOf(
  statements: ParsedStatement[],
  schema: string,
  parse: Parse,
  earlier: ParsedStatement[] = [],
): Takings {
  const script = scriptContext(undefined, parse);
  for (const statement of earlier) learn(statement, script);
  const global = new OldNames(schema);
  const found: Takings = { takings: [], unseen: [], calls: [] };
  for (const [index, statement] of statements.entries()) {
    const local = global.fromHere();
    for (const each of [statement, ...statementsInside(statement, script)]) {
      take(each, index, { global, local, script }, found);
      local.learn(each.node);
      global.learn(each.node);
    }
    learn(statement, script);
  }
  return {
    ...found,
    unseen: [...new Set(found.unseen)],
    calls: [...new Set(found.calls)],
  };
}

interface Sight {
  /** Back to before the script. */
  global: OldNames;
  /** Back to before the statement. */
  local: OldNames;
  script: ScriptContext;
}

function take(statement: ParsedStatement, index: number, sight: Sight, found: Takings): void {
  const { global, local, script } = sight;
  for (const place of placesTaken(statement)) {
    const [then, before] = [placeOf(place, local), placeOf(place, global)];
    if (then && before && !keepsAll(place, script)) found.takings.push({ statement: index, then, before });
  }
  for (const reach of reachesTaken(statement.node)) {
    const [then, before] = [reachOf(reach, local), reachOf(reach, global)];
    if (then && before) found.takings.push({ statement: index, then, before });
  }
  found.unseen.push(...unseenBy(statement));
  found.calls.push(
    ...callsOf(statement.node)
      .map((parts) => parts.join('.'))
      .filter((name) => !isRead(name, script)),
  );
}

function placeOf({ range, column, partly, optional, retyped }: TakenPlace, names: OldNames): Place | null {
  const place = column === null ? names.table(range) : names.column(range, column);
  return (
    place && {
      ...place,
      ...(partly && { partly }),
      ...(optional && { optional }),
      ...(retyped && { becomes: retyped.becomes }),
    }
  );
}

function reachOf({ parts, ...reach }: TakenReach, names: OldNames): Reach | null {
  const name =
    reach.kind === 'schema' || reach.kind === 'extension'
      ? globalName(parts, reach, names)
      : names.relation(rangeOf(parts));
  return name === null ? null : { ...reach, name };
}

/** Of what stands in no schema. */
function globalName([name = '']: string[], { kind }: Pick<Reach, 'kind'>, names: OldNames): string | null {
  const before = kind === 'schema' ? names.namespace(name) : name;
  return before === null ? null : quoted(before);
}

/** Whether it is a change of type after which each value leads back to what it was. */
function keepsAll({ range, column, retyped }: TakenPlace, { schema }: ScriptContext): boolean {
  if (!retyped || column === null) return false;
  const from = schema.table(relationOf(range))?.columns.get(column)?.type ?? null;
  return keepsValues({ ...retyped, from }, schema);
}

/** The migrations themselves made it, and what it runs counts. */
function isRead(name: string, { schema }: ScriptContext): boolean {
  const body = schema.functions.get(keyOf(name))?.body;
  return body != null && opaqueSql(body.text).length === 0;
}

/**
 * What a migration drops, deletes or overwrites of what was there before it, each once: bringing the schema back does
 * not bring those back. What the script itself made held nothing.
 */
export function targetsDestroyed({ takings }: Takings): Target[] {
  return eachOnce(takings.map(({ before }) => before));
}

/** Each once; a table's own entry counts its columns too. */
export function eachOnce(targets: Target[]): Target[] {
  const whole = new Set(targets.flatMap((target) => (isPlace(target) && isWhole(target) ? [target.relation] : [])));
  const seen = new Set<string>();
  return targets.filter((target) => {
    const key = JSON.stringify(target);
    if (seen.has(key)) return false;
    seen.add(key);
    return !isPlace(target) || isWhole(target) || !whole.has(target.relation);
  });
}

export function isPlace(target: Target): target is Place {
  return 'relation' in target;
}

function isWhole({ column, partly }: Place): boolean {
  return column === null && !partly;
}

/** The tables that were there before a migration and that it writes rows into, in its order: these stay when its schema is undone. */
export function placesFilled(statements: ParsedStatement[], schema: string, parse: Parse): Place[] {
  const script = scriptContext(undefined, parse);
  const names = new OldNames(schema);
  const found: Place[] = [];
  for (const statement of statements) {
    for (const { node } of [statement, ...statementsInside(statement, script)]) {
      for (const range of filledBy(node)) {
        const place = names.table(range);
        if (place) found.push(place);
      }
      names.learn(node);
    }
    learn(statement, script);
  }
  return eachOnce(found).filter(isPlace);
}

function filledBy(node: Node): RangeVar[] {
  return [
    ...find(node, 'InsertStmt').map(({ relation }) => relation),
    ...find(node, 'CopyStmt').map(({ relation, is_from }) => (is_from ? relation : undefined)),
    ...find(node, 'MergeStmt').map(({ relation, mergeWhenClauses }) =>
      all(mergeWhenClauses, 'MergeWhenClause').some(({ commandType }) => commandType === 'CMD_INSERT')
        ? relation
        : undefined,
    ),
  ].filter((range) => range !== undefined);
}
