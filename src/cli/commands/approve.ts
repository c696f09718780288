import type { Cli } from '../cli';
import { decide, type DecideOptions } from '../decide';

export function approve(cli: Cli, options: DecideOptions, id?: string): Promise<number> {
  return decide(cli, 'approve', options, id);
}
