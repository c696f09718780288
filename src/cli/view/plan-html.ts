/** A plan as one page that needs nothing else: no script, no font, no picture from anywhere. Pure. */
import type { CheckResult, HazardFinding } from '../../contract';
import type { FullPlan, MigrationPlan, StatementPlan } from '../../policy/plan';
import { hazardCounts } from '../../report/counts';
import { short } from '../../report/format';
import { plural } from '../../policy/words';
import { html, type Html } from '../../report/html';
import { strongestLock } from './locks';
import { PAGE_STYLE } from '../../report/page-style';

export function planHtml(plan: FullPlan): string {
  const title = `Migration plan for ${plan.environment}/${plan.target}`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${{ html: PAGE_STYLE }}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p class="sub">
            ${plural(plan.migrations.length, 'migration')} in ${plural(plan.steps.length, 'step')} · digest
            <code title="${plan.digest}">${short(plan.digest)}</code>
          </p>
          ${cards(plan)} ${overview(plan.migrations)} ${checklist(plan.checklist)} ${drift(plan)}
          ${plan.migrations.map(migration)}
        </main>
      </body>
    </html> `.html;
}

function cards({ risk, totals, migrations }: FullPlan): Html {
  const hazards = migrations.flatMap((each) => each.hazards);
  const number = (severity: string): number => hazards.filter((hazard) => hazard.severity === severity).length;
  const card = (value: string | number, label: string, tone = ''): Html =>
    html`<div class="card ${tone}"><b>${value}</b><span>${label}</span></div>`;
  return html`<section class="cards">
    ${card(risk, 'risk', `risk-${risk}`)} ${card(number('danger'), 'dangers', number('danger') > 0 ? 'danger' : '')}
    ${card(number('warning'), 'warnings', number('warning') > 0 ? 'warning' : '')} ${card(totals.tables, 'tables')}
    ${card(totals.columns, 'columns')} ${card(totals.indexes, 'indexes')} ${card(totals.foreignKeys, 'foreign keys')}
    ${card(totals.enums, 'enums')}
  </section>`;
}

function overview(migrations: MigrationPlan[]): Html {
  if (migrations.length === 0) return html`<p>Nothing is pending.</p>`;
  const rows = migrations.map(
    (each) =>
      html`<tr>
        <td>
          <a href="#${each.name}"><code>${each.name}</code></a>
        </td>
        <td class="number">${each.statements.length}</td>
        <td>${strongestLock(each)}</td>
        <td>${hazardCounts(each.hazards)}</td>
        <td>${each.reversal.kind === 'none' ? 'no' : each.reversal.lossy ? 'loses rows' : 'yes'}</td>
      </tr>`,
  );
  const heads = ['migration', 'statements', 'strongest lock', 'hazards', 'reversible'];
  return titledTable('Migrations', heads, rows);
}

/** @param rows each a `<tr>`. */
function titledTable(title: string, heads: string[], rows: Html[]): Html {
  const head = heads.map((name) =>
    NUMBERS.has(name) ? html`<th class="number">${name}</th>` : html`<th>${name}</th>`,
  );
  return html`<h2>${title}</h2>
    <div class="wide">
      <table>
        <thead>
          <tr>
            ${head}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}

/** Columns that hold numbers. */
const NUMBERS = new Set(['statements']);

function checklist(checks: CheckResult[]): Html {
  if (checks.length === 0) return html``;
  const rows = checks.map(
    ({ status, title, evidence }) =>
      html`<tr>
        <td><span class="tag ${status}">${status}</span></td>
        <td>${title}</td>
        <td>${evidence}</td>
      </tr>`,
  );
  return titledTable('Checklist', ['result', 'check', 'evidence'], rows);
}

function drift({ drift: found }: FullPlan): Html {
  return found?.sql
    ? html`<h2>Drift: what was run by hand</h2>
        <pre>${found.sql}</pre>`
    : html``;
}

function migration({ name, checksum, hazards, statements }: MigrationPlan): Html {
  return html`<section class="migration" id="${name}">
    <h3><code>${name}</code></h3>
    <p class="sub">sha256 <code title="${checksum}">${short(checksum)}</code> · ${hazardCounts(hazards)}</p>
    ${hazards.map(hazard)} ${statementTable(statements)}
  </section>`;
}

function hazard({ id, severity, line, message, saferSql, handledBy }: HazardFinding): Html {
  const handled = handledBy === 'online' ? html` <span class="tag pass">runs in its online form</span>` : html``;
  const safer =
    saferSql === null
      ? html``
      : html`<details>
          <summary>safe form</summary>
          <pre>${saferSql}</pre>
        </details>`;
  return html`<article class="hazard ${severity}">
    <p><span class="tag ${severity}">${severity}</span> <b>line ${line}</b> <code>${id}</code>${handled}</p>
    <p>${message}</p>
    ${safer}
  </article>`;
}

function statementTable(statements: StatementPlan[]): Html {
  const rows = statements.map(({ line, kind, locks, rewrites, transactional }) => {
    const held = locks.map(({ relation, mode }) => `${mode.replace(/Lock$/, '')} ${relation}`).join(', ');
    const notes = [rewrites ? 'rewrites' : '', transactional ? '' : 'outside a transaction'].filter(Boolean).join(', ');
    return html`<tr>
      <td class="number">${line}</td>
      <td>${kind}</td>
      <td>${held}</td>
      <td>${notes}</td>
    </tr>`;
  });
  return html`<details>
    <summary>${plural(statements.length, 'statement')} and their locks</summary>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th class="number">line</th>
            <th>statement</th>
            <th>locks</th>
            <th></th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </details>`;
}
