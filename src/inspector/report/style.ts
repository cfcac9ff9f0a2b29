import { Markup } from './markup';

/** Colours have a contrast of at least 4.5 to 1 for text, in light and in dark. */
export const STYLE = new Markup(`
:root {
  --paper: #ffffff; --ink: #1c2430; --quiet: #5b6675; --line: #dde2e9; --head: #f4f6f9;
  --good: #14703b; --good-paper: #e4f5ea; --bad: #a3182b; --bad-paper: #fde8ea; --wait: #7a5200; --wait-paper: #fff3d6;
  --critical: #8c1127; --high: #c8502a; --medium: #b98900; --low: #3b6fb6; --none: #7b8694;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c; --ink: #e4e8ee; --quiet: #98a3b3; --line: #2c343f; --head: #1a2029;
    --good: #74d99b; --good-paper: #12301f; --bad: #ff98a2; --bad-paper: #3c161c; --wait: #f0c46b; --wait-paper: #33270b;
    --critical: #e5536b; --high: #ee8a5f; --medium: #d9ae3c; --low: #6ea0e6; --none: #8d99a8;
  }
}
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1180px; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; margin: 0 0 .75rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
.verdict { border-radius: 6px; display: inline-block; font-weight: 600; margin: 0 0 .75rem; overflow-wrap: anywhere; padding: .5rem .9rem; }
.verdict.APPROVED { background: var(--good-paper); color: var(--good); }
.verdict.REJECTED { background: var(--bad-paper); color: var(--bad); }
.verdict.PENDING { background: var(--wait-paper); color: var(--wait); }
.quiet { color: var(--quiet); margin: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); overflow-wrap: break-word; padding: .4rem .6rem; text-align: left; vertical-align: top; }
td:last-child { overflow-wrap: anywhere; }
thead th { background: var(--head); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 400; }
a { color: inherit; }
summary { cursor: pointer; }
details p { color: var(--quiet); margin: .4rem 0 .2rem; }
svg { display: block; height: auto; max-width: 640px; width: 100%; }
svg text { fill: var(--ink); font: 14px system-ui, sans-serif; }
svg .number { fill: var(--quiet); }
.CRITICAL { fill: var(--critical); }
.HIGH { fill: var(--high); }
.MEDIUM { fill: var(--medium); }
.LOW { fill: var(--low); }
.INFORMATIONAL, .UNTRIAGED { fill: var(--none); }
`);
