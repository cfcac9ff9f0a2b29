import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemoProcess, ROOT, mutated } from './demo-process';
import { CAPABILITIES } from '../../demo/checks';
import type { Report } from '../../demo/report/report';
import { ensurePython } from '../local-aws/python';

let demo: DemoProcess | undefined;
let copy: string | undefined;

beforeAll(() => ensurePython(), 240_000);

afterEach(() => {
  demo?.remove();
  if (copy) rmSync(copy, { recursive: true });
  demo = copy = undefined;
});

test('as expected: exit code 0, nothing but JSON on standard output, a report, nothing left', async () => {
  demo = new DemoProcess(['--json']);

  expect(await demo.ended()).toBe(0);

  const report: Report = JSON.parse(demo.stdout);
  expect(report).toMatchObject({ ok: true, startedAt: expect.stringMatching(/^\d{4}-.*Z$/), seconds: expect.any(Number) });
  expect(report.sections.map(({ results }) => results.map(({ id, expected, seen, ok }) => ({ id, expected, seen, ok }))))
    .toEqual(CAPABILITIES.map(({ checks }) => checks.map(({ id, expected }) => ({ id, expected, seen: expected, ok: true }))));
  expect(report.access.flatMap(({ where, rows }) => rows.flatMap(({ who, cells }) => cells.map((cell) => ({ where, who, ...cell })))))
    .toEqual(expect.arrayContaining([
      { where: 'shop/web', who: 'Developer', seen: 'allowed', asPromised: true },
      { where: 'shop/dev', who: 'End user', seen: 'refused', asPromised: true },
    ]));
  expect(report.phases.map(({ title }) => title).sort()).toEqual(
    ['Bootstrap', 'Deploy', 'Install', 'Start', 'Synthesize', ...CAPABILITIES.map(({ title }) => title)].sort());
  expect(readFileSync(demo.report, 'utf8')).toContain('lines are as expected');
  expect(demo.leftovers()).toEqual([]);
}, 120_000);

test('another app: exit code 1, and the lines that differ are the ones that must', async () => {
  copy = mutated([
    ["repositoryName: 'shop/web',", "repositoryName: 'shop/web', tagMutability: ImageTagMutability.dangerouslyMutable(),"],
    ['releases.access.pull(endUser);', 'releases.grantPullPush(endUser);'],
    ['pushOnlyBy([pusher]', 'pushOnlyBy([pusher, endUser]'],
    ['releases.access.forbidTagMutabilityChanges({ breakGlass });', ''],
    ['releases.access.pull(RegistryPrincipal.role(PRODUCTION.account, PRODUCTION.role));', 'void RegistryPrincipal; void PRODUCTION;'],
    ['releases.onImageDeleted(', 'base.onImageDeleted('],
    ["GitHubSubject.branch(shop, 'main'),", 'GitHubSubject.dangerouslyAnyBranch(shop),'],
    ["ImageRetention.production({ protectedTags: ['prod-*'] })", 'ImageRetention.production()'],
    ['{ removalPolicy: RemovalPolicy.DESTROY, emptyOnDelete: true }', '{}'],
    ['RemovalPolicies.of(app).destroy();', ''],
  ]);
  demo = new DemoProcess(['--json'], { root: copy });

  expect(await demo.ended()).toBe(1);

  const { ok, sections }: Report = JSON.parse(demo.stdout);
  expect(ok).toBe(false);
  const expected = [
    // The tags of shop/web can be moved, so that nobody pulls the release, ...
    'overwrite-refused', 'release-unmoved', 'tags-immutable', 'shop-web-developer-pull', 'shop-web-end-user-pull',
    // ... the end user pushes, ...
    'shop-web-end-user-push',
    // ... production is not let in (its push ends earlier), ...
    'shop-web-production-account-pull', 'shop-web-production-account-push',
    // ... (what it pulls is not the release either) ...
    'shop-web-administrator-pull',
    // ... the end user can give tags, the administrator make them mutable, ...
    'end-user-retag-refused', 'administrator-mutability-refused',
    // ... (the release is not what it was, and what has its tag stays when it is deleted) ...
    'release-untouched', 'shop-web-break-glass-role-pull', 'release-gone',
    // ... no rule tells of its deletion, but the queue was told of every push, ...
    'delete-told', 'nothing-else-told',
    // ... any branch on GitHub is trusted, ...
    'github-other-branch',
    // ... hotfixes are deleted while they are in use, ...
    'retention', 'year-hotfixes', 'year-uses',
    // ... and the repositories outlive the stack.
    'nothing-left',
  ];
  const differing = sections.flatMap(({ results }) => results.filter((result) => !result.ok));
  expect(differing.filter(({ id }) => !expected.includes(id))).toEqual([]); // with all that was seen
  expect(differing.map(({ id }) => id)).toEqual(expected);
  expect(readFileSync(demo.report, 'utf8')).toContain(`21 of ${CAPABILITIES.flatMap(({ checks }) => checks).length} lines differ`);
  expect(demo.leftovers()).toEqual([]);
}, 150_000);

test('an app that cdk-nag does not accept: exit code 2 and its words', async () => {
  copy = mutated([['enforceSSL: true', 'enforceSSL: false']]);
  demo = new DemoProcess([], { root: copy });

  expect(await demo.ended()).toBe(2);

  expect(demo.stderr).toContain('The SQS queue does not require requests to use SSL.');
  expect(demo.stdout).toBe('');
  expect(demo.leftovers()).toEqual([]);
}, 60_000);

test.each([
  ['an argument it does not know', ['--fast'], /Unknown option '--fast'[^]*--help/],
  ['an argument too many', ['fast'], /Unexpected argument 'fast'[^]*--help/],
])('%s: exit code 2 and what to do', async (_, args, message) => {
  demo = new DemoProcess(args);

  expect(await demo.ended()).toBe(2);
  expect(demo.stderr).toMatch(message);
}, 30_000);

test('a report that cannot be written: exit code 2 and what to do', async () => {
  demo = new DemoProcess(['--json'], { report: join(__filename, 'index.html') });

  expect(await demo.ended()).toBe(2);
  expect(demo.stderr).toMatch(/^The report cannot be written: [^]*--report <file>$/m);
});

test('--help tells the exit codes', async () => {
  demo = new DemoProcess(['--help']);

  expect(await demo.ended()).toBe(0);
  expect(demo.stdout).toMatch(/Exit codes\n +0 .*\n +1 .*\n +2 /);
});

describe('the installation', () => {
  const directory = mkdtempSync(join(tmpdir(), 'demo-python-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  /** A Python that nothing is installed for yet, and that does `then` when it is asked to. */
  function python(then: string): Record<string, string> {
    const PYTHON = join(directory, 'python');
    writeFileSync(PYTHON, `#!/bin/sh\ncase "$1" in -c) echo 3.99.0;; -m) ${then};; *) exec python3 "$@";; esac\n`);
    chmodSync(PYTHON, 0o755);
    return { PYTHON };
  }

  test('cannot be done: exit code 2 and what to do', async () => {
    demo = new DemoProcess([], { env: python('echo no venv here >&2; exit 1') });

    expect(await demo.ended()).toBe(2);
    expect(demo.stderr).toMatch(/no venv here[^]*name another Python in the environment variable PYTHON/);
    expect(demo.leftovers()).toEqual([]);
  }, 30_000);

  test('is interrupted: exit code 130, nothing left', async () => {
    demo = new DemoProcess([], { env: python('exec sleep 60') });
    await demo.shows('Creating the Python environment');

    demo.signal('SIGINT');

    expect(await demo.ended()).toBe(130);
    expect(demo.leftovers()).toEqual([]);
    expect(readdirSync(join(ROOT, '.venv', 'local-aws')).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
  }, 30_000);
});

test.each([
  ['SIGINT', 130, 'Start the local AWS'],
  ['SIGHUP', 129, 'Synthesize the example app'],
  ['SIGTERM', 143, 'Deploy the example app'],
] as const)('%s: exit code %d, nothing left: %s', async (signal, code, phase) => {
  demo = new DemoProcess(['--json']);
  await demo.shows(phase);
  expect(demo.leftovers()).not.toEqual([]); // so that finding none below means something

  demo.signal(signal);

  expect(await demo.ended()).toBe(code);
  expect(demo.leftovers()).toEqual([]);
  expect(demo.stdout).toBe('');
  expect(existsSync(demo.report)).toBe(false);
}, 150_000);
