/** A widget of a dashboard, as CloudWatch keeps it. */
interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly alarms?: string[];
    readonly metrics?: (string | { readonly label?: string })[][];
    readonly query?: string;
    readonly stacked?: boolean;
  };
}

/** Pixels of a column and of a row; the page of CloudWatch has 24 columns. */
const [COLUMN, ROW, MARGIN, COLUMNS] = [40, 34, 6, 24];
const COLOURS = ['#0b66b3', '#c6292f', '#18794e', '#a25f00', '#6b4fbb', '#0f7f8b', '#b0357b', '#5b6b7b'];

/** The layout of a dashboard as a drawing: where each widget is, and what it shows; the data in it stand for any. */
export function drawDashboard(body: string): string {
  const { widgets }: { widgets: Widget[] } = JSON.parse(body);
  const height = Math.max(...widgets.map((widget) => widget.y + widget.height)) * ROW;
  const titles = widgets.map(({ properties }) => properties.title).join(', ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${COLUMNS * COLUMN} ${height}" role="img" aria-labelledby="t d" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif" font-size="12">`,
    '  <title id="t">The dashboard of an EcrAuditTrail</title>',
    `  <desc id="d">From the top: ${escape(titles)}.</desc>`,
    `  <rect width="${COLUMNS * COLUMN}" height="${height}" fill="#f2f4f6"/>`,
    ...widgets.map(draw),
    '</svg>',
    '',
  ].join('\n');
}

function draw(widget: Widget): string {
  const [x, y] = [widget.x * COLUMN + MARGIN, widget.y * ROW + MARGIN];
  const [width, height] = [widget.width * COLUMN - 2 * MARGIN, widget.height * ROW - 2 * MARGIN];
  const { title = '', alarms, metrics = [], query, stacked = false } = widget.properties;
  const content = alarms ? alarmTiles(alarms, width) : query ? rows(query, width, height) : graph(metrics, width, height, stacked);
  return [
    `  <g transform="translate(${x} ${y})">`,
    `    <rect width="${width}" height="${height}" rx="4" fill="#fff" stroke="#c4ccd4"/>`,
    `    <text x="10" y="19" font-weight="650" fill="#14212e">${escape(title)}</text>`,
    ...content.map((line) => `    ${line}`),
    '  </g>',
  ].join('\n');
}

function alarmTiles(alarms: string[], width: number): string[] {
  const perRow = 6;
  const tile = (width - 14) / perRow;
  return alarms.flatMap((arn, index) => {
    const [x, y] = [10 + (index % perRow) * tile, 28 + Math.floor(index / perRow) * (ROW - 4)];
    const name = arn.replace(/^Audit(Signals)?/, '').replace(/Alarm[0-9A-F]{8}$/, '');
    return [
      `<rect x="${round(x)}" y="${y}" width="${round(tile - 6)}" height="24" rx="3" fill="#e8f5ee" stroke="#18794e"/>`,
      `<text x="${round(x + 6)}" y="${y + 16}" font-size="11" fill="#14212e">${escape(name)}</text>`,
    ];
  });
}

/** A line for each metric, or a few bars where single events are shown, with the legend beside it. */
function graph(metrics: NonNullable<Widget['properties']['metrics']>, width: number, height: number, stacked: boolean): string[] {
  const labels = metrics.map((metric) => legend(metric));
  const [top, bottom, right] = [32, height - 14, width * (stacked ? 0.58 : 0.68)];
  const step = Math.min(15, (height - 34) / Math.max(1, labels.length));
  return labels.flatMap((label, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const points = Array.from({ length: 9 }, (_, at) => {
      const wave = (Math.sin(at * 1.7 + index * 2.3) + 1) / 2;
      return `${round(12 + (right - 24) * at / 8)},${round(bottom - (bottom - top) * (0.1 + 0.8 * wave * (index + 1) / labels.length))}`;
    });
    const y = round(top + 4 + index * step);
    return [
      stacked
        ? `<rect x="${round(14 + (right - 40) * ((index * 7) % 17) / 17)}" y="${round(bottom - 14 - (index % 3) * 14)}" width="8" height="${14 + (index % 3) * 14}" fill="${colour}"/>`
        : `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
      `<rect x="${round(right)}" y="${round(y - 6)}" width="8" height="8" fill="${colour}"/>`,
      `<text x="${round(right + 13)}" y="${round(y + 2)}" font-size="${step < 12 ? 8 : 11}" fill="#3b4a59">${escape(label)}</text>`,
    ];
  });
}

function legend(metric: (string | { readonly label?: string })[]): string {
  const options = metric.find((part) => typeof part === 'object') as { readonly label?: string } | undefined;
  const texts = metric.filter((part) => typeof part === 'string');
  return (options?.label ?? texts.at(-1) ?? '').replace(/[0-9A-F]{8}$/, ''); // a name that CloudFormation makes shows as its id
}

function rows(query: string, width: number, height: number): string[] {
  const fields = /fields ([^|]*)/.exec(query)![1].split(/,\s*(?![^(]*\))/).map((field) => field.trim().replace(/^.* as /, ''));
  const column = (width - 20) / fields.length;
  const heads = fields.map((field, index) =>
    `<text x="${round(10 + index * column)}" y="42" font-size="11" font-weight="600" fill="#3b4a59">${escape(field)}</text>`);
  const count = Math.floor((height - 50) / 20);
  const bars = Array.from({ length: count }, (_, row) => fields.map((_field, index) =>
    `<rect x="${round(10 + index * column)}" y="${54 + row * 20}" width="${round(column * (0.4 + 0.35 * ((row * 7 + index * 3) % 5) / 5))}" height="7" rx="2" fill="#dfe5ea"/>`));
  return [...heads, ...bars.flat()];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
