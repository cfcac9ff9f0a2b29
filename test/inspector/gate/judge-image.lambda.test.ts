import { EventBridgeClient, type PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DONE, FAILED, type Surroundings, batch, context, surround } from './functions';
import { SECRETS } from './handler-environment';
import type { JudgementRequest } from '../../../src/inspector/gate/contract';
import { handler } from '../../../src/inspector/gate/judge-image.lambda';
import { DynamoStore } from '../../../src/inspector/gate/running/dynamo-store';
import { ConflictError } from '../../../src/inspector/gate/running/state';
import { StandIn } from '../../stand-in';
import * as samples from '../../stand-in/samples';
import { World } from '../../stand-in/world';
import { SilentServer } from '../../support/silent-server';

const REPOSITORY = 'shop/web';
const HOUR = 3_600_000;
const { REQUESTS, WATCH } = process.env;

let around: Surroundings;
let aws: StandIn;
let request: JudgementRequest;
let onBus: any[];
/** How many of the next entries the bus refuses. */
let refused: number;

beforeEach(async () => {
  around = surround();
  aws = await StandIn.start(new World('111111111111'));
  process.env.AWS_ENDPOINT_URL_ECR = process.env.AWS_ENDPOINT_URL_INSPECTOR2 = aws.url;
  request = pushed('v1');
  [onBus, refused] = [[], 0];
  jest.spyOn(EventBridgeClient.prototype, 'send').mockImplementation(async ({ input }: any) => {
    const Entries = (input as PutEventsCommand['input']).Entries!.map((entry, index) =>
      index < refused ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'too busy' } : (onBus.push(entry), { EventId: String(index) }));
    return { FailedEntryCount: refused, Entries };
  });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await aws.stop();
});

/** An image that was scanned an hour ago. */
function pushed(name: string): JudgementRequest {
  const { world } = aws;
  const digest = world.push(REPOSITORY, samples.imageManifest(name), name);
  world.coverage.push(samples.covered(world, REPOSITORY, digest, 'SUCCESSFUL', new Date(Date.now() - HOUR)));
  return { repository: REPOSITORY, digest, cause: 'PUSH' };
}

const judge = (ms?: number) => handler(batch([request]), context(ms));
const find = (id = 'CVE-2026-1') => aws.world.findings.push(samples.inspectorFinding(aws.world, REPOSITORY, request.digest, { id }));
const told = () => onBus.map(({ DetailType, Detail }) => [DetailType, JSON.parse(Detail).digest]);
const asked = () => aws.requests.map(({ operation }) => operation);

describe('an image', () => {
  test('is judged, told of, and looked at again', async () => {
    find();
    expect(await judge()).toEqual(DONE);

    expect(asked()).toEqual(['BatchGetImage', 'ListCoverage', 'ListFindings']);
    expect(onBus).toEqual([{ Source: 'cdk-secure-ecr.gate', DetailType: 'Image Rejected', Detail: expect.any(String) }]);
    expect(JSON.parse(onBus[0].Detail)).toMatchObject({
      schemaVersion: 1, gate: 'gate', account: '111111111111', region: 'eu-west-1', status: 'REJECTED', digest: request.digest, cause: 'PUSH',
    });
    expect(around.sent).toMatchObject([{ QueueUrl: WATCH, body: { errand: 'judge', request: { ...request, cause: 'SWEEP' } }, DelaySeconds: 300 }]);
    expect(around.metrics).toEqual([expect.objectContaining({ Gate: 'gate', Rejected: 1 }), expect.objectContaining({ Gate: 'gate', Requests: 3 })]);
    expect(around.logged).toMatchObject([{
      level: 'INFO',
      message: 'Judged',
      repository: REPOSITORY,
      done: 'DECIDED',
      status: 'REJECTED',
      reasons: ['CVE-2026-1'],
      told: ['Image Rejected'],
      requests: { BatchGetImage: 1, ListCoverage: 1, ListFindings: 1 },
    }]);
  });

  test('that is asked for twice is told of once', async () => {
    expect(await handler(batch([request, request]), context())).toEqual(DONE);
    expect(await judge()).toEqual(DONE);

    expect(told()).toEqual([['Image Approved', request.digest]]);
    expect(around.store.history(request)).toHaveLength(1);
  });

  test('is waited for where findings were announced that are not listed', async () => {
    await around.store.note(request, { expected: { count: 4, at: new Date().toISOString() } }, new Date().toISOString());

    await judge();

    expect(around.logged).toMatchObject([{ status: 'PENDING', reasons: ['FINDINGS_AWAITED'] }]);
    expect(onBus).toEqual([]);
    expect(asked()).toEqual(['BatchGetImage', 'ListCoverage', 'ListFindings', 'ListFindings']); // once more for what has closed
  });

  test('is not waited for where what was announced has closed since', async () => {
    find();
    Object.assign(aws.world.findings[0], { status: 'CLOSED' });
    const at = new Date().toISOString();
    await around.store.note(request, { expected: { count: 1, at } }, at);

    await judge();
    await judge();

    expect(told()).toEqual([['Image Approved', request.digest]]);
    expect(asked().filter((operation) => operation === 'ListFindings')).toHaveLength(3); // what was met is not asked for again
  });

  test('has the indexes judged that it is part of', async () => {
    const index = `sha256:${'9'.repeat(64)}`;
    await around.store.note({ repository: REPOSITORY, digest: index }, {}, new Date().toISOString());
    await around.store.notePart(request, index, new Date().toISOString());

    await judge();

    expect(around.sent[0]).toMatchObject({ QueueUrl: REQUESTS, body: { repository: REPOSITORY, digest: index, cause: 'PLATFORM' }, MessageGroupId: expect.any(String) });
  });

  test('that is archived is rejected, told of and remembered; restored, it is approved again', async () => {
    await judge();
    request = { ...request, cause: 'CHANGE' };
    aws.world.archive.set(request.digest, 'ARCHIVED');

    expect(await judge()).toEqual(DONE);

    expect(told().slice(1).map(([type]) => type)).toEqual(['Image Rejected', 'Image Verdict Changed']);
    expect(JSON.parse(onBus.at(-1).Detail)).toMatchObject({ previousStatus: 'APPROVED', reasons: [{ kind: 'UNSCANNABLE', code: 'IMAGE_ARCHIVED' }] });
    expect(around.store.at(request)).toMatchObject({ status: 'REJECTED' });
    aws.world.archive.delete(request.digest);
    expect(await judge()).toEqual(DONE);
    expect(around.store.at(request)).toMatchObject({ status: 'APPROVED' });
  });

  test('whose repository is gone is gone', async () => {
    aws.world.images.length = 0;

    expect(await judge()).toEqual(DONE);
    expect(around.logged).toMatchObject([{ done: 'MISSING' }]);
  });
});

describe('what fails', () => {
  test('is poison, and holds up no other', async () => {
    const other = pushed('v2');

    const { batchItemFailures } = await handler(batch(['not JSON', 'null', {}, other]), context());

    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['m0', 'm1', 'm2']);
    expect(told()).toEqual([['Image Approved', other.digest]]);
  });

  test.each([[1, 30], [2, 60], [5, 480], [9, 900]])('for the %d. time is tried again in %d seconds', async (times, seconds) => {
    aws.inject({ operation: 'BatchGetImage', fault: 'invalid' });

    expect(await handler(batch([request], times), context())).toEqual(FAILED);
    expect(around.again).toEqual([seconds]);
  });

  test('for a while only is asked for again at once', async () => {
    for (const operation of ['BatchGetImage', 'ListCoverage', 'ListFindings']) {
      aws.inject({ operation, fault: 'throttled' }, { operation, fault: 'serverError' });
    }

    expect(await judge()).toEqual(DONE);

    expect(told()).toEqual([['Image Approved', request.digest]]);
    expect(around.metrics).toEqual([expect.objectContaining({ Approved: 1 }), expect.objectContaining({ Requests: 9 })]);
  });

  test.each(['BatchGetImage', 'ListCoverage', 'ListFindings'])('in %s to the end decides nothing, and is due again soon', async (operation) => {
    aws.inject({ operation, fault: 'denied', times: 3 });
    await around.store.note(request, {}, '2020-01-01T00:00:00.000Z');

    expect(await judge()).toEqual(FAILED);

    expect(onBus).toEqual([]);
    expect(around.store.at(request)).toMatchObject({ version: 0 });
    expect(Date.parse(around.store.at(request)!.dueAt!)).toBeGreaterThan(Date.now() + 290_000);
    expect(around.logged.at(-1)).toMatchObject({ level: 'ERROR', message: 'A message failed', messageId: 'm0', error: { name: 'ReadError' } });
  });

  test.each([1, 2])('on the bus is told the next time, %d of its entries', async (count) => {
    await judge();
    find();
    [refused, onBus.length] = [count, 0];
    request = { ...request, cause: 'FINDING' };

    expect(await judge()).toEqual(FAILED);
    expect(around.logged.at(-1)).toMatchObject({ level: 'ERROR', error: { message: `The event bus refused ${count} events: too busy` } });
    expect(around.metrics.filter((each) => each.Revoked)).toEqual([]);
    [refused, onBus.length] = [0, 0];
    expect(await judge()).toEqual(DONE);

    expect(onBus.map(({ DetailType }) => DetailType)).toEqual(['Image Rejected', 'Image Verdict Changed']);
    expect(new Set(onBus.map(({ Detail }) => JSON.parse(Detail).id)).size).toBe(1);
    expect(around.metrics.filter((each) => each.Revoked)).toEqual([expect.objectContaining({ Gate: 'gate', Revoked: 1, Rejected: 1 })]);
  });

  test('in the queue of what is to be judged has the rest told again', async () => {
    const index = `sha256:${'9'.repeat(64)}`;
    await around.store.note({ repository: REPOSITORY, digest: index }, {}, new Date().toISOString());
    await around.store.notePart(request, index, new Date().toISOString());
    around.refuse = ({ cause }) => cause === 'PLATFORM';

    expect(await judge()).toEqual(FAILED);
    expect(around.store.at(request)!.outbox).toBeDefined();
    around.refuse = () => false;
    expect(await judge()).toEqual(DONE);

    expect(around.sent.map(({ body }) => body)).toContainEqual({ repository: REPOSITORY, digest: index, cause: 'PLATFORM' });
    expect(around.store.at(request)!.outbox).toBeUndefined();
  });

  test('in the queue of what is judged later, the sweep makes good', async () => {
    around.refuse = ({ errand }) => errand === 'judge';

    expect(await judge()).toEqual(FAILED);
    expect(around.store.at(request)).toMatchObject({ status: 'APPROVED', dueAt: expect.any(String) });
  });

  test.each([[1, DONE], [2, DONE], [3, FAILED]])('because somebody else has decided, %d times', async (times, outcome) => {
    const commit = jest.spyOn(DynamoStore.prototype, 'commit');
    for (let at = 0; at < times; at++) commit.mockRejectedValueOnce(new ConflictError(request));

    expect(await judge()).toEqual(outcome);

    expect(told()).toEqual(outcome === DONE ? [['Image Approved', request.digest]] : []);
    expect(asked().filter((operation) => operation === 'BatchGetImage')).toHaveLength(Math.min(times + 1, 3)); // read anew each time
  });

  test.each(['get', 'commit', 'told'] as const)('in the table (%s) is told by the next', async (name) => {
    const throttled = Object.assign(new Error('Rate of requests exceeds the allowed throughput'), { name: 'ThrottlingException' });
    jest.spyOn(DynamoStore.prototype, name).mockRejectedValueOnce(throttled);

    expect(await judge()).toEqual(FAILED);
    expect(await judge()).toEqual(DONE);

    expect(new Set(told().map(([type]) => type))).toEqual(new Set(['Image Approved']));
    expect(around.store.at(request)!.outbox).toBeUndefined();
  });
});

test('reading ends before the time of the function does, and is begun again later', async () => {
  const silent = await SilentServer.start();
  process.env.AWS_ENDPOINT_URL_INSPECTOR2 = silent.url;
  await around.store.note(request, {}, '2020-01-01T00:00:00.000Z');
  const began = Date.now();

  expect(await judge(11_100)).toEqual(FAILED);

  silent.stop();
  expect(Date.now() - began).toBeGreaterThanOrEqual(1_000);
  expect(Date.now() - began).toBeLessThan(5_000);
  expect(around.logged.at(-1)).toMatchObject({ level: 'ERROR', message: 'A message failed', error: { name: 'AbortError' } });
  expect(around.again).toEqual([30]);
  expect(Date.parse(around.store.at(request)!.dueAt!)).toBeGreaterThan(Date.now());
  expect(onBus).toEqual([]);
});

test('no secret is logged, whatever happens', async () => {
  find();
  await judge();
  aws.inject(
    { operation: 'BatchGetImage', fault: 'denied', times: 3 }, { operation: 'BatchGetImage', fault: 'expiredCredentials', times: 3 },
    { operation: 'BatchGetImage', fault: 'truncated', times: 10 },
  );
  for (let at = 0; at < 3; at++) await judge(12_000);
  await handler(batch(['not JSON']), context());

  const logged = JSON.stringify(around.logged);
  expect(logged).toContain('A message failed');
  for (const secret of [...SECRETS, 'AWS4-HMAC', 'authorization']) expect(logged).not.toContain(secret);
});
