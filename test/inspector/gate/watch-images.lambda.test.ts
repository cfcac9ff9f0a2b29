import { DescribeImagesCommand, DescribeRepositoriesCommand, ECRClient, InvalidParameterException, RepositoryNotFoundException } from '@aws-sdk/client-ecr';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DONE, FAILED, type Surroundings, batch, context, surround } from './functions';
import { SECRETS } from './handler-environment';
import { DynamoStore } from '../../../src/inspector/gate/running/dynamo-store';
import { handler } from '../../../src/inspector/gate/watch-images.lambda';
import { digest } from '../facts';
import * as samples from './running/samples';

let around: Surroundings;
let answers: Record<string, (input: any) => Promise<object>>;

beforeEach(() => {
  around = surround();
  answers = {};
  jest.spyOn(ECRClient.prototype, 'send').mockImplementation(async (command: any) => {
    if (command instanceof DescribeImagesCommand) return answers.images(command.input);
    if (command instanceof DescribeRepositoriesCommand) return answers.repositories(command.input);
    throw new Error('unexpected');
  });
});
afterEach(() => jest.restoreAllMocks());

const watch = (message: unknown, ms?: number) => handler(batch([message]), context(ms));
const image = (number: number, repository = 'shop/web') => ({ repository, digest: digest(number) });
const details = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ imageDigest: digest(first + index), imagePushedAt: new Date() }));

test('an event is noted and passed on to whom judges', async () => {
  expect(await watch(samples.PUSH)).toEqual(DONE);

  const request = { repository: 'my-repository-name', digest: samples.DIGEST, cause: 'PUSH' };
  expect(around.sent).toEqual([{
    QueueUrl: process.env.REQUESTS, body: request, MessageGroupId: expect.stringMatching(/^[0-9a-f]{64}$/), MessageDeduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/),
  }]);
  expect(around.store.at(request)).toMatchObject({ pushedAt: '2019-11-16T01:54:34.000Z' });
  expect(around.metrics).toEqual([]);
});

test('a message that nobody understands holds up none of the others, and is tried again later', async () => {
  const bodies = [samples.PUSH, 'not JSON', { ...samples.PUSH, 'detail-type': 'unknown' }, 'null', samples.BASIC_SCAN, { errand: 'dance' }];

  expect(await handler(batch(bodies, 3), context())).toEqual({ batchItemFailures: ['m1', 'm2', 'm3', 'm5'].map((itemIdentifier) => ({ itemIdentifier })) });

  expect(around.sent.map(({ body }) => body.cause)).toEqual(['PUSH', 'SCAN']);
  expect(around.again).toEqual([120, 120, 120, 120]);
});

test('an event that comes twice is one request, and remembered once', async () => {
  jest.useFakeTimers({ now: 0, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  await handler(batch([samples.PUSH, samples.PUSH]), context());
  await watch(samples.PUSH);
  jest.useRealTimers();

  const ids = around.sent.map(({ MessageDeduplicationId }) => MessageDeduplicationId);
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(1);
});

test('a table that throttles has the event heard again, and nothing judged that was not noted', async () => {
  const throttled = Object.assign(new Error('Rate of requests exceeds the allowed throughput'), { name: 'ThrottlingException' });
  jest.spyOn(DynamoStore.prototype, 'note').mockRejectedValueOnce(throttled);

  expect(await handler(batch([samples.PUSH, samples.BASIC_SCAN]), context())).toEqual(FAILED);

  expect(around.sent.map(({ body }) => body.cause)).toEqual(['SCAN']);
  expect(around.logged[0]).toMatchObject({ level: 'ERROR', message: 'A message failed', messageId: 'm0', error: { name: 'ThrottlingException' } });
});

test('a message that cannot be given back soon comes back by itself', async () => {
  const changed = jest.spyOn(SQSClient.prototype, 'send').mockImplementation(async () => { throw new Error('The receipt handle has expired'); });

  expect(await handler(batch(['not JSON', 'null']), context())).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm1' }] });
  expect(changed).toHaveBeenCalledTimes(2);
  expect(around.logged.filter(({ level }) => level === 'WARN')).toHaveLength(2);
});

test('a queue that refuses one of ten messages has the event heard again', async () => {
  around.refuse = ({ cause }) => cause === 'PUSH';

  expect(await handler(batch([samples.PUSH, samples.BASIC_SCAN]), context())).toEqual(FAILED);
  expect(around.sent.map(({ body }) => body.cause)).toEqual(['SCAN']);
});

test('a sweep asks for what is due, and is counted', async () => {
  await around.store.commit(image(1), 0, { judgedBy: process.env.FINGERPRINT, dueAt: '2100-01-01T00:00:00.000Z' });
  await around.store.commit(image(2), 0, { judgedBy: 'f0', dueAt: '2100-01-01T00:00:00.000Z' });
  await around.store.note(image(3), {}, '2020-01-01T00:00:00.000Z');

  expect(await watch({ errand: 'sweep' })).toEqual(DONE);

  expect(around.sent.map(({ body }) => body)).toEqual([{ ...image(3), cause: 'SWEEP' }, { ...image(2), cause: 'SWEEP' }]);
  expect(around.metrics).toEqual([expect.objectContaining({ Gate: 'gate', Sweeps: 1 })]);
  expect(around.metrics[0]._aws.CloudWatchMetrics[0]).toMatchObject({ Namespace: 'SecureEcr/Gate', Dimensions: [['Gate'], []] });
});

test('a sweep that fails is not counted', async () => {
  around.refuse = () => true;
  await around.store.note(image(3), {}, '2020-01-01T00:00:00.000Z');

  expect(await watch({ errand: 'sweep' })).toEqual(FAILED);
  expect(around.metrics).toEqual([]);
});

test('thousands of repositories are listed, each in a message of its own', async () => {
  const pages = [Array.from({ length: 1_000 }, (_, index) => `team/${index}`), ['other', 'team/last']];
  answers.repositories = async ({ nextToken, maxResults }) => {
    expect(maxResults).toBe(1_000);
    return { repositories: pages[nextToken ? 1 : 0].map((repositoryName) => ({ repositoryName })), nextToken: nextToken ? undefined : 'more' };
  };

  expect(await watch({ errand: 'find', repositories: ['shop/web'], patterns: ['team/*'] })).toEqual(DONE);

  expect(around.sent.every(({ QueueUrl }) => QueueUrl === process.env.QUEUE)).toBe(true);
  expect(around.sent.map(({ body }) => body)).toEqual(['shop/web', ...pages[0], 'team/last'].map((repository) => ({ errand: 'list', repository })));
});

test('a registry without repositories has none', async () => {
  answers.repositories = async () => ({});

  expect(await watch({ errand: 'find', repositories: [], patterns: ['*'] })).toEqual(DONE);
  expect(around.sent).toEqual([]);
});

test('thousands of images are found, page by page; archived ones are not asked for', async () => {
  const asked: object[] = [];
  answers.images = async (input) => {
    asked.push({ ...input });
    return { imageDetails: input.nextToken ? details(1_000, 500) : details(0, 1_000), nextToken: input.nextToken ? undefined : 'more' };
  };
  await around.store.note(image(7), {}, '2020-01-01T00:00:00.000Z');

  expect(await watch({ errand: 'list', repository: 'shop/web' })).toEqual(DONE);

  const filter = { imageStatus: 'ACTIVE' };
  expect(asked).toEqual([{ repositoryName: 'shop/web', filter, maxResults: 1_000 }, { repositoryName: 'shop/web', filter, maxResults: 1_000, nextToken: 'more' }]);
  expect((await around.store.known('shop/web', details(0, 1_500).map(({ imageDigest }) => imageDigest))).size).toBe(1_500);
  expect(around.logged.at(-1)).toMatchObject({ message: 'Watched', done: 'LISTED', count: 1_499 });
  expect(around.sent).toEqual([]);
});

test('images that ECR says nothing of are left, as is a repository without any', async () => {
  answers.images = async () => ({ imageDetails: [{ imageDigest: digest(1) }, { imagePushedAt: new Date() }] });
  expect(await watch({ errand: 'list', repository: 'shop/web' })).toEqual(DONE);
  answers.images = async () => ({});
  expect(await watch({ errand: 'list', repository: 'shop/web' })).toEqual(DONE);

  expect(around.store.at(image(1))).toBeUndefined();
});

test('a listing that comes to the end of its time goes on in another message', async () => {
  answers.images = async () => ({ imageDetails: details(0, 10) });

  expect(await watch({ errand: 'list', repository: 'shop/web' }, 19_999)).toEqual(DONE);

  expect(around.sent).toMatchObject([{ QueueUrl: process.env.QUEUE, body: { errand: 'list', repository: 'shop/web' } }]);
});

test('a listing goes on from the page that it was given, unless that has gone', async () => {
  const asked: string[] = [];
  answers.images = async ({ nextToken }) => {
    asked.push(nextToken!);
    if (nextToken === 'gone') throw new InvalidParameterException({ message: 'Invalid token', $metadata: {} });
    return { imageDetails: details(0, 3), nextToken: asked.length === 1 ? 'more' : undefined };
  };

  expect(await watch({ errand: 'list', repository: 'shop/web', from: 'there' }, 19_999)).toEqual(DONE);
  expect(around.sent.splice(0)).toMatchObject([{ body: { errand: 'list', repository: 'shop/web', from: 'there' } }]); // of which nothing was noted
  expect(await watch({ errand: 'list', repository: 'shop/web', from: 'there' })).toEqual(DONE);
  expect(await watch({ errand: 'list', repository: 'shop/web', from: 'gone' })).toEqual(DONE);
  expect(asked).toEqual(['there', 'there', 'gone']);
  expect(around.sent).toEqual([]);
});

test('a listing that is refused from the beginning fails', async () => {
  answers.images = async () => { throw new InvalidParameterException({ message: 'Invalid parameter', $metadata: {} }); };

  expect(await watch({ errand: 'list', repository: 'shop/web' })).toEqual(FAILED);
});

test('a listing of what is known goes on from the next page', async () => {
  for (const { imageDigest } of details(0, 3)) await around.store.note({ repository: 'shop/web', digest: imageDigest }, {}, '2020-01-01T00:00:00.000Z');
  answers.images = async () => ({ imageDetails: details(0, 3), nextToken: 'more' });

  expect(await watch({ errand: 'list', repository: 'shop/web' }, 19_999)).toEqual(DONE);

  expect(around.sent).toMatchObject([{ QueueUrl: process.env.QUEUE, body: { errand: 'list', repository: 'shop/web', from: 'more' } }]);
});

test('a repository that was deleted meanwhile has no images', async () => {
  answers.images = async () => { throw new RepositoryNotFoundException({ message: 'gone', $metadata: {} }); };

  expect(await watch({ errand: 'list', repository: 'shop/web' })).toEqual(DONE);
});

test('a listing that is throttled to the end is tried again', async () => {
  answers.images = async ({ nextToken }) => {
    if (nextToken) throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    return { imageDetails: details(0, 3), nextToken: 'more' };
  };

  expect(await watch({ errand: 'list', repository: 'shop/web' })).toEqual(FAILED);
  expect(around.store.at(image(1))).toBeDefined(); // so the next time begins further on
});

test('a reminder is passed on', async () => {
  expect(await watch({ errand: 'judge', request: { ...image(1), cause: 'SWEEP' } })).toEqual(DONE);
  expect(around.sent).toMatchObject([{ QueueUrl: process.env.REQUESTS, body: { ...image(1), cause: 'SWEEP' } }]);
});

test('no secret is logged', async () => {
  answers.images = async () => { throw new Error('no'); };
  await handler(batch([samples.PUSH, 'not JSON', { errand: 'list', repository: 'shop/web' }, { errand: 'sweep' }]), context());

  const logged = JSON.stringify(around.logged);
  expect(logged).toContain('A message failed');
  for (const secret of SECRETS) expect(logged).not.toContain(secret);
});
