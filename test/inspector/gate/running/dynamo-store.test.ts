import { setTimeout } from 'node:timers/promises';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient, DynamoDBServiceException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { AT, COURSE, LATER, image, testImageStore, watchedIn } from './image-store-contract';
import { BY_REPOSITORY } from '../../../../src/inspector/gate/contract';
import { DynamoStore } from '../../../../src/inspector/gate/running/dynamo-store';
import type { ImageStore } from '../../../../src/inspector/gate/running/image-store';
import { ConflictError } from '../../../../src/inspector/gate/running/state';
import { VerdictTable } from '../../../../src/inspector/gate/verdict-table';
import { LocalAws } from '../../../local-aws';
import { NOW, digest } from '../../facts';
import { MemoryStore } from '../memory-store';
import { approved, long, rejected } from '../verdicts';

const DAY = 86_400;

let aws: LocalAws;
let client: DynamoDBDocumentClient;
let tables = 0;

beforeAll(async () => {
  aws = await LocalAws.start();
  client = DynamoDBDocumentClient.from(aws.client(DynamoDBClient), { marshallOptions: { removeUndefinedValues: true } });
}, 180_000);
afterAll(() => aws?.stop());
afterEach(() => jest.restoreAllMocks());

jest.mock('node:timers/promises', () => {
  const actual = jest.requireActual('node:timers/promises');
  return { ...actual, setTimeout: jest.fn(actual.setTimeout) };
});

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

testImageStore(async () => new DynamoStore(client, { table: await makeTable(), retentionSeconds: 400 * DAY }));

describe('whatever happens in whatever order', () => {
  const [which, version, at] = [fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 2 }), fc.constantFrom(AT, LATER)];
  const happens = fc.oneof<fc.Arbitrary<(store: ImageStore) => Promise<unknown>>[]>(
    fc.tuple(which, at).map(([of, when]) => (store) => store.note(image(of), { pushedAt: when }, when)),
  fc.tuple(which, fc.constantFrom('a', 'b')).map(([of, arn]) => (store) => store.note(image(of), { awaited: [arn] }, AT)),
  fc.tuple(which, fc.constantFrom(['a'], ['a', 'b'])).map(([of, arns]) => (store) => store.found(image(of), arns)),
  fc.tuple(which, at).map(([of, when]) => (store) => store.notePart(image(of), digest(9), when)),
  fc.tuple(which, version, at, fc.boolean()).map(([of, from, dueAt, isRecorded]) => (store) =>
    store.commit(image(of), from, { ...COURSE, dueAt }, isRecorded ? { verdict: approved(), decidedAt: dueAt } : undefined)),
  fc.tuple(which, version).map(([of, from]) => (store) => store.commit(image(of), from, {})),
  fc.tuple(which, version).map(([of, from]) => (store) => store.told(image(of), from)),
  fc.tuple(which, at).map(([of, when]) => (store) => store.postpone(image(of), when)),
  fc.tuple(which, version).map(([of, from]) => (store) => store.forget(image(of), from)),
  );
  const outcome = (happening: Promise<unknown>) => happening.then((value) => value, (error) => error.name);
  const contents = async (store: ImageStore) => {
    const images = [1, 2, 3].map((number) => image(number));
    return {
      images: await Promise.all(images.map((each) => store.get(each))),
      records: await Promise.all(images.flatMap((each) => [AT, LATER].map(async (when) => (await store.verdict(each, when))?.verdict.status))),
      known: await store.known('shop/web', images.map((each) => each.digest)),
      watched: await watchedIn(store),
    };
  };

  test('it does what the store in memory does', async () => {
    await fc.assert(fc.asyncProperty(fc.array(happens, { minLength: 5, maxLength: 15 }), async (happenings) => {
      const [memory, table] = [new MemoryStore(), new DynamoStore(client, { table: await makeTable(), retentionSeconds: 400 * DAY })];

      for (const happen of happenings) expect(await outcome(happen(table))).toEqual(await outcome(happen(memory)));

      expect(await contents(table)).toEqual(await contents(memory));
    }), { numRuns: 40 });
  }, 120_000);
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

    expect(await watchedIn(store)).toHaveLength(1);
    expect((await store.known('shop/web', Array.from({ length: 150 }, (_, number) => digest(number)))).size).toBe(148);
    expect(asked).toEqual([100, 1, 50, 1]);
  });

  test('that leaves out the same again and again is asked more and more slowly, and no more in the end', async () => {
    const pauses: number[] = [];
    jest.mocked(setTimeout).mockImplementation(async (ms) => void pauses.push(ms!));
    jest.spyOn(client, 'send').mockImplementation(async (command: unknown) => ({ UnprocessedKeys: (command as BatchGetCommand).input.RequestItems }));

    await expect(store.known('shop/web', [digest(1), digest(2)])).rejects.toThrow('The table left out 2 of the images that it was asked for, 8 times');

    expect(pauses).toEqual([56, 112, 224, 448, 896, 1_792, 3_584]);
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
    const all = [store.told(one, 1), store.postpone(one, AT), store.forget(one, 1), store.get(one), store.note(one, {}, AT), store.note(one, { awaited: ['a'] }, AT), store.found(one, ['a'])];
    for (const { status, reason } of await Promise.allSettled(all) as PromiseRejectedResult[]) {
      expect(status).toBe('rejected');
      expect(reason.message).toBe('ThrottlingException');
    }
  });
});
