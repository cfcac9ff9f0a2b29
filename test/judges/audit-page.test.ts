import { readFileSync } from 'node:fs';
import { drawDashboard } from '../../docs/draw-dashboard';
import { AUDIT, DASHBOARD, RUNBOOK, auditPage, dashboardBody, runbook } from '../../docs/make-audit';
import { AuditSignal } from '../../src';

test.each([[RUNBOOK, runbook], [AUDIT, auditPage], [DASHBOARD, () => drawDashboard(dashboardBody())]])('%s says what the audit says', (page, make) => {
  expect(readFileSync(page, 'utf8')).toBe(make());
});

test('the runbook has a heading for each signal, which its alarm and its messages link to', () => {
  const headings = [...readFileSync(RUNBOOK, 'utf8').matchAll(/^## (.*)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/ /g, '-'));

  expect(headings).toEqual([...AuditSignal.all().map(({ id }) => id.toLowerCase()), 'any-signal', 'signals-of-your-own', 'lost-messages']);
});

test('the page of the audit has a line for each signal', () => {
  const lines = [...readFileSync(AUDIT, 'utf8').matchAll(/^\| \[`(\w+)`\]/gm)].map(([, id]) => id);
  expect(lines).toEqual(AuditSignal.all().map(({ id }) => id));
});

test('the drawing has every widget where the dashboard has it', () => {
  const { widgets } = JSON.parse(dashboardBody());
  const drawing = readFileSync(DASHBOARD, 'utf8');

  expect(widgets.length).toBeGreaterThan(6);
  for (const { x, y, properties: { title } } of widgets) {
    const at = drawing.indexOf(`<g transform="translate(${x * 40 + 6} ${y * 34 + 6})">`);
    expect(at).toBeGreaterThan(0);
    expect(drawing.slice(at).split('</g>')[0]).toContain(title);
  }
});
