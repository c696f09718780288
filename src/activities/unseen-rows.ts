/** What a rehearsal on a sample cannot know: whether the rows that it lacks break a rule. Where a query can tell, the live database is asked. */
import { countFound } from '../adapters/rows-in-the-way';
import { READ_ONLY, withSession } from '../adapters/postgres';
import { parseScript } from '../adapters/sql-parser';
import { endOnAbort } from '../backup/end-on-abort';
import type { RehearsalSample, SampledTable } from '../contract';
import { FailureType, permanent } from '../errors';
import type { MeasuredSegment } from '../policy/measures';
import { rulesOverRows, type RowsRule } from '../policy/rows-in-the-way';
import type { PlannedFolders } from './planned-folders';
import type { ResolvedTarget } from './target';
import type { Workbench } from './workbench';

/** As many names as people read, and as a history carries. */
const TOLD = 10;

/** One question reads a whole table of the application's, beside it. */
const ANSWER_MS = 60_000;

export interface Unseen {
  bench: Workbench;
  target: ResolvedTarget;
  folders: PlannedFolders;
  report: (progress: string) => void;
}

/**
 * @param lacking tables that the rehearsal had a part of.
 * @returns null where it had all rows.
 * @throws ApplicationFailure Rehearsal where a rule meets rows that break it, and nothing before it can have mended them.
 */
export async function sampleOf(
  unseen: Unseen,
  lacking: SampledTable[],
  measured: MeasuredSegment[],
): Promise<RehearsalSample | null> {
  if (lacking.length === 0) return null;
  const rules = rulesOverRows(overRows(unseen.folders, measured));
  unseen.report('counting on the live database what a sample cannot tell');
  const answers = await ask(unseen, rules);
  const unproven = answers.flatMap(({ unproven: place }) => place ?? []);
  return {
    tables: { count: lacking.length, first: lacking.slice(0, TOLD) },
    counted: answers.length - unproven.length,
    unproven: { count: unproven.length, first: unproven.slice(0, TOLD) },
  };
}

/** Each migration with the lines of its statements that went over rows of a table that lacks some. */
function overRows(folders: PlannedFolders, measured: MeasuredSegment[]): Parameters<typeof rulesOverRows>[0] {
  const names = [...new Set(measured.map(({ migration }) => migration))];
  return names.map((migration) => ({
    migration,
    statements: parseScript(folders.get(migration)?.sql ?? ''),
    lines: new Set(
      measured
        .filter((segment) => segment.migration === migration)
        .flatMap(({ statements }) => statements.filter(({ scale }) => scale > 1).map(({ line }) => line)),
    ),
  }));
}

function ask({ bench: { signal }, target }: Unseen, rules: RowsRule[]): Promise<{ unproven: string | null }[]> {
  const session = { ...READ_ONLY, applicationName: 'lockkeeper/unseen-rows', statementTimeoutMs: ANSWER_MS };
  return withSession(target.url, session, (client) =>
    endOnAbort([client], signal, async () => {
      const answers: { unproven: string | null }[] = [];
      for (const { place, queries, mended } of rules) {
        const counts: (number | null)[] = [];
        // What an earlier migration makes is not there yet, and a large table takes longer than it may.
        for (const query of queries) counts.push(await countFound(client, query).catch(() => null));
        const found = Math.max(0, ...counts.map((count) => count ?? 0));
        if (found > 0 && !mended)
          throw permanent(
            FailureType.Rehearsal,
            `On the live database, ${found} rows or values are in the way of ${place}, which the sample of the rehearsal did not have; "lockkeeper plan --json" has the query that finds them (findRows). Production was not touched.`,
          );
        const isProven = queries.length > 0 && found === 0 && !counts.includes(null);
        const note = found > 0 ? ` (now ${found} in its way, which what runs before it may mend)` : '';
        answers.push({ unproven: isProven ? null : `${place}${note}` });
      }
      return answers;
    }),
  );
}
