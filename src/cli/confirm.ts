import { UsageError } from '../errors';
import type { Cli } from './cli';

export interface Question {
  /** What would be done, as in "approve this deployment". */
  action: string;
  /** What must be typed for it; null where a plain yes is enough. */
  typed: string | null;
  /** `--yes` was given. */
  yes: boolean;
}

/**
 * Asks before something that cannot be taken back.
 * @throws UsageError when the person says no, or where nobody can be asked.
 */
export async function confirm(cli: Cli, { action, typed, yes }: Question): Promise<void> {
  if (yes) return;
  if (!cli.interactive) throw new UsageError(`Nobody can be asked here to confirm; add --yes to ${action}.`);
  const expected = typed ?? 'yes';
  const answer = await ask(cli, `Type ${expected} to ${action}:`);
  if (answer?.trim() !== expected) throw new UsageError(`Not confirmed; nothing was done.`);
}

/** One line from the person; null when they gave up. The prompt goes to stderr. */
export async function ask(cli: Cli, question: string): Promise<string | null> {
  if (cli.io.ask) return cli.io.ask(question);
  const { isCancel, text } = await import('@clack/prompts');
  const answer = await text({ message: question, output: cli.io.stderr });
  return isCancel(answer) ? null : (answer ?? '');
}
