import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder';
import { ROOT, linkPackages, npmBin, succeed } from '../support/tools';

jest.setTimeout(120_000);

/** The page of the library that was compiled in a folder. */
async function apiOf(folder: string): Promise<string> {
  const fresh = join(temporaryFolder(), 'API.md');
  await succeed(npmBin('jsii-docgen'), ['--output', fresh], { cwd: folder });
  return readFileSync(fresh, 'utf8');
}

const page = () => readFileSync(join(ROOT, 'API.md'), 'utf8');

test('API.md is what the docstrings say', async () => {
  expect(page()).toBe(await apiOf(ROOT));
});

test('a docstring that API.md does not have is found', async () => {
  const folder = temporaryFolder();
  for (const name of ['package.json', 'README.md']) copyFileSync(join(ROOT, name), join(folder, name));
  linkPackages(folder);
  const assembly = JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8'));
  assembly.types['cdk-secure-ecr.SecureEcrRepository'].docs.summary = 'Something else.';
  writeFileSync(join(folder, '.jsii'), JSON.stringify(assembly));

  const other = await apiOf(folder);

  expect(other).toContain('Something else.');
  expect(other).not.toBe(page());
});
