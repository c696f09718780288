/** docs/PENDING_SCHEMA_CHANGES.md is what the plan of Broxiva's pending migrations says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PENDING } from '../broxiva/history';
import { lockkeeper } from '../cli/terminal';
import { ROOT } from './documents';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const ARGV = (scripts['docs:pending'] ?? '').replace('node bin/lockkeeper.js ', '').split(' ');
const page = readFileSync(join(ROOT, 'docs', 'PENDING_SCHEMA_CHANGES.md'), 'utf8');

test('it is up to date: npm run build && npm run docs:pending', async () => {
  expect(await lockkeeper([...ARGV, '--check'], { cwd: ROOT })).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('it has all that stakeholders were promised, of each migration', () => {
  const sections = page.split(/^## /m);
  for (const [at, name] of PENDING.entries()) {
    const section = sections.find((text) => text.startsWith(`${at + 1}. ${name}\n`)) ?? '';
    const headings = [...section.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading.replace(/: .*/, ''));
    expect(headings).toEqual(['What it changes', 'Risk', 'Impact', 'Testing needs', 'Rollback plan']);
  }
  expect(sections.map((text) => text.split('\n')[0]).slice(-4)).toEqual([
    'Testing needs of all',
    'Plan for the deployment',
    'Rollback plan',
    'Communication plan',
  ]);
});
