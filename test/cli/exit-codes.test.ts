import { exitCodeOf, exitCodeOfStatus, isWaitingForApproval, EXIT_CODE_HELP, ExitCode } from '../../src/cli/exit-codes';
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

  it('tells what is set up wrong around a deployment from what is wrong with it', () => {
    expect(exitCodeOf('failed', 'deploy', 'TargetUnavailable')).toBe(2);
    expect(exitCodeOf('failed', 'deploy', 'Statement')).toBe(1);
    expect(exitCodeOf('rolled-back', 'deploy', 'TargetUnavailable')).toBe(4);
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
  it('is over once enough people have approved, or one has rejected', () => {
    const status = waiting();
    const [first] = status.audit;
    const dave = { ...first!, person: { id: 'cli:dave', name: 'dave' } };
    expect(isWaitingForApproval(status)).toBe(true);
    expect(isWaitingForApproval({ ...status, audit: [...status.audit, dave] })).toBe(false);
    expect(isWaitingForApproval({ ...status, audit: [{ ...dave, verdict: 'reject' }] })).toBe(false);
  });

  it('is over with the deployment', () => {
    expect(isWaitingForApproval({ ...waiting(), outcome: ended('expired').outcome })).toBe(false);
    expect(isWaitingForApproval({ ...waiting(), approval: null })).toBe(false);
  });
});
