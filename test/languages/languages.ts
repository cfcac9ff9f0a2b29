import { cpSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, npmBin, run, succeed } from '../support/tools';

/** Where artefacts are packed to, and what their builds have downloaded. */
const CACHE = join(ROOT, '.cache', 'languages');
const PACKED = join(CACHE, 'packed');
const MAVEN_REPOSITORY = join(CACHE, 'maven');

/** The release that pages and examples name. What is packed here is another one. */
const RELEASE = '0.1.0';

/** A program that a language needs. */
interface Program {
  readonly command: string[];
  /** Finds major and minor version in what it prints. */
  readonly version: RegExp;
  readonly atLeast: readonly [number, number];
  readonly what: string;
}

/** A language that apps are written in: how the library is packed for it, and how a machine without its source gets it. */
export interface Language {
  readonly name: 'typescript' | 'python' | 'java' | 'go';
  /** In sentences and headings. */
  readonly title: string;
  /** What jsii-pacmak calls it. */
  readonly target: string;
  readonly needs: readonly Program[];
  /** @default - what jsii-pacmak does in a release */
  readonly packArguments?: readonly string[];
  /** Puts what was packed where the programs of the language find it. */
  readonly stage?: () => Promise<void> | void;
  /** @default - nothing beside what the machine has */
  readonly env?: () => Record<string, string>;
  /** A command that asks a registry for the library, and what asks for what was packed instead. */
  readonly redirect?: (command: string) => string;
  /** The file that names a release of the library. @default - none that has to */
  readonly pins?: string;
}

const manifest = (folder: string): { readonly version: string } => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const { version: VERSION } = manifest(ROOT);
/** At the version that the project has it at. */
const pinned = (name: string) => `${name}@${manifest(join(ROOT, 'node_modules', name)).version}`;
const packed = (target: string, suffix: string) => {
  const folder = join(PACKED, target);
  return join(folder, readdirSync(folder).find((name) => name.endsWith(suffix))!);
};

const TYPESCRIPT: Language = {
  name: 'typescript',
  title: 'TypeScript',
  target: 'js',
  needs: [],
  redirect: (command) => command.startsWith('npm install ')
    ? command.replace(/\bcdk-secure-ecr\b/, packed('js', '.tgz')).replace(/(?<= )(aws-cdk-lib|constructs|cdk-nag|tsx)\b/g, (name) => pinned(name))
    : command,
};

const PYTHON: Language = {
  name: 'python',
  title: 'Python',
  target: 'python',
  needs: [{ command: ['python3', '--version'], version: /Python (\d+)\.(\d+)/, atLeast: [3, 10], what: 'Python 3.10 or later with venv' }],
  // What is pinned for the tests of Python, and the wheel: whatever pip is asked to install.
  stage: () => {
    const pins = readFileSync(join(__dirname, 'python', 'requirements.txt'), 'utf8').match(/^[^\s#]+==[^\s\\]+(?: ;.*?)?(?= \\$)/gm)!;
    const others = pins.filter((pin) => !/^setuptools\b/.test(pin));
    writeFileSync(join(PACKED, 'constraints.txt'), [...others, `cdk-secure-ecr @ file://${packed('python', '.whl')}`, ''].join('\n'));
  },
  env: () => ({ PIP_CONSTRAINT: join(PACKED, 'constraints.txt'), PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_COMPILE: '1' }),
  pins: 'requirements.txt',
};

const JAVA: Language = {
  name: 'java',
  title: 'Java',
  target: 'java',
  needs: [
    { command: ['javac', '-version'], version: /javac (\d+)(?:\.(\d+))?/, atLeast: [11, 0], what: 'a JDK of Java 11 or later' },
    { command: ['mvn', '--version'], version: /Maven (\d+)\.(\d+)/, atLeast: [3, 6], what: 'Maven 3.6 or later' },
  ],
  packArguments: ['--maven-local-repository', MAVEN_REPOSITORY],
  // A repository of packages and Maven's local one have the same layout.
  stage: () => {
    rmSync(join(MAVEN_REPOSITORY, 'io', 'github', 'cdksecureecr'), { recursive: true, force: true });
    cpSync(join(PACKED, 'java'), MAVEN_REPOSITORY, { recursive: true });
  },
  env: () => ({ MAVEN_OPTS: `${process.env.MAVEN_OPTS ?? ''} -Dmaven.repo.local=${MAVEN_REPOSITORY}` }),
  pins: 'pom.xml',
};

const GO_MODULE = 'github.com/cdk-secure-ecr/cdk-secure-ecr-go/cdksecureecr';
const GO: Language = {
  name: 'go',
  title: 'Go',
  target: 'go',
  needs: [{ command: ['go', 'version'], version: /go(\d+)\.(\d+)/, atLeast: [1, 25], what: 'Go 1.25 or later' }],
  // Not every module proxy has the newest cdk-nag for Go. It is what jsii-pacmak makes of the npm package.
  stage: () => pacmak('go', join(PACKED, 'cdk-nag'), join(ROOT, 'node_modules', 'cdk-nag'), ['--code-only']),
  redirect: (command) => {
    if (command === `go get ${GO_MODULE}`) return `go mod edit -require=${GO_MODULE}@v${RELEASE}`;
    if (command !== 'go mod tidy') return command;
    const modules = [[GO_MODULE, join(PACKED, 'go', 'cdksecureecr')], ['github.com/cdklabs/cdk-nag-go/cdknag/v3', join(PACKED, 'cdk-nag', 'go', 'cdknag')]];
    return `go mod edit ${modules.map(([name, folder]) => `-replace=${name}=${folder}`).join(' ')} && go mod tidy`;
  },
};

/** TypeScript first: the others are compared with it. */
export const LANGUAGES: readonly Language[] = [TYPESCRIPT, PYTHON, JAVA, GO];

/** Those that the environment variable LANGUAGES names, all without it; TypeScript always. */
export function chosen(wanted = process.env.LANGUAGES): readonly Language[] {
  if (!wanted) return LANGUAGES;
  const names = wanted.split(',');
  const unknown = names.filter((name) => !LANGUAGES.some((language) => language.name === name));
  if (unknown.length) throw new Error(`LANGUAGES names ${unknown.join(', ')}; it takes ${LANGUAGES.map(({ name }) => name).join(',')}`);
  return LANGUAGES.filter((language) => language === TYPESCRIPT || names.includes(language.name));
}

/** A file of an app, asking for the release that was packed here. */
export function localFile({ pins }: Language, name: string, text: string): string {
  if (name !== pins) return text;
  if (text.split(RELEASE).length !== 2) throw new Error(`${name} has to name the release ${RELEASE} of the library, once`);
  return text.replace(RELEASE, VERSION);
}

/** A command that is run in an app, with what registries would give replaced by what was packed here. */
export function localCommand({ redirect }: Language, command: string): string {
  return (redirect?.(command) ?? command).replaceAll('aws-cdk@2 ', `${pinned('aws-cdk')} `);
}

/** What the machine lacks for a language, one sentence each. */
export async function missingFor({ title, needs }: Language, env?: Record<string, string>): Promise<string[]> {
  const all = await Promise.all(needs.map(async ({ command: [program, ...args], version, atLeast: [major, minor], what }) => {
    const printed = await run(program, args, { env }).then(({ stdout, stderr }) => stdout + stderr, () => '');
    const [, found, foundMinor = '0'] = version.exec(printed) ?? [];
    if (found && (Number(found) > major || Number(found) === major && Number(foundMinor) >= minor)) return [];
    return [`${title} needs ${what} as \`${program}\` on PATH; there is ${found ? `${found}.${foundMinor}` : 'none'}`];
  }));
  return all.flat();
}

/** Packs a project into a folder of the outdir, named after the target; an earlier one is gone first. */
async function pacmak(target: string, outdir: string, project: string, args: readonly string[] = []): Promise<void> {
  rmSync(join(outdir, target), { recursive: true, force: true });
  const command = ['-v', '--target', target, '--no-npmignore', '--outdir', outdir, ...args, project];
  await succeed(npmBin('jsii-pacmak'), command, { timeout: 1_800_000 }); // the first time it may download and compile the CDK
}

/** Packs the library as a release does, and gives the size of the artefact in bytes. */
export async function pack({ target, packArguments, stage }: Language): Promise<number> {
  await pacmak(target, PACKED, ROOT, packArguments);
  await stage?.();
  const names = readdirSync(join(PACKED, target), { recursive: true }).map(String);
  return names.filter((name) => ARTEFACT.test(name)).reduce((sum, name) => sum + statSync(join(PACKED, target, name)).size, 0);
}

/** What an app downloads, of what is packed: no checksums, source or documentation. */
const ARTEFACT = /\.tgz$|\.whl$|\d\.jar$|\.go$/;
