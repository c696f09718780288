/** Watches scripts run, and learns from the catalog around each statement how to undo it. */
import {
  effectOf,
  dropKey,
  foreignKeysNamed,
  inverseOf,
  goesWithTable,
  newObjects,
  resumesLast,
  standIns,
  takenAgain,
  without,
  NO_INVERSE,
  withoutNew,
  type Effect,
  type Inverse,
  type Scope,
} from '../policy/inverse';
import type { Segment } from '../policy/segments';
import { statementsInside } from '../policy/statements';
import { sequencesDropped } from '../policy/statements/sequences';
import { existingObjects, findAgain, findObjects, readDefinitions, type CatalogObject } from './catalog-definitions';
import { sequencesKept } from './ledger/sequences';
import type { Client } from './postgres';
import type { Around } from './segment';
import { parseScript, type ParsedStatement } from './sql-parser';

/** How to undo one segment of one migration. */
export interface SegmentInverse extends Inverse {
  migration: string;
  /** 0-based place in the migration. */
  segment: number;
  /** What it runs, where that is one statement that cannot run in a transaction. */
  single?: string;
}

const NONE_KEPT: ReadonlySet<string> = new Set();

/** What a statement did, as the catalog told it. @param taken what others take away again of what it did. */
type Recorded = (taken: ReadonlySet<string>) => Inverse;

/** One for all migrations that are undone together, in their order. */
export class InverseRecorder {
  /** Oids of what these migrations made. */
  private readonly made = new Set<string>();
  /** What they took away of it again. */
  private readonly taken = new Set<string>();
  /** `oid name` of the foreign keys that these migrations gave to tables that they made. */
  private readonly keys = new Set<string>();
  /** Oids of what was there before them. */
  private existing: Set<string> | null = null;
  private readonly recorded = new Map<string, Map<Segment, Map<ParsedStatement, Recorded>>>();

  /**
   * For the executor, when it runs this migration.
   * @param leftOut statements that do not run, by their place in the file, with the reason.
   */
  of(migration: string, client: Client, leftOut: ReadonlyMap<number, string> = new Map()): Around {
    const segments = new Map<Segment, Map<ParsedStatement, Recorded>>();
    this.recorded.set(migration, segments);
    return async (segment, statement, execute) => {
      const statements = segments.get(segment) ?? new Map<ParsedStatement, Recorded>();
      segments.set(segment, statements);
      // A second attempt at the segment takes the place of the first, which left nothing.
      const reason = leftOut.get(statement.index);
      const inverse =
        reason === undefined
          ? await this.around(client, statement, execute)
          : await unproven(statement, { kind: 'unprovable', reason }, execute);
      statements.set(statement, inverse);
    };
  }

  /** Newest first: the order in which they run. Of each alone, as it is undone where the later ones never came. */
  inverses(): SegmentInverse[] {
    return this.settled(new Set());
  }

  /** Of all of them together: what one makes and another takes away again is nobody's to bring back. */
  whole(): Inverse {
    return joined(this.settled(this.taken));
  }

  private settled(taken: ReadonlySet<string>): SegmentInverse[] {
    return [...this.recorded]
      .flatMap(([migration, segments]) =>
        [...segments].map(([{ index, kind }, statements]) => ({
          migration,
          segment: index,
          ...(kind === 'single' && { single: [...statements.keys()].map(({ text }) => text).join() }),
          ...joined([...statements.values()].toReversed().map((inverse) => inverse(taken))),
        })),
      )
      .toReversed();
  }

  /** Runs a statement, and resolves to its inverse. */
  async around(client: Client, statement: ParsedStatement, execute: () => Promise<unknown>): Promise<Recorded> {
    const effect = effectOf(statement, statementsInside(statement, { parse: parseScript }));
    if (effect.kind === 'changes') return this.compare(client, statement, effect.scope, execute);
    return unproven(statement, effect, execute);
  }

  private async compare(
    client: Client,
    statement: ParsedStatement,
    scope: Scope,
    execute: () => Promise<unknown>,
  ): Promise<Recorded> {
    this.existing ??= await existingObjects(client);
    const named = await findObjects(client, scope);
    const before = await readDefinitions(client, this.toCompare(statement, named));
    await execute();
    const sequences = sequencesDropped(statement).length > 0 ? await sequencesKept(client) : NONE_KEPT;
    const after = await readDefinitions(client, this.toCompare(statement, await this.findAgain(client, scope, named)));
    const kept = withoutNew(before, after, this.made);
    const keys = goesWithTable(statement) ? named.flatMap((table) => this.keysOf(statement, table)) : [];
    const views = standIns(before, after, this.made);
    for (const key of takenAgain(before, after, this.made)) this.taken.add(key);
    for (const oid of newObjects(before, after)) this.made.add(oid);
    return (taken) => {
      const standing = views.filter(({ oid }) => !taken.has(oid));
      const settled = new Set([...taken, ...standing.map(({ oid }) => oid)]);
      const inverse = inverseOf(without(settled, kept), without(settled, after), sequences);
      return inWords(statement, { ...inverse, sql: [...keys, ...standing.flatMap(({ sql }) => sql), ...inverse.sql] });
    };
  }

  /** Foreign keys between tables that were made here: they would keep one from being dropped before the other. */
  private keysOf(statement: ParsedStatement, { oid, name, sqlName }: CatalogObject): string[] {
    if (!this.made.has(oid)) return [];
    const { added, renamed } = foreignKeysNamed(statement, name);
    const known = renamed.flatMap(([from, to]) => (this.keys.has(`${oid} ${from}`) ? [to] : []));
    return [...added, ...known].map((key) => {
      this.keys.add(`${oid} ${key}`);
      return dropKey(sqlName, key);
    });
  }

  /** What stood there all the time, and is found only now, is none of the statement's doing. */
  private async findAgain(client: Client, scope: Scope, before: CatalogObject[]): Promise<CatalogObject[]> {
    const known = new Set(before.map(({ oid }) => oid));
    const found = await findAgain(client, scope, before);
    return found.filter(({ oid }) => known.has(oid) || !(this.made.has(oid) || this.existing?.has(oid)));
  }

  private toCompare(statement: ParsedStatement, objects: CatalogObject[]): CatalogObject[] {
    return goesWithTable(statement) ? objects.filter(({ oid }) => !this.made.has(oid)) : objects;
  }
}

/** Runs a statement of which the catalog tells nothing. */
async function unproven(
  statement: ParsedStatement,
  effect: Exclude<Effect, { kind: 'changes' }>,
  execute: () => Promise<unknown>,
): Promise<Recorded> {
  await execute();
  const inverse = effect.kind === 'none' ? NO_INVERSE : { ...NO_INVERSE, [effect.kind]: [effect.reason] };
  return () => inWords(statement, inverse);
}

function inWords({ line }: ParsedStatement, inverse: Inverse): Inverse {
  const at = (reason: string): string => `line ${line}: ${reason}`;
  const { impossible, unknown, unprovable, reordered } = inverse;
  return {
    ...inverse,
    impossible: impossible.map(at),
    unknown: unknown.map(at),
    unprovable: unprovable.map(at),
    reordered: reordered.map(at),
  };
}

function joined(inverses: Inverse[]): Inverse {
  return {
    sql: resumesLast(inverses.flatMap(({ sql }) => sql)),
    impossible: inverses.flatMap(({ impossible }) => impossible),
    unknown: inverses.flatMap(({ unknown }) => unknown),
    unprovable: inverses.flatMap(({ unprovable }) => unprovable),
    reordered: inverses.flatMap(({ reordered }) => reordered),
  };
}
