import { cpSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pythonEnvironment } from '../support/python-environment';
import { temporaryFolder } from '../support/temporary-folder';
import { run } from '../support/tools';

jest.setTimeout(300_000);

const GITHUB = join(__dirname, '..', '..', '.github');

let zizmor: string;
beforeAll(async () => {
  const python = await pythonEnvironment({ name: 'workflows', requirements: join(__dirname, 'requirements-workflows.txt') });
  zizmor = join(dirname(python), 'zizmor'); // a program, no module: it can be called where it was moved to
});

/** What zizmor finds in workflows, without asking GitHub. */
async function findings(folder: string): Promise<string[]> {
  const { stdout, stderr } = await run(zizmor, ['--offline', '--no-config', '--no-exit-codes', '--format=json', folder]);
  if (stdout === '') throw new Error(`zizmor said nothing:\n${stderr}`);
  return JSON.parse(stdout).map(({ ident, desc }: Record<string, string>) => `${ident}: ${desc}`);
}

test('workflows and Dependabot are as zizmor wants them', async () => {
  expect(await findings(GITHUB)).toEqual([]);
});

test.each([
  ['an action that can be moved', '- uses: actions/setup-go@v7', 'unpinned-uses'],
  ['a token that stays on the disk', '- uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1', 'artipacked'],
  ['a title that becomes a command', '- run: echo "${{ github.event.issue.title }}"', 'template-injection'],
])('%s is found', async (_, step, ident) => {
  const folder = temporaryFolder();
  cpSync(GITHUB, join(folder, '.github'), { recursive: true });
  writeFileSync(join(folder, '.github', 'workflows', 'bad.yml'), [
    'name: bad', 'on: { issues: { types: [opened] } }', 'permissions: {}', 'jobs:', '  bad:', '    runs-on: ubuntu-latest', '    steps:', `      ${step}`, '',
  ].join('\n'));

  expect((await findings(join(folder, '.github'))).map((each) => each.split(':')[0])).toContain(ident);
});
