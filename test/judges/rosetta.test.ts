import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder';
import { ROOT, linkPackages, npmBin, run, type Outcome } from '../support/tools';

jest.setTimeout(300_000);

interface Documentation {
  /** What becomes the README of the assembly: rosetta reads that and the doc comments. */
  readonly markdown: string;
  /** @default - the assembly has those of the library */
  readonly withoutComments?: boolean;
}

/** Compiles every TypeScript example, in the surroundings of rosetta/default.ts-fixture; gives those that compiled. */
async function rosetta({ markdown, withoutComments }: Documentation): Promise<Outcome & { readonly compiled: number }> {
  const folder = temporaryFolder(); // rosetta writes beside the assembly
  for (const name of ['package.json', 'lib', 'rosetta']) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  linkPackages(folder);
  const assembly = readAssembly();
  assembly.readme = { markdown };
  writeFileSync(join(folder, '.jsii'), withoutComments ? JSON.stringify(assembly, withoutExample) : JSON.stringify(assembly));
  const outcome = await run(npmBin('jsii-rosetta'), ['extract', '--compile', '--strict', '--fail', folder]);
  const tablet = join(folder, '.jsii.tabl.json');
  const snippets: Array<{ didCompile: boolean }> = existsSync(tablet)
    ? Object.values(JSON.parse(readFileSync(tablet, 'utf8')).snippets) : [];
  return { ...outcome, compiled: snippets.filter(({ didCompile }) => didCompile).length };
}

const readAssembly = () => JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8'));
const withoutExample = (key: string, value: unknown) => key === 'example' ? undefined : value;

/** The pages people write; API.md is made from the doc comments. */
function pages(folder = ROOT): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return folder !== ROOT || entry.name === 'docs' || entry.name === 'examples' ? pages(path) : [];
    return entry.name.endsWith('.md') && entry.name !== 'API.md' ? [path] : [];
  });
}

function examplesIn(markdown: string): string[] {
  return [...markdown.matchAll(/^```(?:ts|typescript)\b(.*)\n([^]*?)^```$/gm)].map(([, , code]) => code);
}

function examplesInComments(): string[] {
  const found: string[] = [];
  JSON.stringify(readAssembly(), (key, value) => {
    if (key === 'example') found.push(value);
    return value;
  });
  return found;
}

const markdown = pages().map((page) => `<!-- ${relative(ROOT, page)} -->\n\n${readFileSync(page, 'utf8')}`).join('\n\n');

test('every example in the README, the documents and the doc comments compiles', async () => {
  const { code, stdout, stderr, compiled } = await rosetta({ markdown });
  if (code !== 0) throw new Error(stdout + stderr);
  const examples = new Set([...examplesIn(markdown), ...examplesInComments()]);
  expect(examples.size).toBeGreaterThan(2);
  expect(compiled).toBe(examples.size);
});

test('no example avoids the compiler or brings surroundings of its own, but the one that stands alone', () => {
  expect(markdown).not.toMatch(/^```\S* .*(nofixture|fixture=(?!five-minutes$)|lit=|no-?compile)/m);
  expect(markdown).not.toMatch(/^```(js|javascript|tsx|TypeScript)\b/m);
});

test('an example that does not compile is found', async () => {
  const broken = '```ts\nnew SecureEcrRepository(this, \'Images\', { tagMutability: \'MUTABLE\' });\n```\n';
  const { code, stdout, stderr } = await rosetta({ markdown: broken, withoutComments: true });
  expect(stdout + stderr).toMatch(/TS2322.*not assignable to type 'ImageTagMutability'/);
  expect(code).not.toBe(0);
});
