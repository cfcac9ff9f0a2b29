import { type Markup, html } from '../../src/inspector/report/markup';
import type { Chart } from '../checks/check';

const WIDTH = 560;
const HEIGHT = 300;
/** Where the values are drawn; left of it the axis, right of it the names of the bands. */
const PLOT = { left: 52, top: 24, right: WIDTH - 132, bottom: HEIGHT - 34 };
const DAY = 24 * 60 * 60 * 1000;
const LINE = 20;

/** Bands one upon the other, told apart by name, by lightness and by pattern: colour is not needed. */
export function chartPicture(chart: Chart): Markup {
  const tops = stacked(chart);
  const days = tops[0].length;
  const highest = ceiling(Math.max(...tops.at(-1)!));
  const x = (day: number) => PLOT.left + ((PLOT.right - PLOT.left) * day) / Math.max(1, days - 1);
  const y = (value: number) => PLOT.bottom - ((PLOT.bottom - PLOT.top) * value) / highest;
  const { id, title, description } = chart;
  return html`<figure class="chart">
<figcaption>${title}</figcaption>
<svg role="img" aria-labelledby="${id}-title ${id}-description" viewBox="0 0 ${WIDTH} ${HEIGHT}">
<title id="${id}-title">${title}</title>
<desc id="${id}-description">${description}</desc>
<defs><pattern id="${id}-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V5"/></pattern></defs>
${scale(highest, chart.unit, y)}
${tops.map((top, band) => fill(id, band, outline(top, tops[band - 1], x, y)))}
${months(chart.start, days).map(({ name, day }) => tick(name, x(day)))}
<path class="axis" d="M${PLOT.left} ${PLOT.bottom}H${PLOT.right}"/>
${labels(chart, tops, y)}
</svg>
</figure>`;
}

/** What each band comes to at the end of each month, for a terminal. */
export function chartTable({ start, bands }: Chart): { columns: string[]; rows: string[][] } {
  const ends = months(start, bands[0].values.length + 1).slice(1).map(({ day }) => day - 1);
  const shown = months(start, bands[0].values.length);
  return {
    columns: ['', ...shown.map(({ name }) => name)],
    rows: bands.map(({ name, values }) => [name, ...shown.map((_, month) => String(values[ends[month] ?? values.length - 1]))]),
  };
}

/** The upper edge of each band. */
function stacked({ bands }: Chart): number[][] {
  let below: number[] | undefined;
  return bands.map(({ values }) => (below = values.map((value, day) => value + (below?.[day] ?? 0))));
}

/** The end of the axis: the first round number from here up. */
function ceiling(highest: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(1, highest)));
  return [1, 2, 4, 5, 6, 8, 10].map((factor) => factor * magnitude).find((value) => value >= highest)!;
}

type Scale = (value: number) => number;

function outline(top: number[], bottom: number[] | undefined, x: Scale, y: Scale): string {
  const point = (value: number, day: number) => `${at(x(day))} ${at(y(value))}`;
  const back = (bottom ?? top.map(() => 0)).map(point).reverse();
  return `M${top.map(point).join('L')}L${back.join('L')}Z`;
}

function tick(name: string, x: number): Markup {
  return html`<path class="axis" d="M${at(x)} ${PLOT.bottom}v4"/><text class="tick" x="${at(x)}" y="${PLOT.bottom + 18}" text-anchor="middle">${name}</text>
`;
}

function scale(highest: number, unit: string, y: Scale): Markup[] {
  const step = highest / 4;
  return [0, 1, 2, 3, 4].map((index) => html`<path class="grid" d="M${PLOT.left} ${at(y(index * step))}H${PLOT.right}"/><text class="tick" x="${PLOT.left - 6}" y="${at(y(index * step) + 4)}" text-anchor="end">${count(index * step)}</text>
`).concat(html`<text class="tick" x="${PLOT.left - 6}" y="12" text-anchor="end">${unit}</text>`);
}

/** The name of each band beside its end, with a sample of its fill; moved apart where bands are thin. */
function labels({ id, bands }: Chart, tops: number[][], y: Scale): Markup[] {
  const middles = tops.map((top, band) => (y(top.at(-1)!) + y(tops[band - 1]?.at(-1) ?? 0)) / 2);
  // From the lowest band up, each at least a line above the one before it.
  const places: number[] = [];
  for (const middle of middles) places.push(Math.min(middle, (places.at(-1) ?? PLOT.bottom + LINE) - LINE));
  return bands.map(({ name, values }, band) => {
    const sample = `M${PLOT.right + 14} ${at(places[band] - 6)}h12v12h-12Z`;
    return html`<path class="leader" d="M${PLOT.right + 2} ${at(middles[band])}L${PLOT.right + 12} ${at(places[band])}"/>
${fill(id, band, sample)}<text x="${PLOT.right + 32}" y="${at(places[band] + 4)}">${count(values.at(-1)!)} ${name}</text>
`;
  });
}

/** The second band is hatched, so that it is told from the ones around it in any colours. */
function fill(id: string, band: number, outlined: string): Markup {
  return html`<path class="band band-${band}" d="${outlined}"/>
${band === 1 ? html`<path fill="url(#${id}-hatch)" d="${outlined}"/>
` : undefined}`;
}

/** The months that begin within so many days, and on which of them. */
function months(start: string, days: number): { name: string; day: number }[] {
  const first = new Date(`${start}T00:00:00Z`);
  return Array.from({ length: days }, (_, day) => ({ day, date: new Date(first.getTime() + day * DAY) }))
    .filter(({ date }) => date.getUTCDate() === 1)
    .map(({ day, date }) => ({ day, name: date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' }) }));
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** A coordinate; more digits are more bytes and no sharper. */
function at(coordinate: number): string {
  return String(Math.round(coordinate * 10) / 10);
}
