import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES, chosen, localCommand, localFile, missingFor } from './languages';
import { gettingStarted, stepsOf } from './page';
import { fiveMinutes } from './readme';
import { ROOT } from '../support/tools';

const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');
const pages = LANGUAGES.map((language) => [language.name, stepsOf(gettingStarted(language))] as const);
const [TYPESCRIPT, PYTHON, JAVA, GO] = LANGUAGES;

describe('the pages that begin a project', () => {
  test.each(pages)('%s: makes a folder, an app and its settings, and synthesizes', (_, steps) => {
    expect(steps[0].text).toMatch(/^mkdir /);
    expect(steps.map(({ file }) => file)).toContain('cdk.json');
    expect(steps.at(-1)).toEqual({ file: undefined, text: 'npx aws-cdk@2 synth\n' });
  });

  test.each(LANGUAGES.map(({ name }) => name))('%s: the README links it', (name) => {
    expect(read('README.md')).toContain(`(docs/getting-started/${name}.md)`);
  });

  test('have the example of the README, in the languages that it has it in', () => {
    const file = (language: string, name: string) => pages.find(([each]) => each === language)![1].find((step) => step.file === name)!.text;
    expect(fiveMinutes('ts')).toBe(file('typescript', 'app.ts'));
    expect(fiveMinutes('py')).toBe(file('python', 'app.py'));
  });

  // TypeScript is compiled by rosetta wherever it stands.
  test('have every example that is in another language', () => {
    const followed = pages.flatMap(([, steps]) => steps.map(({ text }) => text));
    const folders = ['', 'docs', 'docs/decisions'];
    const others = folders.flatMap((folder) => readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.md') && name !== 'API.md')
      .flatMap((name) => [...read(folder, name).matchAll(/^```(?:py|python|java|go|xml|cs|csharp)\b.*\n([^]*?)^```$/gm)]));
    expect(others.length).toBeGreaterThan(0);
    expect(others.map(([, text]) => text).filter((text) => !followed.includes(text))).toEqual([]);
  });

  test.each([
    ['a block without a file', 'Write:\n\n```py\nimport x\n```\n'],
    ['commands in a file', '`run.sh`:\n\n```sh\nls\n```\n'],
  ])('cannot be followed with %s', (_, markdown) => {
    expect(() => stepsOf(markdown)).toThrow('neither commands nor a file with its name');
  });
});

describe('the example app', () => {
  const { devDependencies } = JSON.parse(read('package.json'));
  const example = (...path: string[]) => read('examples', 'platform-team', ...path);

  test('asks in every language for the versions that the project is tested with', () => {
    const wanted = { cdk: devDependencies['aws-cdk-lib'], constructs: devDependencies.constructs, nag: devDependencies['cdk-nag'] };
    const found = (text: string, cdk: RegExp, constructs: RegExp, nag: RegExp) =>
      ({ cdk: cdk.exec(text)?.[1], constructs: constructs.exec(text)?.[1], nag: nag.exec(text)?.[1] });
    expect(found(example('python', 'requirements.txt'), /^aws-cdk-lib==(.*)$/m, /^constructs==(.*)$/m, /^cdk-nag==(.*)$/m)).toEqual(wanted);
    const dependency = (name: string) => new RegExp(`<artifactId>${name}</artifactId>\\s+<version>(.*)</version>`);
    expect(found(example('java', 'pom.xml'), dependency('aws-cdk-lib'), dependency('constructs'), dependency('cdknag'))).toEqual(wanted);
    expect(found(example('go', 'go.mod'), /awscdk\/v2 v(.*)$/m, /constructs\/v10 v(.*)$/m, /cdknag\/v3 v(.*)$/m)).toEqual(wanted);
  });
});

describe('what tests the languages', () => {
  test('takes all, or those that LANGUAGES names and TypeScript', () => {
    expect(chosen('')).toEqual(LANGUAGES);
    expect(chosen('go,python')).toEqual([TYPESCRIPT, PYTHON, GO]);
    expect(() => chosen('go,rust')).toThrow('LANGUAGES names rust; it takes typescript,python,java,go');
  });

  test('says what a machine lacks for a language', async () => {
    expect(await missingFor(JAVA, { PATH: '' })).toEqual([
      'Java needs a JDK of Java 11 or later as `javac` on PATH; there is none', 'Java needs Maven 3.6 or later as `mvn` on PATH; there is none',
    ]);
    expect(await missingFor({ ...TYPESCRIPT, needs: [{ command: ['node', '--version'], version: /v(\d+)\.(\d+)/, atLeast: [99, 0], what: 'Node' }] }))
      .toEqual([expect.stringMatching(/^TypeScript needs Node as `node` on PATH; there is \d+\.\d+$/)]);
    expect(await missingFor({ ...TYPESCRIPT, needs: [{ command: ['node', '--version'], version: /v(\d+)\.(\d+)/, atLeast: [22, 0], what: 'Node' }] }))
      .toEqual([]);
  });

  test('puts what was packed in the place of a release', () => {
    const { version } = JSON.parse(read('package.json'));
    expect(localFile(PYTHON, 'requirements.txt', 'cdk-secure-ecr==0.1.0\n')).toBe(`cdk-secure-ecr==${version}\n`);
    expect(localFile(PYTHON, 'app.py', 'v = "0.1.0"\n')).toBe('v = "0.1.0"\n');
    expect(() => localFile(JAVA, 'pom.xml', '<version>0.2.0</version>')).toThrow('pom.xml has to name the release 0.1.0 of the library, once');
    expect(localCommand(GO, 'go mod init x')).toBe('go mod init x');
    expect(localCommand(GO, 'go mod tidy')).toMatch(/^go mod edit -replace=github\.com\/cdk-secure-ecr\/.*=\/.* -replace=.* && go mod tidy$/);
    expect(localCommand(JAVA, 'npx aws-cdk@2 synth')).toMatch(/^npx aws-cdk@2\.\d+\.\d+ synth$/);
  });
});
