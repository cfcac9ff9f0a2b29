import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIGURES, page } from '../../docs/make-performance';
import { excesses } from '../performance/figures';
import { ROOT } from '../support/tools';

const figures = JSON.parse(readFileSync(FIGURES, 'utf8'));

test('docs/performance.md says what was measured', () => {
  expect(readFileSync(join(ROOT, 'docs', 'performance.md'), 'utf8')).toBe(page());
});

test('what was measured is within its limits', () => {
  expect(excesses(figures)).toEqual([]);
});

test('all that is measured is on the page', () => {
  const shown = [...page().matchAll(/<!-- figures: (\w+) -->/g)].map(([, name]) => name);
  expect(shown.sort()).toEqual([...Object.keys(figures).filter((name) => name !== 'pairs'), 'stack'].sort());
});
