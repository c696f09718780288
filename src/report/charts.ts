/** Charts of a deployment as SVG that takes its colours from the page. Nothing where there is nothing to draw. */
import type { DeploymentStatus, PhaseProgress } from '../contract';
import { bytes, duration, elapsed, figure } from './format';
import { html, type Html } from './html';

const WIDTH = 760;
const LABELS = 190;
const ROW = 24;
/** Room for the words behind the longest bar. */
const WORDS = 150;

interface Bar {
  /** Both 0 to 1 of the chart's width. */
  from: number;
  length: number;
  tone: '' | 'good' | 'danger' | 'warning' | 'pale';
}

interface Row {
  label: string;
  bars: Bar[];
  words: string;
}

export function charts(status: DeploymentStatus): Html[] {
  return [timeline(status), steps(status), sizes(status), metrics(status)].flatMap((chart) => chart ?? []);
}

/** When each phase ran, from the first one's start. */
function timeline({ phases }: DeploymentStatus): Html | null {
  const ran = phases.filter(({ startedAt, endedAt }) => startedAt !== null && endedAt !== null);
  const times = ran.flatMap(({ startedAt, endedAt }) => [Date.parse(startedAt ?? ''), Date.parse(endedAt ?? '')]);
  const [start, end] = [Math.min(...times), Math.max(...times)];
  if (ran.length === 0 || end === start) return null;
  const rows = ran.map((phase): Row => {
    const took = elapsed(phase.startedAt, phase.endedAt) ?? 0;
    const from = (Date.parse(phase.startedAt ?? '') - start) / (end - start);
    return {
      label: phase.phase,
      bars: [{ from, length: took / (end - start), tone: toneOf(phase) }],
      words: duration(took),
    };
  });
  return drawn('When each phase ran', rows, `${duration(end - start)} from the first to the last.`);
}

function toneOf({ state }: PhaseProgress): Bar['tone'] {
  if (state === 'failed') return 'danger';
  return state === 'done' ? 'good' : '';
}

/** Each step: how long it took in the rehearsal, then really, with what it waited for locks. */
function steps({ steps: all, rehearsal }: DeploymentStatus): Html | null {
  const rehearsed = new Map((rehearsal?.steps ?? []).map(({ step, durationMs }) => [step, durationMs]));
  const longest = Math.max(0, ...rehearsed.values(), ...all.map(({ durationMs }) => durationMs ?? 0));
  if (longest === 0) return null;
  const bar = (ms: number, tone: Bar['tone']): Bar => ({ from: 0, length: Math.min(ms, longest) / longest, tone });
  const rows = all.flatMap(({ index, durationMs, waits, state }): Row[] => {
    const before = rehearsed.get(index);
    const waited = waits.reduce((sum, { waitedMs }) => sum + waitedMs, 0);
    const words = waited > 0 ? `${duration(durationMs ?? 0)}, ${duration(waited)} of it waiting` : '';
    const real: Row = {
      label: `step ${index + 1}`,
      bars: [bar(durationMs ?? 0, state === 'failed' ? 'danger' : 'good'), bar(waited, 'warning')],
      words: words || duration(durationMs ?? 0),
    };
    const rehearsedRow: Row = {
      label: `step ${index + 1}, rehearsed`,
      bars: [bar(before ?? 0, 'pale')],
      words: duration(before ?? 0),
    };
    return [...(before === undefined ? [] : [rehearsedRow]), ...(durationMs === null ? [] : [real])];
  });
  return drawn('How long the steps took, and waited for locks', rows, 'Amber: waiting for a lock.');
}

function sizes({ facts, backup }: DeploymentStatus): Html | null {
  if (!facts || !backup || facts.sizeBytes === 0) return null;
  const longest = Math.max(facts.sizeBytes, backup.bytes);
  const row = (label: string, size: number): Row => ({
    label,
    bars: [{ from: 0, length: size / longest, tone: '' }],
    words: bytes(size),
  });
  return drawn('Sizes', [row('database on disk', facts.sizeBytes), row('its backup', backup.bytes)], '');
}

function drawn(title: string, rows: Row[], legend: string): Html {
  const room = WIDTH - LABELS - WORDS;
  const height = rows.length * ROW + 4;
  const lines = rows.map(({ label, bars, words }, place) => {
    const y = place * ROW + 4;
    const rects = bars
      .filter(({ length }) => length > 0)
      .map(
        ({ from, length, tone }) =>
          html`<rect
            class="bar ${tone}"
            x="${figure(LABELS + from * room)}"
            y="${y}"
            width="${figure(Math.max(2, length * room))}"
            height="${ROW - 8}"
            rx="2"
          />`,
      );
    const end = Math.max(0, ...bars.map(({ from, length }) => from + length));
    return html`<text x="${LABELS - 10}" y="${y + 12}" text-anchor="end">${label}</text>
      ${rects}
      <text class="soft" x="${figure(LABELS + end * room + 8)}" y="${y + 12}">${words}</text>`;
  });
  return html`<figure>
    <figcaption>${title}</figcaption>
    <svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">${lines}</svg>
    ${legend === '' ? html`` : html`<p class="legend">${legend}</p>`}
  </figure>`;
}

/** One line a metric over the samples of the monitor; a gap in the data is left out. */
function metrics({ monitor }: DeploymentStatus): Html | null {
  const samples = monitor?.samples ?? [];
  const names = [...new Set(samples.flatMap(({ values }) => Object.keys(values)))];
  const sparks = names.flatMap((name) => {
    const values = samples.map(({ values: all }) => all[name] ?? null);
    return values.filter((value) => value !== null).length < 2 ? [] : [spark(name, values)];
  });
  if (sparks.length === 0) return null;
  return html`<figure>
    <figcaption>Metrics while monitored</figcaption>
    <div class="sparks">${sparks}</div>
  </figure>`;
}

function spark(name: string, values: (number | null)[]): Html {
  const known = values.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const at = (value: number): number => (high === low ? 20 : 38 - ((value - low) / (high - low)) * 36);
  const points = values.flatMap((value, place) =>
    value === null ? [] : [`${figure((place / Math.max(1, values.length - 1)) * 200)},${figure(at(value))}`],
  );
  return html`<div>
    <svg viewBox="0 0 200 40" preserveAspectRatio="none" role="img" aria-label="${name}">
      <polyline points="${points.join(' ')}" />
    </svg>
    <p class="legend">${name}: ${low === high ? figure(low) : `${figure(low)} to ${figure(high)}`}</p>
  </div>`;
}
