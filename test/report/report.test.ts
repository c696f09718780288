import type { DeploymentStatus, OutcomeStatus, CompensationSummary } from '../../src/contract';
import { toJson, toMarkdown } from '../../src/report';
import { summarizeMetrics } from '../../src/report/metrics';
import { nextSteps } from '../../src/report/next-steps';
import { begun, ended, ID, planned, waiting } from './deployments';

const ALL: OutcomeStatus[] = [
  'deployed',
  'up-to-date',
  'blocked',
  'rejected',
  'expired',
  'aborted',
  'failed',
  'rolled-back',
  'needs-human',
];

function monitored(): DeploymentStatus {
  const sample = (cpu: number, errors: number | null) => ({
    at: '2026-11-23T10:20:00.000Z',
    values: { cpu_usage: cpu, error_rate: errors },
    counters: { commits: 0, rollbacks: 0 },
  });
  return ended('deployed', '2 migrations deployed.', {
    baseline: sample(10, null),
    monitor: {
      verdict: 'inconclusive',
      samples: [sample(10, null), sample(40, null), sample(20, null), sample(31, null)],
      breaches: [
        {
          at: '2026-11-23T10:20:00.000Z',
          threshold: { level: 'warning', metric: 'cpu_usage', op: '>', value: 35, unit: '%' },
          value: 40,
        },
      ],
      withoutData: ['error_rate'],
    },
  });
}

describe('the Markdown report', () => {
  it('begins with how the deployment ended', () => {
    const lines = toMarkdown(ended('deployed', '2 migrations deployed.')).split('\n');
    expect(lines[0]).toBe(`# Deployment ${ID} of production/main`);
    expect(lines[2]).toBe('**deployed**: 2 migrations deployed.');
  });

  it('names phase and type of a failure', () => {
    const status = ended('failed');
    status.outcome!.failure = { phase: 'migrate', type: 'Statement', message: 'column "a|b" does not exist' };
    expect(toMarkdown(status)).toContain('It failed in phase `migrate` (`Statement`): column "a\\|b" does not exist');
  });

  it('shows digest, migrations, hazards with their safe form, and backup', () => {
    const text = toMarkdown(ended('deployed'));
    expect(text).toContain(`Digest \`${'d'.repeat(64)}\`. Risk: **high**`);
    expect(text).toContain(`| \`add_index\` | 1 | 1 | 1 danger | \`${'b'.repeat(64)}\` |`);
    expect(text).toContain(
      '**danger** `add_index:4` (`create-index`): CREATE INDEX blocks writes to "orders" \\| until',
    );
    expect(text).toContain('```sql\nCREATE INDEX CONCURRENTLY i ON orders (id);\n```');
    expect(text).toContain('| file | `backups/migration_backup_20261123_101113.dump` |');
    expect(text).toContain('| Database Team | #database-team |');
  });

  it('keeps refused decisions, and marks them', () => {
    const status = { ...waiting() };
    status.audit.push({
      at: '2026-11-23T10:14:00.000Z',
      person: { id: 'cli:alice', name: 'alice' },
      verdict: 'approve',
      accepted: false,
      reason: 'who asks | cannot approve',
    });
    const text = toMarkdown(status);
    expect(text).toContain('| bob (`slack:U1`) | approve | accepted |  |');
    expect(text).toContain('| alice (`cli:alice`) | approve | **refused** | who asks \\| cannot approve |');
    expect(text).toContain('**running**: this deployment has not ended; it is in phase `approve`.');
  });

  it('says that no data is inconclusive, and gives the figures that there are', () => {
    const text = toMarkdown(monitored());
    expect(text).toContain('**inconclusive** after 4 samples. No data for `error_rate`: inconclusive, not fine.');
    expect(text).toContain('| `cpu_usage` | 10 | 4 | 10 | 25.5 | 40 |');
    expect(text).toContain('| warning | `cpu_usage > 35%` | 40% |');
  });

  it('has no section without content', () => {
    const text = toMarkdown(begun());
    expect(text).not.toMatch(/## (Database|Plan|Hazards|Backup|Rehearsal|Decisions|Monitoring|Compensation|Contacts)/);
    expect(text).not.toMatch(/\n\n\n/);
  });

  it('tells what a compensation brought back', () => {
    const compensation = {
      state: 'needs-human' as const,
      reversals: [{ step: 1, state: 'failed' as const, detail: 'lock not granted', kept: [] }],
      schemaRestored: false,
      kept: [],
      oldDatabase: null,
      detail: 'Step 1 could not be reversed.',
    };
    const text = toMarkdown(ended('needs-human', 'It stopped.', { compensation }));
    expect(text).toContain('**needs-human**: Step 1 could not be reversed.');
    expect(text).toContain('The schema is **not** as it was before.');
    expect(text).toContain('| 1 | failed | lock not granted |');
  });
});

describe('the JSON report', () => {
  it('is the whole status with what the Markdown derives', () => {
    const status = monitored();
    const parsed = JSON.parse(toJson(status)) as Record<string, unknown>;
    expect(parsed).toMatchObject({ format: 'lockkeeper-report/1', runId: 'run-1', outcome: { status: 'deployed' } });
    expect(parsed['metrics']).toEqual([{ metric: 'cpu_usage', samples: 4, min: 10, median: 25.5, max: 40 }]);
  });
});

describe('metrics', () => {
  it('have a line only where there was data', () => {
    expect(summarizeMetrics(monitored().monitor!).map(({ metric }) => metric)).toEqual(['cpu_usage']);
  });

  it('take the middle sample of an odd count as the median', () => {
    const samples = [5, 1, 3].map((cpu) => ({ at: '', values: { cpu }, counters: { commits: 0, rollbacks: 0 } }));
    const [cpu] = summarizeMetrics({ verdict: 'healthy', samples, breaches: [], withoutData: [] });
    expect(cpu).toEqual({ metric: 'cpu', samples: 3, min: 1, median: 3, max: 5 });
  });
});

describe('what a person does now', () => {
  it.each(ALL)('is known for %s', (status) => {
    const commands = nextSteps(ended(status)).map(({ command }) => command ?? '');
    if (status !== 'up-to-date') expect(commands.length).toBeGreaterThan(0);
    expect(commands.join('\n')).not.toContain('undefined');
  });

  it('is nothing when all is up to date', () => {
    expect(nextSteps(ended('up-to-date'))).toEqual([]);
    expect(toMarkdown(ended('up-to-date'))).toContain('## What to do now\n\nNothing.');
  });

  it('name a health check that nobody could tell', () => {
    const health = [{ name: 'Orders', status: 'warn' as const, evidence: 'No answer within 10 s.' }];
    expect(nextSteps(ended('deployed', '', { health })).map(({ text }) => text)).toContain(
      'Look at "Orders" yourself: its health check had no answer in time.',
    );
  });

  it('names every failed check of a blocked deployment', () => {
    const checklist = [
      { id: 'a', title: 'Backup', status: 'fail' as const, evidence: 'pg_dump is missing.' },
      { id: 'b', title: 'History', status: 'pass' as const, evidence: 'clean' },
    ];
    const texts = nextSteps(ended('blocked', '', { checklist })).map(({ text }) => text);
    expect(texts[0]).toBe('Mend "Backup": pg_dump is missing.');
    expect(texts.join()).not.toContain('History');
  });

  it('calls people first when a person is needed', () => {
    const [stop, call] = nextSteps(ended('needs-human'));
    expect(stop?.text).toContain('writes nothing more');
    expect(call?.text).toBe('Call: Database Team #database-team.');
  });

  it('leads from an undo to the rows that it kept, and to the database that was exchanged', () => {
    const undone = (facts: Partial<CompensationSummary>): (string | null)[] => {
      const compensation = {
        ...{ state: 'clean' as const, reversals: [], schemaRestored: true, kept: [], oldDatabase: null, detail: '' },
        ...facts,
      };
      return nextSteps(ended('rolled-back', '', { compensation })).flatMap(({ text, command }) => [text, command]);
    };
    const { environment, target } = ended('rolled-back').input;
    expect(undone({}).join()).not.toMatch(/salvage|old database/);
    const kept = undone({ kept: [{ relation: 'public.orders (salvage 1)', rows: 2 }] });
    expect(kept).toContain(`lockkeeper salvage list --env ${environment} --target ${target}`);
    expect(undone({ oldDatabase: 'shop_before_x' }).join()).toContain('is only in database shop_before_x');
  });

  it('offers the exchange for the backup, which asks first, where a person is needed', () => {
    const status = ended('needs-human', '', { backup: planned().backup });
    const { environment, target, deploymentId } = status.input;
    const commands = nextSteps(status).map(({ command }) => command);
    const exchange = `lockkeeper rollback ${deploymentId} --strategy restore --env ${environment} --target ${target}`;
    expect(commands).toContain(exchange);
    // A rollback by hand is no deployment to be undone.
    const byHand = { ...status, input: { ...status.input, undo: '20261101-000000-0000', strategy: 'auto' } };
    expect(nextSteps(byHand).map(({ command }) => command)).toContain(
      exchange.replace(deploymentId, '20261101-000000-0000'),
    );
  });

  it('names the backup and its target where something must be restored', () => {
    const status = ended('needs-human', '', { backup: planned().backup });
    const { environment, target } = status.input;
    expect(nextSteps(status).map(({ command }) => command)).toContain(
      `lockkeeper backup restore ${planned().backup?.id} --env ${environment} --target ${target}`,
    );
  });
});
