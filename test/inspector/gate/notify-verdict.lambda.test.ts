import './notify-environment';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SQSClient, type SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { NOW, approved, digest, eventOn, huge, index, pending, rejected, unscanned } from './events';
import type { Batch } from '../../../src/handler/batch';
import { type VerdictEvent, VerdictEventType } from '../../../src/inspector/gate/contract';
import { handler as lambda } from '../../../src/inspector/gate/notify-verdict.lambda';
import { turnName } from '../../../src/inspector/gate/running/message/people';
import { StandIn } from '../../stand-in';
import { ecsCluster, eksCluster } from '../../stand-in/samples';
import { World } from '../../stand-in/world';
import { FakeTable } from '../../support/fake-table';
import { CONTEXT } from '../../support/lambda-context';
import { SilentServer } from '../../support/silent-server';

const { CHANGED, REJECTED, APPROVED } = VerdictEventType;
let table: FakeTable;
let published: PublishCommand['input'][];
let delayed: SendMessageCommand['input'][];
let publish: jest.SpyInstance;
let aws: StandIn;
let remaining = 60_000;

beforeEach(async () => {
  table = new FakeTable();
  [published, delayed] = [[], []];
  remaining = 60_000;
  jest.useFakeTimers({ now: NOW, doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'queueMicrotask'] });
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  jest.spyOn(DynamoDBClient.prototype, 'send').mockImplementation((command: unknown) => table.send(command));
  publish = jest.spyOn(SNSClient.prototype, 'send').mockImplementation(async ({ input }: any) => void published.push(input));
  jest.spyOn(SQSClient.prototype, 'send').mockImplementation(async ({ input }: any) => void delayed.push(input));
  aws = await StandIn.start(new World('111111111111'));
  process.env.AWS_ENDPOINT_URL_INSPECTOR2 = aws.url;
});
afterEach(async () => {
  jest.restoreAllMocks();
  jest.useRealTimers();
  await aws.stop();
});

const handler = (batch: Batch) => lambda(batch, { ...CONTEXT, getRemainingTimeInMillis: () => remaining } as Context);
const batch = (...bodies: unknown[]) => ({ Records: bodies.map((body, at) => ({ messageId: `m${at}`, body: JSON.stringify(body) })) });
const event = (detail: VerdictEvent, type = detail.previousStatus ? CHANGED : REJECTED) => ({ 'source': 'cdk-secure-ecr.gate', 'detail-type': type, detail });
const forms = (at = 0) => JSON.parse(published[at].Message!);
const runs = (of: string, ...clusters: ReturnType<typeof ecsCluster>[]) => aws.world.clusters.set(aws.world.arnOf('shop/web', of), clusters);
const many = (count: number, detail = rejected()) => Array.from({ length: count }, (_, at) => event({ ...detail, id: `${turnName(detail)}/${at}` }));
// The SDK asks again where its clock may be wrong, which this one is.
const deny = (after = 0) => aws.inject({ operation: 'GetClustersForImage', fault: 'denied', times: 10, after });
const FINE = { batchItemFailures: [] };
const FIRST_FAILS = { batchItemFailures: [{ itemIdentifier: 'm0' }] };

test('tells each kind of subscriber in its own form', async () => {
  runs(digest(1), ecsCluster(aws.world, 'prod', 'web', { lastInUse: new Date('2026-11-22T10:00:00Z') }));

  expect(await handler(batch(event(rejected({ announced: 'APPROVED' }))))).toEqual(FINE);

  expect(published).toEqual([{
    TopicArn: process.env.TOPIC,
    Subject: 'No longer approved: shop/web@sha256:000000000000',
    MessageStructure: 'json',
    Message: expect.any(String),
    MessageAttributes: {
      status: { DataType: 'String', StringValue: 'REJECTED' },
      repository: { DataType: 'String', StringValue: 'shop/web' },
    },
  }]);
  expect(Object.keys(forms()).sort()).toEqual(['default', 'email', 'https', 'sms']);
  expect(forms().email).toContain('\nIt runs in ECS cluster prod (service web, 3 tasks, last seen 2 hours ago).\n');
  expect(forms().email).toContain('What to do: https://wiki.example.com/verdicts');
  expect(forms().sms).toMatch(/^shop\/web@.* was approved and is rejected now: critical CVE-2026-1234/);
  expect(JSON.parse(forms().https)).toMatchObject({ version: '1.0', source: 'custom', content: { textType: 'client-markdown' } });
  expect(JSON.parse(forms().default)).toMatchObject({ schemaVersion: 1, event: rejected({ announced: 'APPROVED' }), use: { seen: [{ running: 3 }] } });
});

describe('who is told what', () => {
  test('a verdict is told once, however many events it has and however often they come', async () => {
    const turned = rejected({ announced: 'APPROVED' });

    expect(await handler(batch(event(turned, REJECTED), event(turned, CHANGED), event(turned, CHANGED)))).toEqual(FINE);
    expect(await handler(batch(event(turned, REJECTED)))).toEqual(FINE);

    expect(published).toHaveLength(1);
  });

  test('two gates may tell of the same image', async () => {
    await handler(batch(event(rejected()), event({ ...rejected(), gate: 'Other' })));

    expect(published).toHaveLength(2);
  });

  test('an approval of a new image is told to nobody, one after a rejection is', async () => {
    await handler(batch(event(approved(), APPROVED)));
    expect(published).toEqual([]);

    const well = approved({ announced: 'REJECTED' });
    await handler(batch(event(well, APPROVED), event(well, CHANGED)));
    expect(published.map(({ Subject }) => Subject)).toEqual(['Approved now: shop/web@sha256:000000000000']);
  });

  test('an image that is part of an index is not told of by itself', async () => {
    expect(await handler(batch(event(rejected({ partOf: [digest(9)] }))))).toEqual(FINE);

    expect([published.length, aws.requests.length]).toEqual([0, 0]);
  });

  test.each(['IMAGE_ARCHIVED', 'SCAN_ELIGIBILITY_EXPIRED'])('%s: only when it runs somewhere', async (status) => {
    const unused = unscanned(status, { announced: 'APPROVED' });
    await handler(batch(event(unused)));
    expect(published).toEqual([]);

    runs(digest(1), ecsCluster(aws.world, 'old', 'web', { runningUnitCount: 0, stoppedUnitCount: 1 }));
    await handler(batch(event({ ...unused, id: 'stopped' })));
    expect(published).toEqual([]);

    runs(digest(1), ecsCluster(aws.world, 'prod', 'web'));
    await handler(batch(event({ ...unused, id: 'runs' })));
    expect(forms().email).toContain('It runs in ECS cluster prod');
    expect(aws.requests).toHaveLength(3); // asked once for each
  });

  test('an unused image that may run for all that is known is told of', async () => {
    deny();

    await handler(batch(event(unscanned('IMAGE_ARCHIVED'))));

    expect(forms().email).toContain('Where it runs is not known: ');
  });
});

describe('where it runs', () => {
  test('is asked for each platform of an index, not for the index', async () => {
    runs(digest(2), ecsCluster(aws.world, 'prod', 'web'));
    runs(digest(3), ecsCluster(aws.world, 'prod', 'web'), eksCluster(aws.world, 'blue', 'shop', 'web'));

    await handler(batch(event(eventOn(index([], [])))));

    expect(aws.requests.map(({ body }) => body.filter.resourceId.split('/').at(-1))).toEqual([digest(2), digest(3)]);
    expect(forms().sms).toContain('is approved');
    expect(forms().email).toContain('ECS cluster prod (service web, 6 tasks, last seen 21 days ago) and EKS cluster blue (namespace shop, Deployment web, 2 pods, last seen 21 days ago)');
  });

  test('is read to its last page', async () => {
    runs(digest(1), ...Array.from({ length: 25 }, (_, at) => ecsCluster(aws.world, `c${at}`, 'web')));
    aws.pageSize = 10;

    await handler(batch(event(rejected())));

    expect(aws.requests).toHaveLength(3);
    expect(JSON.parse(forms().default).use.seen).toHaveLength(25);
  });

  test('is said not to be known, and why, where Amazon Inspector may not be asked', async () => {
    deny();

    expect(await handler(batch(event(rejected())))).toEqual(FINE);

    expect(forms().email).toMatch(/\nWhere it runs is not known: GetClustersForImage: .* Allow inspector2:GetClustersForImage; where Amazon Inspector is turned off, it answers the same\.\n/);
    expect(forms().email).toContain('Upgrade openssl to 3.0.15.');
  });

  test('is said as far as it is known', async () => {
    runs(digest(2), ecsCluster(aws.world, 'prod', 'web'));
    deny(1);

    await handler(batch(event(eventOn(index([], [])))));

    expect(forms().email).toMatch(/It runs in ECS cluster prod \([^)]+\)\. There may be more: GetClustersForImage: /);
  });

  test('is given up soon where Amazon Inspector is too busy', async () => {
    jest.useRealTimers(); // the SDK measures how fast it may ask
    aws.inject({ operation: 'GetClustersForImage', fault: 'throttled', times: 3 });

    expect(await handler(batch(event(rejected())))).toEqual(FINE);

    expect(forms().email).toMatch(/Where it runs is not known: GetClustersForImage: Rate exceeded/);
  }, 20_000);

  test('is waited for as long as there is time', async () => {
    const silent = await SilentServer.start();
    process.env.AWS_ENDPOINT_URL_INSPECTOR2 = silent.url;
    remaining = 21_000;

    expect(await handler(batch(event(rejected())))).toEqual(FINE);

    expect(forms().email).toContain('Where it runs is not known: Amazon Inspector did not answer in time.');
    silent.stop();
  });
});

describe('a burst', () => {
  const inTens = async (burst: object[]) => {
    for (let first = 0; first < burst.length; first += 10) expect(await handler(batch(...burst.slice(first, first + 10)))).toEqual(FINE);
  };

  test('of a thousand is told of in five messages and a summary, once', async () => {
    await inTens(many(1_000, rejected({ announced: 'APPROVED' })));

    expect(published).toHaveLength(5);
    expect(aws.requests).toHaveLength(5); // nobody asks for what is not told
    expect(delayed).toEqual([{ QueueUrl: process.env.QUEUE, DelaySeconds: 360, MessageBody: expect.any(String) }]);

    const summary = JSON.parse(delayed[0].MessageBody!);
    jest.setSystemTime(NOW.getTime() + 360_000);
    expect(await handler(batch(summary, summary))).toEqual(FINE);
    expect(published).toHaveLength(6);
    expect(published[5]).toMatchObject({
      Subject: 'No longer approved: 995 more images', MessageAttributes: { status: { DataType: 'String', StringValue: 'REJECTED' } },
    });
    expect(forms(5).email).toMatch(/^995 more images were approved and are rejected now, within five minutes from 2026-11-22T12:00:00\.000Z\./);
    expect(JSON.parse(forms(5).default).summary).toEqual({
      gate: 'Gate', account: '111111111111', region: 'eu-west-1', status: 'REJECTED', previousStatus: 'APPROVED', from: '2026-11-22T12:00:00.000Z', more: 995,
    });
  });

  test('does not hide what is of another kind', async () => {
    await inTens(many(20));
    await inTens(many(1, rejected({ announced: 'APPROVED' })));
    await inTens(many(1, approved({ announced: 'REJECTED' })));

    expect(published.map(({ Subject }) => Subject!.split(':')[0])).toEqual([...Array(5).fill('Rejected'), 'No longer approved', 'Approved now']);
  });

  test('that goes on is told of again in the next window, and all of it is counted', async () => {
    await inTens(many(8));
    jest.setSystemTime(NOW.getTime() + 300_000);
    await inTens(many(17).slice(8));

    expect(published).toHaveLength(10);
    jest.setSystemTime(NOW.getTime() + 700_000);
    await handler(batch(...delayed.map(({ MessageBody }) => JSON.parse(MessageBody!))));
    expect(published.slice(10).map(({ Subject }) => Subject)).toEqual(['Rejected: 3 more images', 'Rejected: 4 more images']);
  });

  test('of five needs no summary', async () => {
    await inTens(many(5));

    expect([published.length, delayed.length]).toEqual([5, 0]);
  });
});

describe('what fails', () => {
  const throttled = () => Object.assign(new Error('Rate exceeded'), { name: 'ThrottledException' });

  test('is tried again, and holds up no other', async () => {
    publish.mockRejectedValueOnce(throttled());

    expect(await handler(batch(...many(2)))).toEqual(FIRST_FAILS);
    expect(published).toHaveLength(1);

    jest.setSystemTime(NOW.getTime() + 121_000);
    expect(await handler(batch(...many(2)))).toEqual(FINE);
    expect(published).toHaveLength(2);
  });

  test('is left to whoever has it, until their time is over', async () => {
    publish.mockRejectedValueOnce(throttled());
    await handler(batch(...many(1)));

    expect(await handler(batch(...many(1)))).toEqual(FIRST_FAILS);
  });

  test('a fifth of a burst that is told late asks for the summary of its own window', async () => {
    await handler(batch(...many(4)));
    publish.mockRejectedValueOnce(throttled());
    const [, , , , fifth, ...rest] = many(8);
    expect(await handler(batch(fifth, ...rest))).toEqual(FIRST_FAILS);

    jest.setSystemTime(NOW.getTime() + 900_000);
    await handler(batch(fifth));
    await handler(batch(JSON.parse(delayed[0].MessageBody!)));
    expect(published.map(({ Subject }) => Subject).slice(4)).toEqual([expect.stringMatching('^Rejected: shop/web'), 'Rejected: 3 more images']);
  });

  test('a summary that fails is told later', async () => {
    await handler(batch(...many(6)));
    const summary = JSON.parse(delayed[0].MessageBody!);
    publish.mockRejectedValueOnce(throttled());

    expect(await handler(batch(summary))).toEqual(FIRST_FAILS);
    jest.setSystemTime(NOW.getTime() + 121_000);
    expect(await handler(batch(summary))).toEqual(FINE);
    expect(published).toHaveLength(6);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['something else', { x: 1 }],
    ['another version', event({ ...rejected(), schemaVersion: 2 as 1 })],
    ['no id', event({ ...rejected(), id: undefined as any })],
    ['no reasons', event({ ...rejected(), reasons: undefined as any })],
    ['no platforms', event({ ...rejected(), platforms: {} as any })],
    ['text', 'text'],
  ])('a poison message (%s) is given back and holds up no other', async (_name, body) => {
    expect(await handler(batch(body, event(rejected())))).toEqual(FIRST_FAILS);
    expect(published).toHaveLength(1);
  });

  test('no JSON is given back', async () => {
    expect(await handler({ Records: [{ messageId: 'm0', body: '{' }] })).toEqual(FIRST_FAILS);
  });
});

test('no secret is logged, whatever fails', async () => {
  const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  deny();
  publish.mockRejectedValueOnce(new Error('Rate exceeded'));

  expect(await handler(batch(event(rejected()), 'text'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm1' }] });

  const logged = write.mock.calls.join('\n');
  expect(logged).toContain('A message failed');
  for (const secret of [process.env.AWS_SECRET_ACCESS_KEY, 'AWS4-HMAC']) expect(logged).not.toContain(secret);
});

test('a huge event is told of, in a message that SNS takes', async () => {
  runs(digest(2), ...Array.from({ length: 300 }, (_, at) => ecsCluster(aws.world, `${'x'.repeat(240)}${at}`, 'y'.repeat(200))));

  expect(await handler(batch(event(huge())))).toEqual(FINE);

  expect(Buffer.byteLength(published[0].Message!)).toBeLessThan(261_000);
  expect(published[0].Subject!.length).toBeLessThanOrEqual(100);
});

test('a subject has ASCII only and at most 100 characters', async () => {
  await handler(batch(event({ ...rejected(), repository: `${'é'.repeat(3)}/${'x'.repeat(250)}` })));

  expect(published[0].Subject).toMatch(/^Rejected: \?\?\?\/x{86}$/);
});

test('what is pending again is told of too', async () => {
  await handler(batch(event(pending({ announced: 'APPROVED' }))));

  expect(forms().sms).toContain('was approved and is pending now: it is being scanned.');
});
