/**
 * How each step is undone: every source is tried, newest step first, on the database that the steps were rehearsed on. The first that
 * brings `pg_dump --schema-only` back counts, in whatever order the columns of a table come.
 */
import type { SegmentInverse } from '../adapters/inverse-recorder';
import type { Inverse } from '../policy/inverse';
import { leftOut } from '../policy/left-out';
import { some } from '../policy/words';
import type { MigrationFolder } from '../adapters/migration-files';
import { parseScript } from '../adapters/sql-parser';
import type { PlanStep, ReversalSummary } from '../contract';
import { reversalDigest, type StepReversal } from './deployment-files';
import { likeness } from '../adapters/schema-fingerprint';
import { diffOf, restoreSchema, tryOut, type SchemaState, type Workbench } from './workbench';

/** What is known of a step once it was run. */
export interface RehearsedStep {
  step: PlanStep;
  /** Schema before and after it. */
  before: SchemaState;
  after: SchemaState;
  /** Newest segment first, each as it is undone where the later ones never came. */
  inverses: SegmentInverse[];
  /** Of the whole step. */
  inverse: Inverse;
}

export interface ProvenStep {
  reversal: StepReversal;
  summary: ReversalSummary;
  /** Fingerprint of the schema that it was seen to come back to; null where there is no way back. */
  reached: string | null;
}

type Source = Exclude<ReversalSummary['source'], 'none'>;

/** A way back, or why there is none from this source. */
interface Candidate {
  source: Source;
  name: string;
  sql: string | null;
  reason: string;
}

export class ProvingGround {
  /**
   * @param purpose names the scratch database that the newest step was run on.
   * @param stands fingerprint of its schema.
   */
  constructor(
    private readonly bench: Workbench,
    private purpose: string,
    private stands: string,
    private readonly folders: ReadonlyMap<string, MigrationFolder>,
  ) {}

  /** False once a database without rows had to take the place of the first. */
  isStill(purpose: string): boolean {
    return this.purpose === purpose;
  }

  /** Steps must come newest first. */
  async prove(rehearsed: RehearsedStep): Promise<ProvenStep> {
    const passedOver: string[] = [];
    const { unprovable } = rehearsed.inverse;
    // Its author's word, or a schema that is the same, would be no proof of what the schema does not show.
    if (unprovable.length > 0) return unproven(rehearsed, [some(unprovable.toReversed())]);
    for await (const candidate of this.candidates(rehearsed)) {
      const reason = candidate.sql === null ? candidate.reason : await this.whyNot(rehearsed, candidate.sql);
      if (reason === null) return proven(rehearsed, candidate, passedOver, this.stands);
      passedOver.push(`${candidate.name}: ${reason}`);
    }
    return unproven(rehearsed, passedOver);
  }

  /** A hand-written reversal first: its author meant it. The engine's diff last: it costs two databases more. */
  private async *candidates(rehearsed: RehearsedStep): AsyncGenerator<Candidate> {
    const down = downSql(rehearsed.step, this.folders);
    if (down !== null) yield { source: 'down.sql', name: 'its down.sql', ...triable(down) };
    const { impossible, unknown, sql: statements } = rehearsed.inverse;
    const objection = [...impossible, ...unknown][0];
    const sql = objection === undefined ? scriptOf(statements) : null;
    yield { source: 'inverses', name: 'the inverses of its statements', sql, reason: objection ?? '' };
    if (impossible.length > 0) return;
    const diff = await this.engineDiff(rehearsed);
    // Two schemas that look alike to it are no proof that there is nothing to undo.
    const made = parseScript(diff);
    const restarts = made.some(({ node }) => 'CreateSeqStmt' in node);
    const reason = restarts ? 'it makes a sequence again that begins at its start' : 'it finds nothing to undo';
    const serves = made.length > 0 && !restarts;
    yield { source: 'engine-diff', name: "the engine's diff", sql: serves ? diff : null, reason };
  }

  private async whyNot({ step, before, after }: RehearsedStep, sql: string): Promise<string | null> {
    if (likeness(this.stands, after.fingerprint) === 'different') await this.standOn(after);
    const title = `the reversal of ${some(step.migrations)}`;
    const { reason, stands } = await tryOut(this.bench, this.purpose, title, sql, before.fingerprint);
    this.stands = stands;
    return reason;
  }

  private async standOn(state: SchemaState): Promise<void> {
    this.purpose = 'proof';
    await restoreSchema(this.bench, this.purpose, state);
    this.stands = state.fingerprint;
  }

  private async engineDiff({ before, after }: RehearsedStep): Promise<string> {
    await restoreSchema(this.bench, 'before', before);
    await restoreSchema(this.bench, 'after', after);
    return diffOf(this.bench, 'after', 'before');
  }
}

/** What reaches beyond the database cannot be tried on a copy of it. */
function triable(sql: string): Pick<Candidate, 'sql' | 'reason'> {
  const [first] = leftOut([{ migration: '', statements: parseScript(sql) }], new Set(), parseScript);
  return first ? { sql: null, reason: `line ${first.line}: ${first.reason}` } : { sql, reason: '' };
}

/** Inverses as one script. */
export function scriptOf(statements: string[]): string {
  return statements.map((statement) => `${statement};\n`).join('');
}

function proven(
  { step: { index }, before, inverse, inverses }: RehearsedStep,
  { source, sql }: Candidate,
  passedOver: string[],
  reached: string,
): ProvenStep {
  const reversal = { sql, schemaBefore: before.fingerprint, inverses: kept(inverses) };
  const isReordered = likeness(reached, before.fingerprint) === 'reordered';
  const named = source === 'inverses' ? inverse.reordered : ['columns come back in another order'];
  const notes = isReordered ? named : [];
  const reason = [...passedOver, ...notes].join('; ') || null;
  const summary = { step: index, source, proven: true, reason, digest: reversalDigest(reversal) };
  return { reversal, summary, reached };
}

function unproven({ step: { index }, before, inverses }: RehearsedStep, passedOver: string[]): ProvenStep {
  const reversal = { sql: null, schemaBefore: before.fingerprint, inverses: kept(inverses) };
  return {
    reversal,
    summary: {
      step: index,
      source: 'none',
      proven: false,
      reason: passedOver.join('; '),
      digest: reversalDigest(reversal),
    },
    reached: null,
  };
}

function kept(inverses: SegmentInverse[]): StepReversal['inverses'] {
  return inverses.map(({ migration, segment, single, sql, impossible, unknown, unprovable }) => ({
    migration,
    segment,
    sql: impossible.length + unknown.length + unprovable.length > 0 ? null : scriptOf(sql),
    ...(single !== undefined && { single }),
  }));
}

/** A migration with a hand-written reversal is a step of its own. */
function downSql({ migrations }: PlanStep, folders: ReadonlyMap<string, MigrationFolder>): string | null {
  const [only] = migrations;
  return migrations.length === 1 && only !== undefined ? (folders.get(only)?.downSql ?? null) : null;
}
