/** How a benchmark was asked for. */
export interface BenchOptions {
  /** Runs that count, of each contestant. */
  rounds: number;
  /** Build contestants that are not here. */
  install: boolean;
  /** One line on stderr; stdout belongs to the figures. */
  log: (line: string) => void;
}
