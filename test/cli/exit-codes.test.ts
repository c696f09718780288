import {
  exitCodeOf,
  exitCodeOfStatus,
  approvalsGiven,
  isWaitingForApproval,
  EXIT_CODE_HELP,
  ExitCode,
} from '../../src/cli/exit-codes';
import { ended, inPhase, waiting } from '../report/deployments';

describe('exit codes', () => {
  it.each([
    ['deployed', 0],
    ['up-to-date', 0],
    ['failed', 1],
    ['aborted', 1],
    ['rejected', 3],
    ['expired', 3],
    ['rolled-back', 4],
    ['needs-human', 6],
    ['blocked', 7],
  ])('%s is %d', (outcome, code) => {
    expect(exitCodeOf(outcome, 'deploy')).toBe(code);
  });

  it('takes rolled back as the success of a rollback', () => {
    expect(exitCodeOf('rolled-back', 'rollback')).toBe(0);
    expect(exitCodeOf('needs-human', 'rollback')).toBe(6);
  });

  it('is a failure for an outcome that this version does not know', () => {
    expect(exitCodeOf('something-new', 'deploy')).toBe(1);
  });

  it('tells waiting from running', () => {
    expect(exitCodeOfStatus(waiting(), 'deploy')).toBe(5);
    expect(exitCodeOfStatus(inPhase('backup'), 'deploy')).toBe(0);
    expect(exitCodeOfStatus(ended('blocked'), 'deploy')).toBe(7);
  });

  it('are all in the help', () => {
    for (const code of Object.values(ExitCode)) expect(EXIT_CODE_HELP).toMatch(new RegExp(`^  ${code} `, 'm'));
  });
});

describe('waiting for approval', () => {
  it('counts distinct people since the request', () => {
    const status = waiting();
    const [first] = status.audit;
    status.audit.push(
      { ...first!, at: '2026-11-23T10:15:00.000Z' },
      { ...first!, at: '2026-11-23T09:00:00.000Z', person: { id: 'cli:old', name: 'old' } },
    );
    expect(approvalsGiven(status)).toBe(1);
    status.audit.push({ ...first!, person: { id: 'cli:dave', name: 'dave' } });
    expect(approvalsGiven(status)).toBe(2);
    expect(isWaitingForApproval(status)).toBe(false);
  });

  it('does not count refused ones', () => {
    const status = waiting();
    status.audit = status.audit.map((entry) => ({ ...entry, accepted: false }));
    expect(approvalsGiven(status)).toBe(0);
  });

  it('is over in a later phase, but asked anew by a lossy compensation', () => {
    const status = waiting();
    expect(isWaitingForApproval({ ...status, phase: 'compensate' })).toBe(false);
    const lossy = { ...status.approval!, kind: 'rollback' as const };
    expect(isWaitingForApproval({ ...status, phase: 'compensate', approval: lossy })).toBe(true);
  });
});
