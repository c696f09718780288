/** Which Lockkeeper this is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

let version: string | null = null;

export function lockkeeperVersion(): string {
  // The same two folders up from src/ and from dist/.
  const file = join(__dirname, '..', '..', 'package.json');
  return (version ??= (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version);
}
