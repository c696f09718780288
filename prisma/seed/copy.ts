/** Rows into a table through COPY: streamed, so memory does not grow with the number of rows. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

export type Cell = string | number | boolean | null;
export type Row = readonly Cell[];

export interface Table {
  name: string;
  /** As they stand in the statement, separated by commas. */
  columns: string;
  rows: Iterable<Row>;
}

/** PostgreSQL keeps one pending foreign key check for each row of a COPY in memory; this bounds them. */
const ROWS_PER_COPY = 200_000;

/** Text handed to the socket at a time, in characters. */
const CHUNK = 64 * 1024;

/** Fills one table and gives the number of rows. */
export async function copyTable(client: Client, table: Table): Promise<number> {
  const statement = `COPY "${table.name}" (${table.columns}) FROM STDIN`;
  const rows = table.rows[Symbol.iterator]();
  let total = 0;
  for (let next = rows.next(); !next.done; next = rows.next()) {
    const batch = new Batch(next.value, rows);
    await pipeline(Readable.from(batch.chunks()), client.query(copyFrom(statement)));
    total += batch.count;
  }
  return total;
}

/** At most ROWS_PER_COPY rows of an iterator, as chunks of COPY's text format. */
class Batch {
  count = 0;

  constructor(
    private readonly first: Row,
    private readonly rest: Iterator<Row>,
  ) {}

  *chunks(): Generator<string> {
    let text = encodeRow(this.first);
    this.count = 1;
    while (this.count < ROWS_PER_COPY) {
      const next = this.rest.next();
      if (next.done) break;
      text += encodeRow(next.value);
      this.count += 1;
      if (text.length >= CHUNK) {
        yield text;
        text = '';
      }
    }
    if (text !== '') yield text;
  }
}

function encodeRow(row: Row): string {
  let line = '';
  for (let i = 0; i < row.length; i++) line += (i === 0 ? '' : '\t') + encodeCell(row[i] ?? null);
  return `${line}\n`;
}

function encodeCell(cell: Cell): string {
  if (cell === null) return '\\N';
  if (typeof cell === 'string') return /[\\\t\n\r]/.test(cell) ? escapeText(cell) : cell;
  return typeof cell === 'boolean' ? (cell ? 't' : 'f') : String(cell);
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escapeText(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}
