import type { DeploymentStatus } from '../../src/contract';
import { decodeDecisionValue } from '../../src/adapters/slack/decision-value';
import { renderDeployment } from '../../src/adapters/slack/render';
import { bytes, code, escaped } from '../../src/adapters/slack/text';
import { approvedBy, DIGEST, hazard, migration, phases, UI_URL, waiting } from './deployment';

const rendered = (status: DeploymentStatus): string => JSON.stringify(renderDeployment(status, UI_URL));

interface SentButton {
  value: string;
  confirm?: { text: { text: string } };
}

function buttons(status: DeploymentStatus): SentButton[] {
  return renderDeployment(status, UI_URL).blocks.flatMap((block) =>
    block.type === 'actions' ? (block.elements as SentButton[]) : [],
  );
}

/** Every text that Slack would measure, with the limit that it measures against. */
function measured(status: DeploymentStatus): { text: string; limit: number }[] {
  return renderDeployment(status, UI_URL).blocks.flatMap((block) => {
    switch (block.type) {
      case 'header':
        return [{ text: block.text.text, limit: 150 }];
      case 'section':
        return [
          ...(block.text ? [{ text: block.text.text, limit: 3000 }] : []),
          ...(block.fields ?? []).map(({ text }) => ({ text, limit: 2000 })),
        ];
      case 'context':
        return block.elements.map((element) => ({ text: 'text' in element ? element.text : '', limit: 3000 }));
      default:
        return [];
    }
  });
}

function expectWithinLimits(status: DeploymentStatus): void {
  const { blocks, text } = renderDeployment(status, UI_URL);
  expect(blocks.length).toBeLessThanOrEqual(50);
  expect(text.length).toBeLessThanOrEqual(3000);
  for (const { text: sent, limit } of measured(status)) {
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.length).toBeLessThanOrEqual(limit);
  }
  for (const { value, confirm } of buttons(status)) {
    expect(value.length).toBeLessThanOrEqual(2000);
    expect(confirm?.text.text.length ?? 0).toBeLessThanOrEqual(300);
  }
}

describe('a deployment that waits for approval', () => {
  it('claims no durations of a rehearsal without rows', () => {
    const status = waiting();
    if (!status.rehearsal) throw new Error('The fixture has a rehearsal.');
    status.rehearsal = { ...status.rehearsal, mode: 'schema-only', steps: [], restoreMs: null };
    expect(rendered(status)).toContain('on the schema alone, reversible');
  });

  it('says what is deployed, what it risks, and what was done for safety', () => {
    const message = rendered(waiting());
    for (const fact of [
      'production/main: waiting for approval',
      '3 to apply, 12 applied before',
      'high, 2 hazards, 1 handled online',
      'migration_backup_20251202_101512.dump`, 6.3 MB',
      'restored in 3.2 s, applied in 2.1 s, reversible',
      '<@U0REQUESTER>',
      '0 of 2, until <!date^1764756960^',
      '112 tables, 534 columns, 36 indexes, 25 enums, 187 foreign keys',
      `<${UI_URL}|History in Temporal>`,
    ]) {
      expect(message).toContain(fact);
    }
  });

  it('asks with two buttons that carry deployment and digest, and no more', () => {
    const [approve, reject] = buttons(waiting());
    expect(decodeDecisionValue(approve?.value ?? '')).toEqual({
      deploymentId: '20251202-101500-a1b2',
      bindingDigest: DIGEST,
    });
    expect(reject?.value).toBe(approve?.value);
    expect(approve?.confirm?.text.text).toBe('This applies 3 migrations to database broxiva (production/main).');
  });

  it('keeps its buttons and counts while more people are needed', () => {
    const status = waiting({ audit: [approvedBy('slack:U0ALICE', 'alice')] });
    expect(buttons(status)).toHaveLength(2);
    expect(rendered(status)).toContain('1 of 2');
    expect(rendered(status)).toContain('Approved by <@U0ALICE>');
  });

  it('counts nobody twice, and neither refused approvals nor those of an earlier request', () => {
    const alice = approvedBy('slack:U0ALICE', 'alice');
    const audit = [
      alice,
      alice,
      { ...approvedBy('slack:U0BOB', 'bob'), accepted: false },
      approvedBy('slack:U0CAROL', 'carol', '2025-12-02T09:00:00.000Z'),
    ];
    expect(rendered(waiting({ audit }))).toContain('1 of 2');
    expect(buttons(waiting({ audit }))).toHaveLength(2);
  });

  it('shows what a rollback would cost above its buttons', () => {
    const approval = { ...waiting().approval, kind: 'rollback' as const, note: '412 rows of orders would be lost.' };
    const status = waiting({ approval: approval as DeploymentStatus['approval'], phase: 'compensate' });
    expect(rendered(status)).toContain('rollback waits for approval');
    expect(buttons(status)[0]?.confirm?.text.text).toContain('This undoes applied migrations on database broxiva');
    expect(buttons(status)[0]?.confirm?.text.text).toContain('412 rows');
  });
});

describe('a decided deployment', () => {
  const outcome = {
    deploymentId: 'd',
    environment: 'production',
    target: 'main',
    status: 'rejected' as const,
    summary: 'Rejected.',
    failure: null,
  };
  const rejection = {
    at: '2025-12-02T10:18:00.000Z',
    person: { id: 'cli:bob', name: 'Bob' },
    verdict: 'reject' as const,
    accepted: true,
    reason: 'Friday',
  };
  const both = [approvedBy('slack:U0ALICE', 'alice'), approvedBy('slack:U0BOB', 'bob')];

  it.each([
    ['approved by as many as it needs', waiting({ audit: both })],
    ['rejected', waiting({ audit: [rejection] })],
    ['ended', waiting({ outcome })],
    ['never asked', waiting({ approval: null })],
  ])('has no buttons once it is %s', (_, status) => {
    expect(buttons(status)).toEqual([]);
  });

  it.each([
    ['approved', waiting({ audit: both })],
    ['rejected', waiting({ audit: [rejection] })],
    ['about to ask for approval', waiting({ approval: null })],
    ['undoing', waiting({ phase: 'compensate', audit: [...both, { ...rejection, verdict: 'abort' }] })],
  ])('is headed "%s" until it ends', (state, status) => {
    expect(rendered(status)).toContain(`production/main: ${state}"`);
  });

  it('says who rejected it and why', () => {
    expect(rendered(waiting({ audit: [rejection] }))).toContain('Rejected by Bob (cli:bob): Friday');
  });

  it('tells the failure first, and lists nothing as next', () => {
    const failure = { phase: 'migrate' as const, type: 'Statement', message: 'relation "orders" does not exist' };
    const message = rendered(
      waiting({ phases: phases('migrate'), outcome: { ...outcome, status: 'rolled-back', failure } }),
    );
    expect(message).toContain('*migrate* failed (Statement): relation \\"orders\\" does not exist');
    expect(message).not.toContain('Next');
  });
});

describe('text from files, the database and people', () => {
  it('pings nobody (fault 37)', () => {
    const evil = '<!channel> <@U0BOSS> <https://evil.example|click> & `x`\n*bold*\u202E';
    const base = waiting();
    const status = waiting({
      input: { ...base.input, deploymentId: evil, requester: { id: `cli:${evil}`, name: evil } },
      facts: { ...base.facts, database: evil } as DeploymentStatus['facts'],
      plan: { ...base.plan, migrations: [migration(evil, [hazard({ message: evil })])] } as DeploymentStatus['plan'],
      backup: { ...base.backup, file: evil } as DeploymentStatus['backup'],
      audit: [{ ...approvedBy(`slack:U0BOSS> ${evil}`, evil), reason: evil }],
      phases: phases('approve').map((phase) => ({ ...phase, detail: evil })),
      outcome: {
        deploymentId: evil,
        environment: 'production',
        target: 'main',
        status: 'failed',
        summary: evil,
        failure: { phase: 'migrate', type: evil, message: evil },
      },
    });
    const message = rendered(status);
    expect(message).toContain('&lt;!channel&gt;');
    expect(message).not.toMatch(/<!channel|<@U0BOSS|<https:\/\/evil|\u202E/);
    expectWithinLimits(status);
  });

  it('keeps to every limit with 1,000 pending migrations and errors of megabytes (fault 48)', () => {
    const base = waiting();
    const huge = '&'.repeat(2_000_000);
    const migrations = Array.from({ length: 1000 }, (_, n) =>
      migration(`${n}_${'<'.repeat(240)}`, [hazard({ message: huge })]),
    );
    const status = waiting({
      facts: {
        ...base.facts,
        database: huge,
        pending: migrations.map(({ name }) => name),
      } as DeploymentStatus['facts'],
      plan: { ...base.plan, migrations } as DeploymentStatus['plan'],
      approval: { ...base.approval, note: huge, required: 40 } as DeploymentStatus['approval'],
      audit: Array.from({ length: 30 }, (_, n) => ({ ...approvedBy(`slack:U${n}`, huge), reason: huge })),
      phases: phases('approve').map((phase) => ({ ...phase, detail: huge })),
    });
    expectWithinLimits(status);
    expect(buttons(status)).toHaveLength(2);
    expect(rendered(status)).toContain('… and 988 more');
  });
});

describe('text', () => {
  it.each([
    ['a<b', 6, 'a&lt;b'],
    ['a<b', 5, 'a…'],
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['😀😀', 3, '😀…'],
  ])('escapes %j into %i characters', (text, max, expected) => {
    expect(escaped(text, max)).toBe(expected);
  });

  it('keeps code inside its quotes', () => {
    expect(code('a`b\nc', 20)).toBe("`a'b c`");
  });

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [6_310_000, '6.3 MB'],
    [3_000_000_000_000_000, '3000.0 TB'],
  ])('writes %i bytes as %s', (count, expected) => {
    expect(bytes(count)).toBe(expected);
  });
});
