/** Script and database as one statement sees them. */
import type { ParsedStatement } from '../../adapters/sql-parser';
import {
  canRunInTransaction,
  describe,
  learn,
  scriptContext,
  stepsInside,
  transactionControl,
  zoneOf,
  type Schema,
  type ScriptContext,
  type StatementFacts,
} from '../statements';
import type { TableFacts } from '../database-facts';
import { as, keyOf, relationOf } from '../statements/ast';
import type { HazardContext, Step } from './hazard';
import { renameAmong } from './names';
import { howLong, severityOf } from './sizes';

export interface Site {
  statement: ParsedStatement;
  context: HazardContext;
}

/** What is known before the script's first statement. */
export interface Start {
  /** The schema before the script; without it old types, keys and indexes are unknown. */
  schema?: Schema | undefined;
  /** The schema that the script leaves, where it is known already. */
  after?: Schema | undefined;
  /** Looks into DO blocks. */
  parse?: ScriptContext['parse'] | undefined;
  /** The schema before the whole deployment; left out where that is the schema before the script. */
  deployed?: Schema | undefined;
}

/** Every statement, and every one inside a DO block, with its context. A context holds until the next one is asked for. */
export function* sites(
  statements: ParsedStatement[],
  facts: StatementFacts[],
  tables: TableFacts,
  start: Start,
): Generator<Site> {
  const script = scriptContext(start.schema, start.parse);
  for (const table of tables.madeTables) script.created.add(table);
  const after = start.after ?? schemaAfter(statements, start);
  const places = transactionPlaces(statements);
  const steps = stepsOf(statements, facts, places, script.created);
  const deployed = tables.isOffline ? null : (start.deployed ?? start.schema ?? null);
  const before = start.schema ?? after;
  for (const [position, step] of steps.entries()) {
    const earlier = sameTransaction(steps, position);
    const inOwnTransaction = places[position]?.own ?? false;
    const contextIn = (script: ScriptContext, facts: StatementFacts): HazardContext => {
      const { schema, zone, isNew, rows, keyUsed, whileBusy } = viewOf(script, tables);
      // Every field by its name: what is added to a spread object takes V8 fifty times as long.
      return {
        facts,
        schema,
        zone,
        before,
        after,
        deployed,
        steps,
        position,
        inOwnTransaction,
        sameTransaction: earlier,
        isNew,
        rows,
        keyUsed,
        whileBusy,
      };
    };
    if (!passesOver(step.statement, script.schema))
      yield { statement: step.statement, context: contextIn(script, step.facts) };
    for (const inner of stepsInside(step.statement, script)) {
      if (passesOver(inner.statement, inner.script.schema)) continue;
      const facts = describe(inner.statement, inner.script);
      yield { statement: inner.statement, context: contextIn(inner.script, facts) };
    }
    // Nobody looks at what the last one leaves; most files hold but one or two.
    if (position === steps.length - 1) return;
    tables.follow(step.statement);
    learn(step.statement, script);
  }
}

function schemaAfter(statements: ParsedStatement[], { schema, parse }: Start): Schema {
  const script = scriptContext(schema, parse);
  for (const statement of statements) learn(statement, script);
  return script.schema;
}

/** `ALTER TABLE IF EXISTS` of a table that is not there does nothing. */
function passesOver({ node }: ParsedStatement, schema: Schema): boolean {
  const alter = as(node, 'AlterTableStmt');
  return alter?.missing_ok === true && schema.isMissing(relationOf(alter.relation));
}

function stepsOf(
  statements: ParsedStatement[],
  facts: StatementFacts[],
  places: { number: number }[],
  unused: Set<string>,
): Step[] {
  // A copy: the script goes on to create tables of its own, which their facts know of already.
  const others = new Set(unused);
  return statements.map((statement, position): Step => {
    const known = facts[position] ?? describe(statement, scriptContext());
    const contested = known.contested.filter(({ relation }) => !others.has(keyOf(relation)));
    renameAmong(others, statement);
    return { statement, facts: { ...known, contested }, transaction: places[position]?.number ?? 0 };
  });
}

type View = Pick<HazardContext, 'schema' | 'zone' | 'isNew' | 'rows' | 'keyUsed' | 'whileBusy'>;

function viewOf(script: ScriptContext, tables: TableFacts): View {
  const { schema, created } = script;
  const isNew = (relation: string): boolean => created.has(keyOf(relation)) || tables.isMissing(relation);
  return {
    schema,
    zone: zoneOf(script),
    isNew,
    rows: (relation) => tables.size(relation)?.rows ?? null,
    keyUsed: (relation) => tables.size(relation)?.keyUsed ?? null,
    whileBusy: (relation, work, build) => {
      const size = tables.size(relation);
      if (isNew(relation) || size?.rows === 0) return [];
      return [{ severity: severityOf(size, work), ...build(howLong(size, work)) }];
    },
  };
}

/** Earlier statements of the same transaction, nearest last. */
function sameTransaction(steps: readonly Step[], position: number): Step[] {
  let from = position;
  while (from > 0 && steps[from - 1]?.transaction === steps[position]?.transaction) from--;
  return steps.slice(from, position);
}

/**
 * Which statements commit together: the file's own BEGIN ... COMMIT, and otherwise everything up to a statement that
 * cannot run in a transaction, because Prisma sends a file as one implicit transaction.
 */
function transactionPlaces(statements: ParsedStatement[]): { number: number; own: boolean }[] {
  let number = 0;
  let own = false;
  return statements.map((statement) => {
    const control = transactionControl(statement);
    if (control === 'begin') {
      own = true;
      number++;
    }
    const alone = !own && !canRunInTransaction(statement);
    if (alone) number++;
    const here = { number, own };
    if (alone) number++;
    if (control === 'commit' || control === 'rollback') {
      own = false;
      number++;
    }
    return here;
  });
}
