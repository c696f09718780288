import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG_FILE } from '../../config';
import { UsageError } from '../../errors';
import type { Cli } from '../cli';
import { ExitCode } from '../exit-codes';
import { detectProject } from '../project/detect';
import { configTemplate } from '../project/template';

export async function init(cli: Cli): Promise<number> {
  const file = join(cli.io.cwd, cli.options.config ?? CONFIG_FILE);
  const project = detectProject(cli.io.cwd);
  write(file, configTemplate(project));
  const text = [
    `Wrote ${file} (schema ${project.schema}, from ${project.foundIn}; migrations ${project.migrations}).`,
    '',
    'Next:',
    '  1. Read it; staging and production need their own URL variables.',
    `  2. export ${project.urlEnv}=postgresql://...     and keep .lockkeeper/ and backups/ out of version control`,
    '  3. lockkeeper doctor',
    '  4. lockkeeper plan --env development',
    '  5. lockkeeper dev, and in another terminal: lockkeeper deploy --env development',
  ].join('\n');
  cli.answer({ file, project }, text);
  return ExitCode.Ok;
}

/** `wx` refuses an existing file even if it appears in this very moment. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new UsageError(`${file} is already there; edit it, or move it away first.`);
    throw new UsageError(`${file} cannot be written (${code ?? 'unknown error'}).`);
  }
}
