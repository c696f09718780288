/** Everything a deployment does to the world, one file a step. Each probes before it acts: running it twice is harmless. */
import { createApply } from './apply';
import { createBringBack } from './bring-back';
import { createBackupStep } from './backup';
import { createDecisions } from './decisions';
import type { Deps } from './deps';
import { createInspect } from './inspect';
import { createMonitor } from './monitor';
import { createNotify } from './notify';
import { createRehearse } from './rehearse';
import { createReport } from './report';
import { createSwap } from './swap';
import { createUndo } from './undo';
import { createVerify } from './verify';

export function createActivities(deps: Deps) {
  return {
    ...createInspect(deps),
    ...createBackupStep(deps),
    ...createRehearse(deps),
    ...createDecisions(deps),
    ...createApply(deps),
    ...createVerify(deps),
    ...createMonitor(deps),
    ...createUndo(deps),
    ...createBringBack(deps),
    ...createSwap(deps),
    ...createReport(deps),
    ...createNotify(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
