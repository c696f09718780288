/** Rows of two sessions against each other, each side sorted by its server: exact, and in constant memory. */
import type { Client } from './postgres';

/** What a query gives of each row. */
export interface SortedRow {
  /** A whole number as text, which the rows are sorted by. */
  key: string;
  content: string;
  /** What the deployment may have changed itself; absent where it is nothing. */
  touched?: string;
  /** Left: others than the deployment wrote it last. */
  others?: boolean;
  /** Right: it was written since both were exchanged. */
  late?: boolean;
}

/** Numbers of rows. */
export interface Apart {
  /** Only on the left, by others, and by the deployment's transactions. */
  othersNew: number;
  stampedNew: number;
  /** Only on the right. */
  gone: number;
  /** On both sides and not the same: by others, and perhaps by the deployment alone. */
  changed: number;
  restamped: number;
}

const PAGE = 5_000;

/** Two sorted queries against each other, each in its session's transaction. */
export async function apart([live, left]: [Client, string], [fresh, right]: [Client, string]): Promise<Apart> {
  return compared(sorted(live, left), sorted(fresh, right));
}

async function* sorted(client: Client, query: string): AsyncGenerator<SortedRow, undefined> {
  await client.query(`DECLARE apart NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    const { rows } = await client.query<SortedRow>(`FETCH ${PAGE} FROM apart`);
    yield* rows;
    if (rows.length < PAGE) break;
  }
  await client.query('CLOSE apart');
}

async function compared(
  left: AsyncGenerator<SortedRow, undefined>,
  right: AsyncGenerator<SortedRow, undefined>,
): Promise<Apart> {
  const found: Apart = { othersNew: 0, stampedNew: 0, gone: 0, changed: 0, restamped: 0 };
  let [a, b] = [(await left.next()).value, (await right.next()).value];
  while (a ?? b) {
    const order = !a ? 1 : !b ? -1 : compare(BigInt(a.key), BigInt(b.key));
    if (order < 0 && a) found[a.others ? 'othersNew' : 'stampedNew'] += 1;
    if (order > 0) found.gone += 1;
    if (order === 0 && a && b) tell(found, a, b);
    if (order <= 0) a = (await left.next()).value;
    if (order >= 0) b = (await right.next()).value;
  }
  return found;
}

function tell(found: Apart, left: SortedRow, right: SortedRow): void {
  // What the backup had there cannot be seen any more.
  if (right.late) return;
  const isTouched = left.touched !== right.touched;
  if (left.content !== right.content || (isTouched && left.others)) found.changed += 1;
  else if (isTouched) found.restamped += 1;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
