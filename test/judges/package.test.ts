import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { BUNDLED } from '../../projenrc/modules';
import { ROOT, run, succeed } from '../support/tools';

jest.setTimeout(60_000);

const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');
const manifest = JSON.parse(read('package.json'));

describe('what ships', () => {
  interface Packed {
    readonly size: number;
    readonly unpackedSize: number;
    readonly files: Array<{ readonly path: string }>;
  }
  const SHIPS = /^(package\.json|README\.md|LICENSE|API\.md|\.jsii|lib\/(?!handler\/).+(?<!\.lambda)(\.js|\.d\.ts)|assets\/(.+\.lambda\/index\.js|THIRD-PARTY-LICENSES\.txt)|schema\/[a-z-]+-v\d+\.json)$/;
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
      ['package.json', 'README.md', 'LICENSE', 'API.md', '.jsii', 'lib/index.js', 'lib/index.d.ts',
        'schema/finding-policy-v1.json', 'schema/finding-exceptions-v1.json', 'schema/verdict-v1.json', 'schema/audit-signal-v1.json', 'schema/gate-event-v1.json'],
    ));
    expect(doesNotShip(['test/a.test.ts', '.venv/x/bin/python', 'lib/index.ts', 'examples/app.ts', '.projenrc.ts', 'lib/.jsii.tabl.json',
      'lib/handler/ecr.js', 'lib/audit/tell-person.lambda.js', 'assets/audit/tell-person.lambda/index.js.map']))
      .toHaveLength(9);
  });

  test('is what the sources compile to, without what an earlier compilation left', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true }).map(String).filter((name) => name.endsWith('.ts'))
      .filter((name) => !/\.lambda\.ts$|^handler\b|\bdecide\.ts$/.test(name) && !BUNDLED.some((folder) => name.startsWith(folder)));
    const compiled = sources.map((name) => name.replaceAll('\\', '/').slice(0, -'.ts'.length)).flatMap(
      (name) => [`lib/${name}.js`, `lib/${name}.d.ts`],
    );
    expect(paths.filter((path) => path.startsWith('lib/')).sort()).toEqual(compiled.sort());
  });

  test('imports nothing that does not ship', () => {
    const imported = (text: string) => [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
    const missing = (path: string, text: string) => imported(text).filter((name) => name.startsWith('.')
      ? !paths.includes(`${join(dirname(path), name)}.js`) && !paths.includes(join(dirname(path), name, 'index.js'))
      : !isBuiltin(name) && !Object.keys(manifest.peerDependencies).some((peer) => name === peer || name.startsWith(`${peer}/`)));
    const compiled = paths.filter((path) => path.startsWith('lib/') && path.endsWith('.js'));
    expect(compiled.map((path) => [path, missing(path, read(path))]).filter(([, names]) => names.length > 0)).toEqual([]);
    expect(missing('lib/a/b.js', 'require("@aws-sdk/client-ecr"); require("../handler/clients"); require("../index"); require("node:fs")')).toEqual(
      ['@aws-sdk/client-ecr', '../handler/clients']);
  });

  test('holds no source maps, which would hold the sources', () => {
    const code = paths.filter((path) => path.endsWith('.js'));
    expect(code.length).toBeGreaterThan(100);
    expect(code.filter((path) => /^\/\/[#@] sourceMappingURL=/m.test(read(path)))).toEqual([]);
  });

  test('is small', () => {
    const bundles = paths.filter((path) => path.endsWith('.lambda/index.js')).length;
    expect(packed.size).toBeLessThan(Math.min(3_000_000, 400_000 + 250_000 * bundles)); // a bundle has 150 to 250 KB, packed, with the SDK inside
    expect(packed.unpackedSize).toBeLessThan(3_000_000 + 1_000_000 * bundles);
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
    readonly 'permissions'?: object;
    readonly 'environment'?: string;
    readonly 'timeout-minutes'?: number;
    readonly 'uses'?: string;
    readonly 'steps'?: Array<{ readonly uses?: string; readonly run?: string | boolean }>;
  }
  const files = readdirSync(join(ROOT, '.github', 'workflows'));
  const workflow = (name: string) => parse(read('.github', 'workflows', `${name}.yml`));
  const secrets = (text: string) => [...new Set([...text.matchAll(/\bsecrets\.(\w+)/g)].map(([, name]) => name))]
    .filter((name) => name !== 'GITHUB_TOKEN').sort(); // that one GitHub gives to every job, with its permissions only

  /**
   * Actions and packages of a name that can be moved; jobs with the permissions that the repository happens to give;
   * secrets and identities that are not kept to the release.
   */
  function weaknesses(text: string): string[] {
    const { on, jobs } = parse(text);
    return [
      // It runs with the secrets of the repository, at the wish of whoever opens a pull request.
      ...JSON.stringify(on ?? {}).includes('pull_request_target') ? ['runs on pull_request_target'] : [],
      ...text.match(/\bregistry\.\S+/g) ?? [],
      ...Object.entries<Job>(jobs).flatMap(([name, job]) => weaknessesOf(name, job)),
    ];
  }

  function weaknessesOf(name: string, job: Job): string[] {
    const { permissions, environment, uses, steps = [] } = job;
    const publishes = secrets(JSON.stringify(job)).length > 0 || JSON.stringify(permissions ?? {}).includes('"id-token":"write"');
    return [
      ...typeof permissions === 'object' ? [] : [`job ${name} names no permissions`],
      ...job['timeout-minutes'] ? [] : [`job ${name} may hang`],
      ...publishes && environment !== 'release' ? [`job ${name} publishes outside of the release environment`] : [],
      ...[uses, ...steps.map((step) => step.uses)]
        .filter((action) => action !== undefined && !/@[0-9a-f]{40}$/.test(action))
        .map((action) => `job ${name} uses ${action}`),
      ...steps.filter((step) => /@latest\b/.test(String(step.run))).map((step) => `job ${name} runs ${step.run}`),
    ];
  }

  test.each(files)('%s pins every action, limits every job, and publishes from the release environment only', (file) => {
    expect(weaknesses(read('.github', 'workflows', file))).toEqual([]);
  });

  test('what is not pinned, not limited, or publishes from anywhere, is found', () => {
    const steps = '{ steps: [{ uses: actions/checkout@v7 }, { run: npx -p x@latest y }, { uses: "a/b@3d3c42e5aac5ba805825da76410c181273ba90b1" }] }';
    expect(weaknesses(`jobs: { build: ${steps}, all: { permissions: write-all, uses: ./.github/workflows/x.yml } }`)).toEqual([
      'job build names no permissions', 'job build may hang', 'job build uses actions/checkout@v7', 'job build runs npx -p x@latest y',
      'job all names no permissions', 'job all may hang', 'job all uses ./.github/workflows/x.yml',
    ]);
    const identity = '{ timeout-minutes: 1, permissions: { id-token: write } }';
    const secret = '{ timeout-minutes: 1, permissions: {}, environment: test, steps: [{ run: "${{ secrets.KEY }} ${{ secrets.GITHUB_TOKEN }}" }] }';
    expect(weaknesses(`{ on: { pull_request_target: {} }, jobs: { a: ${identity}, b: ${secret} }, env: { X: registry.example.com } }`)).toEqual([
      'runs on pull_request_target', 'registry.example.com',
      'job a publishes outside of the release environment', 'job b publishes outside of the release environment',
    ]);
  });

  test('publish with the secrets that CONTRIBUTING lists', () => {
    const [, releasing] = read('CONTRIBUTING.md').split('\n## Releasing\n');
    const listed = [...releasing.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, name]) => name).sort();
    expect(listed).toEqual(secrets(read('.github', 'workflows', 'release.yml')));
  });

  test('accept the titles of pull requests that CONTRIBUTING asks for', () => {
    const [{ with: { types } }] = workflow('pull-request-lint').jobs.validate.steps;
    const [, commits] = read('CONTRIBUTING.md').split('\n## Commits\n');
    const [sentence] = commits.split('. ');
    expect([...sentence.matchAll(/`(\w+)`/g)].map(([, type]) => type)).toEqual(types.split('\n'));
  });

  test.each([
    'test:benchmark', 'test:clients', 'test:deployments', 'test:java', 'test:judges', 'test:languages', 'test:model', 'test:mutation',
    'test:newest-cdk', 'test:performance',
  ])('run %s, which no build does', (task) => {
    const jobs = files.flatMap((file) => Object.values<any>(parse(read('.github', 'workflows', file)).jobs));
    const commands = jobs.flatMap(({ strategy, steps }) => steps.flatMap((step: { run?: string }) =>
      (strategy?.matrix.task ?? ['']).map((each: string) => step.run?.replace('${{ matrix.task }}', each))));

    expect(commands).toContain(`npx projen ${task}`);
    expect(JSON.parse(read('.projen', 'tasks.json')).tasks).toHaveProperty([task]);
  });

  test('run the commands of the README on the oldest Node.js and Python that it names', () => {
    const { strategy: { matrix }, steps } = workflow('fresh-machine').jobs.run;
    const commands = [...read('README.md').matchAll(/^(npm ci && .+?) +# /gm)].map(([, command]) => command);
    expect(commands).toHaveLength(2);
    expect(matrix.command).toEqual(commands);
    const versions = JSON.stringify([matrix.node, ...steps.map((step: { with?: object }) => step.with)]);
    const [, node, python] = /Node\.js (\d+\.\d+) or later[^]*?Python (\d+\.\d+) or later/.exec(read('README.md'))!;
    expect(versions).toContain(`"${node}"`);
    expect(versions).toContain(`"python-version":"${python}"`);
  });

  test.each([
    ['a release', 'echo 1.0.0', { code: 0, stdout: 'npx projen compile\nnpx projen compat\n' }],
    ['no release yet', 'echo npm error code E404; false', { code: 0, stdout: 'npm error code E404\nno release to compare with yet\n' }],
    ['no answer', 'echo npm error code ETIMEDOUT >&2; false', { code: 1, stdout: 'npm error code ETIMEDOUT\n' }],
  ])('compare the API with the newest release: %s', async (_, npm, outcome) => {
    const { run: script } = workflow('build').jobs.compatibility.steps.at(-1);
    const stubs = `npm() { ${npm}; }; npx() { echo npx "$@"; }`;
    expect(await run('bash', ['-e', '-c', `${stubs}\n${script}`])).toMatchObject(outcome);
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

describe('commands', () => {
  /** Runs a script with an `npm` that says what it was asked to do, and fails as told. */
  const withNpm = (fails: string, code: number, script: string) => run('bash', [
    '-c', `npm() { echo npm "$@"; [ "$1" != "${fails}" ] || return ${code}; [ "$1" != test ] || echo '3 passed, 0 failed'; }; export -f npm; ${script}`,
  ]);

  test.each([
    ['ci', 7, 'npm ci\n0 passed, 1 failed\n'],
    ['test', 2, 'npm ci\nnpm test\n0 passed, 1 failed\n'],
    ['nothing', 0, 'npm ci\nnpm test\n3 passed, 0 failed\n'],
  ])('.ci/run ends with one line of numbers and the exit code (%s fails)', async (fails, code, stdout) => {
    expect(await withNpm(fails, code, '.ci/run')).toMatchObject({ code, stdout });
  });

  test.each([
    ['install', 4, 'npm ci'], ['run', 3, 'npm run test:cdk\nnpm ci'], ['ci', 1, 'npm ci'],
    ['nothing', 0, 'npm run test:cdk\nnpm run test:judges\nnpm ci'],
  ])('test:newest-cdk brings back what is pinned and keeps the exit code (%s fails)', async (fails, code, end) => {
    const [{ exec }] = JSON.parse(read('.projen', 'tasks.json')).tasks['test:newest-cdk'].steps;
    const outcome = await withNpm(fails, code, exec);
    expect(outcome.code).toBe(code);
    expect(outcome.stdout).toMatch(new RegExp(`^npm install --no-save .*\n(.*\n)*${end}\n$`));
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
