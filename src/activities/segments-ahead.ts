/** Segments of a step, each script cut while the server is busy with the one before: of many small files, parsing is a good part. */
import { parseScript } from '../adapters/sql-parser';
import type { ExecutionForm } from '../contract';
import { segmentsOf, type Segment } from '../policy/segments';

export interface ScriptToCut {
  sql: string;
  form: ExecutionForm;
}

export class SegmentsAhead {
  private readonly ready = new Map<ScriptToCut, Segment[]>();

  /** @param scripts in the order in which they will be asked for. The parser must be loaded. */
  constructor(private readonly scripts: ScriptToCut[]) {}

  /** @throws SqlSyntaxError */
  take(script: ScriptToCut): Segment[] {
    const segments = this.ready.get(script) ?? cut(script);
    this.ready.delete(script);
    const next = this.scripts[this.scripts.indexOf(script) + 1];
    // By then the script has been sent.
    if (next) setImmediate(() => this.prepare(next));
    return segments;
  }

  private prepare(script: ScriptToCut): void {
    try {
      this.ready.set(script, cut(script));
    } catch {
      // What does not parse is said to whoever takes it.
    }
  }
}

function cut({ sql, form }: ScriptToCut): Segment[] {
  return segmentsOf(parseScript(sql), form);
}
