import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient, DynamoDBServiceException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MemoryStore } from './memory-store';
import { approved, long, rejected } from './verdicts';
import { BY_REPOSITORY, type WatchedImage } from '../../../src/inspector/gate/contract';
import { DynamoStore } from '../../../src/inspector/gate/running/dynamo-store';
import type { DueImage, ImageStore } from '../../../src/inspector/gate/running/image-store';
import { ConflictError, type ImageCourse } from '../../../src/inspector/gate/running/state';
import { VerdictTable } from '../../../src/inspector/gate/verdict-table';
import { LocalAws } from '../../local-aws';
import { NOW, digest } from '../facts';

const DAY = 86_400;
const AT = NOW.toISOString();
const LATER = '2026-12-01T00:00:00.000Z';
const COURSE: ImageCourse = {
  status: 'APPROVED',
  decidedAt: AT,
  confirmedAt: AT,
  judgedBy: 'f1',
  outcome: 'o',
  announced: 'APPROVED',
  pendingSince: undefined,
  dueAt: LATER,
  outbox: { events: [], indexes: [digest(9)] },
};

let aws: LocalAws;
let client: DynamoDBDocumentClient;
let tables = 0;

beforeAll(async () => {
  aws = await LocalAws.start();
  client = DynamoDBDocumentClient.from(aws.client(DynamoDBClient), { marshallOptions: { removeUndefinedValues: true } });
}, 180_000);
afterAll(() => aws?.stop());
afterEach(() => jest.restoreAllMocks());

/** The table of the construct, as it is in its template. */
async function makeTable(): Promise<string> {
  const stack = new Stack(new App());
  new VerdictTable(stack, 'Verdicts', { options: {} });
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::Table'));
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode } = Properties;
  const TableName = `verdicts-${++tables}`;
  const made = { TableName, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode } as CreateTableCommandInput;
  await client.send(new CreateTableCommand(made));
  return TableName;
}

const image = (number: number, repository = 'shop/web'): WatchedImage => ({ repository, digest: digest(number) });
const allOf = async (store: ImageStore) => {
  const found: DueImage[] = [];
  for await (const page of store.watched()) found.push(...page);
  return found;
};

describe.each<[string, () => Promise<ImageStore>]>([
  ['memory', async () => new MemoryStore()],
  ['DynamoDB', async () => new DynamoStore(client, { table: await makeTable(), retentionSeconds: 400 * DAY })],
])('in %s', (_name, open) => {
  let store: ImageStore;
  const ONE = image(1);

  beforeEach(async () => store = await open());

  test('nobody knows of an image at first', async () => {
    expect(await store.get(ONE)).toBeUndefined();
    expect(await store.verdict(ONE, AT)).toBeUndefined();
    expect(await store.known('shop/web', [digest(1)])).toEqual(new Set());
    expect(await allOf(store)).toEqual([]);
  });

  test('what is heard of an image is remembered, and it is due once', async () => {
    const expected = { count: 3, until: LATER };
    expect(await store.note(ONE, { pushedAt: AT }, AT)).toEqual({ ...ONE, version: 0, pushedAt: AT, dueAt: AT });
    const state = await store.note(ONE, { expected, pushedBy: { arn: 'somebody', at: AT } }, LATER);

    expect(state).toEqual({ ...ONE, version: 0, pushedAt: AT, expected, pushedBy: { arn: 'somebody', at: AT }, dueAt: AT });
    expect(await store.get(ONE)).toEqual(state);
    expect(await store.note(ONE, { pushedAt: LATER }, LATER)).toMatchObject({ pushedAt: LATER });
  });

  test('an image may be part of several indexes, of each once', async () => {
    await store.notePart(ONE, digest(8), AT);
    await store.notePart(ONE, digest(7), LATER);

    expect(await store.notePart(ONE, digest(8), LATER)).toEqual({ ...ONE, version: 0, partOf: [digest(7), digest(8)], dueAt: AT });
    expect((await store.get(ONE))!.partOf).toEqual([digest(7), digest(8)]);
  });

  test('a decision is made with its record', async () => {
    await store.note(ONE, { pushedAt: AT }, AT);
    await store.commit(ONE, 0, COURSE, { verdict: approved(), decidedAt: AT });

    const { pendingSince, ...course } = COURSE;
    expect(await store.get(ONE)).toEqual({ ...ONE, ...course, version: 1, pushedAt: AT });
    expect(await store.verdict(ONE, AT)).toMatchObject({ decidedAt: AT, verdict: JSON.parse(JSON.stringify(approved())) });
    expect((await store.verdict(ONE, AT))!.omitted).toBeUndefined();
  });

  test('a decision leaves nothing of the one before but its record', async () => {
    await store.notePart(ONE, digest(9), AT);
    await store.commit(ONE, 0, { ...COURSE, pendingSince: AT, missingSince: AT, metExpectation: AT }, { verdict: approved(), decidedAt: AT });
    await store.commit(ONE, 1, { status: 'REJECTED', decidedAt: LATER, dueAt: LATER }, { verdict: rejected(), decidedAt: LATER });

    expect(await store.get(ONE)).toEqual({ ...ONE, version: 2, partOf: [digest(9)], status: 'REJECTED', decidedAt: LATER, dueAt: LATER });
    expect((await store.verdict(ONE, AT))!.verdict.status).toBe('APPROVED');
    expect((await store.verdict(ONE, LATER))!.verdict.status).toBe('REJECTED');
  });

  test('the same may be decided again, without a record', async () => {
    await store.commit(ONE, 0, COURSE, { verdict: approved(), decidedAt: AT });
    await store.commit(ONE, 1, { ...COURSE, confirmedAt: LATER });

    expect(await store.get(ONE)).toMatchObject({ version: 2, confirmedAt: LATER });
  });

  describe.each([['with a record', true], ['without one', false]])('%s', (_how, isRecorded) => {
    const record = isRecorded ? { verdict: rejected(), decidedAt: LATER } : undefined;

    test.each([[0, 'first', 1], [3, 'earlier', 1], [1, 'later', 0]])('at version %d (%s), nothing comes of a decision', async (version, _when, commits) => {
      for (let at = 0; at < commits; at++) await store.commit(ONE, at, COURSE, { verdict: approved(), decidedAt: AT });
      const before = await store.get(ONE);

      await expect(store.commit(ONE, version, { status: 'REJECTED', dueAt: AT }, record)).rejects.toThrow(ConflictError);

      expect(await store.get(ONE)).toEqual(before);
      expect(await store.verdict(ONE, LATER)).toBeUndefined();
    });

    test('of two decisions at once one comes to be', async () => {
      await store.note(ONE, {}, AT);
      const settled = await Promise.allSettled([1, 2].map((outcome) => store.commit(ONE, 0, { ...COURSE, outcome: `o${outcome}` }, record)));

      const [failed, ...others] = settled.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
      expect(others).toEqual([]);
      expect(failed.reason).toBeInstanceOf(ConflictError);
      expect(await store.get(ONE)).toMatchObject({ version: 1, outcome: settled[0].status === 'fulfilled' ? 'o1' : 'o2' });
    });
  });

  test('what is noted does not stand in the way of a decision, nor is it lost by it', async () => {
    await store.commit(ONE, 0, COURSE);
    await store.note(ONE, { pushedAt: LATER }, AT);
    await store.commit(ONE, 1, { ...COURSE, outcome: 'p' });

    expect(await store.get(ONE)).toMatchObject({ version: 2, outcome: 'p', pushedAt: LATER, dueAt: LATER });
  });

  test('what was told is struck out, unless something else was decided', async () => {
    await store.commit(ONE, 0, COURSE);
    await store.told(ONE, 0);
    expect((await store.get(ONE))!.outbox).toEqual(COURSE.outbox);
    await store.told(ONE, 1);

    const state = (await store.get(ONE))!;
    expect(state.outbox).toBeUndefined();
    expect(state).toMatchObject({ version: 1, status: 'APPROVED' });
    await store.told(image(2), 0);
    expect(await store.get(image(2))).toBeUndefined();
  });

  test('what is watched can be put off; nothing else comes to be watched by it', async () => {
    await store.note(ONE, {}, AT);
    await store.commit(image(2), 0, {});
    for (const number of [1, 2, 3]) await store.postpone(image(number), LATER);

    expect(await store.get(ONE)).toEqual({ ...ONE, version: 0, dueAt: LATER });
    expect((await store.get(image(2)))!.dueAt).toBeUndefined();
    expect(await store.get(image(3))).toBeUndefined();
  });

  test('an image is forgotten, unless something was decided; its records stay', async () => {
    await store.commit(ONE, 0, COURSE, { verdict: approved(), decidedAt: AT });
    await store.forget(ONE, 0);
    await store.forget(ONE, 2);
    expect(await store.get(ONE)).toBeDefined();
    await store.forget(ONE, 1);

    expect(await store.get(ONE)).toBeUndefined();
    expect(await store.verdict(ONE, AT)).toBeDefined();
    expect(await allOf(store)).toEqual([]);
    await store.note(image(2), {}, AT);
    await store.forget(image(2), 0);
    expect(await store.get(image(2))).toBeUndefined();
  });

  test('a digest in another repository is another image', async () => {
    await store.commit(ONE, 0, COURSE, { verdict: approved(), decidedAt: AT });
    await store.commit(image(1, 'shop/api'), 0, { ...COURSE, status: 'REJECTED' }, { verdict: rejected(), decidedAt: AT });

    expect((await store.get(ONE))!.status).toBe('APPROVED');
    expect((await store.verdict(image(1, 'shop/api'), AT))!.verdict.status).toBe('REJECTED');
    expect(await store.known('shop/api', [digest(1), digest(2)])).toEqual(new Set([digest(1)]));
    expect(await store.known('shop', [digest(1)])).toEqual(new Set());
  });

  test('what is watched comes by when it is due; what nothing runs is known only', async () => {
    await store.note(image(1), {}, LATER);
    await store.commit(image(2), 0, { judgedBy: 'f1', dueAt: AT });
    await store.commit(image(3), 0, {});
    await store.note(image(4), {}, '2026-11-25T00:00:00.000Z');

    expect(await allOf(store)).toEqual([
      { ...image(2), dueAt: AT, judgedBy: 'f1' }, { ...image(4), dueAt: '2026-11-25T00:00:00.000Z', judgedBy: undefined },
      { ...image(1), dueAt: LATER, judgedBy: undefined },
    ]);
    expect(await store.known('shop/web', [1, 2, 3, 4, 5].map(digest))).toEqual(new Set([1, 2, 3, 4].map(digest)));
    // Heard of again, it is looked at again.
    await store.note(image(3), {}, AT);
    expect((await allOf(store)).map((each) => each.digest)).toContain(digest(3));
  });

  test('hundreds of images are known', async () => {
    for (let first = 0; first < 250; first += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, at) => store.note(image(first + at), {}, AT)));
    }

    expect((await store.known('shop/web', Array.from({ length: 300 }, (_, number) => digest(number)))).size).toBe(250);
    expect(await allOf(store)).toHaveLength(250);
  });
});

describe('the table', () => {
  let table: string;
  let store: DynamoStore;

  beforeEach(async () => {
    table = await makeTable();
    store = new DynamoStore(client, { table, retentionSeconds: 400 * DAY }, () => NOW);
  });

  const item = async (digestOf: string, record: string) => {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: { digest: digestOf, record } }));
    return Item!;
  };

  test('has what runs for as long as it is there, and what nothing runs for a month', async () => {
    await store.commit(image(1), 0, COURSE);
    await store.commit(image(2), 0, {});

    expect((await item(digest(1), 'image#shop/web')).expires).toBeUndefined();
    expect((await item(digest(2), 'image#shop/web')).expires).toBe(NOW.getTime() / 1000 + 30 * DAY);
    // An image may be pushed under the digest of something that was forgotten.
    await store.commit(image(2), 1, COURSE);
    expect((await item(digest(2), 'image#shop/web')).expires).toBeUndefined();
  });

  test('has the verdicts of a repository by their time, for as long as they are kept', async () => {
    await store.commit(image(1), 0, COURSE, { verdict: rejected(), decidedAt: LATER });
    await store.commit(image(2), 0, COURSE, { verdict: approved(), decidedAt: AT });
    await store.commit(image(3, 'other'), 0, COURSE, { verdict: approved(), decidedAt: AT });

    const { Items } = await client.send(new QueryCommand({
      TableName: table, IndexName: BY_REPOSITORY, KeyConditionExpression: 'ofRepository = :name', ExpressionAttributeValues: { ':name': 'shop/web' },
    }));

    expect(Items).toEqual([
      { digest: digest(2), record: `verdict#shop/web#${AT}`, ofRepository: 'shop/web', decidedAt: AT, status: 'APPROVED' },
      { digest: digest(1), record: `verdict#shop/web#${LATER}`, ofRepository: 'shop/web', decidedAt: LATER, status: 'REJECTED' },
    ]);
    expect((await item(digest(2), `verdict#shop/web#${AT}`)).expires).toBe(NOW.getTime() / 1000 + 400 * DAY);
  });

  test('keeps 20,000 findings, and says how many it has left out', async () => {
    const noise = (index: number) => Array.from({ length: 9 }, (_, at) => Math.sin(index * 100 + at).toString(36)).join('');
    await store.commit(image(1), 0, COURSE, { verdict: long(50, 20_000, noise), decidedAt: AT });

    const { verdict, omitted } = (await store.verdict(image(1), AT))!;
    expect(verdict.reasons).toHaveLength(50);
    expect(verdict.tolerated.length + omitted!).toBe(20_000);
  });

  test('is read to its end, whatever it leaves out of an answer', async () => {
    const asked: number[] = [];
    jest.spyOn(client, 'send').mockImplementation(async (command: unknown) => {
      if (command instanceof QueryCommand) {
        const { ExclusiveStartKey } = command.input;
        return ExclusiveStartKey ? { Items: [{ ...image(2), dueAt: AT }] } : { LastEvaluatedKey: { digest: 'x' } };
      }
      const { Keys } = (command as BatchGetCommand).input.RequestItems![table] as { Keys: Array<Record<string, string>> };
      asked.push(Keys.length);
      if (Keys.length === 1) return {};
      const answered = Keys.slice(0, -1).map((key) => ({ digest: key.digest }));
      return { Responses: { [table]: answered }, UnprocessedKeys: { [table]: { Keys: Keys.slice(-1) } } };
    });

    expect(await allOf(store)).toHaveLength(1);
    expect((await store.known('shop/web', Array.from({ length: 150 }, (_, number) => digest(number)))).size).toBe(148);
    expect(asked).toEqual([100, 1, 50, 1]);
  });

  const refusal = (name: string) => new DynamoDBServiceException({ name, message: name, $fault: 'client', $metadata: {} });
  const cancelled = (...codes: string[]) =>
    new TransactionCanceledException({ message: 'cancelled', $metadata: {}, CancellationReasons: codes.map((Code) => ({ Code })) });

  test.each([
    ['another transaction is going on', cancelled('TransactionConflict', 'None'), ConflictError],
    ['its condition is not met', cancelled('ConditionalCheckFailed', 'None'), ConflictError],
    ['it is throttled', cancelled('ThrottlingError', 'None'), TransactionCanceledException],
    ['nobody says why', new TransactionCanceledException({ message: 'cancelled', $metadata: {} }), TransactionCanceledException],
    ['it is throttled before', refusal('ThrottlingException'), DynamoDBServiceException],
  ])('says when %s', async (_name, error, type) => {
    jest.spyOn(client, 'send').mockImplementation(async () => { throw error; });

    const failed = await store.commit(image(1), 0, COURSE, { verdict: approved(), decidedAt: AT }).catch((reason) => reason);
    expect(failed).toBeInstanceOf(type);
    expect(failed instanceof ConflictError).toBe(type === ConflictError);
  });

  test('that refuses is no table that somebody else has written to', async () => {
    jest.spyOn(client, 'send').mockImplementation(async () => { throw refusal('ThrottlingException'); });

    const one = image(1);
    const all = [store.told(one, 1), store.postpone(one, AT), store.forget(one, 1), store.get(one), store.note(one, {}, AT)];
    for (const { status, reason } of await Promise.allSettled(all) as PromiseRejectedResult[]) {
      expect(status).toBe('rejected');
      expect(reason.message).toBe('ThrottlingException');
    }
  });
});
