/** Finding `lockkeeper.yaml`, and what YAML itself has to say about it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { UsageError } from '../errors';

export const CONFIG_FILE = 'lockkeeper.yaml';

export function findUpwards(from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = resolve(folder, CONFIG_FILE);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return null;
  }
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}).`);
  }
}

/** @throws UsageError with line and column of every mistake. */
export function yamlValue(text: string, path: string): unknown {
  const invalid = (messages: string[]): UsageError =>
    new UsageError(`${path} is not valid YAML:\n${messages.map((message) => `  ${message}.`).join('\n')}`);
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter });
  const at = (offset: number): string =>
    `line ${lineCounter.linePos(offset).line}, column ${lineCounter.linePos(offset).col}`;
  if (document.errors.length > 0) {
    throw invalid(document.errors.map(({ message, pos }) => `${at(pos[0])}: ${message}`));
  }
  try {
    return document.toJS();
  } catch (error) {
    // Aliases are resolved only here.
    throw invalid([(error as Error).message]);
  }
}
