import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient, InvalidParameterException, RepositoryNotFoundException, paginateDescribeImages, paginateDescribeRepositories } from '@aws-sdk/client-ecr';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { type Errand, GATE_DIMENSION, METRIC_NAMESPACE } from './contract';
import { DynamoStore } from './running/dynamo-store';
import type { GateEvent } from './running/hear';
import { messagesOf } from './running/requests';
import { type ImagePage, type WatchWorld, watch } from './running/watch';
import { type Batch, type BatchFailures, eachMessage } from '../../handler/batch';
import { emitMetrics } from '../../handler/emit-metrics';
import { logger } from '../../handler/logger';
import { retrySoon } from '../../handler/retry-soon';
import { sendMessages } from '../../handler/send-messages';

const { GATE, TABLE, QUEUE, REQUESTS, FINGERPRINT, LOOK_BACK_DAYS, WINDOW_SECONDS } = process.env;
const rules = { fingerprint: FINGERPRINT!, lookBackSeconds: Number(LOOK_BACK_DAYS) * 86_400 };
/** What is left when nothing is begun any more, for what is begun. */
const RESERVE_MS = 20_000;

const client = DynamoDBDocumentClient.from(new DynamoDBClient(), { marshallOptions: { removeUndefinedValues: true } });
const store = new DynamoStore(client, { table: TABLE!, retentionSeconds: 0 });
const sqs = new SQSClient();
// Slower when ECR says so, rather than failing.
const ecr = new ECRClient({ maxAttempts: 8, retryMode: 'adaptive' });

/** Hears what happens to images, and finds what nothing was heard of. */
export async function handler(batch: Batch, context: Context): Promise<BatchFailures> {
  logger.addContext(context);
  return eachMessage(batch, async (message: GateEvent | Errand) => {
    const { metrics, ...report } = await watch(message, worldOf(context), rules);
    logger.info('Watched', report);
    if (Object.keys(metrics).length > 0) {
      emitMetrics({ namespace: METRIC_NAMESPACE, values: metrics, dimensions: { [GATE_DIMENSION]: GATE! } }, new Date());
    }
  }, (message) => retrySoon(sqs, QUEUE!, message));
}

function worldOf(context: Context): WatchWorld {
  return {
    store,
    now: () => new Date(),
    request: (requests) => sendMessages(sqs, REQUESTS!, messagesOf(requests, new Date(), Number(WINDOW_SECONDS))),
    listLater: (names, from) =>
      sendMessages(sqs, QUEUE!, names.map((repository) => ({ MessageBody: JSON.stringify({ errand: 'list', repository, from } satisfies Errand) }))),
    repositories,
    images,
    isEnding: () => context.getRemainingTimeInMillis() < RESERVE_MS,
  };
}

async function* repositories(): AsyncGenerator<string[]> {
  for await (const { repositories: found = [] } of paginateDescribeRepositories({ client: ecr, pageSize: 1000 }, {})) {
    yield found.map(({ repositoryName }) => repositoryName!);
  }
}

async function* images(repositoryName: string, from?: string): AsyncGenerator<ImagePage> {
  try {
    const settings = { client: ecr, pageSize: 1000, startingToken: from };
    for await (const { imageDetails = [], nextToken } of paginateDescribeImages(settings, { repositoryName, filter: { imageStatus: 'ACTIVE' } })) {
      const found = imageDetails.flatMap(({ imageDigest: digest, imagePushedAt: pushedAt }) => digest && pushedAt ? [{ digest, pushedAt }] : []);
      yield { images: found, next: nextToken };
    }
  } catch (error) {
    if (error instanceof RepositoryNotFoundException) return; // deleted meanwhile
    // The page has gone: the next listing begins anew.
    if (from === undefined || !(error instanceof InvalidParameterException)) throw error;
  }
}
