/** Everything a deployment does to the world, one file a step. Each probes before it acts: running it twice is harmless. */
import type { PgTools } from '../adapters/pg-tools';
import type { Slack } from '../adapters/slack';
import type { Config } from '../config';
import { createApply } from './apply';
import { createBackup } from './backup';
import { createDecisions } from './decisions';
import { createInspect } from './inspect';
import { createMonitor } from './monitor';
import { createNotify } from './notify';
import { createRehearse } from './rehearse';
import { createReport } from './report';
import { createUndo } from './undo';
import { createVerify } from './verify';

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
  env: NodeJS.ProcessEnv;
}

export function createActivities(deps: Deps) {
  return {
    ...createInspect(deps),
    ...createBackup(deps),
    ...createRehearse(deps),
    ...createDecisions(deps),
    ...createApply(deps),
    ...createVerify(deps),
    ...createMonitor(deps),
    ...createUndo(deps),
    ...createReport(deps),
    ...createNotify(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
