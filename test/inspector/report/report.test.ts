import * as fc from 'fast-check';
import type { Finding, Verdict } from '../../../src/inspector/contract';
import { barLengths } from '../../../src/inspector/report/chart';
import { renderHtml } from '../../../src/inspector/report/html';
import { escape, renderMarkdown } from '../../../src/inspector/report/markdown';
import { renderText } from '../../../src/inspector/report/text';
import { oneLine } from '../../../src/inspector/report/wording';
import * as any from '../arbitraries';
import { STANDARD, digest, facts, finding, fixable, index, judge, policy, scan, single } from '../facts';

const RENDERERS = { renderText, renderMarkdown, renderHtml };
const exception = { vulnerability: 'CVE-2026-0003', package: 'zlib', owner: 'team-a', reason: 'not reachable', expires: '2026-11-30' };
const VERDICT = judge(index(
  [fixable({ severity: 'CRITICAL', title: 'a title', url: 'https://example.com/CVE' }), fixable({ id: 'CVE-2026-0002' }), finding({ id: 'CVE-2026-0003', packages: [{ name: 'zlib' }], knownExploited: true })],
  [fixable({ severity: 'CRITICAL', title: 'a title', url: 'https://example.com/CVE' }), finding({ id: 'CVE-2026-0004', severity: 'LOW' })],
), STANDARD, [exception]);

/** What somebody may call a vulnerability, a package or a version to make a report say something else. */
const HOSTILE = [
  '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", '</table></details><h1>APPROVED</h1>', '<!--', ']]>', '&lt;script&gt;',
  '[click](javascript:alert(1))', '![x](https://evil.example/pixel.png)', '| APPROVED | |\n| --- |', '\n# APPROVED', '`code`', '**bold**', '@octocat', '#1', 'GH-1', 'www.evil.example',
  'https://evil.example', '\u001b[2J\u001b[32mAPPROVED', '\r\nAPPROVED', '\u202egnp.exe', '\u2066x\u2069', '\u200b', '${{ github.token }}', '$(id)', '::set-output name=x::y', '\u0000',
  'a\\|b', '<details open>', '~~strike~~', '1. one', '> quote', ':tada:', '\u2028APPROVED',
];

function hostile(text: string): Verdict {
  const found: Partial<Finding> = {
    id: `CVE-${text}`, title: text, url: text, packages: [{ name: text, version: text, fixedIn: text, manager: text, path: text }], fix: 'YES',
  };
  const made = facts([{ digest: digest(1), kind: 'INDEX', children: [{ digest: digest(2), platform: text }, { digest: digest(3) }] },
    { digest: digest(2), kind: 'IMAGE' }, { digest: digest(3), kind: 'IMAGE' }],
  [scan(digest(2), [finding(found), finding({ ...found, id: `LOW-${text}`, severity: 'LOW' })], { operatingSystem: text }), scan(digest(3), [], { status: text, detail: text })]);
  return judge({ ...made, image: { ...made.image, repository: text } }, policy([{ name: text, minSeverity: 'HIGH' }], { name: text }),
    [{ vulnerability: `LOW-${text}`, repository: '*', owner: text, reason: text, expires: '2026-12-01' }]);
}

describe('every rendering', () => {
  test.each(Object.entries(RENDERERS))('%s says what was decided, why, and what to do', (_, render) => {
    const text = render(VERDICT);
    for (const said of ['REJECTED', 'CVE-2026-0001', 'CVE-2026-0002', 'openssl', '3.0.7', 'fixable-high', 'CRITICAL', 'linux/p0', 'standard', VERDICT.policy.fingerprint, 'about to expire', 'CVE-2026-0004', digest(2)]) {
      const plain = text.replaceAll('&#95;', '_').replaceAll(/&#(\d+);/g, (_all, code) => String.fromCharCode(code));
      expect(plain).toContain(said);
    }
  });

  test.each(Object.entries(RENDERERS))('%s is the same for the same verdict, and never fails', (_, render) => {
    fc.assert(fc.property(any.facts, any.policy, fc.array(any.exception), (made, by, exceptions) => {
      const verdict = judge(made, by, exceptions);
      expect(render(JSON.parse(JSON.stringify(verdict)))).toBe(render(verdict));
    }), { numRuns: 100 });
  });

  test.each(Object.entries(RENDERERS))('%s has no colour without a word', (_, render) => {
    expect(render(judge(single()))).toContain('APPROVED');
    expect(render(judge(single([], { status: 'PENDING_INITIAL_SCAN' })))).toContain('PENDING, not approved yet');
  });

  test.each(Object.entries(RENDERERS))('%s does not grow without bounds', (_, render) => {
    const many = judge(single(Array.from({ length: 20_000 }, (_none, at) => fixable({ id: `CVE-${at}`, packages: [{ name: `p${at}`, fixedIn: '1' }] }))));
    expect(render(many).length).toBeLessThan(500_000);
    expect(render(many)).toContain('more');
  });
});

test('text, as it reads', () => {
  expect(renderText(VERDICT)).toMatchInlineSnapshot(`
"REJECTED: shop/web@sha256:0000000000000000000000000000000000000000000000000000000000000001 (2 findings)
Policy standard (99c42647511fcf44), judged 2026-11-22T12:00:00.000Z, scanned 2026-11-22T11:00:00.000Z
Judge again at 2026-11-30T00:00:00.000Z

CRITICAL           1 ###############
HIGH               2 ##############################
MEDIUM             0
LOW                1 ###############
INFORMATIONAL      0
UNTRIAGED          0

Why:
  critical CVE-2026-0001 in openssl 3.0.1 [fixable-high]
    -> upgrade openssl to 3.0.7 or later
  high CVE-2026-0002 in openssl 3.0.1 [fixable-high] on linux/p0
    -> upgrade openssl to 3.0.7 or later

Upgrade first:
  openssl 3.0.1 to 3.0.7 (OS; mends 2 findings, the worst CVE-2026-0001)

Platforms:
  REJECTED linux/p0 sha256:0000000000000000000000000000000000000000000000000000000000000002 (SUCCESSFUL)
  REJECTED linux/p1 sha256:0000000000000000000000000000000000000000000000000000000000000003 (SUCCESSFUL)

Notices:
  exceptions about to expire: CVE-2026-0003 (team-a, 2026-11-30)

Exceptions:
  USED, about to expire: CVE-2026-0003 in zlib until 2026-11-30, by team-a: not reachable

Found, and not in the way:
  HIGH CVE-2026-0003 zlib: excepted
  LOW CVE-2026-0004 openssl: no rule is about it
"
`);
  expect(renderText(judge(single()))).toMatchInlineSnapshot(`
"APPROVED: shop/web@sha256:0000000000000000000000000000000000000000000000000000000000000001
Policy standard (99c42647511fcf44), judged 2026-11-22T12:00:00.000Z, scanned 2026-11-22T11:00:00.000Z

CRITICAL           0
HIGH               0
MEDIUM             0
LOW                0
INFORMATIONAL      0
UNTRIAGED          0

Platforms:
  APPROVED image sha256:0000000000000000000000000000000000000000000000000000000000000001 (SUCCESSFUL)
"
`);
});

test('Markdown, as it reads', () => {
  expect(renderMarkdown(VERDICT)).toMatchInlineSnapshot(`
"## REJECTED: shop/web&#64;sha256:0000000000000000000000000000000000000000000000000000000000000001 &#40;2 findings&#41;

Policy standard (99c42647511fcf44), judged 2026-11-22T12:00:00.000Z, scanned 2026-11-22T11:00:00.000Z. Judge again at 2026-11-30T00:00:00.000Z.

| Severity | Findings |  |
| --- | --- | --- |
| CRITICAL | 1 | ██████████ |
| HIGH | 2 | ████████████████████ |
| MEDIUM | 0 |  |
| LOW | 1 | ██████████ |
| INFORMATIONAL | 0 |  |
| UNTRIAGED | 0 |  |

### Why

| Reason | What to do | Rule |
| --- | --- | --- |
| critical CVE-2026-0001 in openssl 3.0.1 | upgrade openssl to 3.0.7 or later | fixable-high |
| high CVE-2026-0002 in openssl 3.0.1 on linux/p0 | upgrade openssl to 3.0.7 or later | fixable-high |

### Upgrade first

1. openssl 3.0.1 to 3.0.7 &#40;OS; mends 2 findings, the worst CVE-2026-0001&#41;

### Platforms

| Platform | Verdict | Scan | Digest |
| --- | --- | --- | --- |
| linux/p0 | REJECTED | SUCCESSFUL | sha256:0000000000000000000000000000000000000000000000000000000000000002 |
| linux/p1 | REJECTED | SUCCESSFUL | sha256:0000000000000000000000000000000000000000000000000000000000000003 |

### Notices

- exceptions about to expire: CVE-2026-0003 &#40;team-a, 2026-11-30&#41;

### Exceptions

- USED, about to expire: CVE-2026-0003 in zlib until 2026-11-30, by team-a: not reachable

### Found, and not in the way

| Finding | Severity | Packages | Fix | Because |
| --- | --- | --- | --- | --- |
| CVE-2026-0003 | HIGH | zlib | NO | excepted |
| CVE-2026-0004 | LOW | openssl | NO | no rule is about it |
"
`);
});

describe('attack', () => {
  test.each(HOSTILE)('text: %j stays on its line, without control characters', (text) => {
    const lines = renderText(hostile(text)).split('\n');
    // eslint-disable-next-line no-control-regex
    for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b\u2028\u202a-\u202e\u2066-\u2069]/);
    const harmless = renderText(hostile('x')).split('\n');
    expect(lines).toHaveLength(harmless.length);
    for (const line of lines) expect(line).not.toMatch(/^(APPROVED|::|#)/);
  });

  test.each(HOSTILE)('HTML: %j is text', (text) => {
    const page = renderHtml(hostile(text));
    const tags = (of: string) => [...of.replaceAll(/<p><a [^>]*>[^<]*<\/a><\/p>/g, '').matchAll(/<\/?([a-z!][a-z0-9]*)/gi)].map(([tag]) => tag);
    expect(tags(page)).toEqual(tags(renderHtml(hostile('x'))));
    // Attributes of all tags: names that the renderer writes, values in which no quote is left.
    for (const [, tag] of page.matchAll(/<([a-z][^<>]*)>/gi)) {
      expect(tag).toMatch(/^[a-z0-9]+( [a-zA-Z-]+="[^"]*")*( hidden)?$/);
      expect(tag.replace(/="[^"]*"/g, '')).not.toMatch(/ on[a-z]/i);
    }
    expect([...page.matchAll(/href="([^"]*)"/g)].every(([, url]) => url.startsWith('https://'))).toBe(true);
  });

  test.each(['javascript:alert(1)', 'data:text/html,<script>', 'http://example.com', 'https:', '//evil.example', 'vbscript:x', ' javascript:x', 'file:///etc/passwd'])('HTML: %s is no link', (url) => {
    expect(renderHtml(judge(single([fixable({ title: 't', url })])))).not.toContain('<a ');
  });

  test('HTML: an address of https is a link that tells nobody where it was followed', () => {
    expect(renderHtml(judge(single([fixable({ title: 't', url: 'https://example.com/?a=1&b="2"' })])))).toContain(
      '<a href="https://example.com/?a=1&#38;b=%222%22" rel="noopener noreferrer nofollow">https://example.com/?a=1&#38;b=&#34;2&#34;</a>');
    expect(renderHtml(judge(single([fixable({ title: 't' })])))).not.toContain('<a ');
  });

  test.each(HOSTILE)('Markdown: %j is text in its cell', (text) => {
    const lines = renderMarkdown(hostile(text)).split('\n');
    const harmless = renderMarkdown(hostile('x')).split('\n');
    expect(lines).toHaveLength(harmless.length);
    lines.forEach((line, at) => {
      expect({ line, cells: line.split('|').length }).toEqual({ line, cells: harmless[at].split('|').length });
      const own = line.replace(/^#+ |^\d+\. |^- /, '').replaceAll('| ', '').replace(/&(#\d+|amp|lt|gt);/g, '');
      expect(own).not.toMatch(/[<>`*[\]!~]|https?:\/\/|www\.|@[a-z]|#\d|GH-\d/i);
    });
  });

  test('Markdown: escaping takes every form that GitHub gives a meaning', () => {
    expect(escape('a_b*c`d`[e](f)<g>|h|@i #1 GH-2 www.j.k http://l & ~~m~~ \\ $n$ ^o^ {p} !')).toBe(
      'a&#95;b&#42;c&#96;d&#96;&#91;e&#93;&#40;f&#41;&lt;g&gt;&#124;h&#124;&#64;i &#35;1 GH&#45;2 www&#46;j.k http&#58;//l &amp; &#126;&#126;m&#126;&#126; &#92; &#36;n&#36; &#94;o&#94; &#123;p&#125; &#33;');
  });

  test('whatever text, one line of it stays', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(oneLine(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(escape(text)).not.toMatch(/[<>|`\n]/);
    }), { numRuns: 1_000 });
  });
});

describe('HTML', () => {
  const page = renderHtml(VERDICT);

  test('needs nothing else, and lets nothing else in', () => {
    expect(page).toContain('<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">');
    expect(page).not.toMatch(/<(script|link|img|iframe)\b|@import|url\(/);
    expect(page).toContain('prefers-color-scheme: dark');
  });

  test('can be read without seeing it', () => {
    expect(page).toContain('<html lang="en">');
    expect(page).toMatch(/<svg [^>]*role="img" aria-label="Active findings: critical 1, high 2, medium 0, low 1, informational 0, untriaged 0"/);
    expect(page.match(/<h1>/g)).toHaveLength(1);
    for (const [, table] of page.matchAll(/<table>([^]*?)<\/table>/g)) {
      const columns = table.match(/<th scope="col">/g)!.length;
      for (const [, row] of table.matchAll(/<tr>(<th scope="row">[^]*?)<\/tr>/g)) expect(row.match(/<t[hd]/g)).toHaveLength(columns);
    }
  });

  test('its tags are closed in order', () => {
    const open: string[] = [];
    for (const [, close, tag] of page.replace(/<!doctype html>/, '').matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
      if (tag === 'meta') continue;
      if (close) expect(open.pop()).toBe(tag);
      else open.push(tag);
    }
    expect(open).toEqual([]);
  });

  test('text has enough contrast, in light and in dark', () => {
    const luminance = (colour: string) => {
      const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
        .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (a: string, b: string) => {
      const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
      return (light + 0.05) / (dark + 0.05);
    };
    const themes = [...page.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) => Object.fromEntries([...body.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value])));
    expect(themes).toHaveLength(2);
    for (const theme of themes) {
      for (const [text, paper] of [['ink', 'paper'], ['quiet', 'paper'], ['ink', 'head'], ['good', 'good-paper'], ['bad', 'bad-paper'], ['wait', 'wait-paper']]) {
        expect({ text, ratio: contrast(theme[text], theme[paper]) >= 4.5 }).toEqual({ text, ratio: true });
      }
      for (const bar of ['critical', 'high', 'medium', 'low', 'none']) expect({ bar, ratio: contrast(theme[bar], theme.paper) >= 3 }).toEqual({ bar, ratio: true });
    }
  });
});

test('bars show what is there, however little', () => {
  const counts = { CRITICAL: 1, HIGH: 1_000, MEDIUM: 500, LOW: 0, INFORMATIONAL: 0, UNTRIAGED: 2 };
  expect(barLengths(counts, 100)).toEqual({ CRITICAL: 1, HIGH: 100, MEDIUM: 50, LOW: 0, INFORMATIONAL: 0, UNTRIAGED: 1 });
});
