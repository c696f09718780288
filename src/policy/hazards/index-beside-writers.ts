import type { Schema } from '../statements';
import { lines, oneLine, quote } from './sql';

/**
 * An index whose table's writers go on while it is built.
 * @param text CREATE INDEX without CONCURRENTLY.
 */
export function indexBesideWriters(text: string, table: string, name: string | undefined, schema: Schema): string {
  return schema.table(table)?.partitioned
    ? indexByPartitions(text, name)
    : `${oneLine(text).replace(/\bINDEX\b/i, 'INDEX CONCURRENTLY')};`;
}

/**
 * An index of a partitioned table whose writers go on: PostgreSQL builds it concurrently on a partition only.
 * @param text CREATE INDEX, with or without CONCURRENTLY.
 */
export function indexByPartitions(text: string, name: string | undefined): string {
  return lines(
    '-- on the parent alone, which is instant',
    `${oneLine(text)
      .replace(/\s+CONCURRENTLY\b/i, '')
      .replace(/\bON\s+(?!ONLY\b)/i, 'ON ONLY ')};`,
    '-- then CREATE INDEX CONCURRENTLY on each partition ... and, for each:',
    `-- ALTER INDEX ${name === undefined ? '...' : quote(name)} ATTACH PARTITION ...;`,
  );
}
