/** How a benchmark was asked for. */
export interface BenchOptions {
  /** What a person types for the same figures. */
  command: string;
  /** Runs that count, of each contestant. */
  rounds: number;
  /** Build contestants that are not here. */
  install: boolean;
  /** One line on stderr; stdout belongs to the figures. */
  log: (line: string) => void;
}
