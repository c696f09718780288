/**
 * Each command's module, loaded when the command runs: Temporal's client and PostgreSQL's parser take half a second,
 * and `--help` needs neither. `require`, because in CommonJS output `import()` stays a real one and would go through
 * Node's ES module loader.
 */
/* eslint-disable @typescript-eslint/no-require-imports */
export const commands = {
  doctor: () => (require('./doctor') as typeof import('./doctor')).doctor,
  dev: () => (require('./dev') as typeof import('./dev')).dev,
  init: () => (require('./init') as typeof import('./init')).init,
  worker: () => (require('./worker') as typeof import('./worker')).worker,
  slack: () => (require('./slack') as typeof import('./slack')).slack,
  plan: () => (require('./plan') as typeof import('./plan')).plan,
  deploy: () => (require('./deploy') as typeof import('./deploy')).deploy,
  status: () => (require('./status') as typeof import('./status')).status,
  watch: () => (require('./watch') as typeof import('./watch')).watch,
  history: () => (require('./history') as typeof import('./history')).history,
  report: () => (require('./report') as typeof import('./report')).report,
  approve: () => (require('./approve') as typeof import('./approve')).approve,
  reject: () => (require('./reject') as typeof import('./reject')).reject,
  abort: () => (require('./abort') as typeof import('./abort')).abort,
  rollback: () => (require('./rollback') as typeof import('./rollback')).rollback,
  salvageList: () => (require('./salvage') as typeof import('./salvage')).salvageList,
  salvageRestore: () => (require('./salvage') as typeof import('./salvage')).salvageRestore,
  salvageDrop: () => (require('./salvage') as typeof import('./salvage')).salvageDrop,
  backupCreate: () => (require('./backup-create') as typeof import('./backup-create')).backupCreate,
  backupList: () => (require('./backup-list') as typeof import('./backup-list')).backupList,
  backupVerify: () => (require('./backup-verify') as typeof import('./backup-verify')).backupVerify,
  backupRestore: () => (require('./backup-restore') as typeof import('./backup-restore')).backupRestore,
  migrateStatus: () => (require('./migrate-status') as typeof import('./migrate-status')).migrateStatus,
  migrateDev: () => (require('./migrate-dev') as typeof import('./migrate-dev')).migrateDev,
  migrateReset: () => (require('./migrate-reset') as typeof import('./migrate-reset')).migrateReset,
  migratePush: () => (require('./migrate-push') as typeof import('./migrate-push')).migratePush,
  migrateResolve: () => (require('./migrate-resolve') as typeof import('./migrate-resolve')).migrateResolve,
};
