import { loadConfig, type Config } from '../config';
import type { Cli } from './cli';

/** `--config`, else the file here or above. Apart from the session, which brings Temporal's client: half of the commands speak to no deployment. */
export function openConfig(cli: Cli): Config {
  return loadConfig(cli.options.config, cli.io.cwd);
}
