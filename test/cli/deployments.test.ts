/** Commands against a client that answers as a running deployment would. */
import { LockkeeperClient, RefusedError, type DeploymentRef } from '../../src/client';
import type { DeploymentStatus } from '../../src/contract';
import { CONFIG, project, SCHEMA } from './project';
import { lockkeeper, type Ran } from './terminal';
import { ended, ID, inPhase, refTo, waiting } from '../report/deployments';

/** Plays `statuses` one a query; the last one stays. */
function fakeClient(statuses: DeploymentStatus[], kind: DeploymentRef['kind'] = 'deploy') {
  const left = [...statuses];
  let now = left.shift()!;
  const ref = () => refTo(now, { kind });
  return {
    temporal: {
      withDeadline: (_: number, use: () => unknown) => use(),
      withAbortSignal: (_: unknown, use: () => unknown) => use(),
    },
    close: jest.fn().mockResolvedValue(undefined),
    latest: jest.fn((_environment: string, target: string) => Promise.resolve(target === 'main' ? ref() : null)),
    find: jest.fn(() => Promise.resolve(ref())),
    start: jest.fn(() => Promise.resolve(ref())),
    startRollback: jest.fn(() => Promise.resolve(ref())),
    status: jest.fn(() => {
      const answer = now;
      now = left.shift() ?? now;
      return Promise.resolve(answer);
    }),
    decide: jest.fn(),
    abort: jest.fn().mockResolvedValue(undefined),
  };
}

let client: ReturnType<typeof fakeClient>;
const cwd = project({ 'lockkeeper.yaml': CONFIG, 'prisma/schema.prisma': SCHEMA });

function given(...statuses: DeploymentStatus[]): void {
  client = fakeClient(statuses);
  jest.spyOn(LockkeeperClient, 'connect').mockResolvedValue(client as unknown as LockkeeperClient);
}

function cli(argv: string[], terminal: { isTTY?: boolean; answers?: string[] } = {}): Promise<Ran> {
  const env = { LOCKKEEPER_SIGNING_KEY: 'k'.repeat(40), TERM: 'xterm' };
  return lockkeeper([...argv, '--env', 'production', '--target', 'main'], { cwd, env, ...terminal });
}

afterEach(() => {
  expect(client.close).toHaveBeenCalledTimes(1);
  jest.restoreAllMocks();
});

describe('deploy', () => {
  it('follows to the end, progress on stderr and the outcome on stdout', async () => {
    given(inPhase('backup'), inPhase('migrate'), ended('deployed', '2 migrations deployed.'));
    const { code, stdout, stderr } = await cli(['deploy']);
    expect(code).toBe(0);
    expect(stderr).toContain('backup running');
    expect(stderr).toContain('Temporal UI: http://ui/run-1');
    expect(stdout).toContain('2 migrations deployed.');
    expect(client.start).toHaveBeenCalledWith('production', 'main', { id: 'cli:carol', name: 'carol' });
  });

  it('ends with the code of the outcome', async () => {
    given(ended('rolled-back'));
    expect((await cli(['deploy'])).code).toBe(4);
  });

  it('prints one JSON object and nothing else with --json', async () => {
    given(inPhase('backup'), ended('deployed'));
    const { stdout } = await cli(['deploy', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      deployment: { deploymentId: ID, uiUrl: 'http://ui/run-1', state: 'COMPLETED' },
      status: { outcome: { status: 'deployed' } },
    });
  });

  it('prints the id and leaves with --detach', async () => {
    given(inPhase('inspect'));
    const { code, stdout, stderr } = await cli(['deploy', '--detach']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${ID}\n` });
    expect(stderr).toContain(`lockkeeper watch ${ID}`);
    expect(client.status).not.toHaveBeenCalled();
  });

  it('leaves with 5 where nobody is there to wait', async () => {
    given(inPhase('backup'), waiting());
    const { code, stdout } = await cli(['deploy', '--no-input']);
    expect(code).toBe(5);
    expect(stdout).toContain(`lockkeeper approve ${ID}`);
  });

  it('detaches with Ctrl-C and says how to come back', async () => {
    given(inPhase('migrate'));
    setTimeout(() => process.emit('SIGINT'), 300);
    const { code, stdout } = await cli(['deploy']);
    expect(code).toBe(130);
    expect(stdout).toContain(`come back with "lockkeeper watch ${ID}"`);
  });

  it('redraws in place on a terminal, and leaves the cursor as it was', async () => {
    given(inPhase('backup'), inPhase('migrate'), ended('deployed'));
    const { stderr } = await cli(['deploy'], { isTTY: true });
    expect(stderr).toMatch(/\u001b\[\d+A\r\u001b\[0J/);
    expect(stderr.startsWith('Temporal UI: http://ui/run-1\n\u001b[?25l')).toBe(true);
    expect(stderr.endsWith('\u001b[?25h')).toBe(true);
  });
});

describe('watch and status', () => {
  it('stop at an approval with --no-wait', async () => {
    given(waiting());
    expect((await cli(['watch', '--no-wait'])).code).toBe(5);
  });

  it('status is one look', async () => {
    given(waiting());
    const { code, stdout } = await cli(['status']);
    expect(code).toBe(5);
    expect(stdout).toContain('approve');
    expect(client.status).toHaveBeenCalledTimes(1);
  });
});

describe('approve and reject', () => {
  it('shows what is decided on, has the name typed, and binds the decision to it', async () => {
    given(waiting());
    client.decide.mockResolvedValue({ state: 'approved', approvals: 2, required: 2 });
    const { code, stdout, stderr } = await cli(['approve', ID, '--reason', 'looks good'], {
      isTTY: true,
      answers: ['production/main'],
    });
    expect(code).toBe(0);
    expect(stderr).toContain('add_index');
    expect(stderr).toContain('Type production/main to approve it:');
    expect(stdout).toContain('Approved: 2 of 2');
    expect(client.decide).toHaveBeenCalledWith(
      expect.objectContaining({ deploymentId: ID }),
      { id: 'cli:carol', name: 'carol' },
      'approve',
      'looks good',
      'e'.repeat(64),
    );
  });

  it('does nothing when something else is typed', async () => {
    given(waiting());
    const { code, stderr } = await cli(['approve'], { isTTY: true, answers: ['yes'] });
    expect(code).toBe(2);
    expect(stderr).toContain('Not confirmed; nothing was done.');
    expect(client.decide).not.toHaveBeenCalled();
  });

  it('asks nobody where nobody is, unless --yes', async () => {
    given(waiting());
    const { code, stderr } = await cli(['reject', '--reason', 'no']);
    expect(code).toBe(2);
    expect(stderr).toContain('--yes');
    expect(client.decide).not.toHaveBeenCalled();
  });

  it('says why a decision was refused, with code 3', async () => {
    given(waiting());
    client.decide.mockRejectedValue(new RefusedError('DecisionRefused', 'alice asked for it and cannot approve it.'));
    const { code, stderr } = await cli(['approve', '--yes']);
    expect(code).toBe(3);
    expect(stderr).toContain('lockkeeper: alice asked for it and cannot approve it.');
  });

  it('says that nothing waits', async () => {
    given(inPhase('backup'));
    const { code, stderr } = await cli(['approve', '--yes']);
    expect(code).toBe(3);
    expect(stderr).toContain('does not wait for a decision: it is in phase backup');
  });
});

describe('abort and rollback', () => {
  it('abort asks the deployment to stop', async () => {
    given(inPhase('migrate'));
    const { code, stdout } = await cli(['abort', '--yes', '--reason', 'wrong day']);
    expect(code).toBe(0);
    expect(stdout).toContain(`lockkeeper watch ${ID}`);
    expect(client.abort).toHaveBeenCalledWith(
      expect.objectContaining({ deploymentId: ID }),
      { id: 'cli:carol', name: 'carol' },
      'wrong day',
    );
  });

  it('abort sends a finished one to rollback', async () => {
    given(ended('deployed'));
    const { code, stderr } = await cli(['abort', '--yes']);
    expect(code).toBe(2);
    expect(stderr).toContain(`lockkeeper rollback ${ID}`);
  });

  it('rollback refuses an open one', async () => {
    given(inPhase('migrate'));
    const { code, stderr } = await cli(['rollback', '--yes']);
    expect(code).toBe(2);
    expect(stderr).toContain('still open');
    expect(client.startRollback).not.toHaveBeenCalled();
  });

  it('rollback undoes a finished one and ends well when it is undone', async () => {
    given(ended('deployed'));
    client.startRollback.mockImplementation(() => {
      const status = ended('rolled-back');
      client.status.mockResolvedValue(status);
      return Promise.resolve(refTo(status, { kind: 'rollback' }));
    });
    client.latest.mockImplementation(() => Promise.resolve(refTo(ended('rolled-back'), { kind: 'rollback' })));
    client.latest.mockImplementationOnce(() => Promise.resolve(refTo(ended('deployed'))));
    expect((await cli(['rollback', '--yes'])).code).toBe(0);
  });
});

describe('report', () => {
  it('prints Markdown, or JSON', async () => {
    given(ended('deployed', 'Done.'));
    expect((await cli(['report'])).stdout).toContain('**deployed**: Done.');
    client.close.mockClear();
    expect(JSON.parse((await cli(['report', '--json'])).stdout)).toMatchObject({ format: 'lockkeeper-report/1' });
  });
});
