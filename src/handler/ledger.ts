import {
  ConditionalCheckFailedException, type DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

/** How long somebody may work on a thing before somebody else may begin it anew; longer than a function runs. */
const LEASE_SECONDS = 120;
const DAY = 86_400;
/** As long as a message may come back out of a dead letter queue. */
const RETENTION = 15 * DAY;

export type Begun = 'begun' | 'done';

/** Which one a thing is in the window that it is counted in. */
export interface Counted {
  readonly number: number;
  readonly window: number;
}

/** What is known of a window. */
export interface Tally {
  /** How many were counted. */
  readonly total: number;
  /** Of how many of them a summary has told. */
  readonly summarized: number;
  /** Until when whatever is counted will be in a summary that was asked for, in seconds since 1970. */
  readonly summarizedUntil: number;
}

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
        ExpressionAttributeValues: { ':now': n(seconds), ':lease': n(seconds + LEASE_SECONDS), ':expires': n(seconds + RETENTION) },
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

  /**
   * Counts a thing that was begun among those of its group in a window: once however often it is begun, and then in the
   * window that it was counted in first. Gives its number there.
   */
  public async count(key: string, group: string, window: number): Promise<Counted> {
    const known = await this.get(key);
    if (known?.number?.N !== undefined) return { number: Number(known.number.N), window: Number(known.window.N) };
    const { Attributes } = await this.client.send(new UpdateItemCommand({
      TableName: this.table,
      Key: { key: { S: counterOf(group, window) } },
      UpdateExpression: 'ADD #total :one SET expires = :expires',
      ExpressionAttributeNames: { '#total': 'total' },
      ExpressionAttributeValues: { ':one': n(1), ':expires': n(this.seconds() + RETENTION) },
      ReturnValues: 'ALL_NEW',
    }));
    const total = Attributes!.total.N!;
    await this.client.send(new UpdateItemCommand({
      TableName: this.table,
      Key: { key: { S: key } },
      UpdateExpression: 'SET #number = :number, #window = :window',
      ExpressionAttributeNames: { '#number': 'number', '#window': 'window' },
      ExpressionAttributeValues: { ':number': { N: total }, ':window': n(window) },
    }));
    return { number: Number(total), window };
  }

  /** What is known of a group in a window. */
  public async tally(group: string, window: number): Promise<Tally> {
    const item = await this.get(counterOf(group, window));
    const [total, summarized, summarizedUntil] = ['total', 'summarized', 'summarizedUntil'].map((name) => Number(item?.[name]?.N ?? 0));
    return { total, summarized, summarizedUntil };
  }

  /** Notes what became of a window that things were counted in. */
  public async note(group: string, window: number, what: keyof Omit<Tally, 'total'>, value: number): Promise<void> {
    await this.client.send(new UpdateItemCommand({
      TableName: this.table,
      Key: { key: { S: counterOf(group, window) } },
      UpdateExpression: 'SET #what = :value',
      ExpressionAttributeNames: { '#what': what },
      ExpressionAttributeValues: { ':value': n(value) },
    }));
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

function counterOf(group: string, window: number): string {
  return `window/${group}/${window}`;
}

function n(value: number): { N: string } {
  return { N: String(value) };
}
