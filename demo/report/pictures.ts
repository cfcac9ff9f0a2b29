import { type AccessCell, type AccessTable, comparison } from './access';
import type { Report } from './report';
import { type Markup, html } from '../../src/inspector/report/markup';
import type { Picture } from '../checks/check';

/** Who may do what with a repository. */
export function accessPicture(table: AccessTable): Markup {
  return html`<div class="wide${table.deeds.length > 3 ? ' whole' : ''}"><table class="access">
<caption>${table.where}: ${comparison(table)}</caption>
<thead><tr><td></td>${table.deeds.map((deed) => html`<th scope="col">${deed}</th>`)}</tr></thead>
<tbody>${table.rows.map(({ who, cells }) => html`<tr><th scope="row">${who}</th>${cells.map(outcome)}</tr>`)}</tbody>
</table></div>`;
}

function outcome({ seen, asPromised }: AccessCell): Markup {
  if (seen === 'not tried') return html`<td class="untried">not tried</td>`;
  const sign = seen === 'allowed' ? '✓' : '✗';
  if (!asPromised) return html`<td class="wrong">${sign} ${seen}, not as promised</td>`;
  return html`<td class="${seen === 'allowed' ? 'allowed' : 'refused'}">${sign} ${seen}</td>`;
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
