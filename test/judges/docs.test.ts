import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  EcrAuditTrail, EcrRegistry, GitHubOidcDeployer, GitHubOidcProvider, GitHubOidcPusher, GitHubRepository, GitHubSubject, InspectorGate,
  SecureEcrRepository,
} from '../../src';
import { page } from '../support/page-example';
import { ROOT } from '../support/tools';

/** What the page of a construct has, in this order; before it, what it is for and its smallest use. */
const SECTIONS = ['What you need, and what gives it', 'What it creates, and what it costs', 'When it goes', 'Limits', 'Adopting what is there'];

const subjects = [GitHubSubject.branch(GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002' }), 'main')];
const theirs = (stack: Stack) => ecr.Repository.fromRepositoryName(stack, 'Theirs', 'shop/web');

/** The page of each construct, and the construct with as little as it takes, as the page counts its resources. */
const PAGES: Record<string, { page: string; build: (stack: Stack) => unknown }> = {
  SecureEcrRepository: { page: 'repository.md', build: (stack) => new SecureEcrRepository(stack, 'Images') },
  EcrRegistry: { page: 'registry.md', build: (stack) => new EcrRegistry(stack, 'Registry') },
  EcrAuditTrail: {
    page: 'audit.md',
    build: (stack) => new EcrAuditTrail(stack, 'Audit', { repositories: [theirs(stack)], pushers: [iam.Role.fromRoleName(stack, 'Ci', 'ci')] }),
  },
  InspectorGate: { page: 'gate.md', build: (stack) => new InspectorGate(stack, 'Gate') },
  GitHubOidcPusher: { page: 'github.md', build: (stack) => new GitHubOidcPusher(stack, 'Pusher', { subjects, repositories: [theirs(stack)] }) },
  GitHubOidcDeployer: { page: 'github.md', build: (stack) => new GitHubOidcDeployer(stack, 'Deployer', { subjects }) },
  GitHubOidcProvider: { page: 'github.md', build: (stack) => new GitHubOidcProvider(stack, 'GitHub') },
};

/** How many resources of each type a construct makes. */
function made(name: string): Record<string, number> {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
  PAGES[name].build(stack);
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values<any>(Template.fromStack(stack).toJSON().Resources)) counts[Type] = (counts[Type] ?? 0) + 1;
  return counts;
}

interface JsiiClass {
  readonly kind: string;
  readonly abstract?: boolean;
  readonly name: string;
  readonly initializer?: { readonly parameters?: { readonly type: { readonly fqn?: string } }[] };
}

/** The classes that people make in a scope. */
function constructsIn(types: JsiiClass[]): string[] {
  return types.filter(({ kind, abstract, initializer }) =>
    kind === 'class' && !abstract && initializer?.parameters?.[0]?.type.fqn === 'constructs.Construct').map(({ name }) => name);
}

const assembly: { types: Record<string, JsiiClass> } = JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8'));

/** What is missing of the page of a construct. */
function missing(name: string, markdown: string): string[] {
  const problems: string[] = [];
  const [beginning, ...rest] = markdown.split(/^## /m);
  if (!/^# .+\n\n[^|#<]{80,}/.test(beginning.split('```')[0])) problems.push('what it is for');
  if (!/^```ts\n[^]*?^```$/m.test(beginning)) problems.push('its smallest use');
  if (![...markdown.matchAll(/^```ts\n([^]*?)^```$/gm)].some(([, code]) => code.includes(`new ${name}(`))) problems.push(`an example with new ${name}`);
  const headings = rest.map((section) => section.split('\n')[0]);
  const places = SECTIONS.map((section) => headings.indexOf(section));
  SECTIONS.forEach((section, i) => {
    if (places[i] < 0) problems.push(section);
    else if (places.slice(0, i).some((before) => before > places[i])) problems.push(`${section}, in its place`);
  });
  const listed = new Map([...(rest[places[1]] ?? '').matchAll(/^\| `(\w+::\w+::\w+)` \| (\d+)/gm)].map(([, type, number]) => [type, Number(number)]));
  for (const [type, number] of Object.entries(made(name))) {
    if (listed.get(type) !== number) problems.push(`${number} of ${type}, where it says ${listed.get(type) ?? 'nothing'}`);
  }
  return problems;
}

test('every construct that people make has a page', () => {
  expect(constructsIn(Object.values(assembly.types)).sort()).toEqual(Object.keys(PAGES).sort());
});

test.each(Object.keys(PAGES))('the page of %s says all there is to say, in the order of the others', (name) => {
  expect(missing(name, page(PAGES[name].page))).toEqual([]);
});

test.each([...new Set(Object.values(PAGES).map((each) => each.page))])('%s lists no resource that nothing of it makes', (name) => {
  const types = Object.keys(PAGES).filter((construct) => PAGES[construct].page === name).flatMap((construct) => Object.keys(made(construct)));
  const listed = [...page(name).matchAll(/^\| `(\w+::\w+::\w+)` \| \d/gm)].map(([, type]) => type);

  expect(listed.sort()).toEqual([...new Set(types)].sort());
});

describe('a defect is found', () => {
  const whole = page('repository.md');

  test('a construct without a page', () => {
    const type = { kind: 'class', name: 'New', initializer: { parameters: [{ type: { fqn: 'constructs.Construct' } }] } };
    expect(constructsIn([type, { ...type, abstract: true }, { kind: 'class', name: 'Value' }])).toEqual(['New']);
  });

  test.each<[string, (markdown: string) => string, string]>([
    ['nothing before the first example', (text) => text.replace(/^`SecureEcrRepository`[^]*?(?=```ts)/m, ''), 'what it is for'],
    ['no smallest use', (text) => text.replace(/```ts[^]*?```/, ''), 'its smallest use'],
    ['no such construct', (text) => text.replaceAll('new SecureEcrRepository(', 'new Other('), 'an example with new SecureEcrRepository'],
    ['no teardown', (text) => text.replace('## When it goes', '## Other'), 'When it goes'],
    ['limits last', (text) => `${text.replace('## Limits', '## Other')}\n## Limits\n`, 'Adopting what is there, in its place'],
    ['a resource forgotten', (text) => text.replace('`AWS::KMS::Key`', 'a key'), '1 of AWS::KMS::Key, where it says nothing'],
    ['a wrong number', (text) => text.replace('`AWS::KMS::Key` | 1', '`AWS::KMS::Key` | 2'), '1 of AWS::KMS::Key, where it says 2'],
  ])('%s', (_name, spoil, found) => {
    expect(missing('SecureEcrRepository', spoil(whole))).toEqual([found]);
  });
});

const PAGES_OF_DOCS = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));

test.each(PAGES_OF_DOCS)('sums in %s are right', (name) => {
  for (const [sum, terms, result] of page(name).matchAll(/((?:[\d.]+ [×+] )+[\d.]+) = ([\d.]+\d)/g)) {
    const products = terms.split(' + ').map((factors) => factors.split(' × ').map(Number).reduce((a, b) => a * b));
    const right = products.reduce((a, b) => a + b);
    expect(`${sum}, not ${right.toFixed(2)}`).toBe(`${sum}, not ${Number(result).toFixed(2)}`);
  }
});

test.each(PAGES_OF_DOCS)('columns called "all" in %s are the sums of the others', (name) => {
  expect(wrongRows(page(name))).toEqual([]);
});

test('a row that adds up to something else is found', () => {
  const table = (all: string) => `| USD | a | b | all |\n|---|---|---|---|\n| pushed | 0.45 | - | ${all} |\n`;
  expect([table('0.45'), table('0.46')].map(wrongRows)).toEqual([[], ['pushed: 0.46, not 0.45']]);
  expect(page('gate.md')).toMatch(/\| all \|$/m);
});

function wrongRows(markdown: string): string[] {
  const tables = [...markdown.matchAll(/^\|.*\| all \|\n\|[-|]+\|\n((?:\|.*\|\n)+)/gm)].flatMap(([, rows]) => rows.trim().split('\n'));
  const cells = tables.map((row) => row.slice(1, -1).split('|').map((cell) => cell.trim()));
  return cells.filter((row) => row.slice(1).every((cell) => /^([\d.]+|-)$/.test(cell))).flatMap(([title, ...numbers]) => {
    const [all, ...others] = numbers.reverse();
    const right = others.reduce((sum, each) => sum + (each === '-' ? 0 : Number(each)), 0).toFixed(2);
    return right === all ? [] : [`${title}: ${all}, not ${right}`];
  });
}

test('the README lists every page', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  for (const name of PAGES_OF_DOCS) expect(readme).toContain(`](docs/${name})`);
});

describe('decisions', () => {
  const folder = join(ROOT, 'docs', 'decisions');
  const files = readdirSync(folder).filter((name) => name !== 'README.md').sort();

  test('are numbered one after the other, in file name and title', () => {
    files.forEach((file, i) => {
      expect(file).toMatch(new RegExp(`^${String(i + 1).padStart(4, '0')}-[a-z0-9-]+\\.md$`));
      expect(readFileSync(join(folder, file), 'utf8')).toMatch(new RegExp(`^# ${i + 1}\\. `));
    });
  });

  test('are all in their list, by their titles', () => {
    const titles = files.map((file) => /^# \d+\. (.*)$/m.exec(readFileSync(join(folder, file), 'utf8'))![1]);
    const listed = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^\d+\. \[(.*)\]\((.*)\)/gm)].map(([, title, file]) => [title, file]);

    expect(listed).toEqual(titles.map((title, i) => [title, files[i]]));
  });
});
