import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';
import { Page, urlsIn } from '../support/markdown';
import { temporaryFolder } from '../support/temporary-folder';
import { ROOT } from '../support/tools';

/* Links within the project lead somewhere; of all others, which no test can reach, the form is right. */

const OURS = 'https://github.com/cdk-secure-ecr/cdk-secure-ecr';
/** What GitHub has beside files. */
const OF_GITHUB = /^(?:\.git|\/security\/advisories\/new)?$/;
const HOSTS = [
  'aws.amazon.com', 'docs.aws.amazon.com', 'repost.aws', 'docs.github.com', 'github.com', 'git-scm.com', 'pkg.go.dev', 'www.checkov.io', 'www.conventionalcommits.org',
];
/** Addresses that examples and identifiers are made of; nobody follows them. */
const NO_LINKS = ['https://octocorp.ghe.com', 'https://token.actions.githubusercontent.com', 'https://wiki.example.com', 'https://x'];

const pages = new Map<string, Page>();
function pageOf(path: string): Page {
  const page = pages.get(path) ?? new Page(readFileSync(path, 'utf8'));
  pages.set(path, page);
  return page;
}

/** What is wrong with a link from a page, or nothing. */
function fault(from: string, to: string, root: string): string | undefined {
  if (to.startsWith(OURS)) {
    const path = /^\/(?:blob|tree)\/main\/(.*)$/.exec(to.slice(OURS.length))?.[1];
    if (path === undefined) return OF_GITHUB.test(to.slice(OURS.length)) ? undefined : 'is no page of the repository';
    return fault(join(root, 'README.md'), path, root);
  }
  if (/^[a-z][a-z+.-]*:/i.test(to)) return faultOfForm(to);
  const [path, anchor] = to.split('#');
  const file = path === '' ? from : resolve(dirname(from), path);
  if (path.startsWith('/') || relative(root, file).split(sep)[0] === '..') return 'leaves the repository';
  if (!existsSync(file)) return 'is not there';
  if (anchor !== undefined && !(file.endsWith('.md') && pageOf(file).anchors.has(anchor))) return 'has no such heading';
  return undefined;
}

function faultOfForm(to: string): string | undefined {
  const { protocol, host, pathname } = new URL(to);
  if (protocol !== 'https:') return 'is not https';
  if (!HOSTS.includes(host)) return 'is on a host that is not known';
  if (pathname.includes('//')) return 'has an empty part';
  const isPage = /(\.html|\/)$/.test(pathname) || /^\/service-authorization\/|^\/[^/]*$/.test(pathname);
  return host === 'docs.aws.amazon.com' && !isPage ? 'is no page of the documentation of AWS' : undefined;
}

/** Every page below a folder, but what is installed or made. */
function markdownIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || ['node_modules', 'cdk.out', 'coverage', 'dist', 'lib', 'projenrc', 'target'].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? markdownIn(path) : entry.name.endsWith('.md') ? [path] : [];
  });
}

function brokenLinks(path: string, root: string): string[] {
  return pageOf(path).links.flatMap(({ to, line }) => {
    const what = fault(path, to, root);
    return what === undefined ? [] : [`${relative(root, path)}:${line}: ${to} ${what}`];
  });
}

const { SyntaxKind } = ts;
const TOLD = [
  SyntaxKind.SingleLineCommentTrivia, SyntaxKind.MultiLineCommentTrivia, SyntaxKind.StringLiteral, SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateHead,
];

/** Addresses in comments and strings of the sources. */
function addressesIn(source: string): string[] {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, undefined, source);
  const found: string[] = [];
  for (let token = scanner.scan(); token !== SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    if (TOLD.includes(token)) found.push(...urlsIn(scanner.getTokenText().replace(/\$\{$/, ''))); // of a template what is known of it
  }
  return found;
}

const ALL = markdownIn(ROOT);

test('the pages that people read are among those checked', () => {
  expect(ALL.map((path) => relative(ROOT, path))).toEqual(expect.arrayContaining([
    'README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'ARCHITECTURE.md', 'API.md', 'docs/access.md', 'docs/getting-started/python.md', 'docs/troubleshooting.md',
  ]));
  expect(ALL.reduce((sum, path) => sum + pageOf(path).links.length, 0)).toBeGreaterThan(500);
});

test.each(ALL.map((path) => relative(ROOT, path)))('the links of %s lead somewhere', (path) => {
  expect(brokenLinks(join(ROOT, path), ROOT)).toEqual([]);
});

test('addresses in the sources lead somewhere, too', () => {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true }).map(String).filter((name) => name.endsWith('.ts'));
  const told = files.flatMap((file) => addressesIn(readFileSync(join(ROOT, 'src', file), 'utf8')).map((to) => ({ file, to })));
  const broken = told.filter(({ to }) => !NO_LINKS.some((start) => to.startsWith(start))).flatMap(({ file, to }) => {
    const what = fault(join(ROOT, 'README.md'), to, ROOT);
    return what === undefined ? [] : [`src/${file}: ${to} ${what}`];
  });

  expect(told.length).toBeGreaterThan(100);
  expect(broken).toEqual([]);
});

describe('found is a link', () => {
  const root = temporaryFolder();
  mkdirSync(join(root, 'docs'));
  writeFileSync(join(root, 'docs', 'other.md'), '# Other page: `x.y`\n\n## Twice\n\n## Twice\n\n<a id="made"></a>\n');
  const check = (markdown: string) => {
    const path = join(root, 'docs', 'page.md');
    writeFileSync(path, markdown);
    pages.delete(path);
    return brokenLinks(path, root);
  };

  test.each([
    ['to a file that is not there', '[a](missing.md)', 'missing.md is not there'],
    ['to a heading that is not there', '[a](other.md#third)', 'other.md#third has no such heading'],
    ['to a heading of the page itself', '# One\n\n[a](#two)', '#two has no such heading'],
    ['to an image that is not there', '![a](images/missing.svg)', 'images/missing.svg is not there'],
    ['in a table', '| a |\n|---|\n| [a](missing.md) |', 'missing.md is not there'],
    ['in a reference', '[a][b]\n\n[b]: missing.md', 'missing.md is not there'],
    ['in HTML', 'See <a href="missing.md">a</a>.', 'missing.md is not there'],
    ['out of the repository', '[a](../../x.md)', '../../x.md leaves the repository'],
    ['to a file of ours by its address', `[a](${OURS}/blob/main/docs/missing.md)`, `${OURS}/blob/main/docs/missing.md is not there`],
    ['to a heading of ours by its address', `[a](${OURS}/blob/main/docs/other.md#x)`, `${OURS}/blob/main/docs/other.md#x has no such heading`],
    ['to a page that our repository does not have', `[a](${OURS}/wiki)`, `${OURS}/wiki is no page of the repository`],
    ['without TLS', 'See http://docs.aws.amazon.com/a.html.', 'http://docs.aws.amazon.com/a.html is not https'],
    ['to a host that is misspelt', '[a](https://docs.aws.amazom.com/a.html)', 'https://docs.aws.amazom.com/a.html is on a host that is not known'],
    ['that is cut off', '[a](https://docs.aws.amazon.com/AmazonECR/latest/userg)', 'https://docs.aws.amazon.com/AmazonECR/latest/userg is no page of the documentation of AWS'],
  ])('%s', (_name, markdown, message) => {
    expect(check(markdown)).toEqual([expect.stringMatching(/^docs\/page\.md:\d+: /)]);
    expect(check(markdown)[0].replace(/^\S+ /, '')).toBe(message);
  });

  test('but none that leads somewhere', () => {
    expect(check([
      '# A page', '[a](#a-page) [b](other.md#other-page-xy) [c](other.md#twice-1) [d](other.md#made) [e](../docs)',
      `[f](${OURS}/blob/main/docs/other.md#twice) https://docs.aws.amazon.com/AmazonECR/latest/userguide/images.html.`, '`[g](missing.md)`',
    ].join('\n\n'))).toEqual([]);
  });

  test.each([
    ['a comment', '/** @see https://docs.aws.amazon.com/a */', ['https://docs.aws.amazon.com/a']],
    ['a string', "const a = 'see https://github.com/a/b.';", ['https://github.com/a/b']],
    ['the beginning of a template', 'const a = `https://github.com/a${b}`;', ['https://github.com/a']],
    ['nothing', 'const a = 1; // no address', []],
  ])('in %s of a source', (_name, source, found) => {
    expect(addressesIn(source)).toEqual(found);
  });
});
