/** Rows that one database has and the other has not, counted exactly and in constant memory: what an exchange of the two would cost. */
import type { RowCost } from '../contract';
import { authorOfRows, authorOfValues, type Author, type RowEffects, type TableEffects } from '../policy/row-effects';
import { comparedTables, pairsOf, type ComparedTable, type Pair, type Pairs } from './compared-tables';
import { countRows } from './count-rows';
import { prepareDigests } from './content-digest';
import { LARGE_OBJECTS } from './large-objects';
import { DatabaseError, type Client } from './postgres';
import { apart } from './sorted-difference';
import { othersRows } from './written-since';

export interface Difference {
  live: Client;
  fresh: Client;
  /** The deployment's transactions. */
  own: string[];
  /** What its SQL does to rows: its transactions stamp those of others, too. */
  effects: RowEffects;
  /** The transaction in which both were exchanged: what `fresh` wrote since is no price. Null before. */
  exchangedIn: string | null;
}

/** Rows that others wrote, changed or deleted in `live` and that `fresh` does not have so, by table and by added column; null where that cannot be told from what the deployment did. */
export async function rowsApart(difference: Difference): Promise<RowCost[]> {
  const { live, fresh } = difference;
  for (const client of [live, fresh]) {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await prepareDigests(client);
  }
  try {
    return await new Comparison(difference, await firstOf(difference)).costs();
  } finally {
    for (const client of [live, fresh]) await client.query('COMMIT').catch(() => undefined);
  }
}

/** Before the deployment's first transaction there was nothing in what it made. */
async function firstOf({ live, own }: Difference): Promise<string | null> {
  const { rows } = await live.query<{ first: string }>(
    'SELECT x AS first FROM unnest($1::text[]) AS x ORDER BY age(x::xid) DESC LIMIT 1',
    [own],
  );
  return rows[0]?.first ?? null;
}

/** Rows of one table or column. */
class Tally {
  private rows = 0;
  private unknown = false;

  add(rows: number, author: Author = 'others'): void {
    if (author === 'others') this.rows += rows;
    if (author === 'unknown' && rows > 0) this.unknown = true;
  }

  costs(relation: string): RowCost[] {
    const counted = this.rows > 0 ? [{ relation, rows: this.rows }] : [];
    return this.unknown
      ? [...counted, { relation: `${relation} (which the deployment wrote too)`, rows: null }]
      : counted;
  }
}

/** A table of the live database, with its effects under its own name or as a partition. */
interface Compared {
  table: ComparedTable;
  effects: TableEffects | undefined;
}

class Comparison {
  constructor(
    private readonly difference: Difference,
    private readonly first: string | null,
  ) {}

  async costs(): Promise<RowCost[]> {
    const { live, fresh, effects } = this.difference;
    const there = await comparedTables(fresh);
    const costs: RowCost[] = [];
    for (const table of (await comparedTables(live)).values()) {
      const own = effects.tables.get(table.plain);
      const compared = { table, effects: own ?? effects.tables.get(table.root ?? '') };
      const before = there.get(own?.before ?? table.plain) ?? there.get(table.plain);
      costs.push(...(before ? await this.ofBoth(compared, before) : await this.ofLiveOnly(compared)));
    }
    return [...costs, ...(await this.ofLargeObjects())];
  }

  private async ofLiveOnly({ table, effects }: Compared): Promise<RowCost[]> {
    const { own } = this.difference;
    const tally = new Tally();
    if (own.includes(table.madeIn)) {
      tally.add(await this.count(table, await this.byOthers(table)));
      // Nobody else can have written in the transaction that made it.
      const stamped = `${stampedBy(own)} AND t.xmin::text <> '${Number(table.madeIn)}'`;
      tally.add(await this.count(table, stamped), authorOfRows(this.difference.effects, effects, false));
    } else {
      // One from before the deployment bears another name in the backup, and nothing says which.
      tally.add(await this.count(table, 'true'), (await this.isNew(table)) ? 'others' : 'unknown');
    }
    return tally.costs(table.plain);
  }

  private async ofBoth(compared: Compared, before: ComparedTable): Promise<RowCost[]> {
    const { table, effects } = compared;
    const { fresh } = this.difference;
    const tally = new Tally();
    let pairs = await pairsOf(fresh, [table, before], effects, true);
    let same = await this.isSame(table, before, pairs);
    if (same === null) {
      pairs = await pairsOf(fresh, [table, before], effects, false);
      same = await this.isSame(table, before, pairs);
    }
    if (!same) await this.compare(tally, compared, before, pairs);
    const costs = tally.costs(table.plain);
    for (const column of pairs.added) costs.push(...(await this.ofColumn(compared, column)));
    return costs;
  }

  /** Null where a value of the backup is none of today's type. */
  private async isSame(table: ComparedTable, before: ComparedTable, { pairs }: Pairs): Promise<boolean | null> {
    const { live, fresh } = this.difference;
    const digest = async (client: Client, { name }: ComparedTable, side: Side): Promise<string | undefined> => {
      const { rows } = await client.query<{ digest: string }>(
        `SELECT count(*) || '/' || coalesce(sum(${hashOf(pairs, side)}::numeric), 0) AS digest FROM ONLY ${name} AS t`,
      );
      return rows[0]?.digest;
    };
    await fresh.query('SAVEPOINT cast_values');
    try {
      const [here, there] = await Promise.all([digest(live, table, 'live'), digest(fresh, before, 'fresh')]);
      return here === there;
    } catch (error) {
      if (!(error instanceof DatabaseError && error.code?.startsWith(DATA_EXCEPTION))) throw error;
      await fresh.query('ROLLBACK TO SAVEPOINT cast_values');
      return null;
    }
  }

  private async compare(tally: Tally, compared: Compared, before: ComparedTable, pairs: Pairs): Promise<void> {
    const { table, effects } = compared;
    const { live, fresh, exchangedIn } = this.difference;
    const late = exchangedIn === null ? 'false' : `age(t.xmin) <= age('${Number(exchangedIn)}'::xid)`;
    const found = await apart(
      [live, sortedRows(table, pairs, 'live', `${await this.byOthers(table)} AS others`)],
      [fresh, sortedRows(before, pairs, 'fresh', `${late} AS late`)],
    );
    const gone = exchangedIn === null ? found.gone : 0;
    const author = found.stampedNew > 0 ? await this.authorOf(compared, pairs) : 'deployment';
    tally.add(found.changed);
    tally.add(found.restamped, 'unknown');
    tally.add(found.stampedNew, author);
    if (effects?.deletes || (!pairs.keyed && pairs.pairs.some(({ touched }) => touched))) {
      tally.add(found.othersNew);
      tally.add(gone, 'unknown');
    } else if (pairs.keyed) tally.add(found.othersNew + gone);
    // Without a key, a changed row is one of each.
    else tally.add(Math.max(found.othersNew, gone - (author === 'others' ? found.stampedNew : 0)));
  }

  private async authorOf({ table, effects }: Compared, { pairs, keyed }: Pairs): Promise<Author> {
    if (!keyed && pairs.some(({ touched }) => touched)) return 'unknown';
    return authorOfRows(this.difference.effects, effects, await this.hasOlder(table));
  }

  /** Values of others in a column that the backup has not. */
  private async ofColumn({ table, effects }: Compared, column: string): Promise<RowCost[]> {
    const { live, own } = this.difference;
    const tally = new Tally();
    const place = { relation: table.name, column };
    // In one that the deployment added there was nothing before its first transaction.
    const since = effects?.columns.get(column) === null && this.first !== null ? [this.first] : [];
    tally.add(await this.count(table, await othersRows(live, place, own, since)));
    const later = own.filter((transaction) => !since.includes(transaction));
    const stamped = `${await othersRows(live, place, [], since)} AND ${stampedBy(later)}`;
    const rows = await this.count(table, stamped);
    const known = rows > 0 && effects && since.length > 0;
    const { effects: all } = this.difference;
    tally.add(rows, known ? authorOfValues(all, effects, column, await this.hasOlder(table)) : 'others');
    return tally.costs(`${table.plain}.${column}`);
  }

  private async ofLargeObjects(): Promise<RowCost[]> {
    const { live, fresh, exchangedIn } = this.difference;
    const { othersNew, changed, gone } = await apart(
      [live, `SELECT l.*, true AS others FROM (${LARGE_OBJECTS}) AS l`],
      [fresh, LARGE_OBJECTS],
    );
    const tally = new Tally();
    tally.add(othersNew + changed + (exchangedIn === null ? gone : 0));
    return tally.costs('large objects');
  }

  private byOthers({ name }: ComparedTable): Promise<string> {
    return othersRows(this.difference.live, { relation: name, column: null }, this.difference.own, []);
  }

  private count({ name }: ComparedTable, condition: string): Promise<number> {
    return countRows(this.difference.live, `ONLY ${name} AS t WHERE ${condition}`);
  }

  /** A row from before the deployment: the table was not written anew since. */
  private async hasOlder(table: ComparedTable): Promise<boolean> {
    if (this.first === null) return true;
    const { rows } = await this.difference.live.query<{ older: boolean }>(
      `SELECT EXISTS (SELECT FROM ONLY ${table.name} AS t WHERE age(t.xmin) > age($1::xid)) AS older`,
      [this.first],
    );
    return rows[0]?.older ?? false;
  }

  private async isNew({ madeIn }: ComparedTable): Promise<boolean> {
    if (this.first === null) return true;
    const { rows } = await this.difference.live.query<{ since: boolean }>(
      'SELECT age($1::xid) < age($2::xid) AS since',
      [madeIn, this.first],
    );
    return rows[0]?.since ?? false;
  }
}

type Side = 'live' | 'fresh';

/** Values that the type they are read as does not hold. */
const DATA_EXCEPTION = '22';

function sortedRows({ name }: ComparedTable, { pairs, keyed }: Pairs, side: Side, flag: string): string {
  const key = hashOf(keyed ? pairs.filter((pair) => pair.key) : pairs, side);
  const others = keyed ? pairs.filter((pair) => !pair.key) : [];
  const of = (touched: boolean): string =>
    `${hashOf(
      others.filter((pair) => pair.touched === touched),
      side,
    )}::text`;
  return `SELECT ${key}::text AS key, ${of(false)} AS content, ${of(true)} AS touched, ${flag} FROM ONLY ${name} AS t ORDER BY ${key}`;
}

function hashOf(pairs: Pair[], side: Side): string {
  return `hashtextextended(ROW(${pairs.map((pair) => pair[side]).join(', ')})::text, 0)`;
}

/** Numbers only, whatever a ledger holds. */
function stampedBy(transactions: string[]): string {
  return `t.xmin::text = ANY('{${transactions.map(Number).join(',')}}'::text[])`;
}
