import type { Cli } from '../cli';
import { decide, type DecideOptions } from '../decide';

export function reject(cli: Cli, options: DecideOptions, id?: string): Promise<number> {
  return decide(cli, 'reject', options, id);
}
