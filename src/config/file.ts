/** Finding `lockkeeper.yaml`, and what YAML itself has to say about it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument, type ErrorCode } from 'yaml';
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
  const bytes = readBytes(path);
  try {
    // UTF-16 has NULs, and may be valid UTF-8 all the same.
    if (!bytes.includes(0)) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Said below.
  }
  throw new UsageError(`${path} is not UTF-8; save it as UTF-8.`);
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}).`);
  }
}

/** What the parser says to programmers. */
const IN_WORDS: Partial<Record<ErrorCode, string>> = {
  MULTIPLE_DOCS: 'a second document begins here; the file holds one',
};

/** @throws UsageError with line and column of every mistake. */
export function yamlValue(text: string, path: string): unknown {
  const invalid = (messages: string[]): UsageError =>
    new UsageError(`${path} is not valid YAML:\n${messages.map((message) => `  ${message}.`).join('\n')}`);
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter, merge: true });
  const at = (offset: number): string =>
    `line ${lineCounter.linePos(offset).line}, column ${lineCounter.linePos(offset).col}`;
  if (document.errors.length > 0) {
    throw invalid(document.errors.map(({ code, message, pos }) => `${at(pos[0])}: ${IN_WORDS[code] ?? message}`));
  }
  try {
    return document.toJS();
  } catch (error) {
    // Aliases are resolved only here.
    throw invalid([(error as Error).message]);
  }
}
