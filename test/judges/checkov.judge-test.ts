import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SKIPS, type Skip } from './checkov-skips';
import { ourResources, plantedTemplate, synthesizedVariations } from './variations';
import { pythonEnvironment } from '../support/python-environment';
import { temporaryFolder } from '../support/temporary-folder';
import { run } from '../support/tools';

jest.setTimeout(600_000);

interface Check {
  readonly check_id: string;
  readonly check_name: string;
  readonly file_path: string;
  readonly resource: string;
}

interface Report {
  readonly results: { readonly failed_checks: Check[]; readonly parsing_errors: string[] };
  readonly summary: { readonly parsing_errors: number; readonly resource_count: number };
}

/** What checkov says of the templates of a folder; it downloads nothing. */
async function checkov(folder: string): Promise<Report> {
  const python = await pythonEnvironment({ name: 'checkov', requirements: join(__dirname, 'requirements-checkov.txt') });
  const { code, stdout, stderr } = await run(python, [
    '-m', 'checkov.main', '--directory', folder, '--framework', 'cloudformation', '--skip-download', '--soft-fail',
    '--compact', '--quiet', '--output', 'json',
  ]);
  if (code !== 0 || !stdout.startsWith('{')) throw new Error(`checkov failed with ${code}:\n${stdout}\n${stderr}`);
  const report: Report = JSON.parse(stdout);
  expect(report.summary.parsing_errors).toBe(0);
  return report;
}

interface Finding {
  readonly check: string;
  readonly title: string;
  readonly type: string;
  readonly stack: string;
  readonly id: string;
}

function finding({ check_id: check, check_name: title, file_path: file, resource }: Check): Finding {
  const [type, id] = resource.split('.');
  return { check, title, type, stack: basename(file, '.template.json'), id };
}

const isSkipped = (by: Skip, { check, title, type, stack }: Finding) =>
  check === by.check && title === by.title && type === by.type && (by.in?.test(stack) ?? true);

let found: Finding[];
let planted: string[];
beforeAll(async () => {
  const folder = temporaryFolder();
  const templates = synthesizedVariations(folder);
  const bad = [plantedTemplate(folder), worseTemplate(folder)].map((file) => basename(file, '.template.json'));
  const ours = ourResources();
  const { results, summary } = await checkov(folder); // once for all, because it takes long to start
  expect(summary.resource_count).toBeGreaterThan(5 * templates.length); // it has read them
  const all = results.failed_checks.map(finding);
  found = all.filter(({ stack, id }) => ours.has(`${stack} ${id}`));
  planted = all.filter(({ stack }) => bad.includes(stack)).map(({ check, id }) => `${check} at ${id}`);
});

test('finds nothing in any variation, but what is skipped', () => {
  expect(found.filter((each) => !SKIPS.some((skip) => isSkipped(skip, each)))).toEqual([]);
});

test('every skip is needed', () => {
  expect(SKIPS.filter((skip) => !found.some((each) => isSkipped(skip, each)))).toEqual([]);
});

test('with every option, what is left is what checkov does not understand', () => {
  const left = found.filter(({ stack }) => stack.endsWith('-Regulated')).map(({ check }) => check);
  expect([...new Set(left)].sort()).toEqual(['CKV_AWS_111', 'CKV_AWS_116', 'CKV_AWS_18', 'CKV_AWS_32']);
});

test('finds what is bad', () => {
  expect(planted).toEqual(expect.arrayContaining([
    'CKV_AWS_51 at Images', 'CKV_AWS_136 at Images', 'CKV_AWS_163 at Images', 'CKV_AWS_18 at Bucket', 'CKV_AWS_53 at Bucket', 'CKV_AWS_27 at Queue',
    'CKV_AWS_117 at Function', 'CKV_AWS_36 at Trail', 'CKV_AWS_67 at Trail',
  ]));
});

test('leaves out what the metadata of a resource says, as docs/compliance.md shows', () => {
  expect(planted).toContain('CKV_AWS_53 at Skipping');
  expect(planted).not.toContain('CKV_AWS_18 at Skipping');
});

/** Bare resources, of the types that handlers and trails are made of. */
function worseTemplate(folder: string): string {
  const file = join(folder, 'worse.template.json');
  const Resources = {
    Bucket: { Type: 'AWS::S3::Bucket' },
    Skipping: { Type: 'AWS::S3::Bucket', Metadata: { checkov: { skip: [{ id: 'CKV_AWS_18', comment: 'why' }] } } },
    Queue: { Type: 'AWS::SQS::Queue' },
    Function: { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'nodejs24.x', Handler: 'index.handler', Code: { ZipFile: 'x' } } },
    Trail: { Type: 'AWS::CloudTrail::Trail', Properties: { IsLogging: true, S3BucketName: { Ref: 'Bucket' } } },
  };
  writeFileSync(file, JSON.stringify({ Resources }));
  return file;
}
