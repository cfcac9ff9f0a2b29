import { basename, join } from 'node:path';
import { plantedTemplate, synthesizedVariations } from './variations';
import { pythonEnvironment } from '../support/python-environment';
import { temporaryFolder } from '../support/temporary-folder';
import { run } from '../support/tools';

jest.setTimeout(300_000);

/** One of each partition. */
const REGIONS = ['eu-west-1', 'us-gov-west-1', 'cn-north-1'];

let python: string;
beforeAll(async () => {
  python = await pythonEnvironment({ name: 'judges', requirements: join(__dirname, 'requirements.txt') });
});

interface Finding {
  readonly Filename: string;
  readonly Rule: { readonly Id: string };
  readonly Message: string;
  readonly Location: { readonly Path?: string[] };
}

/** Warnings that say nothing about what we make: rule and place. Anything else is mended, not exempted. */
const EXEMPT: Array<{ readonly rule: string; readonly at: RegExp }> = [
  { rule: 'W3005', at: /^Resources\/\w+\/DependsOn/ }, // the CDK writes down also what a reference implies
];

/** Errors and warnings, but what is exempt. */
async function findings(templates: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(python, [
    '-c', 'from cfnlint.runner import main; main()', '--format', 'json', '--regions', ...REGIONS, '--', ...templates,
  ]);
  if (stdout === '' || stderr !== '' || code % 2 === 1) throw new Error(`cfn-lint failed with ${code}:\n${stdout}\n${stderr}`);
  const isExempt = ({ Rule, Location }: Finding) =>
    EXEMPT.some(({ rule, at }) => rule === Rule.Id && at.test(Location.Path?.join('/') ?? ''));
  return (JSON.parse(stdout) as Finding[]).filter((finding) => !isExempt(finding)).map(
    ({ Filename, Rule, Message, Location }) => `${Rule.Id} in ${basename(Filename)} at ${Location.Path?.join('/')}: ${Message}`,
  );
}

test('finds nothing in the templates of any variation', async () => {
  const templates = synthesizedVariations(temporaryFolder());
  expect(templates.length).toBeGreaterThan(10);
  expect(await findings(templates)).toEqual([]);
});

test('finds what CloudFormation would refuse', async () => {
  const found = await findings([plantedTemplate(temporaryFolder())]);
  expect(found.map((finding) => finding.split(' ')[0]).sort()).toEqual(['E1020', 'E3002', 'E3030']);
});
