/** The report's first half: what was found, what was planned, and what made sure that it may go ahead. */
import type { DeploymentStatus, HazardFinding } from '../contract';
import { rehearsalCaveat, tellingFigures } from '../policy/telling';
import { hazardCounts, totalsText } from './counts';
import { bytes, duration, moment } from './format';
import { block, code, list, prose, section, table } from './markdown-text';

export function facts({ facts: found }: DeploymentStatus): string {
  if (!found) return '';
  return section(
    'Database',
    table(
      ['fact', 'value'],
      [
        ['database', code(found.database)],
        ['server', prose(found.serverVersion)],
        ['system identifier', code(found.systemIdentifier)],
        ['size', bytes(found.sizeBytes)],
        ['schema fingerprint before', code(found.schemaFingerprint)],
        ['migrations applied before', String(found.appliedMigrations)],
        ['migrations pending', String(found.pending.length)],
      ],
    ),
  );
}

export function plan({ plan: made }: DeploymentStatus): string {
  if (!made) return '';
  const rows = made.migrations.map((migration) => [
    code(migration.name),
    String(migration.statements),
    String(migration.segments),
    hazardCounts(migration.hazards),
    code(migration.checksum),
  ]);
  return section(
    'Plan',
    `Digest ${code(made.digest)}. Risk: **${made.risk}**. It creates ${totalsText(made.totals)}.`,
    table(['migration', 'statements', 'segments', 'hazards', 'sha256 of the file'], rows),
  );
}

export function hazards({ plan: made }: DeploymentStatus): string {
  const found = (made?.migrations ?? []).flatMap((migration) =>
    migration.hazards.map((hazard) => hazardText(migration.name, hazard)),
  );
  return section('Hazards', ...found);
}

function hazardText(migration: string, hazard: HazardFinding): string {
  const handled = hazard.handledBy === 'online' ? ' Lockkeeper runs it in its online form.' : '';
  const head = `**${hazard.severity}** ${code(`${migration}:${hazard.line}`)} (${code(hazard.id)}): ${prose(hazard.message)}${handled}`;
  return hazard.saferSql === null ? head : `${head}\n\n${block('sql', hazard.saferSql)}`;
}

export function checklist({ checklist: checks }: DeploymentStatus): string {
  const rows = checks.map((check) => [`**${check.status}**`, prose(check.title), prose(check.evidence)]);
  return section('Pre-deployment checklist', table(['result', 'check', 'evidence'], rows));
}

export function backup({ backup: taken }: DeploymentStatus): string {
  if (!taken) return '';
  const rows = [
    ['file', code(taken.file)],
    ['format', taken.format],
    ['size', bytes(taken.bytes)],
    ['sha256', code(taken.sha256)],
    ['taken', moment(taken.takenAt)],
  ];
  return section('Backup', table(['fact', 'value'], rows));
}

export function rehearsal({ rehearsal: held }: DeploymentStatus): string {
  if (!held) return '';
  const where = held.server ? ` On the server of ${code(held.server)}.` : '';
  const restored = held.restoreMs === null ? '' : ` Restoring the backup took ${duration(held.restoreMs)}.`;
  const reversible = held.reversible
    ? 'Reversing everything brought the schema back to its start.'
    : 'Reversing everything was **not** proven to bring the schema back.';
  const rows = held.reversals.map(({ step, source, proven, reason }) => {
    const took = held.steps.find((one) => one.step === step)?.durationMs;
    return [
      String(step + 1),
      took === undefined ? '' : duration(took),
      source,
      proven ? 'yes' : 'no',
      prose(reason ?? ''),
    ];
  });
  return section(
    'Rehearsal',
    `Mode: ${held.mode}.${where}${restored} ${reversible}`,
    rehearsalCaveat(held) ?? '',
    list(
      tellingFigures(held, { duration, bytes }).map(({ warning, text }) =>
        warning ? `**${prose(text)}**` : prose(text),
      ),
    ),
    table(['step', 'took', 'reversal', 'proven', 'remarks'], rows),
  );
}
