import * as fc from 'fast-check';
import { BAD, NOW, approved, digest, eventOn, huge, index, pending, rejected, single, unscanned } from './events';
import { clipped, fitting, fittingJson } from '../../../src/inspector/gate/running/message/fitting';
import type { ImageUse, KnownUse } from '../../../src/inspector/gate/running/message/image-use';
import { type Rest, messageOf, summaryOf } from '../../../src/inspector/gate/running/message/message';
import { fixable } from '../facts';

const RUNBOOK = 'https://wiki.example.com/verdicts?a=1&b=2';
const PROD: ImageUse = {
  cluster: 'arn:aws:ecs:eu-west-1:111111111111:cluster/prod', kind: 'ECS', workload: 'service web', running: 3, stopped: 1, lastInUse: '2026-11-22T10:00:00.000Z',
};
const RUNS: KnownUse = { seen: [PROD] };
const NOWHERE: KnownUse = { seen: [] };
const chatOf = (...of: Parameters<typeof messageOf>) => JSON.parse(messageOf(...of).chat);

test('mail has all that a person looks for', () => {
  const event = rejected({ announced: 'APPROVED' });

  expect(messageOf(event, RUNS, NOW, RUNBOOK).text).toBe([
    'shop/web@sha256:000000000000 (pushed by role GitHubPush, session run-42, at 2026-11-22 10:00 UTC) was approved and is rejected now:'
      + ' critical CVE-2026-1234 in openssl 3.0.11 (known to be exploited, EPSS 0.97, score 9.8).',
    'Upgrade openssl to 3.0.15.',
    'It runs in ECS cluster prod (service web, 3 tasks, last seen 2 hours ago).',
    '',
    'Verdict   REJECTED, before: APPROVED',
    `Image     shop/web@${digest(1)}`,
    'Where     account 111111111111, eu-west-1',
    `Decided   2026-11-22T12:00:00.000Z by the policy standard (${event.policy.fingerprint}) of the gate Gate`,
    'Because   a finding is new or has changed',
    'Pushed    2026-11-22T10:00:00.000Z',
    'Pushed by role GitHubPush, session run-42 (arn:aws:sts::111111111111:assumed-role/GitHubPush/run-42)',
    '',
    'Why:',
    '  critical CVE-2026-1234 in openssl 3.0.11 (known to be exploited, EPSS 0.97, score 9.8) -> upgrade openssl to 3.0.15 or later',
    '',
    'Upgrade first:',
    '  openssl 3.0.11 to 3.0.15 (OS; mends CVE-2026-1234)',
    '',
    'Seen by Amazon Inspector:',
    '  ECS cluster prod (service web, 3 tasks, last seen 2 hours ago), 1 stopped in the last 24 hours: arn:aws:ecs:eu-west-1:111111111111:cluster/prod',
    '',
    `What to do: ${RUNBOOK}`,
  ].join('\n'));
});

test('mail leaves out what there is nothing to say of', () => {
  const { text } = messageOf(approved({ pushedAt: undefined, pushedBy: undefined }), NOWHERE, NOW);

  expect(text).not.toMatch(/Pushed|Why|Upgrade|Seen by|Notices|What to do|undefined/);
});

test('mail counts what is too much for it', () => {
  const findings = Array.from({ length: 30 }, (_, at) => fixable({ id: `CVE-2026-${at}`, packages: [{ name: `p${at}`, version: '1', fixedIn: '2', manager: 'OS' }] }));
  const event = { ...eventOn(single(findings)), notices: Array.from({ length: 7 }, (_, at) => ({ code: 'SUPPRESSED' as const, message: `notice ${at}` })) };
  const { text } = messageOf(event, { seen: Array.from({ length: 21 }, () => PROD) }, NOW);
  const more = (title: string) => text.split('\n\n').find((section) => section.startsWith(title))?.split('\n').at(-1);

  // 20 reasons are in the event, 10 more only in the record.
  expect([more('Why'), more('Upgrade first'), more('Seen by'), more('Notices')]).toEqual(['  and 20 more', '  and 10 more', '  and 1 more', '  and 2 more']);
});

test('machines get the event, with what was added', () => {
  const event = rejected({ announced: 'APPROVED' });

  expect(JSON.parse(messageOf(event, RUNS, NOW, RUNBOOK).json)).toEqual({
    schemaVersion: 1, sentence: expect.stringContaining('was approved and is rejected now'), event, use: RUNS, runbookUrl: RUNBOOK,
  });
  expect(JSON.parse(messageOf(event, { seen: [], unknown: 'denied' }, NOW).json)).toMatchObject({ use: { seen: [], unknown: 'denied' } });
});

test('telephones get the first sentence', () => {
  const { short, text } = messageOf(approved(), NOWHERE, NOW);
  expect(short).toBe(text.split('\n')[0]);

  const long = messageOf(eventOn(single([fixable({ packages: Array.from({ length: 3 }, (_, at) => ({ name: `${at}`.repeat(200), version: '1', fixedIn: '2' })) })])), NOWHERE, NOW);
  expect(long.short).toHaveLength(280);
});

describe('chats', () => {
  test('get what Amazon Q Developer takes', () => {
    expect(chatOf(rejected({ announced: 'APPROVED' }), RUNS, NOW, 'https://wiki.example.com/verdicts')).toEqual({
      version: '1.0',
      source: 'custom',
      id: rejected().id,
      content: {
        textType: 'client-markdown',
        title: 'No longer approved: shop/web@sha256:000000000000',
        description: expect.stringMatching(/^shop\/web@.*\nUpgrade openssl to 3\.0\.15\.\nIt runs in ECS cluster prod \([^)]+\)\.$/),
        nextSteps: ['Follow the runbook: https://wiki.example.com/verdicts', 'Upgrade openssl 3.0.11 to 3.0.15 (OS; mends CVE-2026-1234)'],
        keywords: ['REJECTED', 'shop/web', 'Gate', 'CVE-2026-1234'],
      },
      metadata: {
        threadId: `Gate/shop/web@${digest(1)}`,
        summary: expect.stringContaining('was approved and is rejected now'),
        additionalContext: {
          gate: 'Gate', account: '111111111111', region: 'eu-west-1', repository: 'shop/web', digest: digest(1), status: 'REJECTED', previousStatus: 'APPROVED', policy: 'standard',
        },
      },
    });
  });

  test('have one thread for all that is told of an image', () => {
    const threads = [rejected(), approved({ announced: 'REJECTED' }), pending({ announced: 'APPROVED' })].map((event) => chatOf(event, NOWHERE, NOW).metadata.threadId);

    expect(new Set(threads).size).toBe(1);
    expect(chatOf({ ...rejected(), digest: digest(2) }, NOWHERE, NOW).metadata.threadId).not.toBe(threads[0]);
  });

  test('list the reasons where there are several, and what to do where no upgrade helps', () => {
    const { content } = chatOf(eventOn(index([BAD, fixable({ id: 'CVE-2026-2' })])), NOWHERE, NOW);
    expect(content.description).toMatch(/\n\n• critical CVE-2026-1234 in .*\n• high CVE-2026-2 in .*$/);

    expect(chatOf(unscanned('IMAGE_SIZE_EXCEEDED'), NOWHERE, NOW).content).toMatchObject({ nextSteps: ['make it smaller, or split it'], keywords: ['REJECTED', 'shop/web', 'Gate'] });
    expect(chatOf({ ...rejected(), status: 'APPROVED', reasons: [] }, NOWHERE, NOW).content.nextSteps).toEqual([]);
  });

  test('are not made to call anybody, or to hide an address', () => {
    const evil = '<!channel> <https://evil.example|openssl> & more';
    const bad = fixable({ packages: [{ name: evil, version: evil, fixedIn: evil, manager: 'OS' }] });
    const event = eventOn(single([bad]), { pushedBy: { arn: evil, at: NOW.toISOString() } });
    const use = { seen: [{ ...PROD, workload: evil }], unknown: evil };
    const { chat, text } = messageOf({ ...event, policy: { ...event.policy, name: evil } }, use, NOW);

    expect(chat).not.toMatch(/[<>]/);
    expect(chat).toContain('&lt;!channel&gt; &lt;https://evil.example|openssl&gt; &amp; more');
    expect(text).toContain(evil); // mail is plain text
  });

  test('get an address that works', () => {
    expect(chatOf(rejected(), NOWHERE, NOW, RUNBOOK).content.nextSteps[0]).toBe('Follow the runbook: https://wiki.example.com/verdicts?a=1&amp;b=2');
  });
});

describe('limits', () => {
  const bytes = ({ json, text, chat, short }: ReturnType<typeof messageOf>) =>
    Buffer.byteLength(JSON.stringify({ default: json, email: text, sms: short, https: chat }));
  const LIMIT = 262_144;
  const places = Array.from({ length: 5_000 }, (_, at): ImageUse => ({ ...PROD, cluster: `${PROD.cluster}${'x'.repeat(240)}${at}`, workload: '"é'.repeat(128) }));

  test('all forms of a huge event fit into a message', () => {
    const message = messageOf({ ...huge({ announced: 'APPROVED' }), repository: 'r'.repeat(256) }, { seen: places, unknown: '"'.repeat(300) }, NOW, RUNBOOK);

    expect(bytes(message)).toBeLessThan(LIMIT - 1_000);
    const { event, use, shortened } = JSON.parse(message.json);
    expect(shortened).toBe(true);
    expect(event).toMatchObject({ id: huge().id, status: 'REJECTED', digest: digest(1), counts: huge().counts, platforms: huge().platforms });
    expect(use.seen.length).toBeGreaterThan(0);
  });

  test('the worst that a chat is told of has room', () => {
    const quotes = '"'.repeat(600);
    const reasons = Array.from({ length: 20 }, (_, at) => ({ kind: at % 2 ? 'FINDING' as const : 'UNSCANNABLE' as const, code: quotes, message: quotes, remedy: quotes }));
    const upgrades = Array.from({ length: 20 }, () => ({ package: quotes, from: Array(5).fill(quotes), to: quotes, mends: Array(5).fill(quotes) }));
    const message = messageOf({ ...rejected(), reasons, upgrades, policy: { name: quotes, fingerprint: quotes } }, { seen: places }, NOW, RUNBOOK);

    expect(Buffer.byteLength(JSON.stringify(message.chat))).toBeLessThan(60_000);
    expect(bytes(message)).toBeLessThan(LIMIT - 1_000);
  });

  test('what is shown in a chat is no longer than it shows', () => {
    const { content, metadata } = chatOf({ ...huge(), repository: 'r'.repeat(256), gate: '&'.repeat(300) }, { seen: places }, NOW, RUNBOOK);

    expect(content.title.length).toBeLessThanOrEqual(250);
    expect(content.description.length).toBeLessThanOrEqual(8_000);
    expect(Math.max(...content.nextSteps.map(({ length }: string) => length))).toBeLessThanOrEqual(350);
    expect(Math.max(...content.keywords.map(({ length }: string) => length))).toBeLessThanOrEqual(75);
    expect(metadata.summary.length).toBeLessThanOrEqual(250);
    expect(content.keywords[2]).toMatch(/^(?:&amp;)+…$/); // no half of an escape
  });

  test('texts are cut to what fits, and not within a character', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 10, max: 400 }), (text, most) => {
      const fit = fitting(text, most);
      expect(Buffer.byteLength(JSON.stringify(fit))).toBeLessThanOrEqual(most);
      expect(fit === text || fit.endsWith('…')).toBe(true);
      expect(clipped(text, most).length).toBeLessThanOrEqual(most);
      expect(clipped(text, most)).not.toMatch(/\p{Cs}/u); // half of a pair
    }));
    expect(clipped('a😀b', 3)).toBe('a…');
  });

  test('what fits is left alone', () => {
    expect(fittingJson({ a: ['x'.repeat(700), null, 1] }, 10_000)).toBe(`{"a":["${'x'.repeat(700)}",null,1]}`);
    expect(JSON.parse(fittingJson({ a: ['x'.repeat(700), null, 1] }, 500))).toEqual({ a: [`${'x'.repeat(399)}…`, null, 1], shortened: true });
  });
});

describe('the rest of a burst', () => {
  const rest = (over: Partial<Rest> = {}): Rest => ({
    gate: 'Gate', account: '111111111111', region: 'eu-west-1', status: 'REJECTED', previousStatus: 'APPROVED', from: '2026-11-22T10:00:00.000Z', more: 37, ...over,
  });

  test('is told in every form', () => {
    const { subject, text, short, json, chat } = summaryOf(rest(), 'https://wiki.example.com');

    expect(subject).toBe('No longer approved: 37 more images');
    expect(text).toBe([
      '37 more images were approved and are rejected now, within five minutes from 2026-11-22T10:00:00.000Z.',
      'Each has its record in the gate Gate, and its event on the default event bus of account 111111111111 in eu-west-1.',
      '',
      'What to do: https://wiki.example.com',
    ].join('\n'));
    expect(short).toBe(text.split('\n')[0]);
    expect(JSON.parse(json)).toEqual({ schemaVersion: 1, sentence: short, summary: rest(), runbookUrl: 'https://wiki.example.com' });
    expect(JSON.parse(chat)).toMatchObject({
      version: '1.0', source: 'custom', content: { title: subject, nextSteps: ['Follow the runbook: https://wiki.example.com'] }, metadata: { threadId: 'Gate/rest/2026-11-22T10:00:00.000Z' },
    });
  });

  test.each<[Partial<Rest>, string]>([
    [{ more: 1 }, '1 more image was approved and is rejected now, '],
    [{ previousStatus: undefined }, '37 more images are rejected, '],
    [{ status: 'APPROVED', previousStatus: 'REJECTED' }, '37 more images were rejected and are approved now, '],
  ])('%j', (over, words) => {
    expect(summaryOf(rest(over)).text).toMatch(new RegExp(`^${words}`));
    expect(summaryOf(rest(over)).text).not.toContain('What to do');
  });
});
