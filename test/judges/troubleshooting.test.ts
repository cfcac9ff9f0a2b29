import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { NOTICE_CODES, REASON_CODES, TROUBLESHOOTING, page } from '../../docs/make-troubleshooting';
import { ERROR_CODES, NOTE_CODES, WARNING_CODES } from '../../src/private/codes';
import { Page } from '../support/markdown';
import { ROOT } from '../support/tools';

/* The compiler takes no error and no warning with a code that is not in the lists, so the lists are what the page is compared with. */

const SRC = join(ROOT, 'src');
const ALL = [...ERROR_CODES, ...WARNING_CODES, ...NOTE_CODES, ...REASON_CODES, ...NOTICE_CODES];
const text = readFileSync(TROUBLESHOOTING, 'utf8');

/** The codes that have a heading of their own, and what stands below each. */
function entriesOf(markdown: string): Map<string, string> {
  return new Map(markdown.split(/^### /m).slice(1).map((entry) => {
    const [code, ...rest] = entry.split(/\n(?:## |<!--)/)[0].split('\n');
    return [code, rest.join('\n').trim()];
  }));
}

/** What is missing on a page, and what it has too much. */
function compare(codes: readonly string[], markdown: string): { missing: string[]; stale: string[] } {
  const entries = entriesOf(markdown);
  return { missing: codes.filter((code) => !entries.has(code)), stale: [...entries.keys()].filter((code) => !codes.includes(code)) };
}

/** Codes that no error, warning or message of the sources has; `${subject}Form` stands for whatever ends so. */
function unused(codes: readonly string[], sources: readonly string[]): string[] {
  const literals = new Set<string>();
  const endings = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) literals.add(node.text);
    if (ts.isTemplateExpression(node) && node.head.text === '' && node.templateSpans.length === 1) endings.add(node.templateSpans[0].literal.text);
    ts.forEachChild(node, visit);
  };
  for (const source of sources) visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest));
  return codes.filter((code) => !literals.has(code) && ![...endings].some((ending) => /^[A-Z][a-z]+$/.test(ending) && code.endsWith(ending)));
}

const sources = readdirSync(SRC, { recursive: true }).map(String).filter((name) => name.endsWith('.ts') && name !== join('private', 'codes.ts'))
  .map((name) => readFileSync(join(SRC, name), 'utf8'));

test('every code has an entry, and every entry a code', () => {
  expect(compare(ALL, text)).toEqual({ missing: [], stale: [] });
});

test('no code is without an error, a warning or a message', () => {
  expect(unused([...ERROR_CODES, ...WARNING_CODES, ...NOTE_CODES], sources)).toEqual([]);
});

test('only warn.ts speaks to the CDK, so that no code goes past its types', () => {
  const speakers = sources.filter((source) => /\.add(Warning|Error|Info)(V2)?\(/.test(source));
  expect(speakers).toEqual([readFileSync(join(SRC, 'private', 'warn.ts'), 'utf8')]);
});

test('each entry says what it means, and what to do', () => {
  const entries = entriesOf(text);
  for (const code of [...ERROR_CODES, ...WARNING_CODES, ...NOTE_CODES, ...REASON_CODES]) {
    expect({ code, entry: entries.get(code) }).toEqual({ code, entry: expect.stringMatching(/^\S[^]{10,}\n\n\*\*Do:\*\* [^]+\S$/) });
  }
  for (const code of NOTICE_CODES) expect(entries.get(code)).toMatch(/^[A-Z].{20,}\.$/);
});

test('a warning is marked as one, and nothing else', () => {
  const marked = [...entriesOf(text)].filter(([, entry]) => /\*warning\*|^\*Warning\.\*/.test(entry)).map(([code]) => code);
  expect(marked.sort()).toEqual([...WARNING_CODES].sort());
});

test('every code can be linked to by its name in lower case', () => {
  const { anchors } = new Page(text);
  for (const code of ALL) expect(anchors).toContain(code.toLowerCase());
});

test('reasons and notices are those of the code that judges', () => {
  expect(text).toBe(page());
});

describe('found is', () => {
  test('an entry that is missing', () => {
    expect(compare(ALL, text.replace('### tagInvalid\n', '')).missing).toEqual(['tagInvalid']);
  });

  test('an entry that is stale', () => {
    expect(compare(ALL.filter((code) => code !== 'tagInvalid'), text).stale).toEqual(['tagInvalid']);
  });

  test('a code that nothing has', () => {
    expect(unused(['tagInvalid', 'findingPolicyForm', 'tagForgotten'], ["const a = { code: 'tagInvalid' };", 'const b = `${subject}Form`;'])).toEqual(['tagForgotten']);
  });
});
