import './handler-environment';
import { BatchGetImageCommand, ECRClient, RepositoryNotFoundException } from '@aws-sdk/client-ecr';
import { EventBridgeClient, type PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { Inspector2Client, ListCoverageCommand, ListFindingsCommand } from '@aws-sdk/client-inspector2';
import { DONE, FAILED, type Surroundings, batch, context, surround } from './functions';
import type { JudgementRequest } from '../../../src/inspector/gate/contract';
import { handler } from '../../../src/inspector/gate/judge-image.lambda';
import * as samples from '../../stand-in/samples';
import { World } from '../../stand-in/world';

const REPOSITORY = 'shop/web';

let around: Surroundings;
let world: World;
let request: JudgementRequest;
let onBus: any[];
let refused: number;
/** What comes before the answer of a service. */
let before: (command: object, signal?: AbortSignal) => Promise<void>;

beforeEach(() => {
  around = surround();
  world = new World();
  [onBus, refused, before] = [[], 0, async () => undefined];
  const digest = world.push(REPOSITORY, samples.imageManifest('v1'), 'v1');
  world.coverage.push(samples.covered(world, REPOSITORY, digest));
  request = { repository: REPOSITORY, digest, cause: 'PUSH' };
  jest.spyOn(ECRClient.prototype, 'send').mockImplementation(async (command: any, options: any) => {
    await before(command, options?.abortSignal);
    const { imageIds } = (command as BatchGetImageCommand).input;
    const found = imageIds!.filter(({ imageDigest }) => imageDigest === digest);
    return { images: found.map((imageId) => ({ imageId, imageManifest: JSON.stringify(samples.imageManifest('v1')) })), failures: [] };
  });
  jest.spyOn(Inspector2Client.prototype, 'send').mockImplementation(async (command: any, options: any) => {
    await before(command, options?.abortSignal);
    if (command instanceof ListCoverageCommand) return { coveredResources: world.coverage };
    if (command instanceof ListFindingsCommand) return { findings: world.findings };
    throw new Error('unexpected');
  });
  jest.spyOn(EventBridgeClient.prototype, 'send').mockImplementation(async ({ input }: any) => {
    const Entries = (input as PutEventsCommand['input']).Entries!.map((entry, index) => (index < refused ? { ErrorCode: 'x', ErrorMessage: 'too busy' } : (onBus.push(entry), {})));
    return { FailedEntryCount: refused, Entries };
  });
});
afterEach(() => jest.restoreAllMocks());

const judge = (ms?: number) => handler(batch([request]), context(ms));
const find = (more: Partial<samples.SampleFinding> = {}) => world.findings.push(samples.inspectorFinding(world, REPOSITORY, request.digest, { id: 'CVE-2026-1', ...more }));

test('an image is judged, told of, and looked at again', async () => {
  find();
  expect(await judge()).toEqual(DONE);

  expect(onBus).toEqual([{ Source: 'cdk-secure-ecr.gate', DetailType: 'Image Rejected', Detail: expect.any(String) }]);
  expect(JSON.parse(onBus[0].Detail)).toMatchObject({ schemaVersion: 1, gate: 'gate', account: '111111111111', status: 'REJECTED', digest: request.digest, cause: 'PUSH' });
  expect(around.sent).toMatchObject([{ QueueUrl: process.env.WATCH, body: { errand: 'judge', request: { ...request, cause: 'SWEEP' } }, DelaySeconds: 300 }]);
  expect(around.metrics).toEqual([expect.objectContaining({ Gate: 'gate', Rejected: 1, Requests: 0 })]);
  expect(around.logged).toMatchObject([{ level: 'INFO', message: 'Judged', repository: REPOSITORY, done: 'DECIDED', status: 'REJECTED', reasons: ['CVE-2026-1'], told: ['Image Rejected'] }]);
});

test('announced findings are insisted on', async () => {
  await around.store.note(request, { expected: { count: 4, until: new Date(Date.now() + 60_000).toISOString() } }, new Date().toISOString());

  await judge();

  expect(around.logged).toMatchObject([{ reasons: ['FINDINGS_INCOMPLETE'] }]);
});

test('the indexes of an image are asked for', async () => {
  const index = `sha256:${'9'.repeat(64)}`;
  await around.store.notePart(request, index, new Date().toISOString());

  await judge();

  expect(around.sent[0]).toMatchObject({ QueueUrl: process.env.REQUESTS, body: { repository: REPOSITORY, digest: index, cause: 'PLATFORM' }, MessageGroupId: expect.any(String) });
});

test.each([1, 2])('what the bus refuses is told the next time, %d of its entries', async (count) => {
  await judge();
  find();
  [refused, onBus.length] = [count, 0];
  request = { ...request, cause: 'FINDING' };

  expect(await judge()).toEqual(FAILED);
  expect(around.logged.at(-1)).toMatchObject({ level: 'ERROR', error: { message: `The event bus refused ${count} events: too busy` } });
  [refused, onBus.length] = [0, 0];
  expect(await judge()).toEqual(DONE);

  expect(onBus.map(({ DetailType }) => DetailType)).toEqual(['Image Rejected', 'Image Verdict Changed']);
});

test.each([[1, 30], [2, 60], [5, 480], [9, 900]])('what fails for the %d. time is tried again in %d seconds', async (times, seconds) => {
  before = async () => { throw new Error('no'); };

  expect(await handler(batch([request], times), context())).toEqual(FAILED);
  expect(around.again).toEqual([seconds]);
});

test('an image whose repository is gone is gone', async () => {
  before = async () => { throw new RepositoryNotFoundException({ message: 'gone', $metadata: {} }); };

  expect(await judge()).toEqual(DONE);
  expect(around.logged).toMatchObject([{ done: 'MISSING' }]);
});

test('what is there and cannot be read is not gone', async () => {
  before = async () => { throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException', $metadata: {} }); };
  await around.store.note(request, {}, '2020-01-01T00:00:00.000Z');

  expect(await judge()).toEqual(FAILED);
  expect(Date.parse(around.store.at(request)!.dueAt!)).toBeGreaterThan(Date.now() + 290_000);
});

test('reading ends before the function does, and is begun again later', async () => {
  before = async (_command, signal) => new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }))));

  const began = Date.now();
  expect(await judge(11_100)).toEqual(FAILED);

  expect(Date.now() - began).toBeGreaterThanOrEqual(1_000);
  expect(around.logged.at(-1)).toMatchObject({ level: 'ERROR', message: 'A message failed', error: { name: 'AbortError' } });
});

test('a queue that refuses has the request tried again', async () => {
  around.refuse = () => true;

  expect(await judge()).toEqual(FAILED);
});

test.each(['not JSON', 'null'])('a poison message is given back: %s', async (body) => {
  expect(await handler(batch([body]), context())).toEqual(FAILED);
});
