import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand, type BatchGetCommandOutput, DeleteCommand, type DynamoDBDocumentClient, GetCommand, QueryCommand, type QueryCommandOutput,
  TransactWriteCommand, UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { DueImage, ImageStore, KnownImage, VerdictRecord } from './image-store';
import { packed } from './record';
import { AWAITED_AT_MOST, ConflictError, type ImageCourse, type ImageNotes, type ImageState } from './state';
import { type Changes, updateOf } from './update-expression';
import { BY_DUE, WATCHED, type WatchedImage } from '../contract';

/** What a decision sets or removes. */
const NO_COURSE: Record<keyof ImageCourse, undefined> = {
  status: undefined,
  decidedAt: undefined,
  confirmedAt: undefined,
  judgeAgainAt: undefined,
  judgedBy: undefined,
  outcome: undefined,
  announced: undefined,
  pendingSince: undefined,
  missingSince: undefined,
  isArchived: undefined,
  metExpectation: undefined,
  dueAt: undefined,
  outbox: undefined,
};
/** Keys that BatchGetItem takes at once. */
const AT_ONCE = 100;
/** For what an answer leaves out: seven seconds in all. */
const ATTEMPTS = 8;
const PAUSE_MS = 28;
/** Signatures and attestations are as many as images; they are remembered for as long as somebody may come upon them. */
const ARTIFACT_SECONDS = 30 * 86_400;

export interface TableSettings {
  readonly table: string;
  /** For how long records are kept. */
  readonly retentionSeconds: number;
}

/**
 * The images of a gate and the verdicts on them in a table: an image under its digest and `image#` with its repository, its
 * verdicts under `verdict#` with its repository and the time. What runs is in an index by when it is due.
 */
export class DynamoStore implements ImageStore {
  constructor(
    private readonly client: DynamoDBDocumentClient, private readonly settings: TableSettings, private readonly now: () => Date = () => new Date(),
  ) {}

  public async get(image: WatchedImage): Promise<ImageState | undefined> {
    const { Item } = await this.client.send(new GetCommand({ TableName: this.settings.table, Key: imageKey(image), ConsistentRead: true }));
    return Item && stateOf(Item);
  }

  public async note(image: WatchedImage, notes: ImageNotes, dueAt: string): Promise<ImageState> {
    const { awaited = [], pushedAt, pushedBy, expected } = notes;
    const changes: Changes = {
      set: { ...expected && { expected }, repository: image.repository }, setIfNew: { watched: WATCHED, dueAt, pushedAt, pushedBy },
    };
    if (awaited.length === 0) return this.remember(image, changes);
    try {
      return await this.remember(image, { ...changes, add: { awaited: new Set(awaited) }, fewer: { awaited: AWAITED_AT_MOST } });
    } catch (error) {
      if (!isConflict(error)) throw error;
      return this.remember(image, changes);
    }
  }

  public async found(image: WatchedImage, arns: readonly string[]): Promise<void> {
    await this.changeIfStill(image, { remove: { awaited: new Set(arns) }, onlyIf: { watched: WATCHED } });
  }

  public async notePart(image: WatchedImage, index: string, dueAt: string): Promise<ImageState> {
    return this.remember(image, { set: { repository: image.repository }, setIfNew: { watched: WATCHED, dueAt }, add: { partOf: new Set([index]) } });
  }

  public async forgetParts(image: WatchedImage, indexes: readonly string[]): Promise<void> {
    await this.changeIfStill(image, { remove: { partOf: new Set(indexes) }, onlyIf: { digest: image.digest } });
  }

  public async commit(image: WatchedImage, version: number, course: ImageCourse, record?: VerdictRecord): Promise<void> {
    const isWatched = course.dueAt !== undefined;
    const update = {
      TableName: this.settings.table,
      Key: imageKey(image),
      ...updateOf({
        set: {
          ...NO_COURSE,
          ...course,
          repository: image.repository,
          version: version + 1,
          watched: isWatched ? WATCHED : undefined,
          expires: isWatched ? undefined : this.seconds() + ARTIFACT_SECONDS,
        },
        onlyIf: { version: version || undefined },
      }),
    };
    try {
      if (record) await this.client.send(new TransactWriteCommand({ TransactItems: [{ Update: update }, { Put: this.recordItem(image, record) }] }));
      else await this.client.send(new UpdateCommand(update));
    } catch (error) {
      throw isConflict(error) ? new ConflictError(image) : error;
    }
  }

  public async told(image: WatchedImage, version: number): Promise<void> {
    await this.changeIfStill(image, { set: { outbox: undefined }, onlyIf: { version } });
  }

  public async postpone(image: WatchedImage, dueAt: string): Promise<void> {
    await this.changeIfStill(image, { set: { dueAt }, onlyIf: { watched: WATCHED } });
  }

  public async forget(image: WatchedImage, version: number): Promise<void> {
    const { UpdateExpression, ...condition } = updateOf({ onlyIf: { version: version || undefined } });
    await unlessChanged(this.client.send(new DeleteCommand({ TableName: this.settings.table, Key: imageKey(image), ...condition })));
  }

  public async verdict(image: WatchedImage, decidedAt: string): Promise<VerdictRecord | undefined> {
    const Key = verdictKey(image, decidedAt);
    const { Item } = await this.client.send(new GetCommand({ TableName: this.settings.table, Key, ConsistentRead: true }));
    return Item && { decidedAt, verdict: JSON.parse(gunzipSync(Item.verdict).toString()), omitted: Item.omitted };
  }

  public async known(repository: string, digests: readonly string[]): Promise<Map<string, KnownImage>> {
    const found = new Map<string, KnownImage>();
    const { table } = this.settings;
    for (let first = 0; first < digests.length; first += AT_ONCE) {
      let Keys: Record<string, any>[] | undefined = digests.slice(first, first + AT_ONCE)
        .map((digest) => imageKey({ repository, digest }));
      for (let attempt = 1; ; attempt++) {
        const answer: BatchGetCommandOutput = await this.client.send(new BatchGetCommand({
          RequestItems: { [table]: { Keys, ProjectionExpression: 'digest, pushedAt, isArchived', ConsistentRead: true } },
        }));
        for (const { digest, ...known } of answer.Responses?.[table] ?? []) found.set(digest, known);
        Keys = answer.UnprocessedKeys?.[table]?.Keys;
        if (!Keys?.length) break;
        if (attempt === ATTEMPTS) throw new Error(`The table left out ${Keys.length} of the images that it was asked for, ${ATTEMPTS} times`);
        await setTimeout(PAUSE_MS * 2 ** attempt);
      }
    }
    return found;
  }

  public async* watched(): AsyncGenerator<DueImage[]> {
    let ExclusiveStartKey: Record<string, any> | undefined;
    do {
      const answer: QueryCommandOutput = await this.client.send(new QueryCommand({
        TableName: this.settings.table,
        IndexName: BY_DUE,
        KeyConditionExpression: 'watched = :watched',
        ExpressionAttributeValues: { ':watched': WATCHED },
        ExclusiveStartKey,
      }));
      yield (answer.Items ?? []).map(({ repository, digest, dueAt, judgedBy }) => ({ repository, digest, dueAt, judgedBy }));
      ExclusiveStartKey = answer.LastEvaluatedKey;
    } while (ExclusiveStartKey);
  }

  private recordItem(image: WatchedImage, { verdict, decidedAt }: VerdictRecord) {
    return {
      TableName: this.settings.table,
      Item: {
        ...verdictKey(image, decidedAt),
        ofRepository: image.repository,
        decidedAt,
        status: verdict.status,
        expires: this.seconds() + this.settings.retentionSeconds,
        ...packed(verdict),
      },
    };
  }

  private async remember(image: WatchedImage, changes: Changes): Promise<ImageState> {
    const { Attributes } = await this.client.send(new UpdateCommand({
      TableName: this.settings.table, Key: imageKey(image), ...updateOf(changes), ReturnValues: 'ALL_NEW',
    }));
    return stateOf(Attributes!);
  }

  private async changeIfStill(image: WatchedImage, changes: Changes): Promise<void> {
    await unlessChanged(this.client.send(new UpdateCommand({ TableName: this.settings.table, Key: imageKey(image), ...updateOf(changes) })));
  }

  private seconds(): number {
    return Math.floor(this.now().getTime() / 1000);
  }
}

function imageKey({ repository, digest }: WatchedImage) {
  return { digest, record: `image#${repository}` };
}

function verdictKey({ repository, digest }: WatchedImage, decidedAt: string) {
  return { digest, record: `verdict#${repository}#${decidedAt}` };
}

function stateOf({ record, watched, expires, version = 0, partOf, awaited, ...state }: Record<string, any>): ImageState {
  return { ...state, version, partOf: partOf && [...partOf].sort(), awaited: awaited && [...awaited].sort() } as ImageState;
}

/** Whoever changed it meanwhile knows better. */
async function unlessChanged(change: Promise<unknown>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof ConditionalCheckFailedException || (error instanceof TransactionCanceledException
    && (error.CancellationReasons ?? []).some(({ Code }) => Code === 'ConditionalCheckFailed' || Code === 'TransactionConflict'));
}
