/** Shows progress on stderr: redrawn in place for a person at a terminal, one line a change everywhere else. */
import type { DeploymentRef } from '../../client';
import type { DeploymentStatus } from '../../contract';
import type { Cli } from '../cli';
import { changes } from './changes';
import { frame } from './frame';
import { clampHeight, clampLine } from './text';

export interface Progress {
  show(status: DeploymentStatus): void;
  /** Something about the watching itself: a lost connection, a silent worker. Null takes it away. */
  hint(line: string | null): void;
  close(): void;
}

export function openProgress(cli: Cli, ref: DeploymentRef): Progress {
  const redraws = cli.io.isTTY && cli.io.env['TERM'] !== 'dumb';
  return redraws ? new LiveList(cli, ref) : new ChangeLog(cli, ref);
}

const REDRAW_MS = 100;
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_BELOW = '\u001b[0J';

class LiveList implements Progress {
  private status: DeploymentStatus | null = null;
  private hintLine: string | null = null;
  private tick = 0;
  private drawn = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly cli: Cli,
    private readonly ref: DeploymentRef,
  ) {
    // Above the list, once and whole: a line of the list is cut to the window, and a cut link leads nowhere.
    cli.note(`Temporal UI: ${ref.uiUrl}`);
    cli.io.stderr.write(HIDE_CURSOR);
    this.timer = setInterval(() => this.draw(), REDRAW_MS);
  }

  show(status: DeploymentStatus): void {
    this.status = status;
    this.draw();
  }

  hint(line: string | null): void {
    this.hintLine = line;
    this.draw();
  }

  /** The last frame stays on the screen. */
  close(): void {
    clearInterval(this.timer);
    this.draw();
    this.cli.io.stderr.write(SHOW_CURSOR);
  }

  private draw(): void {
    const { cli } = this;
    this.tick += 1;
    const lines = this.lines().map((line) => clampLine(line, cli.width));
    // One write a frame: a terminal that is drawn in pieces flickers.
    const up = this.drawn === 0 ? '' : `\u001b[${this.drawn}A`;
    cli.io.stderr.write(`${up}\r${CLEAR_BELOW}${lines.map((line) => `${line}\n`).join('')}`);
    this.drawn = lines.length;
  }

  private lines(): string[] {
    const { cli, ref, status, tick } = this;
    const hint = this.hintLine === null ? [] : [cli.noteColors.yellow(this.hintLine)];
    if (!status)
      return [`Deployment ${ref.deploymentId} of ${ref.environment}/${ref.target}: waiting for its worker`, ...hint];
    const { lines, focus } = frame({ ref, status, tick, now: new Date(), colors: cli.noteColors });
    // One row is the cursor's: a frame as high as the window scrolls, and cannot be drawn over.
    return [...clampHeight(lines, cli.height - 1 - hint.length, focus), ...hint];
  }
}

class ChangeLog implements Progress {
  private last: DeploymentStatus | null = null;
  private lastHint: string | null = null;

  constructor(
    private readonly cli: Cli,
    private readonly ref: DeploymentRef,
  ) {
    cli.note(`Deployment ${ref.deploymentId} of ${ref.environment}/${ref.target}`);
    cli.note(`Temporal UI: ${ref.uiUrl}`);
  }

  show(status: DeploymentStatus): void {
    for (const line of changes(this.ref, this.last, status)) this.say(line);
    this.last = status;
  }

  hint(line: string | null): void {
    if (line !== null && line !== this.lastHint) this.say(line);
    this.lastHint = line;
  }

  close(): void {}

  private say(line: string): void {
    this.cli.note(`${new Date().toISOString().slice(11, 19)}  ${line}`);
  }
}
