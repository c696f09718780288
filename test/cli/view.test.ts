import { createColors } from 'picocolors';
import type { ActivityProgress, DeploymentStatus } from '../../src/contract';
import { changes } from '../../src/cli/view/changes';
import { decisionCard } from '../../src/cli/view/decision-card';
import { frame } from '../../src/cli/view/frame';
import { outcomeText } from '../../src/cli/view/outcome';
import { clampHeight, clampLine, plain, wrap } from '../../src/cli/view/text';
import { begun, ended, ID, inPhase, refTo, STARTED, waiting } from '../report/deployments';

const colors = createColors(false);
const now = new Date(Date.parse(STARTED) + 10_000);

function linesOf(status: DeploymentStatus): string[] {
  return frame({ ref: refTo(status), status, now, tick: 0, colors }).lines;
}

function migrating(): DeploymentStatus {
  const status = inPhase('migrate');
  return {
    ...status,
    steps: [
      { index: 0, migrations: ['add_users'], state: 'applied', durationMs: 340, waits: [] },
      { index: 1, migrations: ['add_index'], state: 'running', durationMs: null, waits: [] },
    ],
  };
}

describe('a frame of watch', () => {
  it('says what, where, who and how long', () => {
    const [header] = linesOf(inPhase('backup'));
    expect(header).toBe(`Deployment ${ID} of production/main, asked for by alice, 10.0 s`);
  });

  it('shows each phase with its mark and duration', () => {
    const text = linesOf(inPhase('backup')).join('\n');
    expect(text).toMatch(/✓ plan {11}1\.0 s/);
    expect(text).toMatch(/⠋ backup {9}7\.0 s/);
    expect(text).toMatch(/· migrate$/m);
    expect(text).not.toContain('compensate');
  });

  it('shows each migration below migrate', () => {
    const lines = linesOf(migrating());
    const at = lines.findIndex((line) => line.includes('migrate'));
    expect(lines.slice(at + 1, at + 3)).toEqual(['      ✓ add_users  340 ms', '      ⠋ add_index']);
  });

  it('shows where the running script is, how far an index is, and whom it waits for', () => {
    const script = {
      title: 'add_index',
      segment: 2,
      segments: 3,
      statement: 1,
      statements: 1,
      line: 14,
      since: '2026-11-23T10:12:06.000Z',
      attempts: 0,
      blockers: [],
      work: { phase: 'building index: scanning table', percent: 43.2 },
    };
    expect(linesOf({ ...migrating(), progress: script })).toContain(
      '      add_index, segment 2 of 3, statement 1 of 1 (line 14): building index: scanning table, 43.2 %',
    );
    const blocker = {
      ...{ pid: 4711, application: 'reporting', user: 'app', state: 'active', relation: '"public"."orders"' },
      ...{ mode: 'AccessShareLock', transactionMs: 14_000, query: 'SELECT $1' },
    };
    expect(linesOf({ ...migrating(), progress: { ...script, blockers: [blocker], work: null } })).toContain(
      '      add_index, segment 2 of 3, statement 1 of 1 (line 14): waits for session 4711 (reporting, user app, in its transaction for 14 s: SELECT $1)',
    );
    const said = (progress: ActivityProgress): string[] => linesOf({ ...inPhase('backup'), progress });
    expect(said('restoring the backup')).toContain('      restoring the backup');
    expect(said({ step: 'dump', bytes: 1_200_000, tables: { dumped: 3, digested: 2, total: 9 } })).toContain(
      '      1.2 MB written, 3 of 9 tables dumped, 2 digested',
    );
    expect(said({ step: 'restore', tables: { done: 4, total: 9 } })).toContain('      Restoring: 4 of 9 tables');
  });

  it('says who has approved, what is missing and how to answer', () => {
    const text = linesOf(waiting()).join('\n');
    expect(text).toContain('bob approved');
    expect(text).toContain('waiting for 1 approval from somebody other than alice, until 2026-11-24 10:12:00 UTC');
    expect(text).toContain(`lockkeeper approve ${ID}`);
    expect(text).toContain(`lockkeeper reject ${ID} --reason`);
  });

  it('shows of a rollback only the phases that it has', () => {
    const status = inPhase('approve');
    const ref = refTo(status, { kind: 'rollback' });
    const text = frame({ ref, status, now, tick: 0, colors }).lines.join('\n');
    expect(text).toMatch(/^Rollback/);
    expect(text).toContain('compensate');
    expect(text).not.toContain('backup');
  });

  it('keeps the running phase in focus', () => {
    const status = migrating();
    const { lines, focus } = frame({ ref: refTo(status), status, now, tick: 0, colors });
    expect(lines[focus]).toContain('migrate');
  });

  it('shows what others wrote without its control characters', () => {
    const status = waiting();
    status.audit[0] = { ...status.audit[0]!, reason: 'fine\u001b[2J\u001b]0;owned\u0007\r\nreally' };
    const text = linesOf(status).join('\n');
    expect(text).toContain('bob approved: fine');

    expect(text).not.toMatch(/[\u001b\u0007\r]/);
  });
});

describe('changes, where nothing can be redrawn', () => {
  const ref = refTo(begun());

  it('are one line each, and none when nothing changed', () => {
    const before = inPhase('backup');
    const after = inPhase('rehearse');
    expect(changes(ref, before, after)).toEqual(['backup done in 1.0 s', 'rehearse running']);
    expect(changes(ref, after, after)).toEqual([]);
  });

  it('are told of a backup once a step, whatever it has written', () => {
    const dumping = (bytes: number): DeploymentStatus => ({
      ...inPhase('backup'),
      progress: { step: 'dump', bytes, tables: { dumped: 1, digested: 0, total: 9 } },
    });
    const ref = refTo(dumping(0));
    expect(changes(ref, inPhase('backup'), dumping(1000))).toEqual([
      '  1.0 kB written, 1 of 9 tables dumped, 0 digested',
    ]);
    expect(changes(ref, dumping(1000), dumping(2000))).toEqual([]);
  });

  it('tell of migrations as they land', () => {
    expect(changes(ref, inPhase('migrate'), migrating())).toEqual([
      '  add_users: applied in 340 ms',
      '  add_index: running',
    ]);
  });

  it('ask for an approval once', () => {
    const first = changes(ref, inPhase('approve'), waiting());
    expect(first).toContain('bob approved');
    expect(first.join('\n')).toContain(`lockkeeper approve ${ID}`);
    expect(changes(ref, waiting(), waiting())).toEqual([]);
  });
});

describe('the outcome', () => {
  it('is boxed, and says what to do now', () => {
    const status = ended('failed', 'Statement 3 failed; nothing is left of it.');
    status.outcome!.failure = { phase: 'migrate', type: 'Statement', message: 'no such column' };
    const text = outcomeText(refTo(status), status, status.outcome!, colors, 80);
    expect(text).toContain('│ Failed: production/main');
    expect(text).toContain('Failed in migrate (Statement): no such column');
    expect(text).toContain('lockkeeper deploy --env production --target main');
    expect(text).toContain('Backup: backups/migration_backup_20261123_101113.dump (2.5 MB)');
    expect(text).toContain(`Report: lockkeeper report ${ID}`);
    expect(text).toContain('Temporal UI: http://ui/run-1');
  });

  it('fits the box to the window', () => {
    const status = ended('deployed', 'word '.repeat(60));
    const box = outcomeText(refTo(status), status, status.outcome!, colors, 50)
      .split('\n')
      .filter((line) => /[│╭╰]/.test(line));
    expect(new Set(box.map((line) => line.length)).size).toBe(1);
    expect(box[0]!.length).toBeLessThanOrEqual(50);
  });
});

describe('what is decided on', () => {
  it('names plan, migrations, risk, backup and what the decision is bound to', () => {
    const status = waiting();
    const card = decisionCard(refTo(status), status, status.approval!, colors);
    for (const part of [
      'high',
      'dddddddddddd',
      'add_users',
      'add_index  1 danger',
      '2.5 MB',
      'e'.repeat(64),
      '1 of 2',
      'http://ui/run-1',
    ]) {
      expect(card).toContain(part);
    }
  });
});

describe('lines for a terminal', () => {
  it('are cut to the width, colours not counted and closed', () => {
    const { red } = createColors(true);
    const cut = clampLine(`${red('abcdef')} tail`, 5);

    expect(cut.replace(/\u001b\[[0-9;]*m/g, '')).toBe('abcd…');
    expect(cut).toContain('\u001b[39m');
    expect(clampLine('short', 5)).toBe('short');
  });

  it('are cut to the height around the focus', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    const shown = clampHeight(lines, 10, 20);
    expect(shown.length).toBe(10);
    expect(shown).toContain('line 20');
    expect(shown[0]).toBe('  … 16 above');
    expect(shown.at(-1)).toBe('  … 6 below');
    expect(clampHeight(lines, 30, 20)).toEqual(lines);
    expect(clampHeight(lines, 10, 0)[0]).toBe('line 0');
  });

  it('are wrapped at blanks', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(plain(' a\n\tb ')).toBe('a b');
  });
});
