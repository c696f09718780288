/** The repository's documents, and what is written in them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

export interface Document {
  /** Relative to the repository. */
  path: string;
  text: string;
}

/** README and its neighbours, and everything under docs/. */
export function documents(): Document[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name));
  return [...top, ...docs].sort().map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

export interface Line {
  /** `README.md:12`. */
  at: string;
  text: string;
}

/** Lines of the fenced blocks in one language, with `\` at a line's end joined to the next. */
export function fenced({ path, text }: Document, language: string): Line[] {
  const lines: Line[] = [];
  let inside = false;
  let pending: Line | null = null;
  for (const [index, raw] of text.split('\n').entries()) {
    if (/^\s*```/.test(raw)) {
      inside = !inside && raw.trim() === `\`\`\`${language}`;
      continue;
    }
    if (!inside) continue;
    const line: Line = pending
      ? { at: pending.at, text: `${pending.text} ${raw.trim()}` }
      : { at: `${path}:${index + 1}`, text: raw.trim() };
    pending = line.text.endsWith('\\') ? { at: line.at, text: line.text.slice(0, -1).trim() } : null;
    if (!pending) lines.push(line);
  }
  return lines;
}

/** Text without fenced blocks: what is prose, tables and inline code. */
export function prose({ text }: Document): string {
  return text.replace(/^\s*```[\s\S]*?^\s*```/gm, (block) => block.replace(/[^\n]/g, ''));
}

/** The heading's anchor, as GitHub makes it. */
export function anchor(heading: string): string {
  return heading
    .replace(/`|\*/g, '')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

export function fromRoot(path: string): string {
  return relative(ROOT, path);
}
