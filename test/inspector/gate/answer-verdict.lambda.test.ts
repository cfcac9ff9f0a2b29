import './handler-environment';
import { type Surroundings, context, surround } from './functions';
import { approved, rejected } from './verdicts';
import { handler } from '../../../src/inspector/gate/answer-verdict.lambda';
import type { VerdictQuestion } from '../../../src/inspector/gate/contract';
import { DynamoStore } from '../../../src/inspector/gate/running/dynamo-store';
import type { ImageCourse } from '../../../src/inspector/gate/running/state';
import { digest } from '../facts';

const IMAGE = { repository: 'shop/web', digest: digest(1) };

let around: Surroundings;

beforeEach(() => around = surround());
afterEach(() => jest.restoreAllMocks());

const ask = (question: unknown = IMAGE) => handler(question as VerdictQuestion, context());
const decide = (verdict: ReturnType<typeof approved>, at: Date, more: ImageCourse = {}) => around.store.commit(IMAGE, 0, {
  judgedBy: process.env.FINGERPRINT,
  status: verdict.status,
  decidedAt: at.toISOString(),
  confirmedAt: at.toISOString(),
  dueAt: at.toISOString(),
  ...more,
}, { verdict, decidedAt: at.toISOString() });

test('an image that nobody has judged is judged now', async () => {
  expect(await ask()).toEqual({ schemaVersion: 1, status: 'UNKNOWN' });

  expect(around.sent).toMatchObject([{ QueueUrl: process.env.REQUESTS, body: { ...IMAGE, cause: 'ASKED' } }]);
  expect(around.logged).toMatchObject([{ message: 'Answered', ...IMAGE, status: 'UNKNOWN' }]);
});

test('what was heard of and not judged yet is unknown too', async () => {
  await around.store.note(IMAGE, {}, new Date().toISOString());

  expect(await ask()).toMatchObject({ status: 'UNKNOWN' });
});

test.each([['APPROVED', approved()], ['REJECTED', rejected()]])('an image that is %s is so, with its verdict', async (status, verdict) => {
  const now = new Date();
  await decide(verdict, now);

  expect(await ask()).toMatchObject({ status, confirmedAt: now.toISOString(), verdict: { status, reasons: verdict.reasons } });
  expect(around.sent).toEqual([]);
});

test('an approval that nobody has confirmed for two days is none', async () => {
  const then = new Date(Date.now() - 2 * 86_400_000);
  await decide(approved(), then);

  expect(await ask()).toMatchObject({ status: 'PENDING', pendingBecause: 'LAPSED', validUntil: expect.any(String), confirmedAt: then.toISOString() });
  expect(around.sent).toMatchObject([{ body: { ...IMAGE, cause: 'ASKED' } }]);
});

test('an approval whose exception has ended is none, and is judged now', async () => {
  const ended = new Date(Date.now() - 1_000).toISOString();
  await decide(approved(), new Date(Date.now() - 60_000), { judgeAgainAt: ended });

  expect(await ask()).toMatchObject({ status: 'PENDING', pendingBecause: 'LAPSED', validUntil: ended });
  expect(around.sent).toMatchObject([{ body: { ...IMAGE, cause: 'ASKED' } }]);
});

test.each([['APPROVED', approved()], ['REJECTED', rejected()]])('an image that is %s by another policy is judged by the one that is deployed', async (_status, verdict) => {
  await decide(verdict, new Date(), { judgedBy: 'another' });

  expect(await ask()).toMatchObject({ status: 'PENDING', pendingBecause: 'POLICY_CHANGED' });
  expect(around.sent).toMatchObject([{ body: { ...IMAGE, cause: 'ASKED' } }]);
});

describe('a repository', () => {
  test.each(['shop/wbe', 'shop', 'shop/web2', 'team', 'other/shop/web'])('that the gate does not watch is never asked for: %s', async (repository) => {
    const image = { repository, digest: digest(1) };
    // It may have been watched by a gate before this one.
    await around.store.commit(image, 0, { status: 'APPROVED', confirmedAt: new Date().toISOString(), judgedBy: process.env.FINGERPRINT, dueAt: 'then' });

    expect(await ask(image)).toEqual({ schemaVersion: 1, status: 'NOT_WATCHED', watched: ['shop/web', 'team/*'] });
    expect(around.sent).toEqual([]);
    expect(around.logged).toMatchObject([{ message: 'Answered', repository, status: 'NOT_WATCHED' }]);
  });

  test.each(['shop/web', 'team/a', 'team/a/b'])('that it watches is: %s', async (repository) => {
    expect(await ask({ repository, digest: digest(1) })).toEqual({ schemaVersion: 1, status: 'UNKNOWN' });
    expect(around.sent).toHaveLength(1);
  });
});

test.each([
  ['nothing', null, 'repository'], ['no repository', { digest: digest(1) }, 'repository'], ['capitals', { ...IMAGE, repository: 'Shop' }, 'repository'],
  ['a path out of it', { ...IMAGE, repository: '../shop' }, 'repository'], ['a name too long', { ...IMAGE, repository: 'a'.repeat(257) }, 'repository'],
  ['a tag', { ...IMAGE, digest: 'v1' }, 'digest'], ['a tag in its place', { repository: 'shop/web', tag: 'v1' }, 'digest'],
  ['more than a digest', { ...IMAGE, digest: `${digest(1)}0` }, 'digest'], ['a digest in capitals', { ...IMAGE, digest: `sha256:${'A'.repeat(64)}` }, 'digest'],
])('%s is refused', async (_name, question, about) => {
  await expect(ask(question)).rejects.toThrow(`'${about}' must be the ${about === 'digest' ? 'digest of an image' : 'name of a repository'}`);

  expect(around.sent).toEqual([]);
});

test('an image that is asked for again and again is judged once', async () => {
  jest.useFakeTimers({ now: 0, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  for (let at = 0; at < 3; at++) await ask();
  jest.useRealTimers();

  expect(new Set(around.sent.map(({ MessageDeduplicationId }) => MessageDeduplicationId)).size).toBe(1);
});

describe('an error, and no answer, is', () => {
  test('a queue that refuses', async () => {
    around.refuse = () => true;

    await expect(ask()).rejects.toThrow('The queue refused 1 of 1 messages: InternalError');
  });

  test.each(['get', 'verdict'] as const)('a table that fails (%s)', async (name) => {
    await decide(approved(), new Date());
    jest.spyOn(DynamoStore.prototype, name).mockRejectedValue(new Error('Rate exceeded'));

    await expect(ask()).rejects.toThrow('Rate exceeded');
    expect(around.logged).toEqual([]);
  });
});

test('what is approved is so although its record has expired', async () => {
  await decide(approved(), new Date());
  jest.spyOn(DynamoStore.prototype, 'verdict').mockResolvedValue(undefined);

  const answer = await ask();

  expect(answer.status).toBe('APPROVED');
  expect(answer.verdict).toBeUndefined();
});
