import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient, RepositoryNotFoundException, paginateDescribeImages, paginateDescribeRepositories } from '@aws-sdk/client-ecr';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { type Errand, GATE_DIMENSION, GateMetric, METRIC_NAMESPACE, type JudgementRequest } from './contract';
import { dueAfterFailure } from './decide';
import { DynamoStore } from './running/dynamo-store';
import { type GateEvent, hear } from './running/hear';
import { messagesOf } from './running/requests';
import { type Batch, type BatchFailures, eachMessage } from '../../handler/batch';
import { emitMetrics } from '../../handler/emit-metrics';
import { logger } from '../../handler/logger';
import { retrySoon } from '../../handler/retry-soon';
import { sendMessages } from '../../handler/send-messages';
import { matches } from '../decision/apply-exceptions';

const { GATE, TABLE, QUEUE, REQUESTS, FINGERPRINT, LOOK_BACK_DAYS, WINDOW_SECONDS } = process.env;
const DAY = 86_400_000;
/** Before the function ends, so that what it has found is asked for. */
const RESERVE_MS = 20_000;

const client = DynamoDBDocumentClient.from(new DynamoDBClient(), { marshallOptions: { removeUndefinedValues: true } });
const store = new DynamoStore(client, { table: TABLE!, retentionSeconds: 0 });
const sqs = new SQSClient();
// Slower when ECR says so, rather than failing.
const ecr = new ECRClient({ maxAttempts: 8, retryMode: 'adaptive' });

/** Hears what happens to images, and finds what nothing was heard of; has them judged. */
export async function handler(batch: Batch, context: Context): Promise<BatchFailures> {
  logger.addContext(context);
  return eachMessage(batch, async (message: GateEvent | Errand) => {
    if (!message || typeof message !== 'object' || !('errand' in message)) return listen(message);
    switch (message.errand) {
      case 'sweep': return sweep(context);
      case 'find': return find(message.repositories, message.patterns);
      case 'list': return list(message.repository);
      case 'judge': return request([message.request]);
      default: throw new Error(`There is no errand ${JSON.stringify(message).slice(0, 200)}`);
    }
  }, (message) => retrySoon(sqs, QUEUE!, message));
}

async function listen(event: GateEvent): Promise<void> {
  const now = new Date();
  const heard = hear(event);
  for (const { repository, digest, notes } of heard) {
    if (notes) await store.note({ repository, digest }, notes, dueAfterFailure(now));
  }
  await request(heard.flatMap(({ repository, digest, cause }) => cause ? [{ repository, digest, cause }] : []));
}

/** Asks for what is due; for everything where the policy has changed. */
async function sweep(context: Context): Promise<void> {
  const isNew = await store.sweptBy() !== FINGERPRINT;
  let asked = 0;
  for await (const images of store.due(isNew ? undefined : new Date())) {
    const due = images.filter(({ judgedBy }) => !isNew || judgedBy !== FINGERPRINT);
    await request(due.map(({ repository, digest }) => ({ repository, digest, cause: 'SWEEP' })));
    asked += due.length;
    if (context.getRemainingTimeInMillis() < RESERVE_MS) {
      logger.warn('There is more to sweep than there is time: the next sweep goes on', { asked });
      return;
    }
  }
  if (isNew) await store.rememberSweep(FINGERPRINT!);
  logger.info('Swept', { asked, isNew });
  emitMetrics({ namespace: METRIC_NAMESPACE, values: { [GateMetric.SWEEPS]: 1 }, dimensions: { [GATE_DIMENSION]: GATE! } }, new Date());
}

/** Has repositories listed one by one: thousands of them take longer than a function may run. */
async function find(named: readonly string[], patterns: readonly string[]): Promise<void> {
  await listLater(named);
  if (patterns.length === 0) return;
  for await (const { repositories = [] } of paginateDescribeRepositories({ client: ecr, pageSize: 1000 }, {})) {
    const names = repositories.map(({ repositoryName }) => repositoryName!);
    await listLater(names.filter((name) => patterns.some((pattern) => matches(pattern, name))));
  }
}

async function listLater(names: readonly string[]): Promise<void> {
  await sendMessages(sqs, QUEUE!, names.map((repository) => ({ MessageBody: JSON.stringify({ errand: 'list', repository } satisfies Errand) })));
}

/** Finds images that no event has told of, among those that are new enough to be scanned. */
async function list(repository: string): Promise<void> {
  const since = Date.now() - Number(LOOK_BACK_DAYS) * DAY;
  try {
    for await (const { imageDetails = [] } of paginateDescribeImages({ client: ecr, pageSize: 1000 }, { repositoryName: repository, filter: { imageStatus: 'ACTIVE' } })) {
      const recent = imageDetails.filter(({ imagePushedAt }) => imagePushedAt !== undefined && imagePushedAt.getTime() >= since);
      const known = await store.known(repository, recent.map(({ imageDigest }) => imageDigest!));
      const unknown = recent.filter(({ imageDigest }) => !known.has(imageDigest!));
      for (const { imageDigest: digest, imagePushedAt } of unknown) {
        await store.note({ repository, digest: digest! }, { pushedAt: imagePushedAt!.toISOString() }, dueAfterFailure(new Date()));
      }
      await request(unknown.map(({ imageDigest }) => ({ repository, digest: imageDigest!, cause: 'SWEEP' })));
      if (unknown.length > 0) logger.warn('Found images that no event told of', { repository, count: unknown.length });
    }
  } catch (error) {
    if (error instanceof RepositoryNotFoundException) return; // deleted meanwhile
    throw error;
  }
}

async function request(requests: readonly JudgementRequest[]): Promise<void> {
  await sendMessages(sqs, REQUESTS!, messagesOf(requests, new Date(), Number(WINDOW_SECONDS)));
}
