/** How a benchmark was asked for. */
export interface BenchOptions {
  /** What a person types for the same figures. */
  command: string;
  /** Runs that count, of each contestant. */
  rounds: number;
  /** Only the contestant whose name begins so; what it did is printed, and not written down. */
  by: string | null;
  /** Only this part of a benchmark that has several; printed, and not written down. */
  scenario: string | null;
  /** Build contestants that are not here. */
  install: boolean;
  /** On five times the data too, where a benchmark has such a form. */
  large: boolean;
  /** One line on stderr; stdout belongs to the figures. */
  log: (line: string) => void;
}

export function isAsked(name: string, { by }: BenchOptions): boolean {
  return by === null || name.toLowerCase().startsWith(by.toLowerCase());
}
