/** How a benchmark was asked for. */
export interface BenchOptions {
  /** What a person types for the same figures. */
  command: string;
  /** Runs that count, of each contestant. */
  rounds: number;
  /** Only contestants whose name holds this text; what they did is printed, and not written down. */
  by: string | null;
  /** Build contestants that are not here. */
  install: boolean;
  /** One line on stderr; stdout belongs to the figures. */
  log: (line: string) => void;
}
