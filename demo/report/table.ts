import { stripVTControlCharacters, styleText } from 'node:util';
import { type AccessCell, type AccessTable, comparison } from './access';
import { chartTable } from './chart';
import { type Report, verdict } from './report';
import type { CheckResult } from '../checks/check';

const GAP = '  ';
const OK_WIDTH = 7;

/** The result for a terminal, as wide as that is; coloured only there. */
export function renderTable(report: Report, width = process.stdout.columns ?? 140): string {
  const column = Math.max(20, Math.floor((Math.min(width, 180) - OK_WIDTH - 3 * GAP.length) / 3));
  const line = (cells: string[]) => row(cells, [column, column, column, OK_WIDTH]);
  const lines = report.sections.flatMap((section) => [
    styleText('bold', section.title),
    styleText('dim', line(['tried', 'expected', 'seen', ''])),
    ...section.results.map((result) => line([result.tried, result.expected, result.seen, mark(result)])),
    ...section.results.filter(({ ok, detail }) => !ok && detail).map(({ id, detail }) => `${id}: ${detail}`),
    '',
    ...section.charts.flatMap((chart) => picture(chart.title, chartTable(chart), width)),
    ...section.pictures.flatMap((one) => picture(one.title, one, width)),
  ]);
  const notProven = report.sections.flatMap((section) => section.notProven);
  return [
    ...lines,
    ...report.access.flatMap(accessLines),
    styleText('bold', 'Not proven here'),
    ...notProven.map((text) => `- ${text}`),
    '',
    styleText(report.ok ? 'green' : 'red', `${verdict(report)} ${report.seconds.toFixed(0)} s.`),
    '',
  ].join('\n');
}

/** Heads are broken into words, so that the table is as narrow as its cells. */
function accessLines(table: AccessTable): string[] {
  const { where, deeds, rows } = table;
  const widths = [
    Math.max(...rows.map(({ who }) => who.length)),
    ...deeds.map((deed, at) => Math.max(...[...deed.split(' '), ...rows.map(({ cells }) => cellText(cells[at]))].map((text) => text.length))),
  ];
  return [
    styleText('bold', `Who may do what with ${where}: ${comparison(table)}`),
    styleText('dim', row(['', ...deeds], widths)),
    ...rows.map(({ who, cells }) => row([who, ...cells.map((cell) => styleText(styleOf(cell), cellText(cell)))], widths)),
    '',
  ];
}

function cellText({ seen, asPromised }: AccessCell): string {
  if (seen === 'not tried') return '-';
  return asPromised ? seen : `${seen} !`;
}

function styleOf({ seen, asPromised }: AccessCell): 'red' | 'green' | 'dim' {
  if (!asPromised) return 'red';
  return seen === 'allowed' ? 'green' : 'dim';
}

function picture(title: string, { columns, rows }: { columns: string[]; rows: string[][] }, width: number): string[] {
  return [styleText('bold', title), ...grid([columns, ...rows], width), ''];
}

/** A plain table whose columns are as wide as they must be; the last one takes what is left of the line. */
function grid([head, ...rows]: string[][], width: number): string[] {
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((cells) => cells[at].length)));
  const taken = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, 0);
  widths[widths.length - 1] = Math.max(20, width - taken);
  return [styleText('dim', row(head, widths)), ...rows.map((cells) => row(cells, widths))];
}

function mark({ ok }: CheckResult): string {
  return ok ? styleText('green', 'ok') : styleText('red', 'DIFFERS');
}

/** Cells side by side, each broken into as many lines as it needs. */
function row(cells: string[], widths: number[]): string {
  const broken = cells.map((cell, index) => wrap(cell, widths[index]));
  const height = Math.max(...broken.map((lines) => lines.length));
  return Array.from({ length: height }, (_, index) =>
    broken.map((lines, at) => pad(lines[index] ?? '', widths[at])).join(GAP).trimEnd()).join('\n');
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stripVTControlCharacters(text).length));
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1)!;
    const longer = line ? `${line} ${word}` : word;
    if (stripVTControlCharacters(longer).length <= width) {
      lines[lines.length - 1] = longer;
    } else {
      if (line) lines.push('');
      // A word wider than the column, such as a digest, is cut into pieces.
      const pieces = word.match(new RegExp(`.{1,${width}}`, 'g')) ?? [''];
      lines.splice(-1, 1, ...pieces);
    }
  }
  return lines;
}
