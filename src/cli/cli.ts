/** What every command is given: the streams, the options that all share, and how to speak to a person or a program. */
import type { Writable } from 'node:stream';
import { createColors } from 'picocolors';

export interface Io {
  stdout: Writable;
  stderr: Writable;
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** A person sits there: questions may be asked and lines redrawn. */
  isTTY: boolean;
  /** Asks for one line; null when the person gave up. Without it the terminal is asked. */
  ask?: (question: string) => Promise<string | null>;
}

export interface CommonOptions {
  env?: string;
  target?: string;
  config?: string;
  json?: boolean;
  /** False with `--no-input`. */
  input: boolean;
}

export type Colors = ReturnType<typeof createColors>;

export class Cli {
  /** Colours of stdout, which may be a file while stderr is a terminal. */
  readonly colors: Colors;
  readonly noteColors: Colors;

  constructor(
    readonly io: Io,
    readonly options: CommonOptions,
  ) {
    this.colors = createColors(wantsColor(io.stdout, io.env));
    this.noteColors = createColors(wantsColor(io.stderr, io.env));
  }

  /** True when questions may be asked. */
  get interactive(): boolean {
    return this.io.isTTY && this.options.input && this.options.json !== true;
  }

  get width(): number {
    return (this.io.stderr as { columns?: number }).columns ?? 100;
  }

  get height(): number {
    return (this.io.stderr as { rows?: number }).rows ?? 24;
  }

  /** The command's data: `value` for programs with `--json`, else `text` for people; a function is asked only then. */
  answer(value: unknown, text: string | (() => string)): void {
    if (this.options.json) {
      this.io.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
      return;
    }
    const said = typeof text === 'string' ? text : text();
    this.io.stdout.write(said.endsWith('\n') ? said : `${said}\n`);
  }

  /** Progress and hints: stderr, so that stdout holds data alone. */
  note(line: string): void {
    this.io.stderr.write(`${line}\n`);
  }
}

/** https://no-color.org: set and not empty turns colour off, whatever the stream is. */
function wantsColor(stream: Writable, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true;
  return (stream as { isTTY?: boolean }).isTTY === true && env['TERM'] !== 'dumb';
}
