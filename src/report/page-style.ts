/** The looks of a page (a plan's, a report's): light or dark, as the reader's system is. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ground: #fbfbfa; --paper: #fff; --ink: #1c1e21; --soft: #5c636b; --line: #e2e4e7;
  --danger: #b3261e; --warning: #8a5a00; --good: #1b6e3c; --info: #3b6ea5; --tint: 8%; }
@media (prefers-color-scheme: dark) { :root { --ground: #15171a; --paper: #1d2024; --ink: #e8eaed; --soft: #9aa2ab; --line: #33383e;
  --danger: #ff8a80; --warning: #f2bd5c; --good: #7fd8a0; --info: #8ab8ea; --tint: 14%; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
.sub { color: var(--soft); margin: .1rem 0 1rem; font-size: .9rem; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .875em; }
pre { background: var(--ground); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; margin: .5rem 0 0; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .2em; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .6rem; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: .7rem .9rem; }
.card b { display: block; font-size: 1.35rem; line-height: 1.2; }
.card span { color: var(--soft); font-size: .85rem; }
.card.danger b, .risk-high b { color: var(--danger); }
.card.warning b, .risk-medium b { color: var(--warning); }
.risk-low b, .risk-none b { color: var(--good); }
.wide { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th { text-align: left; font-weight: 600; color: var(--soft); white-space: nowrap; }
th, td { padding: .45rem .75rem; vertical-align: top; min-width: 4.5rem; }
td code { overflow-wrap: anywhere; }
tbody tr { border-top: 1px solid var(--line); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.migration { margin-top: 1.5rem; padding: 1rem 1.1rem; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
.hazard { border-left: 3px solid var(--info); padding: .1rem 0 .1rem .9rem; margin: .9rem 0; }
.hazard.danger { border-color: var(--danger); }
.hazard.warning { border-color: var(--warning); }
.hazard p { margin: .2rem 0; }
.tag { --tone: var(--info); display: inline-block; padding: 0 .5em; border-radius: 999px; font-size: .8rem; font-weight: 600;
  color: var(--tone); background: color-mix(in srgb, var(--tone) var(--tint), transparent); }
.tag.danger, .tag.fail { --tone: var(--danger); }
.tag.warning, .tag.warn { --tone: var(--warning); }
.tag.pass { --tone: var(--good); }
summary { cursor: pointer; color: var(--soft); font-size: .9rem; padding: .25rem 0; }
blockquote, .doc > p { margin: .6rem 0; }
figure { margin: 1rem 0; padding: .9rem 1.1rem; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
figcaption { font-weight: 600; font-size: .95rem; margin-bottom: .5rem; }
figure svg { display: block; width: 100%; height: auto; }
svg text { font: 12px system-ui, "Segoe UI", Roboto, sans-serif; fill: var(--ink); }
svg .soft { fill: var(--soft); }
svg .bar { fill: var(--info); }
svg .bar.good { fill: var(--good); }
svg .bar.danger { fill: var(--danger); }
svg .bar.warning { fill: var(--warning); }
svg .bar.pale { opacity: .45; }
svg line { stroke: var(--line); }
svg polyline { fill: none; stroke: var(--info); stroke-width: 2; vector-effect: non-scaling-stroke; }
.legend { color: var(--soft); font-size: .85rem; margin: .5rem 0 0; }
.sparks { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .8rem; }
@media print { details { display: block; } .migration { break-inside: avoid; } body { background: none; } }
`;
