import { stripVTControlCharacters } from 'node:util';
import { accessTables } from '../../demo/report/access';
import { chartPicture, chartTable } from '../../demo/report/chart';
import { renderPage } from '../../demo/report/page';
import { type Report, type Section, resultsOf } from '../../demo/report/report';
import { renderTable } from '../../demo/report/table';

const HOSTILE = '<script>alert("1")</script> & \'co\'';

const sections: Section[] = [
  {
    title: HOSTILE,
    notProven: [HOSTILE],
    charts: [{
      id: 'a-year',
      title: HOSTILE,
      description: HOSTILE,
      start: '2025-01-01',
      unit: HOSTILE,
      bands: [{ name: HOSTILE, values: [1, 2] }, { name: 'B', values: [0, 3] }],
    }],
    pictures: [{ title: HOSTILE, columns: [HOSTILE, 'B'], rows: [[HOSTILE, 'b']] }],
    results: [
      { id: 'one', tried: HOSTILE, expected: HOSTILE, seen: HOSTILE, detail: HOSTILE, ok: true, access: { where: HOSTILE, who: HOSTILE, what: HOSTILE } },
      { id: 'two', tried: 'CI pulls', expected: 'refused: X', seen: 'allowed', ok: false, access: { where: 'shop', who: 'CI', what: 'pull' } },
      { id: 'three', tried: 'CI pulls again', expected: 'refused: X', seen: 'refused: X', ok: true, access: { where: 'shop', who: 'CI', what: 'pull' } },
      { id: 'four', tried: 'the reader pulls', expected: 'allowed', seen: 'allowed', ok: true, access: { where: 'shop', who: 'Reader', what: 'pull' } },
      { id: 'five', tried: 'the reader pushes', expected: 'refused: X', seen: 'refused: X', ok: true, access: { where: 'shop', who: 'Reader', what: 'push' } },
    ],
  },
];

const report: Report = {
  ok: false,
  startedAt: '2026-01-02T03:04:05.678Z',
  seconds: 12.34,
  phases: [{ title: HOSTILE, seconds: 1.5 }, { title: 'Deploy', seconds: 3 }],
  sections,
  access: accessTables(resultsOf({ sections })),
};

describe('the page', () => {
  const page = renderPage(report);

  test('takes nothing that is put in for markup', () => {
    expect(page).not.toContain('<script');
    expect(page).not.toContain("'co'");
    expect(page.split('&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62; &#38; &#39;co&#39;').length - 1).toBeGreaterThan(10);
  });

  test('needs nothing from anywhere', () => {
    expect(page).not.toMatch(/(src|href)="(?!#)|url\((?!#)|@import/);
    expect(page).toContain("default-src 'none'");
  });

  test('has well-formed markup: every element is closed', () => {
    const open: string[] = [];
    for (const [, closing, name, selfClosed] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
      if (selfClosed || name === 'meta') continue;
      if (closing) expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  test('begins with what differs', () => {
    expect(page).toContain('1 of 5 lines differ');
    expect(page).toContain('<li><a href="#two">CI pulls</a>: expected “refused: X”, seen “allowed”</li>');
    expect(renderPage({ ...report, sections: [], access: [] })).not.toContain('What differs');
  });

  test('shows who may do what with each repository', () => {
    const access = page.slice(page.lastIndexOf('class="access"'), page.indexOf('How long it took'));

    expect(access).toContain('<caption>shop: as seen; 1 of 3 not as promised (!)</caption>');
    expect(access).toContain('<td class="wrong">✗ allowed and refused, not as promised</td>');
    expect(access).toContain('<td class="allowed">✓ allowed</td>');
    expect(access).toContain('<td class="refused">✗ refused</td>');
    expect(access).toContain('<td class="untried">not tried</td>');
  });
});

describe('a chart', () => {
  const days = Array.from({ length: 365 }, (_, day) => day);
  const chart = {
    id: 'year',
    title: 'A year',
    description: 'It grows.',
    start: '2025-01-01',
    unit: 'images',
    bands: [
      { name: 'ready', values: days.map(() => 1) },
      { name: 'archived', values: days.map(() => 0) },
      { name: 'deleted', values: days.map((day) => 10 * day) },
    ],
  };
  const { text } = chartPicture(chart);

  test('says in words what it shows', () => {
    expect(text).toMatch(/aria-labelledby="year-title year-description"[^]*<title id="year-title">A year<[^]*<desc id="year-description">It grows\.</);
  });

  test('names every band with its last value, and every month', () => {
    expect([...text.matchAll(/<text x="\d+" y="[\d.]+">([^<]*)</g)].map(([, label]) => label))
      .toEqual(['1 ready', '0 archived', '3,640 deleted']);
    expect([...text.matchAll(/>([A-Z][a-z]{2})</g)].map(([, month]) => month).join(' '))
      .toBe('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec');
  });

  test('keeps the names of thin bands apart', () => {
    const heights = [...text.matchAll(/<text x="\d+" y="([\d.]+)">/g)].map(([, y]) => Number(y));

    expect(heights[0] - heights[1]).toBeGreaterThanOrEqual(20);
    expect(heights[1] - heights[2]).toBeGreaterThanOrEqual(20);
  });

  test('has bands that lie upon each other, from the axis to the top', () => {
    const [ready, archived, deleted] = [...text.matchAll(/class="band band-\d" d="(M[\d.L ]+Z)"/g)].map(([, path]) => path.slice(1, -1).split('L'));

    expect(ready.slice(365)).toEqual(ready.slice(365).map((point) => point.replace(/ .*/, ' 266')));
    expect(archived.slice(365).reverse()).toEqual(ready.slice(0, 365));
    expect(deleted.slice(365).reverse()).toEqual(archived.slice(0, 365));
    expect(Math.min(...deleted.map((point) => Number(point.split(' ')[1])))).toBeGreaterThanOrEqual(24);
  });

  test.each([[0], [1, 2], days.map(() => 0), days.map((day) => 1e6 * day)])('can be drawn, whatever there is (%#)', (...values) => {
    expect(chartPicture({ ...chart, bands: [{ name: 'some', values }] }).text).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('is a table of the ends of months on a terminal', () => {
    const { columns, rows } = chartTable(chart);

    expect(columns.join(' ')).toBe(' Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec');
    expect(rows[2]).toEqual(['deleted', ...[30, 58, 89, 119, 150, 180, 211, 242, 272, 303, 333, 364].map((day) => String(10 * day))]);
    expect(renderTable(report, 80)).toContain('Jan');
  });
});

describe('who may do what, on a terminal', () => {
  const result = (who: string, what: string, seen: string, ok = true) =>
    ({ id: `${who}-${what}`, tried: '', expected: '', seen, ok, access: { where: 'shop', who, what } });
  const tableOf = (...results: Section['results']) => {
    const text = stripVTControlCharacters(renderTable({ ...report, sections: [], access: accessTables(results) }));
    return text.split('\n').slice(0, results.length + 3).map((line) => line.trimEnd());
  };

  test('is a row for everybody, a column for each deed, what most tried before what few did', () => {
    const [title, ...rows] = tableOf(
      result('CI', 'move a tag', 'refused: X'), result('CI', 'push', 'allowed: it'), result('Reader', 'push', 'refused: Y'));

    expect(title).toBe('Who may do what with shop: as seen, and all 3 as promised');
    expect(rows.slice(0, 4)).toEqual([
      '        push     move a', '                 tag', 'CI      allowed  refused', 'Reader  refused  -',
    ]);
  });

  test('marks what is not as promised, whichever way', () => {
    const [title, ...rows] = tableOf(
      result('CI', 'push', 'refused: X', false), result('CI', 'pull', 'allowed', false), result('CI', 'log in', 'failed: no', false));

    expect(title).toBe('Who may do what with shop: as seen; 3 of 3 not as promised (!)');
    expect(rows[1]).toBe('CI  refused !  allowed !  failed !');
  });
});

describe('the table', () => {
  test.each([40, 80, 140])('keeps within %d columns and loses no word', (width) => {
    const table = renderTable({ ...report, sections: [{ ...report.sections[0], notProven: [], charts: [], pictures: [] }], access: [] }, width);

    const lines = table.split('\n');
    expect(Math.max(...lines.slice(0, -4).map((line) => line.length))).toBeLessThanOrEqual(Math.max(width, 73));
    for (const word of ['pulls', 'again', 'allowed', 'DIFFERS', 'reader']) expect(table).toContain(word);
    expect(table).toContain('1 of 5 lines differ from what was expected. 12 s.');
  });

  test('cuts what has no blank in it', () => {
    const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
    const [result] = report.sections[0].results;
    const table = renderTable({ ...report, sections: [{ ...report.sections[0], results: [{ ...result, seen: digest }] }] }, 80);

    const column = table.split('\n').map((line) => line.slice(48, 70).trim()).join('');
    expect(column).toContain(digest);
  });
});
