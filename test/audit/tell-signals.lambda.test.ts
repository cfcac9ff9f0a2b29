import './handler-environment';
import { gzipSync } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, type PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SQSClient, type SendMessageCommand } from '@aws-sdk/client-sqs';
import { ADMINISTRATOR, CI, PIPELINE, asEvent, byDocker, call, lifecycleRun, onRepository, push, role } from './records/build';
import type { CloudTrailRecord, SignalFacts } from '../../src/audit/contract';
import { handler as lambda } from '../../src/audit/tell-signals.lambda';
import type { Batch } from '../../src/handler/batch';
import { FakeTable } from '../support/fake-table';
import { CONTEXT } from '../support/lambda-context';

const handler = (from: Batch) => lambda(from, CONTEXT);

const FACTS: SignalFacts = {
  id: 'imageDeleted',
  title: 'Images were deleted by hand',
  severity: 'HIGH',
  threshold: 1,
  runbook: 'Ask whoever did it.',
  runbookUrl: 'https://example.com/runbook#imagedeleted',
  controls: ['PCI DSS 10.2.1.7'],
};
const DELETION = onRepository('BatchDeleteImage', { by: ADMINISTRATOR, request: { imageIds: [{ imageTag: 'v1' }] } });

let table: FakeTable;
let published: PublishCommand['input'][];
let onBus: any[];
let delayed: SendMessageCommand['input'][];
let emitted: any[];
let publish: jest.SpyInstance;

beforeEach(() => {
  table = new FakeTable();
  [published, onBus, delayed, emitted] = [[], [], [], []];
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => emitted.push(JSON.parse(String(line))) > 0);
  jest.spyOn(DynamoDBClient.prototype, 'send').mockImplementation((command: unknown) => table.send(command));
  publish = jest.spyOn(SNSClient.prototype, 'send').mockImplementation(async ({ input }: any) => void published.push(input));
  jest.spyOn(EventBridgeClient.prototype, 'send').mockImplementation(async ({ input }: any) => {
    onBus.push(...(input as PutEventsCommand['input']).Entries!.map(({ Detail }) => JSON.parse(Detail!)));
    return { FailedEntryCount: 0 };
  });
  jest.spyOn(SQSClient.prototype, 'send').mockImplementation(async ({ input }: any) => void delayed.push(input));
});
afterEach(() => jest.restoreAllMocks());

const batch = (...bodies: object[]) => ({ Records: bodies.map((body, index) => ({ messageId: `m${index}`, body: JSON.stringify(body) })) });
const occurrence = (record: CloudTrailRecord, over: Partial<SignalFacts> = {}) => ({ signal: { ...FACTS, ...over }, event: asEvent(record) });
const many = (count: number, over: Partial<SignalFacts> = {}) => Array.from({ length: count }, (_, index) => occurrence({ ...DELETION, eventID: `e${index}` }, over));

test('tells people in a sentence, and machines in JSON', async () => {
  expect(await handler(batch(occurrence(DELETION)))).toEqual({ batchItemFailures: [] });

  expect(published).toHaveLength(1);
  const [{ Message, ...envelope }] = published;
  expect(envelope).toEqual({
    TopicArn: process.env.TOPIC,
    Subject: '[HIGH] Images were deleted by hand',
    MessageStructure: 'json',
    MessageAttributes: {
      signal: { DataType: 'String', StringValue: 'imageDeleted' },
      severity: { DataType: 'String', StringValue: 'HIGH' },
    },
  });
  const forms = JSON.parse(Message!);
  expect(forms.email).toBe([
    'Role AWSReservedSSO_Admin_0123456789abcdef (session alice@example.com) deleted v1 from shop/web.',
    '',
    'Signal      Images were deleted by hand (HIGH)',
    'When        2026-11-22T10:02:03Z in eu-west-1, account 111111111111',
    'Repository  shop/web',
    'Image       v1',
    `Event       ${DELETION.eventID}`,
    'Controls    PCI DSS 10.2.1.7',
    '',
    'What to do: Ask whoever did it.',
    'https://example.com/runbook#imagedeleted',
  ].join('\n'));
  expect(forms.sms).toBe(forms.email.split('\n')[0]);
  expect(JSON.parse(forms.default)).toMatchObject({ schemaVersion: 1, signal: 'imageDeleted', sentence: forms.sms, repository: 'shop/web' });
  expect(onBus).toEqual([JSON.parse(forms.default)]);
});

test('tells of an event once, however often it comes', async () => {
  await handler(batch(occurrence(DELETION), occurrence(DELETION)));
  await handler(batch(occurrence(DELETION)));

  expect(published).toHaveLength(1);
  expect(onBus).toHaveLength(1);
});

test('two signals of one event are told of both', async () => {
  await handler(batch(occurrence(DELETION), occurrence(DELETION, { id: 'rootUsed' })));

  expect(published).toHaveLength(2);
});

test('a burst of ten thousand: all on the bus, five to people, and a summary', async () => {
  const burst = many(10_000);
  for (let first = 0; first < burst.length; first += 10) {
    expect(await handler(batch(...burst.slice(first, first + 10)))).toEqual({ batchItemFailures: [] });
  }

  expect(onBus).toHaveLength(10_000);
  expect(published).toHaveLength(5);
  expect(delayed).toEqual([expect.objectContaining({ QueueUrl: process.env.QUEUE, DelaySeconds: 360 })]);

  const summary = JSON.parse(delayed[0].MessageBody!);
  await handler(batch(summary, summary));
  await handler(batch(summary));

  expect(published).toHaveLength(6);
  expect(published[5].Subject).toBe('[HIGH] 9995 more: Images were deleted by hand');
  const forms = JSON.parse(published[5].Message!);
  expect(forms.email).toMatch(/^9995 more within five minutes from 2026-11-22T10:00:00\.000Z in eu-west-1, account 111111111111: Images were deleted by hand\./);
  expect(JSON.parse(forms.default)).toEqual({
    schemaVersion: 1,
    audit: 'SecureEcr/Audit',
    signal: 'imageDeleted',
    title: 'Images were deleted by hand',
    severity: 'HIGH',
    account: '111111111111',
    region: 'eu-west-1',
    summary: { from: '2026-11-22T10:00:00.000Z', more: 9995 },
    runbook: 'Ask whoever did it.',
    runbookUrl: 'https://example.com/runbook#imagedeleted',
  });
});

test('the next window is told of again', async () => {
  await handler(batch(...many(6)));
  await handler(batch(occurrence({ ...DELETION, eventID: 'next', eventTime: '2026-11-22T10:05:00Z' })));

  expect(published).toHaveLength(6);
});

test('exactly as many as are told of one by one need no summary', async () => {
  await handler(batch(...many(5)));

  expect([published.length, delayed.length]).toEqual([5, 0]);
});

test('below its threshold a signal is on the bus only', async () => {
  await handler(batch(...many(9, { threshold: 10 })));
  expect([onBus.length, published.length]).toEqual([9, 0]);

  await handler(batch(occurrence({ ...DELETION, eventID: 'tenth' }, { threshold: 10 })));
  expect([onBus.length, published.length]).toEqual([10, 1]);
});

test('what is informational is on the bus only', async () => {
  await handler(batch(...many(20, { severity: 'INFORMATIONAL' })));

  expect([onBus.length, published.length]).toEqual([20, 0]);
});

test('what the rule could not judge is judged here, and counted here', async () => {
  const judged: Partial<SignalFacts> = { counted: true, judgement: { byOthersThan: { '*': [PIPELINE] } } };

  await handler(batch(occurrence(push(CI), judged), occurrence(push(byDocker(ADMINISTRATOR)), judged)));

  expect(published).toHaveLength(1);
  expect(emitted).toEqual([expect.objectContaining({
    _aws: { Timestamp: Date.parse('2026-11-22T10:02:03Z'), CloudWatchMetrics: [expect.objectContaining({ Namespace: 'SecureEcr/Audit' })] },
    imageDeleted: 1,
  })]);
});

test('what a metric filter counts is not counted again', async () => {
  await handler(batch(occurrence(DELETION)));

  expect(emitted).toEqual([]);
});

test('names the workflow of GitHub behind a session', async () => {
  const begun = call('sts', 'AssumeRoleWithWebIdentity', {
    by: {
      ...CI,
      userIdentity: {
        type: 'WebIdentityUser',
        userName: 'repo:acme@1001/shop@2002:ref:refs/heads/main',
        identityProvider: 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com',
      },
    },
    request: { roleSessionName: 'release-1234567890' },
    response: { credentials: { accessKeyId: 'ASIAEXAMPLE000GITHUB' } },
  });

  await handler(batch(asEvent(begun), occurrence(push(CI))));

  const forms = JSON.parse(published[0].Message!);
  expect(forms.sms).toBe('GitHub Actions of acme/shop (ref:refs/heads/main, workflow release, run 1234567890), as role Pipeline, pushed v1.2.3 to shop/web.');
  expect(forms.email).toContain('GitHub run  https://github.com/acme/shop/actions/runs/1234567890');
});

describe('what comes out of the log', () => {
  const delivery = (content: object) => ({ awslogs: { data: gzipSync(JSON.stringify(content)).toString('base64') } });
  const changed = call('iam', 'UpdateAssumeRolePolicy', { by: ADMINISTRATOR, request: { roleName: 'Pipeline' }, region: 'us-east-1' });
  const records = { messageType: 'DATA_MESSAGE', logEvents: [changed, { ...changed, eventID: 'second' }].map((record) => ({ message: JSON.stringify(record) })) };
  let put: jest.SpyInstance;
  beforeEach(() => {
    put = jest.spyOn(EventBridgeClient.prototype, 'send').mockImplementation(async () => ({ FailedEntryCount: 0 }));
  });
  const entries = () => put.mock.calls.map(([{ input }]) => input.Entries[0]);

  test('goes on the bus, for the rules to tell of', async () => {
    await lambda(delivery(records), CONTEXT);

    expect(entries().map(({ Detail, ...entry }) => [entry, JSON.parse(Detail).eventID])).toEqual(
      [changed.eventID, 'second'].map((id) => [{ Source: 'cdk-secure-ecr.audit', DetailType: 'AWS API Call via CloudTrail' }, id]));
    expect(published).toEqual([]);
  });

  test('is nothing when CloudWatch Logs tries whether the function is there', async () => {
    await lambda(delivery({ messageType: 'CONTROL_MESSAGE', logEvents: [{ message: 'CWL CONTROL MESSAGE: Checking health of destination' }] }), CONTEXT);

    expect(entries()).toEqual([]);
  });

  test('fails as a whole, and is told again out of the dead letter queue', async () => {
    put.mockImplementationOnce(async () => ({ FailedEntryCount: 1, Entries: [{ ErrorMessage: 'throttled' }] }));

    await expect(lambda(delivery(records), CONTEXT)).rejects.toThrow('The event was refused: throttled');

    const failed = {
      version: '1.0',
      timestamp: '2026-11-22T10:09:00.000Z',
      requestContext: { requestId: 'e4b46cbf-b738-4a60-b8b0-1f2d3c4e5f60', functionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:Teller:$LATEST', condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      requestPayload: delivery(records),
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error', errorMessage: 'The event was refused: throttled' },
    };
    expect(await handler(batch(failed))).toEqual({ batchItemFailures: [] });
    expect(entries()).toHaveLength(3);
  });
});

describe('what a rule could not deliver, out of the dead letter queue', () => {
  test('goes on the bus again, for the rules to tell of', async () => {
    expect(await handler(batch(asEvent(DELETION), asEvent(lifecycleRun(2))))).toEqual({ batchItemFailures: [] });

    expect(onBus).toEqual([DELETION, lifecycleRun(2)]);
    const types = jest.mocked(EventBridgeClient.prototype.send).mock.calls.map(([{ input }]: any) => input.Entries[0].DetailType);
    expect(types).toEqual(['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail']);
    expect(published).toEqual([]);
  });

  test('is not told twice by the rules that did deliver it', async () => {
    await handler(batch(occurrence(DELETION)));
    await handler(batch({ ...occurrence(DELETION), event: { ...asEvent(DELETION), id: 'another', source: 'cdk-secure-ecr.audit' } }));

    expect(published).toHaveLength(1);
  });
});

test('a session of another provider is nobody to remember', async () => {
  const begun = call('sts', 'AssumeRoleWithWebIdentity', { by: ADMINISTRATOR, response: { credentials: { accessKeyId: 'ASIA' } } });

  await handler(batch(asEvent(begun)));

  expect(table.items.size).toBe(0);
});

describe('what fails', () => {
  test('is tried again, and told of once', async () => {
    publish.mockRejectedValueOnce(new Error('Rate exceeded'));

    expect(await handler(batch(occurrence(DELETION), occurrence({ ...DELETION, eventID: 'other' })))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(published).toHaveLength(1);

    jest.useFakeTimers({ now: Date.now() + 121_000 });
    expect(await handler(batch(occurrence(DELETION)))).toEqual({ batchItemFailures: [] });
    jest.useRealTimers();
    expect(published).toHaveLength(2);
  });

  test('is left to whoever has it, until their time is over', async () => {
    publish.mockRejectedValueOnce(new Error('Rate exceeded'));
    await handler(batch(occurrence(DELETION)));

    expect(await handler(batch(occurrence(DELETION)))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  });

  test('the fifth of a burst is told of later, and what comes meanwhile asks for the summary', async () => {
    await handler(batch(...many(4)));
    publish.mockRejectedValueOnce(new Error('Rate exceeded'));
    await handler(batch(occurrence({ ...DELETION, eventID: 'fifth' })));
    await handler(batch(occurrence({ ...DELETION, eventID: 'sixth' })));
    expect([published.length, delayed.length]).toEqual([4, 1]);

    jest.useFakeTimers({ now: Date.now() + 121_000 });
    await handler(batch(occurrence({ ...DELETION, eventID: 'fifth' })));
    jest.useRealTimers();
    expect([published.length, delayed.length]).toEqual([5, 1]);
  });

  test.each<[string, object | string]>([
    ['no JSON', '{'],
    ['null', 'null'],
    ['something else', '{"x":1}'],
    ['an event without a record', '{"signal":{},"event":{}}'],
    ['a record without a call', '{"detail-type":"AWS API Call via CloudTrail","detail":{}}'],
    ['an event of a schedule', '{"detail-type":"Scheduled Event","detail":{"eventName":"x"}}'],
  ])('a poison message (%s) is given back and holds up no other', async (_name, body) => {
    const [good] = batch(occurrence(DELETION)).Records;

    expect(await handler({ Records: [{ messageId: 'bad', body: String(body) }, good] })).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
    expect(published).toHaveLength(1);
  });

  test('an event that the bus refuses is tried again', async () => {
    jest.spyOn(EventBridgeClient.prototype, 'send').mockImplementation(async () => ({ FailedEntryCount: 1, Entries: [{ ErrorMessage: 'throttled' }] }));

    expect(await handler(batch(occurrence(DELETION)))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(published).toEqual([]);
  });

  test('a subject has ASCII only and at most 100 characters', async () => {
    await handler(batch(occurrence(DELETION, { title: `Gelöscht\n${'x'.repeat(200)}` })));

    expect(published[0].Subject).toMatch(/^\[HIGH\] Gel\?scht\?x{84}$/);
  });
});

test('a role is no session of GitHub', async () => {
  await handler(batch(occurrence(push(role(PIPELINE, 'manual')))));

  expect(JSON.parse(published[0].Message!).sms).toBe('Role Pipeline (session manual) pushed v1.2.3 to shop/web.');
});
