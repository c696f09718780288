import { lines, oneLine, quote } from './sql';

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
