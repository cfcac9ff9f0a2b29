import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder';
import { ROOT, npmBin, succeed } from '../support/tools';

jest.setTimeout(120_000);

test('API.md is what the docstrings say', async () => {
  const fresh = join(temporaryFolder(), 'API.md');
  await succeed(npmBin('jsii-docgen'), ['--output', fresh]);
  expect(readFileSync(join(ROOT, 'API.md'), 'utf8')).toBe(readFileSync(fresh, 'utf8'));
});
