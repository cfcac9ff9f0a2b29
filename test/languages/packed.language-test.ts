import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Language, chosen } from './languages';
import { follow, gettingStarted, stepsOf } from './page';
import { temporaryFolder } from '../support/temporary-folder';
import { ROOT } from '../support/tools';

jest.setTimeout(1_500_000);

const EXAMPLE = join(ROOT, 'examples', 'platform-team');
const [typescript, ...others] = chosen();

/** An empty folder. */
function emptyFolder(): string {
  const folder = join(temporaryFolder(), 'empty');
  mkdirSync(folder);
  return folder;
}

/** The templates of a synthesized app, by file name, each with its keys in order; and the names of its assets, which are hashes. */
function synthesized(outdir: string): Record<string, string> {
  const names = readdirSync(outdir).filter((name) => name.endsWith('.template.json') || name.startsWith('asset.'));
  return Object.fromEntries(names.sort().map((name) => [name, name.startsWith('asset.') ? '' : canonical(readFileSync(join(outdir, name), 'utf8'))]));
}

function canonical(json: string): string {
  const inOrder = (_: string, value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  return JSON.stringify(JSON.parse(json), inOrder, 2);
}

/** Makes the example app as its page says, from its files in a language alone. */
async function synthesizeExample(language: Language): Promise<Record<string, string>> {
  const folder = emptyFolder();
  if (language === typescript) {
    const app = readFileSync(join(EXAMPLE, 'app.ts'), 'utf8');
    const packaged = app.replace("'../../src'; // yours: from 'cdk-secure-ecr'", "'cdk-secure-ecr';");
    if (packaged === app) throw new Error('app.ts has to say which import would be different in an app of yours');
    writeFileSync(join(folder, 'app.ts'), packaged);
  } else {
    cpSync(join(EXAMPLE, language.name), folder, { recursive: true });
  }
  const files = readdirSync(folder).filter((file) => file === language.pins).map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
  const [, commands] = new RegExp(`^## ${language.title}$\n([^]*?)(?=^## |$(?![^]))`, 'm').exec(readFileSync(join(EXAMPLE, 'README.md'), 'utf8'))!;
  await follow(language, [...files, ...stepsOf(commands)], folder);
  return synthesized(join(folder, 'cdk.out'));
}

/** Follows the page that begins a project, from an empty folder. */
async function synthesizePage(language: Language): Promise<Record<string, string>> {
  const folder = emptyFolder();
  await follow(language, stepsOf(gettingStarted(language)), folder);
  const [project] = readdirSync(folder);
  return synthesized(join(folder, project, 'cdk.out'));
}

describe('the example app, with the packed library and without its source', () => {
  let expected: Record<string, string>;
  beforeAll(async () => {
    expected = await synthesizeExample(typescript);
  });

  test('has its templates and assets in TypeScript', () => {
    expect(Object.keys(expected)).toContain('PlatformTeam.template.json');
    expect(Object.keys(expected).filter((name) => name.startsWith('asset.')).length).toBeGreaterThan(1);
    expect(Object.keys(JSON.parse(expected['PlatformTeam.template.json']).Resources).length).toBeGreaterThan(50);
  });

  test.each(others.map((language) => [language.name, language] as const))('gives the same in %s', async (_, language) => {
    expect(await synthesizeExample(language)).toEqual(expected);
  });
});

describe('the page that begins a project, followed from an empty folder', () => {
  let expected: Record<string, string>;
  beforeAll(async () => {
    expected = await synthesizePage(typescript);
  });

  test('gives a template in TypeScript', () => {
    expect(Object.keys(expected)).toEqual(['Shop.template.json']);
    expect(expected['Shop.template.json']).toContain('AWS::ECR::Repository');
  });

  test.each(others.map((language) => [language.name, language] as const))('gives the same in %s', async (_, language) => {
    expect(await synthesizePage(language)).toEqual(expected);
  });
});
