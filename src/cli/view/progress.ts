/** Where long work is, in one line. Pure. */
import { blockerInWords } from '../../adapters/lock-queue';
import type { ActivityProgress, BackupProgress, RestoreProgress, ScriptProgress } from '../../contract';
import { bytes } from '../../report/format';
import { plural } from '../../policy/words';

export function progressText(progress: ActivityProgress): string {
  if (typeof progress === 'string') return progress;
  if ('segment' in progress) return scriptText(progress);
  return 'bytes' in progress ? backupText(progress) : restoreText(progress);
}

/** What makes it worth another line where nothing is redrawn: somebody in the way, another phase of the work. */
export function progressTopic(progress: ActivityProgress): string | null {
  if (typeof progress === 'string') return progress;
  if (!('segment' in progress)) return progress.step;
  const { title, segment, blockers, work } = progress;
  const about = blockers[0]?.pid ?? work?.phase;
  return about === undefined ? null : `${title}/${segment}/${about}`;
}

function scriptText({ title, segment, segments, statement, statements, line, blockers, work }: ScriptProgress): string {
  const where = `${title}, segment ${segment} of ${segments}, statement ${statement} of ${statements} (line ${line})`;
  const [first, ...others] = blockers;
  if (first)
    return `${where}: waits for ${blockerInWords(first)}${others.length > 0 ? ` and ${others.length} more` : ''}`;
  if (!work) return where;
  return `${where}: ${work.phase}${work.percent === null ? '' : `, ${work.percent} %`}`;
}

export function backupText({ step, bytes: written, tables }: BackupProgress): string {
  if (step === 'external') return 'the command of backup.store.external runs';
  return `${bytes(written)} written, ${tables.dumped} of ${plural(tables.total, 'table')} dumped, ${tables.digested} digested`;
}

const RESTORING: Record<RestoreProgress['step'], string> = {
  fetch: 'Reading the backup and its sha256',
  restore: 'Restoring',
  compare: 'Comparing',
};

export function restoreText({ step, tables }: RestoreProgress): string {
  const isCounted = step !== 'fetch' && tables.total > 0;
  return `${RESTORING[step]}${isCounted ? `: ${tables.done} of ${plural(tables.total, 'table')}` : ''}`;
}
