import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Generated, type Named, type Target, TARGETS, api, generate } from './generated';
import { temporaryFolder } from '../support/temporary-folder';
import { ROOT } from '../support/tools';

jest.setTimeout(120_000);

const { types, members } = api();
const folder = temporaryFolder();
let generated: Generated;
beforeAll(async () => {
  generated = await generate(folder);
});

const snake = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
const pascal = (name: string) => name[0].toUpperCase() + name.slice(1);
const isConstant = (name: string) => /^[A-Z][A-Z0-9_]*$/.test(name);

describe('names', () => {
  /** How a member is called in a language, beside what it is called in TypeScript. */
  const PAIRS: Record<Target, RegExp[]> = {
    python: [/@jsii\.member\(jsii_name="(?<jsii>\w+)"\)\s+(?:@builtins\.\w+\s+)*def (?<own>\w+)/g, /(?<=^ +(?:name_mapping=.*)?)"(?<own>\w+)": "(?<jsii>\w+)"(?=[,}])/gm],
    java: [
      /^ +public .*? (?<own>\w+)\(.*\{\s+(?:return .*?)?software\.amazon\.jsii\.(?:Kernel\.\w+\(this|JsiiObject\.jsiiStatic\w+\([\w.]+\.class), "(?<jsii>\w+)"/gm,
      /\bthis\.(?<own>\w+) = software\.amazon\.jsii\.Kernel\.get\(this, "(?<jsii>\w+)"/g,
    ],
    go: [
      /Jsii(?:Method|Property): "(?<jsii>\w+)", Go(?:Method|Getter): "(?<own>\w+)"/g,
      /^\t(?<own>\w+) .*`field:"\w+" json:"(?<jsii>\w+)"/gm,
      /^func [A-Za-z]+_(?<own>\w+)\((?:(?!^func )[^])*?\.StaticInvoke\(\s+"[\w.-]+",\s+"(?<jsii>\w+)"/gm,
    ],
    dotnet: [/\[Jsii(?:Method|Property)\(name: "(?<jsii>\w+)".*\]\s+(?:\[.*\]\s+)*(?:public |protected )?(?:[\w<>?.,[\] ]+ )(?<own>@?\w+)(?: *[({=]|$)/gm],
  };
  const EXPECTED: Record<Target, (name: string) => string[]> = {
    python: (name) => [isConstant(name) ? name : snake(name)],
    java: (name) => [name, `get${pascal(name)}`],
    go: (name) => [pascal(name)],
    dotnet: (name) => [isConstant(name) ? name : pascal(name)],
  };
  /** What a parameter looks like whose name jsii-pacmak had to change. */
  const CHANGED: Record<Target, RegExp> = {
    python: /^ +\w+_: .*,$|argname="argument \w+_"/gm,
    java: /\bfinal [^,()]+ (?:\w+Value|_under_|__)\b(?=[,)])/g,
    go: /^func .*\b\w+_ .*\{$/gm,
    dotnet: /\(.*[ (]@\w+[,)]/g,
  };

  const changes = (target: Target, source: string) => PAIRS[target].flatMap((pattern) => [...source.matchAll(pattern)])
    .map(({ groups }) => groups!).filter(({ jsii, own }) => !EXPECTED[target](jsii).includes(own)).map(({ jsii, own }) => `${jsii}: ${own}`);
  const changedParameters = (target: Target, source: string) => (source.match(CHANGED[target]) ?? []).map((text) => text.trim());

  test('are words, abbreviations too: Url, not URL', () => {
    const odd = ({ name }: Named) => !/^[a-z]+[0-9]*(?:[A-Z][a-z]+[0-9]*)*$/.test(name) && !isConstant(name);
    expect(members.filter(odd).map(({ path }) => path)).toEqual([]);
    expect([...types, ...members].flatMap(({ path, parameters }) => parameters.filter((name) => odd({ name } as Named)).map((name) => `${path}(${name})`)))
      .toEqual([]);
    expect(types.filter(({ name }) => !/^I?(?:[A-Z][a-z]+)+$/.test(name)).map(({ path }) => path)).toEqual([]);
    expect(['url', 'isA', 'awsURL', 'SCAN_ON_PUSH', 'by_name'].filter((name) => odd({ name } as Named))).toEqual(['isA', 'awsURL', 'by_name']);
  });

  test('give jsii-pacmak nothing to warn of', () => {
    expect(generated.said).toBe('');
  });

  test.each(TARGETS)('are in %s what they are in TypeScript, in the manner of the language', (target) => {
    const found = new Set(PAIRS[target].flatMap((pattern) => [...generated.source[target].matchAll(pattern)]).map(({ groups }) => groups!.jsii));
    // Enum members and constants of Java are written without the name that they have in TypeScript.
    const missing = members.filter(({ name }) => !isConstant(name) && !found.has(name)).map(({ path }) => path);
    expect(missing).toEqual([]);
    expect(changes(target, generated.source[target])).toEqual([]);
  });

  test.each(TARGETS)('of parameters are no reserved words of %s', (target) => {
    expect(changedParameters(target, generated.source[target])).toEqual([]);
  });

  test.each<[Target, string, string[], string[]]>([
    ['python', '    @jsii.member(jsii_name="import")\n    def import_(\n        self,\n        from_: builtins.str,\n', ['import: import_'], ['from_: builtins.str,']],
    ['java', '    public void doImport(final java.lang.String packageValue) {\n        software.amazon.jsii.Kernel.call(this, "import", x);',
      ['import: doImport'], ['final java.lang.String packageValue']],
    ['go', '_jsii_.MemberMethod{JsiiMethod: "import", GoMethod: "Import_"},\nfunc (x *X) Import_(type_ *string) {',
      ['import: Import_'], ['func (x *X) Import_(type_ *string) {']],
    ['dotnet', '        [JsiiMethod(name: "import", parametersJson: "[]")]\n        public virtual void Import_(string @event)\n',
      ['import: Import_'], ['(string @event)']],
  ])('that had to be changed are found (%s)', (target, source, names, parameters) => {
    expect(changes(target, source)).toEqual(names);
    expect(changedParameters(target, source)).toEqual(parameters);
  });
});

describe('docstrings', () => {
  const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' };
  /** Letters and digits: each language has its own signs for code, lists and line ends. */
  const letters = (text: string) => text
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&(lt|gt|quot|amp);/g, (_, name) => ENTITIES[name])
    .replace(/<\/?[a-z]+(?: [^>]*)?>/g, '')
    .replace(/[^\p{L}\p{N}]/gu, '');
  /** All that is said of something, without its examples: those are translated. */
  const said = ({ summary, remarks, default: value, see }: Named['docs']) =>
    [summary, remarks?.replace(/```[^]*?```/g, ''), value, see].filter((text) => text !== undefined);
  const missing = (source: string, named: Named[]) => {
    const text = letters(source);
    return named.filter(({ docs }) => !said(docs).every((part) => text.includes(letters(part)))).map(({ path }) => path);
  };

  test('say what everything is for', () => {
    expect([...types, ...members].filter(({ docs }) => !docs.summary).map(({ path }) => path)).toEqual([]);
  });

  test.each(TARGETS)('arrive in %s: summary, remarks, default and source', (target) => {
    const without = target === 'go' ? members.filter((member) => member.static && isConstant(member.name)) : []; // jsii leaves them out
    expect(missing(generated.source[target], [...types, ...members].filter((named) => !without.includes(named)))).toEqual([]);
    expect(missing('', types)).toHaveLength(types.length);
  });

  test.each<[Target, RegExp]>([
    ['python', /:param tag_mutability: \(experimental\) Whether a pushed tag.* Default: ImageTagMutability\.immutable\(\)/],
    ['java', /\* \(experimental\) Whether a pushed tag.*(?:\s+\*.*)*?\s+\* Default: ImageTagMutability\.immutable\(\)(?:\s+\*.*)*?\s+\*\/\s+@.*\s+public Builder tagMutability\(/],
    ['go', /\/\/ Whether a pushed tag.*\n\t\/\/ Default: ImageTagMutability\.immutable\(\)(?:\n\t\/\/.*)*\n\tTagMutability ImageTagMutability /],
    ['dotnet', /<summary>\(experimental\) Whether a pushed tag.*<\/summary>\s+\/\/\/ <remarks>\s+\/\/\/ <strong>Default<\/strong>: ImageTagMutability\.immutable\(\)/],
  ])('read as those of the language (%s)', (target, pattern) => {
    expect(pattern.exec(generated.source[target])).not.toBeNull();
  });
});

describe('.NET, which is generated and neither compiled nor run', () => {
  const project = (...path: string[]) => join(folder, 'dotnet', 'CdkSecureEcr', ...path);
  const read = (...path: string[]) => readFileSync(project(...path), 'utf8');
  const element = (name: string) => new RegExp(`<${name}>(.*)</${name}>`).exec(read('CdkSecureEcr.csproj'))?.[1];

  test('is a package with the name, the licence and the source that the others have', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect({
      id: element('PackageId'),
      version: element('PackageVersion'),
      license: element('PackageLicenseExpression'),
      repository: element('RepositoryUrl'),
      documentation: element('GenerateDocumentationFile'),
    }).toEqual({
      id: 'CdkSecureEcr', version: manifest.version, license: manifest.license, repository: manifest.repository.url, documentation: 'true',
    });
  });

  test('asks for the versions of the CDK that the others ask for, and brings the library', () => {
    const { peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const references = [...read('CdkSecureEcr.csproj').matchAll(/<PackageReference Include="(.+?)" Version="\[(.+?),.*\)"/g)];
    expect(Object.fromEntries(references.map(([, name, version]) => [name, `^${version}`]))).toMatchObject({
      'Amazon.CDK.Lib': peerDependencies['aws-cdk-lib'], 'Constructs': peerDependencies.constructs,
    });
    const [, tarball] = /<EmbeddedResource Include="(.+?)"/.exec(read('CdkSecureEcr.csproj'))!;
    expect(existsSync(project(tarball))).toBe(true);
    expect(read('AssemblyInfo.cs')).toContain(`"${tarball}"`);
  });

  test('has every type in its namespace, in a file of its own', () => {
    const missingTypes = types.filter(({ name }) => {
      const file = [name, `I${name}`].map((each) => project('CdkSecureEcr', `${each}.cs`)).find(existsSync);
      return !file || !/^namespace CdkSecureEcr$/m.test(readFileSync(file, 'utf8'));
    });
    expect(missingTypes.map(({ name }) => name)).toEqual([]);
  });
});
