import type { Contents, TableDigest } from './content-digest';
import { strayingSequences } from './sequences';

/** What two databases hold differently, in words: tables, large objects, sequences. Empty when they hold the same. */
export function differences(expected: Contents, actual: Contents): string[] {
  const names = [...new Set([...Object.keys(expected.tables), ...Object.keys(actual.tables)])].sort();
  const tables = names.flatMap((name) => tableDifference(name, expected.tables[name], actual.tables[name]));
  const objects =
    expected.largeObjects.count === actual.largeObjects.count &&
    expected.largeObjects.digest === actual.largeObjects.digest
      ? []
      : ['the large objects'];
  const sequences = strayingSequences(expected.sequences, actual.sequences).map((name) => `sequence ${name}`);
  return [...tables, ...objects, ...sequences];
}

function tableDifference(name: string, expected: TableDigest | undefined, actual: TableDigest | undefined): string[] {
  if (!expected) return [`${name} (not in the original)`];
  if (!actual) return [`${name} (missing)`];
  if (expected.rows !== actual.rows) return [`${name} (${actual.rows} rows instead of ${expected.rows})`];
  return expected.digest === actual.digest ? [] : [`${name} (other content)`];
}
