import type { OpenDeployment } from '../adapters/open-deployments';
import type { PgTools } from '../adapters/pg-tools';
import type { Slack } from '../adapters/slack';
import type { Config } from '../config';

/** What the activities work with; the composition root fills it in. */
export interface Deps {
  config: Config;
  tools: PgTools;
  /** Key of the signed decisions. */
  signingKey: string;
  /** Null where Slack is not configured. */
  slack: Slack | null;
  /** Base URL of the Temporal UI, without a trailing slash. */
  uiUrl: string;
  /** The deployments that are open on a database. */
  openOn: (instance: string) => Promise<OpenDeployment[]>;
  env: NodeJS.ProcessEnv;
}
