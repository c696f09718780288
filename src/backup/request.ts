import type { BackupStore } from '../adapters/backup-store/store';
import type { PgTools } from '../adapters/pg-tools';
import type { BackupProgress } from '../contract';
import type { BackupConfig } from '../config/backup';
import type { BackupMeta } from './meta';

export interface BackupRequest {
  environment: string;
  target: string;
  url: string;
  config: BackupConfig;
  store: BackupStore;
  tools: PgTools;
  /** Names of the migrations of the project, in their order. */
  migrations: string[];
  deployment: BackupMeta['deployment'];
  /** Names this backup's sessions; those that an earlier attempt left under it are ended. */
  applicationName: string;
  /** An external tool is given the variables that the configuration names. */
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  onProgress: (progress: BackupProgress) => void;
}
