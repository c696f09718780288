/** Files and facts in, the whole plan out (without digest, checklist and drift). Pure. */
import type { ExecutionForm, HazardFinding, PlanStep } from '../contract';
import type { ParsedStatement } from '../adapters/sql-parser';
import { allowances, findHazards, riskOf, type DatabaseFacts } from './hazards';
import type { FullPlan, MigrationPlan } from './plan';
import { TableFacts } from './database-facts';
import { effectOf } from './inverse';
import { onlinePieces } from './online';
import { executionOf } from './online/comment';
import { decideForm } from './online/form';
import { alterations, quote } from './hazards/sql';
import { segmentCount, type Segment } from './segments';
import {
  scriptContext,
  Schema,
  USUAL_MAJOR,
  learn,
  statementsInside,
  totals,
  transactionControl,
  type ScriptContext,
  type StatementFacts,
} from './statements';
import { as, keyOf } from './statements/ast';
import { withoutLiterals } from './statements/scan';

export interface PlanInput {
  environment: string;
  target: string;
  /** Statements of the migrations that are applied, oldest first; empty when they are not to be had. */
  applied: ParsedStatement[][];
  migrations: PendingMigration[];
  database: DatabaseFacts;
  parse: NonNullable<ScriptContext['parse']>;
  /** The environment's; a file may say otherwise. */
  execution: ExecutionForm['execution'];
}

export interface PendingMigration {
  name: string;
  checksum: string;
  sql: string;
  statements: ParsedStatement[];
  hasDownSql: boolean;
}

/** Quiet migrations share a step up to this number, so that hundreds of them fit in one history. */
const STEP_SIZE = 100;

export type BuiltPlan = Omit<FullPlan, 'digest' | 'checklist' | 'drift'>;

/** Most histories begin at the beginning: it is taken for granted until one of the statements shows that it is not so. */
export function buildPlan(input: PlanInput): BuiltPlan {
  const { plan, isWhole } = planFrom(input, true);
  return isWhole ? plan : planFrom(input, false).plan;
}

function planFrom(input: PlanInput, complete: boolean): { plan: BuiltPlan; isWhole: boolean } {
  const deployed = schemaAfter(input, complete);
  let schema = deployed;
  const facts: StatementFacts[] = [];
  const tables = new TableFacts(input.database);
  const migrations = input.migrations.map((migration) => {
    const described = describeMigration(migration, input, { schema, deployed, tables });
    facts.push(...described.facts);
    schema = described.after;
    return described.plan;
  });
  const plan = {
    environment: input.environment,
    target: input.target,
    risk: riskOf(migrations.map((migration) => migration.hazards)),
    migrations,
    steps: stepsOf(input.migrations, migrations),
    totals: totals(facts),
  };
  return { plan, isWhole: schema.complete && schema.tables().length > 0 };
}

function schemaAfter({ applied, parse, database }: PlanInput, complete: boolean): Schema {
  const schema = new Schema();
  schema.serverMajor = database.serverMajor ?? USUAL_MAJOR;
  schema.complete = complete;
  const script = { ...scriptContext(schema, parse), schema };
  for (const statement of applied.flat()) learn(statement, script);
  return schema;
}

function describeMigration(
  migration: PendingMigration,
  input: PlanInput,
  { schema, deployed, tables }: { schema: Schema; deployed: Schema; tables: TableFacts },
): { plan: MigrationPlan; facts: StatementFacts[]; after: Schema } {
  const script = scriptContext(schema, input.parse);
  const before = tables.clone();
  const { facts, form, asWritten } = decideForm({
    statements: migration.statements,
    execution: executionOf(migration.sql) ?? input.execution,
    script,
    tables,
  });
  const hazards = findHazards(migration.statements, facts, before, {
    form,
    allowances: allowances(migration.sql),
    schema,
    after: script.schema,
    parse: input.parse,
    deployed,
  });
  tables.learn(migration.statements, facts);
  const texts = onlineTexts(migration.statements, form);
  const blocking = new Set(form.blocking.map(({ statement }) => statement));
  const made = new Set(facts.flatMap(({ creates }) => creates.tables).map(keyOf));
  const isOld = (table: string): boolean => !made.has(keyOf(table)) && !before.isMade(table);
  const readsOld = facts.map(({ scans, scanned }) => scans && (scanned.length === 0 || scanned.some(isOld)));
  const unprovable = whyUnprovable(migration.statements, facts, input.parse);
  const plan: MigrationPlan = {
    name: migration.name,
    checksum: migration.checksum,
    hazards,
    statements: facts.map(({ line, kind, locks, rewrites, transactional, beyond }, place) => ({
      line,
      kind,
      locks,
      rewrites,
      scans: readsOld[place] ?? false,
      transactional,
      beyond,
      online: texts.get(place) ?? null,
      asWritten: asWritten[place] ?? null,
      findRows:
        blocking.has(place) && readsOld[place] ? rowsToFind(migration.statements[place], migration.statements) : [],
    })),
    segments: segmentCount(migration.statements, form),
    form,
    creates: { ...totals(facts), tables: facts.flatMap(({ creates }) => creates.tables) },
    reversal: {
      kind: unprovable !== null ? 'none' : migration.hasDownSql ? 'down.sql' : 'inverses',
      reason: unprovable,
      lossy: facts.some(({ dropsData }) => dropsData),
    },
  };
  return { plan, facts, after: script.schema };
}

/** The first effect that no look at the schema shows, with its line; null where all of them show. */
function whyUnprovable(
  statements: ParsedStatement[],
  facts: StatementFacts[],
  parse: PlanInput['parse'],
): string | null {
  const reasons = statements.flatMap((statement, place) => {
    const beyond = facts[place]?.beyond ?? null;
    if (beyond !== null) return [`line ${statement.line}: ${beyond} reaches beyond the database`];
    const effect = effectOf(statement, statementsInside(statement, { parse }));
    return effect.kind === 'unprovable' ? [`line ${statement.line}: ${effect.reason}`] : [];
  });
  return reasons[0] ?? null;
}

/** By place: the statements that run instead of one. */
function onlineTexts(statements: ParsedStatement[], form: ExecutionForm): Map<number, string[]> {
  const online = form.blocking.filter((each) => each.online).flatMap(({ statement }) => statements[statement] ?? []);
  return new Map(
    online.map((statement) => [
      statement.index,
      (onlinePieces(statement) ?? []).flatMap((piece) => piece.statements.map(({ text }) => text)),
    ]),
  );
}

/** The online form knows them, whether it is used or not. A column that the file adds itself cannot be asked for beforehand. */
function rowsToFind(statement: ParsedStatement | undefined, all: ParsedStatement[]): string[] {
  const pieces = (statement && onlinePieces(statement)) ?? [];
  const added = all.flatMap(alterations).flatMap(({ command }) => {
    const name = command.subtype === 'AT_AddColumn' ? as(command.def, 'ColumnDef')?.colname : undefined;
    return name === undefined ? [] : [quote(name)];
  });
  return pieces
    .flatMap(({ statements }) => statements.flatMap(({ findRows }) => findRows ?? []))
    .filter((query) => !added.some((column) => query.includes(column)))
    .map(withoutLiterals);
}

/** A migration with a danger, a hand-written reversal, no way back or more than one segment stands alone; quiet neighbours share a step. */
function stepsOf(pending: PendingMigration[], plans: MigrationPlan[]): PlanStep[] {
  const steps: PlanStep[] = [];
  let quietStep: PlanStep | null = null;
  for (const [position, plan] of plans.entries()) {
    const alone = plan.hazards.some(isLoud) || plan.reversal.kind === 'none' || pending[position]?.hasDownSql;
    const quiet = plan.segments <= 1 && !alone;
    if (quiet && quietStep && quietStep.migrations.length < STEP_SIZE) {
      quietStep.migrations.push(plan.name);
      continue;
    }
    const step: PlanStep = { index: steps.length, migrations: [plan.name] };
    steps.push(step);
    quietStep = quiet ? step : null;
  }
  return steps;
}

function isLoud({ severity }: HazardFinding): boolean {
  return severity !== 'info';
}

/**
 * A file whose own transaction is left open would swallow the history row that follows it.
 * @returns the line of its BEGIN, or null when every transaction is closed.
 */
export function unclosedTransaction(segments: Segment[]): number | null {
  const open = segments.find(({ kind, statements }) => kind === 'own-transaction' && !isClosed(statements.at(-1)));
  return open?.statements[0]?.line ?? null;
}

/** `AND CHAIN` ends one transaction and begins the next. */
function isClosed(last: ParsedStatement | undefined): boolean {
  if (!last || !('TransactionStmt' in last.node) || last.node.TransactionStmt.chain) return false;
  const control = transactionControl(last);
  return control === 'commit' || control === 'rollback';
}
