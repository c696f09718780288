/** How long work on a table takes, and how to say it. Deliberately slow figures: a promise in a plan should hold. */
import type { Severity } from '../../contract';

export interface TableSize {
  rows: number;
  bytes: number;
  /** Of its own rows alone: without indexes, and nothing for what its partitions hold. */
  rowBytes?: number;
  /** Of a key of two or four bytes: how much of its numbers is used, 0 to 1. */
  keyUsed?: number;
  /** It has partitions, or is part of a tree of partitions or inheritance. */
  family?: 'partitioned' | 'related';
}

export type Work = 'read' | 'scan' | 'index' | 'rewrite';

/** Bytes of table a second, on a server that is busy with other things. */
const SPEED: Record<Work, number> = { read: 150e6, scan: 150e6, index: 40e6, rewrite: 30e6 };
const TINY: Pick<TableSize, 'rows' | 'bytes'> = { rows: 1000, bytes: 8 * 1024 * 1024 };
const NOTICEABLE_MS = 1000;

export function isTiny({ rows, bytes }: TableSize): boolean {
  return rows < TINY.rows && bytes < TINY.bytes;
}

export function estimatedMs({ bytes }: TableSize, work: Work): number {
  return (bytes / SPEED[work]) * 1000;
}

/** A table of unknown size is taken to be large. */
export function severityOf(size: TableSize | null, work: Work): Severity {
  if (size === null) return 'danger';
  if (isTiny(size)) return 'info';
  return estimatedMs(size, work) < NOTICEABLE_MS ? 'warning' : 'danger';
}

const WORK_WORDS: Record<Work, string> = {
  read: 'while every row is read',
  scan: 'while every row is checked',
  index: 'while the index is built',
  rewrite: 'while every row is rewritten',
};

/** `while every row is checked: about 2 min (40,000,000 rows, 12 GB)`. */
export function howLong(size: TableSize | null, work: Work): string {
  const words = WORK_WORDS[work];
  if (size === null) return `${words} (its size is not known here; on a large table that is minutes)`;
  return `${words}: ${duration(estimatedMs(size, work))} (${count(size.rows)} rows, ${volume(size.bytes)})`;
}

export function count(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

function duration(ms: number): string {
  if (ms < 1000) return 'under a second';
  if (ms < 90_000) return `about ${Math.round(ms / 1000)} s`;
  if (ms < 5_400_000) return `about ${Math.round(ms / 60_000)} min`;
  return `about ${Math.round(ms / 3_600_000)} h`;
}

function volume(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const value = bytes / 2 ** (10 * power);
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
