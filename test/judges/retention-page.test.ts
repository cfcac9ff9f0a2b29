import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RETENTIONS, page } from '../../docs/make-retention';
import { ROOT } from '../support/tools';

test('docs/retention.md says what the retentions say', () => {
  expect(readFileSync(join(ROOT, 'docs', 'retention.md'), 'utf8')).toBe(page());
});

test('docs/retention.md explains each of them', () => {
  const explained = [...page().matchAll(/^<!-- explain (\w+) -->\n\n?\| rule \| says \|$/gm)].map(([, name]) => name);
  expect(explained.sort()).toEqual(Object.keys(RETENTIONS).sort());
});
