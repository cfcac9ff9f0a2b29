import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder';
import { ROOT, linkPackages, npmBin, succeed } from '../support/tools';

jest.setTimeout(120_000);

/** What is read of the assembly of jsii here. */
interface Docs { readonly summary?: string; readonly default?: string; readonly example?: string }
interface Parameter { readonly name: string; readonly type: { readonly primitive?: string; readonly collection?: unknown }; readonly docs?: Docs }
interface Member { readonly name: string; readonly optional?: boolean; readonly docs?: Docs; readonly parameters?: Parameter[] }
interface Type {
  readonly name: string;
  readonly kind: string;
  readonly datatype?: boolean;
  readonly docs?: Docs;
  readonly initializer?: { readonly parameters?: Parameter[] };
  readonly properties?: Member[];
  readonly methods?: Member[];
  readonly members?: Member[];
}
interface Assembly { readonly types: Record<string, Type> }

const readAssembly = (): Assembly => JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8'));

/** The page of the library that was compiled in a folder. */
async function apiOf(folder: string): Promise<string> {
  const fresh = join(temporaryFolder(), 'API.md');
  await succeed(npmBin('jsii-docgen'), ['--output', fresh], { cwd: folder });
  return readFileSync(fresh, 'utf8');
}

const page = () => readFileSync(join(ROOT, 'API.md'), 'utf8');

/** What a reader of the page would stumble over. */
function faults({ types }: Assembly): string[] {
  return Object.values(types).flatMap((type) => {
    const members = [...type.properties ?? [], ...type.methods ?? [], ...type.members ?? []];
    const ofType = [
      ...faultsOfSummary(type.name, type.docs),
      ...type.kind === 'class' && !type.docs?.example ? [`${type.name} has no example`] : [],
      ...(type.initializer?.parameters ?? []).filter(({ docs }) => !docs?.summary).map(({ name }) => `new ${type.name}(${name}) is not explained`),
    ];
    return [...ofType, ...members.flatMap((member) => faultsOfMember(type, member))];
  });
}

function faultsOfMember({ name: owner, datatype }: Type, { name, docs, optional, parameters = [] }: Member): string[] {
  const path = `${owner}.${name}`;
  const needsDefault = datatype && optional && !docs?.default;
  return [
    ...faultsOfSummary(path, docs),
    ...needsDefault ? [`${path} has no @default`] : [],
    ...docs?.default?.match(/^(- -|-$|-\S|undefined)/) ? [`${path} has the default ${docs.default}`] : [],
    ...parameters.flatMap((parameter) => faultsOfParameter(`${path}(${parameter.name})`, parameter)),
  ];
}

/** The first sentence stands alone in tables. jsii ends it at a semicolon, too. */
function faultsOfSummary(path: string, { summary }: Docs = {}): string[] {
  if (summary === undefined) return [`${path} has no summary`];
  return /[.?!]$/.test(summary) ? [] : [`${path} breaks off: ${summary}`];
}

/** A text, a number or a list does not say by its type what it is. */
function faultsOfParameter(path: string, { type, docs }: Parameter): string[] {
  const { summary } = docs ?? {};
  if (summary === undefined) return type.collection !== undefined || type.primitive !== undefined ? [`${path} is not explained`] : [];
  return /^- |;$/.test(summary) ? [`${path} has the words ${summary}`] : [];
}

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

test('everything has a sentence of its own, its default, an example', () => {
  expect(faults(readAssembly())).toEqual([]);
});

describe('found is', () => {
  const withDocs = (docs: Docs, rest: Partial<Member> = {}): Assembly => ({
    types: { A: { name: 'A', kind: 'interface', datatype: true, docs: { summary: 'A.' }, properties: [{ name: 'b', docs, ...rest }] } },
  });

  test.each<[string, Assembly, string]>([
    ['a member without a word', withDocs({}), 'A.b has no summary'],
    ['a sentence that breaks off', withDocs({ summary: 'The alarm of a signal;' }), 'A.b breaks off: The alarm of a signal;'],
    ['an option without its default', withDocs({ summary: 'B.' }, { optional: true }), 'A.b has no @default'],
    ['a default with two dashes', withDocs({ summary: 'B.', default: '- - none' }), 'A.b has the default - - none'],
    ['a default that says nothing', withDocs({ summary: 'B.', default: 'undefined' }), 'A.b has the default undefined'],
    ['a text that is not explained', withDocs({ summary: 'B.' }, { parameters: [{ name: 'c', type: { primitive: 'string' } }] }), 'A.b(c) is not explained'],
    ['a parameter that is a list item', withDocs({ summary: 'B.' }, { parameters: [{ name: 'c', type: {}, docs: { summary: '- one' } }] }), 'A.b(c) has the words - one'],
    ['a parameter of a constructor that is not explained', {
      types: { A: { name: 'A', kind: 'class', docs: { summary: 'A.', example: 'new A(1)' }, initializer: { parameters: [{ name: 'b', type: {} }] } } },
    }, 'new A(b) is not explained'],
    ['a class without an example', { types: { A: { name: 'A', kind: 'class', docs: { summary: 'A.' } } } }, 'A has no example'],
  ])('%s', (_name, assembly, fault) => {
    expect(faults(assembly)).toEqual([fault]);
  });
});

test('the README leads to every construct in API.md', () => {
  const [, section] = page().split(/^## /m);
  const constructs = [...section.matchAll(/^### (\w+) /gm)].map(([, name]) => name);
  const linked = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/\]\(API\.md#cdk-secure-ecr\.(\w+)\)/g)].map(([, name]) => name);

  expect(section).toMatch(/^Constructs /);
  expect(linked.sort()).toEqual(constructs.sort());
});
