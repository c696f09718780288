import type { DeploymentStatus } from '../../src/contract';
import { toHtml } from '../../src/report';
import { ended, ID } from './deployments';

function deployed(): DeploymentStatus {
  const status = ended('deployed', '2 migrations deployed.');
  const sample = (cpu: number) => ({
    at: '2026-11-23T10:20:00.000Z',
    values: { cpu_usage: cpu },
    counters: { commits: 0, rollbacks: 0 },
  });
  const wait = { migration: 'add_index', line: 4, attempts: 3, waitedMs: 700, blockers: [] };
  return {
    ...status,
    rehearsal: {
      mode: 'full',
      server: null,
      sample: null,
      leftOut: null,
      restoreMs: 900,
      steps: [{ step: 1, durationMs: 400 }],
      reversals: [],
      reversible: true,
      figures: null,
    },
    steps: [{ index: 1, migrations: ['add_index'], state: 'applied', durationMs: 1000, waits: [wait] }],
    monitor: { verdict: 'healthy', samples: [sample(10), sample(40), sample(25)], breaches: [], withoutData: [] },
  };
}

/** What a reader sees, on one line. */
const textOf = (page: string): string =>
  page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

test('the page needs nothing else', () => {
  const page = toHtml(deployed());
  expect(page).toContain("default-src 'none'");
  expect(page.match(/\b(?:src|href|xlink:href)=/g)).toBeNull();
  expect(page).not.toMatch(/<(?:script|link|img|iframe)\b|url\(|@import/);
});

test('it begins with how the deployment ended, and says what the Markdown says', () => {
  const text = textOf(toHtml(deployed()));
  expect(text).toContain(`Deployment ${ID} of production/main deployed : 2 migrations deployed.`);
  for (const title of ['Plan', 'Hazards', 'Rehearsal', 'Phases', 'Steps', 'Monitoring']) expect(text).toContain(title);
});

test('charts show phases, steps with their waiting, and metrics', () => {
  const page = toHtml(deployed());
  const text = textOf(page);
  expect(text).toContain('When each phase ran');
  expect(text).toContain('step 2, rehearsed 400 ms');
  expect(text).toContain('step 2 1.0 s, 700 ms of it waiting');
  expect(page).toContain('<polyline points="0,38 100,2 200,20"');
});

test('a deployment that was refused before anything ran has a page without charts of steps', () => {
  const page = toHtml({ ...ended('rejected'), steps: [], rehearsal: null, monitor: null });
  expect(page).not.toContain('How long the steps took');
  expect(page).not.toContain('NaN');
});

test('text from elsewhere is never markup', () => {
  const status = deployed();
  status.outcome!.summary = '<img src=x onerror=alert(1)> **bold** `code` a|b & "c" 1 < 2';
  status.steps[0]!.migrations = ['<b>|`x`'];
  const page = toHtml(status);
  expect(page).not.toMatch(/<img|<b>/);
  const text = textOf(page);
  expect(text).toContain('&lt;img src=x onerror=alert(1)&gt; **bold** `code` a|b &amp; &quot;c&quot; 1 &lt; 2');
  expect(text).toContain('&lt;b&gt;|`x`');
});
