import { readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { restrictedZones } from '../../projenrc/modules';
import { temporaryFolder } from '../support/temporary-folder';
import { ROOT, npmBin, run } from '../support/tools';

jest.setTimeout(300_000);

/** The task of projen, which would mend what it can. */
const task = JSON.parse(readFileSync(join(ROOT, '.projen', 'tasks.json'), 'utf8')).tasks.eslint;

/** One of each folder, to be sure that it is read at all. */
const SOME_FILES = ['.projenrc.ts', 'docs/make-retention.ts', 'projenrc/modules.ts', 'src/index.ts', 'test/judges/lint.test.ts'];

interface FileResult {
  readonly filePath: string;
  readonly messages: Array<{ readonly line: number; readonly ruleId: string | null; readonly message: string }>;
}

async function eslint(args: string[], input?: string, env?: Record<string, string>): Promise<FileResult[]> {
  const options = { env: { ...task.env, ...env }, input };
  const { stdout, stderr } = await run(npmBin('eslint'), [...args, '--format', 'json'], options);
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`eslint gave no report:\n${stdout}\n${stderr}`);
  }
}

function findings(results: FileResult[]): string[] {
  return results.flatMap(({ filePath, messages }) => messages.map(
    ({ line, ruleId, message }) => `${relative(ROOT, filePath)}:${line} ${ruleId}: ${message}`,
  ));
}

test('eslint finds nothing, not even a warning', async () => {
  const args = task.steps[0].execArgs.slice(1).filter((arg: string) => arg !== '--fix' && arg !== '$@');
  const results = await eslint(args);
  expect(findings(results)).toEqual([]);
  const linted = results.map(({ filePath }) => relative(ROOT, filePath));
  expect(linted).toEqual(expect.arrayContaining(SOME_FILES));
});

test('eslint finds imports that the module table forbids', async () => {
  const { overrides } = JSON.parse(readFileSync(join(ROOT, '.eslintrc.json'), 'utf8').replace(/^\/\/.*$/m, ''));
  const bundled = overrides.find((each: { rules: object }) => 'no-restricted-imports' in each.rules);
  expect(bundled.files).toEqual(expect.arrayContaining(['src/handler/**/*.ts', 'src/**/*.lambda.ts', 'src/**/decide.ts']));

  // In the place of a file that exists: the parser refuses others. The rule for what runs in AWS is brought along.
  const results = await eslint(
    [
      '--stdin', '--stdin-filename', 'src/private/limits.ts',
      '--rule', JSON.stringify({ 'no-restricted-imports': bundled.rules['no-restricted-imports'] }),
    ],
    "import { Duration } from 'aws-cdk-lib';\nimport { SecureEcrRepository } from '../repository';\n"
    + 'export const LIMITS = [Duration, SecureEcrRepository];\n',
    { TSESTREE_SINGLE_RUN: 'false' }, // else the parser reads the file, not its input
  );
  const { message } = restrictedZones().find(({ target, from }) => target === './src/private' && from === './src/repository')!;
  expect(findings(results)).toEqual([
    expect.stringMatching(/^src\/private\/limits\.ts:1 no-restricted-imports: .*this file is bundled into a Lambda/),
    expect.stringMatching(/^src\/private\/limits\.ts:2 import\/no-restricted-paths: /),
  ]);
  expect(findings(results)[1]).toContain(message);
});

test('the compiler reads everything and finds nothing', async () => {
  const { code, stdout, stderr } = await run(npmBin('tsc'), ['--noEmit', '--listFiles', '--pretty', 'false', '-p', 'tsconfig.dev.json']);
  const lines = (stdout + stderr).split('\n').filter((line) => line !== '');
  expect(lines.filter((line) => !isAbsolute(line))).toEqual([]);
  expect(code).toBe(0);
  expect(lines.map((file) => relative(ROOT, file))).toEqual(expect.arrayContaining(SOME_FILES));
});

test('the compiler finds what is wrong', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'bad.ts'), 'export const count: string = 1;\nexport function twice(value) { return value + value; }\n');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
    extends: join(ROOT, 'tsconfig.dev.json'),
    compilerOptions: { rootDir: '.', typeRoots: [join(ROOT, 'node_modules', '@types')] },
    include: ['bad.ts'],
  }));

  const { code, stdout } = await run(npmBin('tsc'), ['--noEmit', '--pretty', 'false', '-p', folder]);

  expect(stdout.match(/error TS\d+/g)).toEqual(['error TS2322', 'error TS7006']);
  expect(code).not.toBe(0);
});
