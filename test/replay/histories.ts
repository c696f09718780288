/** Where recorded histories are, one folder a release. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { History } from '@temporalio/common/lib/proto-utils';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';

const FOLDER = join(__dirname, 'histories');

export function releases(): string[] {
  return readdirSync(FOLDER).sort();
}

/** Path name -> history as the SDK writes and reads it. */
export function recorded(release: string): Record<string, unknown> {
  const files = readdirSync(join(FOLDER, release)).sort();
  return Object.fromEntries(files.map((file) => [file.replace(/\.json$/, ''), JSON.parse(readFileSync(join(FOLDER, release, file), 'utf8'))]));
}

/** Replaces a release's histories. */
export function keep(release: string, histories: Record<string, History>): void {
  const folder = join(FOLDER, release);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [path, history] of Object.entries(histories)) writeFileSync(join(folder, `${path}.json`), `${JSON.stringify(JSON.parse(historyToJSON(history)))}\n`);
}
