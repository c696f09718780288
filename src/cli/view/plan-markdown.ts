/** A plan for a pull request. Pure. */
import type { FullPlan, MigrationPlan } from '../../policy/plan';
import { hazardCounts, totalsText } from '../../report/counts';
import { plural } from '../../policy/words';
import { block, code, prose, section, table } from '../../report/markdown-text';
import { strongestLock } from './locks';

export function planMarkdown(plan: FullPlan): string {
  const rows = plan.migrations.map((migration) => [
    code(migration.name),
    String(migration.statements.length),
    prose(strongestLock(migration)),
    hazardCounts(migration.hazards),
    migration.reversal.kind === 'none' ? 'no' : migration.reversal.lossy ? 'loses rows' : 'yes',
  ]);
  const checks = plan.checklist.map((check) => [`**${check.status}**`, prose(check.title), prose(check.evidence)]);
  const parts = [
    `# Migration plan for ${prose(plan.environment)}/${prose(plan.target)}`,
    `Risk **${plan.risk}**, ${plural(plan.migrations.length, 'migration')}; creates ${totalsText(plan.totals)}. Digest ${code(plan.digest)}.`,
    section('Migrations', table(['migration', 'statements', 'strongest lock', 'hazards', 'reversible'], rows)),
    section('Hazards', ...plan.migrations.flatMap(hazards)),
    section('Online form', ...plan.migrations.flatMap(onlineForms)),
    section('Checklist', table(['result', 'check', 'evidence'], checks)),
    section('Drift: what was run by hand', plan.drift?.sql ? block('sql', plan.drift.sql) : ''),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function hazards({ name, hazards: found }: MigrationPlan): string[] {
  return found.map((hazard) => {
    const handled = hazard.handledBy === 'online' ? ' Lockkeeper runs it in its online form.' : '';
    const head = `**${hazard.severity}** ${code(`${name}:${hazard.line}`)}: ${prose(hazard.message)}${handled}`;
    return hazard.saferSql === null ? head : `${head}\n\n${block('sql', hazard.saferSql)}`;
  });
}

function onlineForms({ name, statements }: MigrationPlan): string[] {
  return statements.flatMap(({ line, kind, online, asWritten }) => {
    const head = `${code(`${name}:${line}`)} ${prose(kind)}`;
    if (online) return [`${head} runs as\n\n${block('sql', online.map((sql) => `${sql};`).join('\n'))}`];
    return asWritten === null ? [] : [`${head} runs as written: ${prose(asWritten)}`];
  });
}
