import { Markup } from '../../src/inspector/report/markup';

export const STYLE = new Markup(`
:root {
  --paper: #ffffff; --ink: #1c2430; --quiet: #5b6675; --line: #dde2e9; --head: #f4f6f9;
  --good: #14703b; --good-paper: #e4f5ea; --bad: #a3182b; --bad-paper: #fde8ea; --bar: #3b6fb6;
  --band-0: #2f62ab; --band-1: #a9c3e6; --band-2: #e9ecf1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c; --ink: #e4e8ee; --quiet: #98a3b3; --line: #2c343f; --head: #1a2029;
    --good: #74d99b; --good-paper: #12301f; --bad: #ff98a2; --bad-paper: #3c161c; --bar: #6ea0e6;
    --band-0: #79aaf0; --band-1: #34547f; --band-2: #232a34;
  }
}
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1180px; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; margin: 0 0 .75rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
.verdict { border-radius: 6px; display: inline-block; font-weight: 600; margin: 0 0 .75rem; padding: .5rem .9rem; }
.verdict.good { background: var(--good-paper); color: var(--good); }
.verdict.bad { background: var(--bad-paper); color: var(--bad); }
.quiet, caption { color: var(--quiet); margin: 0; }
caption { padding: 0 0 .4rem; text-align: left; }
.wide { overflow-x: auto; }
.pictures { display: grid; gap: 1.25rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(460px, 100%), 1fr)); margin: 0 0 1.75rem; }
.pictures .whole { grid-column: 1 / -1; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top; }
thead th { background: var(--head); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 400; }
.results { table-layout: fixed; min-width: 720px; }
.results td, .results th { overflow-wrap: anywhere; }
.results th:nth-child(4), .results td:nth-child(4) { width: 6.5rem; }
.results tr.bad { background: var(--bad-paper); }
.mark { white-space: nowrap; }
tr.good .mark, .allowed { color: var(--good); }
tr.bad .mark { color: var(--bad); font-weight: 600; }
.access td { white-space: nowrap; }
.access thead th { white-space: normal; vertical-align: bottom; }
.allowed { background: var(--good-paper); font-weight: 600; }
.refused { color: var(--quiet); }
.untried { color: var(--quiet); font-style: italic; }
.wrong { background: var(--bad-paper); color: var(--bad); }
a { color: inherit; }
summary { cursor: pointer; }
details p { color: var(--quiet); font: 12px/1.45 ui-monospace, monospace; margin: .4rem 0 .2rem; }
svg { display: block; height: auto; max-width: 880px; width: 100%; }
svg text { fill: var(--ink); font: 14px system-ui, sans-serif; }
svg .number { fill: var(--quiet); }
svg rect { fill: var(--bar); }
.chart { margin: 0; }
figcaption { color: var(--quiet); padding: 0 0 .4rem; }
.chart text { font-size: 13px; }
.chart .tick { fill: var(--quiet); font-size: 12px; }
.chart .grid { stroke: var(--line); }
.chart .axis, .chart .leader { fill: none; stroke: var(--quiet); }
.chart .band { stroke: var(--ink); stroke-width: .75; }
.chart .band-0 { fill: var(--band-0); }
.chart .band-1 { fill: var(--band-1); }
.chart .band-2 { fill: var(--band-2); }
.chart .hatch { stroke: var(--ink); stroke-opacity: .45; }
`);
