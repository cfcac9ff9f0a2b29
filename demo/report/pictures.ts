import { type Markup, html } from './markup';
import { type Report, resultsOf } from './report';
import type { Picture } from '../checks/check';

/** Who may do what, from what was seen; several attempts at the same thing share a cell. */
export function accessPicture(report: Report): Markup {
  const tried = resultsOf(report).flatMap(({ access, seen, ok }) => access ? [{ ...access, seen, ok }] : []);
  const people = [...new Set(tried.map(({ who }) => who))];
  const deeds = [...new Set(tried.map(({ what }) => what))];
  const cell = (who: string, what: string) => outcome(tried.filter((one) => one.who === who && one.what === what));
  return html`<div class="wide"><table class="access">
<caption>As seen when each was tried</caption>
<thead><tr><td></td>${people.map((who) => html`<th scope="col">${who}</th>`)}</tr></thead>
<tbody>${deeds.map((what) => html`<tr><th scope="row">${what}</th>${people.map((who) => cell(who, what))}</tr>`)}</tbody>
</table></div>`;
}

function outcome(results: { readonly seen: string; readonly ok: boolean }[]): Markup {
  if (results.length === 0) return html`<td class="untried">not tried</td>`;
  const words = [...new Set(results.map(({ seen }) => seen.split(':')[0]))].join(' and ');
  const sign = words === 'allowed' ? '✓' : '✗';
  if (!results.every(({ ok }) => ok)) return html`<td class="wrong">${sign} ${words}, not as expected</td>`;
  return html`<td class="${words === 'allowed' ? 'allowed' : 'refused'}">${sign} ${words}</td>`;
}

export function tablePicture({ title, columns, rows }: Picture): Markup {
  return html`<div class="wide${columns.length > 3 ? ' whole' : ''}"><table>
<caption>${title}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
</table></div>`;
}

const ROW = 26;
const LEFT = 240;
const WIDTH = 560;

/** A bar for each phase; bootstrap and synthesis go on at the same time, so these are lengths, not a sequence. */
export function timePicture({ phases }: Report): Markup {
  const longest = Math.max(...phases.map(({ seconds }) => seconds), 0.01);
  const spoken = phases.map(({ title, seconds }) => `${title}: ${seconds.toFixed(1)} seconds`).join(', ');
  const bars = phases.map(({ title, seconds }, index) => bar(title, seconds, index, longest));
  return html`<svg role="img" aria-label="${spoken}" viewBox="0 0 ${LEFT + WIDTH + 80} ${phases.length * ROW}">${bars}</svg>`;
}

function bar(title: string, seconds: number, index: number, longest: number): Markup {
  const length = Math.max(2, Math.round((seconds / longest) * WIDTH));
  const middle = index * ROW + 17;
  return html`<text x="${LEFT - 12}" y="${middle}" text-anchor="end">${title}</text>
<rect x="${LEFT}" y="${index * ROW + 4}" width="${length}" height="18" rx="3"/>
<text x="${LEFT + length + 8}" y="${middle}" class="number">${seconds.toFixed(1)} s</text>
`;
}
