/** One line that says how far something is: redrawn for a person at a terminal, now and then a line of its own everywhere else. */
import type { Cli } from '../cli';
import { clampLine } from './text';

const CLEAR_LINE = '\r\u001b[K';
const LOG_MS = 5_000;

export class ProgressLine {
  private readonly redraws: boolean;
  private loggedAt = 0;
  private last = '';

  constructor(private readonly cli: Cli) {
    this.redraws = cli.io.isTTY && cli.io.env['TERM'] !== 'dumb';
  }

  /** @param isNew it says something else than the line before, and not only how much more. */
  show(line: string, isNew: boolean): void {
    if (line === this.last) return;
    this.last = line;
    if (this.redraws) {
      this.cli.io.stderr.write(`${CLEAR_LINE}${clampLine(line, this.cli.width)}`);
    } else if (isNew || Date.now() - this.loggedAt >= LOG_MS) {
      this.loggedAt = Date.now();
      this.cli.note(line);
    }
  }

  /** Takes a redrawn line away. */
  close(): void {
    if (this.redraws && this.last !== '') this.cli.io.stderr.write(CLEAR_LINE);
  }
}
