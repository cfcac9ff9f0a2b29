import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import type { Verdict } from '../../../../src/inspector/contract';
import { matches } from '../../../../src/inspector/decision/apply-exceptions';
import { type JudgementCause, WINDOW_SECONDS } from '../../../../src/inspector/gate/contract';
import { answerOf, isWatched } from '../../../../src/inspector/gate/running/answer';
import { outcomeOf } from '../../../../src/inspector/gate/running/outcome';
import { packed } from '../../../../src/inspector/gate/running/record';
import { messagesOf } from '../../../../src/inspector/gate/running/requests';
import type { ImageState } from '../../../../src/inspector/gate/running/state';
import { updateOf } from '../../../../src/inspector/gate/running/update-expression';
import { eventOf, withIndexes } from '../../../../src/inspector/gate/running/verdict-event';
import { NOW, digest } from '../../facts';
import { STATE, approved, long, rejected } from '../verdicts';

const HOUR = 3_600_000;
const DAY = 86_400_000;
/** Text that gzip can do little with. */
const noise = (index: number) => Array.from({ length: 12 }, (_, at) => Math.sin(index * 100 + at).toString(36)).join('');

describe('a request', () => {
  const one = (cause: JudgementCause = 'PUSH', now = NOW, repository = 'shop/web', of = digest(1)) => messagesOf([{ repository, digest: of, cause }], now, WINDOW_SECONDS)[0];
  const MIDDLE = new Date(Math.floor(NOW.getTime() / 15_000) * 15_000 + 7_000);
  const id = (...from: Parameters<typeof one>) => one(...from).MessageDeduplicationId;

  test('is in the group of its image', () => {
    expect(JSON.parse(one().MessageBody)).toEqual({ repository: 'shop/web', digest: digest(1), cause: 'PUSH' });
    expect(one('SWEEP', new Date(0)).MessageGroupId).toBe(one().MessageGroupId);
    expect(one('PUSH', NOW, 'shop/api').MessageGroupId).not.toBe(one().MessageGroupId);
    expect(one('PUSH', NOW, 'shop/web', digest(2)).MessageGroupId).not.toBe(one().MessageGroupId);
  });

  test('has ids that SQS takes, whatever its repository is called', () => {
    const { MessageGroupId, MessageDeduplicationId } = one('PUSH', NOW, 'a'.repeat(256));

    for (const each of [MessageGroupId, MessageDeduplicationId]) expect(each).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is one with others about the image in the same window', () => {
    expect(id('FINDING', new Date(MIDDLE.getTime() + 7_999))).toBe(id('PUSH', MIDDLE));
    expect(id('PUSH', new Date(MIDDLE.getTime() + 8_000))).not.toBe(id('PUSH', MIDDLE));
    expect(id('PUSH', MIDDLE, 'shop/api')).not.toBe(id('PUSH', MIDDLE));
  });

  test('of a sweep never stands in for news, nor news for a sweep', () => {
    expect(id('SWEEP', MIDDLE)).not.toBe(id('PUSH', MIDDLE));
    expect(id('SWEEP', MIDDLE)).toBe(id('SWEEP', new Date(MIDDLE.getTime() + 1)));
  });
});

describe('an outcome', () => {
  test('is the same however often the same is found', () => {
    const later = new Date(NOW.getTime() + DAY);

    expect(outcomeOf(rejected(later))).toBe(outcomeOf(rejected()));
    expect(outcomeOf({ ...rejected(), judgeAgainAt: 'x', dataAt: 'y', platforms: rejected().platforms.map((each) => ({ ...each, scannedAt: 'z' })) })).toBe(outcomeOf(rejected()));
  });

  test.each<[string, Verdict]>([
    ['another finding', rejected(NOW, 'CVE-2026-0002')], ['another verdict', approved()],
    ['another policy', { ...rejected(), policy: { name: 'test', fingerprint: 'x' } }],
    ['another platform', { ...rejected(), platforms: rejected().platforms.map((each) => ({ ...each, digest: digest(5) })) }],
  ])('is another one for %s', (_name, verdict) => {
    expect(outcomeOf(verdict)).not.toBe(outcomeOf(rejected()));
  });

  test('does not depend on the order of members', () => {
    const { version, status, ...rest } = rejected();

    expect(outcomeOf({ ...rest, status, version })).toBe(outcomeOf(rejected()));
  });
});

describe('a record', () => {
  const unpacked = (...from: Parameters<typeof packed>) => JSON.parse(gunzipSync(packed(...from).verdict).toString()) as Verdict;

  test('is the whole verdict where there is room', () => {
    expect(packed(rejected()).omitted).toBeUndefined();
    expect(unpacked(rejected())).toEqual(JSON.parse(JSON.stringify(rejected())));
  });

  test('leaves out what stops nothing first, the mildest before the others', () => {
    const verdict = long(20, 4_000, noise);

    const { verdict: bytes, omitted } = packed(verdict, 100_000);
    const { reasons, tolerated } = unpacked(verdict, 100_000);

    expect(bytes.length).toBeLessThanOrEqual(100_000);
    expect(bytes.length).toBeGreaterThan(50_000);
    expect(reasons).toHaveLength(20);
    expect(tolerated).toEqual(JSON.parse(JSON.stringify(verdict.tolerated.slice(0, tolerated.length))));
    expect(omitted).toBe(4_000 - tolerated.length);
  });

  test('leaves out reasons only when nothing else is left', () => {
    const { reasons, tolerated } = unpacked(long(4_000, 4_000, noise), 100_000);

    expect(tolerated).toEqual([]);
    expect(reasons.length).toBeGreaterThan(100);
    expect(packed(long(4_000, 4_000, noise), 100_000).omitted).toBe(8_000 - reasons.length);
  });

  test('has room for 5,000 findings, and fits an item with 50,000', () => {
    expect(packed(long(100, 4_900)).omitted).toBeUndefined();
    expect(packed(long(100, 50_000, noise)).verdict.length).toBeLessThanOrEqual(350_000);
  });

  test('fits the answer of a function when it is unpacked, however well it packs', () => {
    const verdict = long(100, 50_000);
    expect(Buffer.byteLength(JSON.stringify(verdict))).toBeGreaterThan(6 * 1024 * 1024);

    const { verdict: bytes, omitted } = packed(verdict);

    expect(bytes.length).toBeLessThan(350_000);
    expect(gunzipSync(bytes).length).toBeLessThanOrEqual(5_500_000);
    expect(gunzipSync(bytes).length).toBeGreaterThan(4_000_000);
    expect(omitted).toBe(50_100 - 100 - unpacked(verdict).tolerated.length);
    const record = { decidedAt: NOW.toISOString(), verdict: unpacked(verdict), omitted };
    const answer = answerOf({ ...STATE, status: 'APPROVED', confirmedAt: NOW.toISOString() }, record, NOW, { refreshSeconds: 86_400, fingerprint: STATE.judgedBy! });
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(6 * 1024 * 1024);
  });

  test('is short where exceptions or upgrades make it long', () => {
    const exception = (index: number) => ({ vulnerability: `CVE-${index}`, repository: '*', owner: noise(index), reason: noise(index + 1) + noise(index + 2) });
    const verdict: Verdict = {
      ...long(3, 10, noise),
      exceptions: Array.from({ length: 3_000 }, (_, index) => ({ exception: exception(index), state: 'EXPIRED', nearExpiry: false })),
      upgrades: Array.from({ length: 3_000 }, (_, index) => ({ package: noise(index), from: [], to: '1', mends: [] })),
    };

    expect(packed(verdict, 50_000).verdict.length).toBeLessThanOrEqual(50_000);
  });

  test('keeps what is left when there is room for nothing', () => {
    expect(unpacked(long(3, 3, noise), 10)).toMatchObject({ status: 'REJECTED', reasons: [], tolerated: [] });
    expect(packed(long(3, 3, noise), 10).omitted).toBe(6);
  });
});

describe('an event', () => {
  const OCCASION = { gate: 'gate', cause: 'FINDING', decidedAt: NOW.toISOString() } as const;
  const KNOWN: ImageState = { ...STATE, announced: 'APPROVED', partOf: [digest(9)], pushedAt: 'then', pushedBy: { arn: 'somebody', at: 'then' } };

  test('says what holds, why, and since when', () => {
    expect(withIndexes(eventOf(rejected(), KNOWN, OCCASION), KNOWN.partOf)).toEqual({
      schemaVersion: 1,
      id: `shop/web@${digest(1)}/${NOW.toISOString()}`,
      gate: 'gate',
      account: '111111111111',
      region: 'eu-west-1',
      repository: 'shop/web',
      digest: digest(1),
      status: 'REJECTED',
      previousStatus: 'APPROVED',
      decidedAt: NOW.toISOString(),
      cause: 'FINDING',
      policy: rejected().policy,
      counts: rejected().counts,
      reasons: [{ kind: 'FINDING', code: 'CVE-2026-0001', message: rejected().reasons[0].message, remedy: rejected().reasons[0].remedy }],
      moreReasons: 0,
      upgrades: rejected().upgrades,
      notices: [],
      partOf: [digest(9)],
      platforms: [digest(1)],
      pushedAt: 'then',
      pushedBy: { arn: 'somebody', at: 'then' },
    });
    expect(withIndexes(eventOf(approved(), STATE, OCCASION), STATE.partOf)).toMatchObject({ partOf: [], previousStatus: undefined });
  });

  test('tells the worst reasons, and how many more there are', () => {
    const event = eventOf(long(123, 0), STATE, OCCASION);

    expect(event.reasons.map(({ code }) => code)).toEqual(Array.from({ length: 20 }, (_, index) => `CVE-${index}`));
    expect(event.moreReasons).toBe(103);
  });

  test('has room on the bus, twice, whatever an image says of itself', () => {
    const text = '漢'.repeat(500);
    const upgrade = { package: text, manager: text, from: Array(50).fill(text), to: text, mends: Array(50).fill(text) };
    const base = long(1_000, 0, () => text);
    const verdict: Verdict = {
      ...base,
      upgrades: Array(1_000).fill(upgrade),
      notices: Array(9).fill({ code: 'SUPPRESSED', message: text.repeat(9) }),
      platforms: Array(1_000).fill(base.platforms[0]),
    };

    const event = withIndexes(eventOf(verdict, KNOWN, OCCASION), Array.from({ length: 5_000 }, (_, index) => digest(index)));

    expect(2 * Buffer.byteLength(JSON.stringify(event))).toBeLessThan(256 * 1024 - 2_000);
    expect(event.reasons.length).toBeGreaterThan(0);
    expect(event.reasons.length + event.moreReasons).toBe(1_000);
  });
});

describe('an answer', () => {
  const RULES = { fingerprint: 'f1', refreshSeconds: 86_400 };
  const RECORD = { verdict: approved(), decidedAt: NOW.toISOString(), omitted: 3 };
  const state = (status: ImageState['status']): ImageState => ({ ...STATE, status, judgedBy: 'f1', confirmedAt: NOW.toISOString(), decidedAt: NOW.toISOString() });
  const at = (ms: number) => new Date(NOW.getTime() + ms);

  test('about an image that was never judged is that nobody knows', () => {
    expect(answerOf(undefined, undefined, NOW, RULES)).toEqual({ schemaVersion: 1, status: 'UNKNOWN' });
    expect(answerOf(STATE, undefined, NOW, RULES)).toEqual({ schemaVersion: 1, status: 'UNKNOWN' });
  });

  test.each(['REJECTED', 'PENDING'] as const)('%s is no permission, and says why', (status) => {
    expect(answerOf(state(status), RECORD, at(365 * DAY), RULES))
      .toEqual({ schemaVersion: 1, status, confirmedAt: NOW.toISOString(), verdict: RECORD.verdict, omitted: 3 });
  });

  test.each([
    ['holds', 2 * DAY - 1, { status: 'APPROVED' }], ['has lapsed', 2 * DAY, { status: 'PENDING', pendingBecause: 'LAPSED' }],
  ])('an approval %s', (_name, ms, answer) => {
    expect(answerOf(state('APPROVED'), RECORD, at(ms), RULES)).toEqual({
      schemaVersion: 1, ...answer, validUntil: at(2 * DAY).toISOString(), confirmedAt: NOW.toISOString(), verdict: RECORD.verdict, omitted: 3,
    });
  });

  test.each([
    ['holds', HOUR - 1, { status: 'APPROVED' }], ['has ended', HOUR, { status: 'PENDING', pendingBecause: 'LAPSED' }],
  ])('an approval that rests on what %s is no better', (_name, ms, answer) => {
    const rests = { ...state('APPROVED'), judgeAgainAt: at(HOUR).toISOString() };

    expect(answerOf(rests, RECORD, at(ms), RULES)).toMatchObject({ ...answer, validUntil: at(HOUR).toISOString() });
    expect(answerOf({ ...rests, judgeAgainAt: at(9 * DAY).toISOString() }, RECORD, at(ms), RULES)).toMatchObject({ status: 'APPROVED', validUntil: at(2 * DAY).toISOString() });
  });

  test.each(['APPROVED', 'REJECTED', 'PENDING'] as const)('%s by another policy than what is deployed holds no more', (status) => {
    for (const judgedBy of ['f0', undefined]) {
      expect(answerOf({ ...state(status), judgedBy }, RECORD, NOW, RULES)).toMatchObject({ status: 'PENDING', pendingBecause: 'POLICY_CHANGED' });
    }
  });

  test('says what holds even when its record is gone', () => {
    expect(answerOf(state('APPROVED'), undefined, NOW, RULES)).toMatchObject({ status: 'APPROVED', verdict: undefined });
  });
});

test.each<[string[] | undefined, boolean]>([
  [['shop/web'], true], [['shop'], false], [['shop/*'], true], [['team/*', 's*b'], true], [['*'], true], [[], false], [undefined, true],
])('of a gate that watches %j, shop/web is watched: %s', (watched, expected) => {
  expect(isWatched('shop/web', watched)).toBe(expected);
});

describe('an update', () => {
  test('sets, sets what is new, removes, adds and asks', () => {
    expect(updateOf({ set: { a: 1, b: undefined }, setIfNew: { c: 'x' }, add: { d: new Set(['y']) }, onlyIf: { a: 0, e: undefined } })).toEqual({
      UpdateExpression: 'SET #a = :a, #c = if_not_exists(#c, :c) REMOVE #b ADD #d :d',
      ConditionExpression: '#a = :is_a AND attribute_not_exists(#e)',
      ExpressionAttributeNames: { '#a': 'a', '#b': 'b', '#c': 'c', '#d': 'd', '#e': 'e' },
      ExpressionAttributeValues: { ':a': 1, ':c': 'x', ':d': new Set(['y']), ':is_a': 0 },
    });
  });

  test('takes members out of sets', () => {
    expect(updateOf({ remove: { a: new Set(['x']) } })).toMatchObject({ UpdateExpression: 'DELETE #a :a' });
  });

  test('of one kind has no others, and no empty values, which DynamoDB refuses', () => {
    expect(updateOf({ set: { a: undefined } })).toEqual({
      UpdateExpression: 'REMOVE #a', ConditionExpression: undefined, ExpressionAttributeNames: { '#a': 'a' }, ExpressionAttributeValues: undefined,
    });
    expect(updateOf({})).toMatchObject({ UpdateExpression: '' });
  });
});

test('names match as a regular expression says', () => {
  const character = fc.constantFrom('a', 'b', '/', '*', '.', '-');
  const pattern = fc.array(character, { maxLength: 8 }).map((all) => all.join(''));
  const name = fc.array(fc.constantFrom('a', 'b', '/', '.', '-'), { maxLength: 10 }).map((all) => all.join(''));
  fc.assert(fc.property(pattern, name, (wanted, given) => {
    const oracle = new RegExp(`^${wanted.split('*').map((part) => part.replace(/[.\\/-]/g, '\\$&')).join('.*')}$`);
    expect(matches(wanted, given)).toBe(oracle.test(given));
  }), { numRuns: 2_000 });
});
