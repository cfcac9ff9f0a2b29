import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { page } from '../../docs/make-retention';
import { ROOT } from '../support/tools';

test('docs/retention.md says what the retentions say', () => {
  expect(readFileSync(join(ROOT, 'docs', 'retention.md'), 'utf8')).toBe(page());
});
