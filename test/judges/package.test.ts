import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT, succeed } from '../support/tools';

jest.setTimeout(60_000);

const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');
const manifest = JSON.parse(read('package.json'));

describe('what ships', () => {
  interface Packed {
    readonly size: number;
    readonly unpackedSize: number;
    readonly files: Array<{ readonly path: string }>;
  }
  const SHIPS = /^(package\.json|README\.md|LICENSE|API\.md|\.jsii|lib\/.+(\.js|\.d\.ts))$/;
  const doesNotShip = (paths: string[]) => paths.filter((path) => !SHIPS.test(path));
  let packed: Packed;
  let paths: string[];
  beforeAll(async () => {
    [packed] = JSON.parse(await succeed('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']));
    paths = packed.files.map(({ path }) => path);
  });

  test('is the compiled library and its documentation, and nothing else', () => {
    expect(doesNotShip(paths)).toEqual([]);
    expect(paths).toEqual(expect.arrayContaining(
      ['package.json', 'README.md', 'LICENSE', 'API.md', '.jsii', 'lib/index.js', 'lib/index.d.ts'],
    ));
    expect(doesNotShip(['test/a.test.ts', '.venv/x/bin/python', 'lib/index.ts', 'examples/app.ts', '.projenrc.ts', 'lib/.jsii.tabl.json']))
      .toHaveLength(6);
  });

  test('is what the sources compile to, without what an earlier compilation left', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true }).map(String).filter((name) => name.endsWith('.ts'));
    const compiled = sources.map((name) => name.replaceAll('\\', '/').slice(0, -'.ts'.length)).flatMap(
      (name) => [`lib/${name}.js`, `lib/${name}.d.ts`],
    );
    expect(paths.filter((path) => path.startsWith('lib/')).sort()).toEqual(compiled.sort());
  });

  test('is small', () => {
    expect(packed.size).toBeLessThan(300_000);
    expect(packed.unpackedSize).toBeLessThan(1_500_000);
  });

  test('brings no dependency; its peers are the oldest it is tested with', () => {
    expect(manifest).not.toHaveProperty('optionalDependencies');
    expect(Object.keys({ ...manifest.dependencies })).toEqual([]);
    expect([...manifest.bundledDependencies ?? [], ...manifest.bundleDependencies ?? []]).toEqual([]);
    expect(Object.keys(manifest.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    for (const [name, range] of Object.entries(manifest.peerDependencies)) expect(range).toBe(`^${manifest.devDependencies[name]}`);
  });
});

describe('workflows', () => {
  interface Job {
    readonly permissions?: object;
    readonly uses?: string;
    readonly steps?: Array<{ readonly uses?: string; readonly run?: string | boolean }>;
  }
  const files = readdirSync(join(ROOT, '.github', 'workflows'));

  /** Actions and packages of a name that can be moved; jobs with the permissions that the repository happens to give. */
  function weaknesses(text: string): string[] {
    const jobs = Object.entries<Job>(parse(text).jobs);
    return jobs.flatMap(([name, { permissions, uses, steps = [] }]) => [
      ...typeof permissions === 'object' ? [] : [`job ${name} names no permissions`],
      ...[uses, ...steps.map((step) => step.uses)]
        .filter((action) => action !== undefined && !/@[0-9a-f]{40}$/.test(action))
        .map((action) => `job ${name} uses ${action}`),
      ...steps.filter(({ run }) => /@latest\b/.test(String(run))).map(({ run }) => `job ${name} runs ${run}`),
    ]);
  }

  test.each(files)('%s pins every action by its commit and names the permissions of every job', (file) => {
    expect(weaknesses(read('.github', 'workflows', file))).toEqual([]);
  });

  test('what is not pinned, or takes the permissions it gets, is found', () => {
    const steps = '{ steps: [{ uses: actions/checkout@v7 }, { run: npx -p x@latest y }, { uses: "a/b@3d3c42e5aac5ba805825da76410c181273ba90b1" }] }';
    expect(weaknesses(`jobs: { build: ${steps}, all: { permissions: write-all, uses: ./.github/workflows/x.yml } }`)).toEqual([
      'job build names no permissions', 'job build uses actions/checkout@v7', 'job build runs npx -p x@latest y',
      'job all names no permissions', 'job all uses ./.github/workflows/x.yml',
    ]);
  });

  test('publish to the registries of all five languages', () => {
    expect(manifest.jsii.targets).toMatchObject({
      python: { distName: 'cdk-secure-ecr', module: 'cdk_secure_ecr' },
      java: { package: 'io.github.cdksecureecr', maven: { groupId: 'io.github.cdksecureecr', artifactId: 'cdk-secure-ecr' } },
      go: { moduleName: 'github.com/cdk-secure-ecr/cdk-secure-ecr-go', packageName: 'cdksecureecr' },
      dotnet: { namespace: 'CdkSecureEcr', packageId: 'CdkSecureEcr' },
    });
    const { jobs } = parse(read('.github', 'workflows', 'release.yml'));
    expect(Object.keys(jobs)).toEqual(expect.arrayContaining(
      ['release_npm', 'release_pypi', 'release_maven', 'release_golang', 'release_nuget'],
    ));
  });
});

test('tsconfig.dev.json is there, for jest, eslint and projen', () => {
  expect(existsSync(join(ROOT, 'tsconfig.dev.json'))).toBe(true);
  expect(Object.values(manifest.jest.transform)).toEqual([['ts-jest', { tsconfig: 'tsconfig.dev.json' }]]);
  const eslint = JSON.parse(read('.eslintrc.json').replace(/^\/\/.*$/m, ''));
  expect(eslint.parserOptions.project).toBe('./tsconfig.dev.json');
  const { tasks } = JSON.parse(read('.projen', 'tasks.json'));
  expect(tasks.default.steps[0].execArgs).toEqual(['tsx', '--tsconfig', 'tsconfig.dev.json', '.projenrc.ts']);
});
