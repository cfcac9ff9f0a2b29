import {
  ConditionalCheckFailedException, type DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

/** How long somebody may work on a thing before somebody else may begin it anew; longer than a function runs. */
const LEASE_SECONDS = 120;
const DAY = 86_400;

export type Begun = 'begun' | 'done';

/** Somebody else works on it: try again later. */
export class BusyError extends Error {
  constructor(key: string) {
    super(`${key} is being handled elsewhere`);
    this.name = 'BusyError';
  }
}

/**
 * What is done, and how often something happened, in a table with the string key `key` whose items expire at `expires`.
 *
 * A thing is begun and finished: what fails in between can be begun again, so nothing is lost, and what is finished is
 * not done twice.
 */
export class Ledger {
  constructor(private readonly client: DynamoDBClient, private readonly table: string, private readonly now: () => Date = () => new Date()) {}

  /** Claims a thing; fails while somebody else has it. */
  public async begin(key: string): Promise<Begun> {
    const seconds = this.seconds();
    try {
      await this.client.send(new UpdateItemCommand({
        TableName: this.table,
        Key: { key: { S: key } },
        ConditionExpression: 'attribute_not_exists(lease) OR lease < :now',
        UpdateExpression: 'SET lease = :lease, expires = :expires',
        ExpressionAttributeValues: { ':now': n(seconds), ':lease': n(seconds + LEASE_SECONDS), ':expires': n(seconds + 15 * DAY) },
      }));
      return 'begun';
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      if ((await this.get(key))?.done) return 'done';
      throw new BusyError(key);
    }
  }

  /** Says that a thing is done, for as long as a queue may deliver it again. */
  public async finish(key: string): Promise<void> {
    await this.client.send(new UpdateItemCommand({
      TableName: this.table,
      Key: { key: { S: key } },
      UpdateExpression: 'SET done = :true, lease = :never',
      ExpressionAttributeValues: { ':true': { BOOL: true }, ':never': n(Number.MAX_SAFE_INTEGER) },
    }));
  }

  /** Counts a thing that was begun, once however often it is begun, and gives its number. */
  public async count(key: string, counter: string): Promise<number> {
    const known = (await this.get(key))?.number?.N;
    if (known !== undefined) return Number(known);
    const { Attributes } = await this.client.send(new UpdateItemCommand({
      TableName: this.table,
      Key: { key: { S: counter } },
      UpdateExpression: 'ADD #total :one SET expires = :expires',
      ExpressionAttributeNames: { '#total': 'total' },
      ExpressionAttributeValues: { ':one': n(1), ':expires': n(this.seconds() + DAY) },
      ReturnValues: 'ALL_NEW',
    }));
    const total = Attributes!.total.N!;
    await this.client.send(new UpdateItemCommand({
      TableName: this.table,
      Key: { key: { S: key } },
      UpdateExpression: 'SET #number = :number',
      ExpressionAttributeNames: { '#number': 'number' },
      ExpressionAttributeValues: { ':number': { N: total } },
    }));
    return Number(total);
  }

  public async total(counter: string): Promise<number> {
    return Number((await this.get(counter))?.total?.N ?? 0);
  }

  /** Keeps something for a day. */
  public async keep(key: string, value: object): Promise<void> {
    await this.client.send(new PutItemCommand({
      TableName: this.table,
      Item: { key: { S: key }, value: { S: JSON.stringify(value) }, expires: n(this.seconds() + DAY) },
    }));
  }

  public async recall<T>(key: string): Promise<T | undefined> {
    const value = (await this.get(key))?.value?.S;
    return value === undefined ? undefined : JSON.parse(value);
  }

  private async get(key: string) {
    const { Item } = await this.client.send(new GetItemCommand({ TableName: this.table, Key: { key: { S: key } }, ConsistentRead: true }));
    return Item;
  }

  private seconds(): number {
    return Math.floor(this.now().getTime() / 1000);
  }
}

function n(value: number): { N: string } {
  return { N: String(value) };
}
