/**
 * `lockkeeper.yaml` and the environment -> Config. Reports every mistake at once, each with its path.
 * Secrets are never in the file: it names the environment variables that hold them.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { UsageError } from '../errors';
import { CONFIG_FILE, findUpwards, readText, yamlValue } from './file';
import { configSchema, toConfig, type Config } from './schema';

export { rehearsalUrl, resolveTarget, targetsOf, targetUrl, type Target } from './target';
export { CONFIG_FILE, configSchema, type Config };

/**
 * Reads and checks the configuration.
 * @param file path of the file; without it `lockkeeper.yaml` is looked for here and in the folders above.
 * @throws UsageError naming every mistake with its path.
 */
export function loadConfig(file?: string, cwd: string = process.cwd()): Config {
  const path = file === undefined ? findUpwards(cwd) : resolve(cwd, file);
  if (!path || !existsSync(path)) {
    throw new UsageError(
      `No ${file ?? CONFIG_FILE} found${file ? '' : ` in ${cwd} or above`}; run "lockkeeper init" to write one.`,
    );
  }
  return parseConfig(readText(path), path);
}

/** @throws UsageError naming every mistake with its path. */
export function parseConfig(text: string, path: string): Config {
  const value = yamlValue(text, path);
  if (value === null) throw new UsageError(`${path} is empty; remove it and run "lockkeeper init" to write one.`);
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || '(top level)'}: ${mistake(issue)}`);
    throw new UsageError(`${path} has ${lines.length} mistake${lines.length === 1 ? '' : 's'}:\n${lines.join('\n')}`);
  }
  return toConfig(parsed.data, path);
}

function mistake(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return `a name must be ${issue.issues[0]?.message ?? 'plain'}.`;
  // Of the forms that a value may have, the one that it got furthest with.
  if (issue.code === 'invalid_union') {
    const nearest = issue.errors.flat().find(({ path }) => path.length > 0) ?? issue.errors[0]?.[0];
    if (nearest) return `${nearest.path.map((part) => `${String(part)}: `).join('')}${mistake(nearest)}`;
  }
  return issue.code === 'invalid_format' ? `must be ${issue.message}.` : `${issue.message}.`;
}
