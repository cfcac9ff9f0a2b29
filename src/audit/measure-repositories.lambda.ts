import { ECRClient, RepositoryNotFoundException, paginateDescribeImages, paginateDescribeRepositories } from '@aws-sdk/client-ecr';
import { SQSClient, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { REPOSITORY_DIMENSION, RepositoryMetric } from './contract';
import { EMPTY, measured } from './measure';
import { type Batch, type BatchFailures, eachMessage } from '../handler/batch';
import { emitMetrics } from '../handler/emit-metrics';
import { logger } from '../handler/logger';

const { NAMESPACE, QUEUE, STALE_DAYS } = process.env;
const DAY = 86_400_000;
/** A queue takes so many messages at once. */
const AT_ONCE = 10;

// Slower when ECR says so, rather than failing.
const ecr = new ECRClient({ maxAttempts: 8, retryMode: 'adaptive' });
const sqs = new SQSClient();

/** The repositories to measure, all of them where none are named; or one of them. */
type Incoming = { readonly repositories: readonly string[] } | { readonly repository: string };

export async function handler(batch: Batch, context: Context): Promise<BatchFailures> {
  logger.addContext(context);
  return eachMessage(batch, async (message: Incoming) => {
    if ('repositories' in message) await distribute(message.repositories);
    else await measure(message.repository);
  });
}

/** A message for each repository: thousands of them take longer than a function may run. */
async function distribute(named: readonly string[]): Promise<void> {
  if (named.length > 0) return enqueue(named);
  for await (const { repositories = [] } of paginateDescribeRepositories({ client: ecr, pageSize: 1000 }, {})) {
    await enqueue(repositories.map(({ repositoryName }) => repositoryName!));
  }
}

async function enqueue(names: readonly string[]): Promise<void> {
  for (let first = 0; first < names.length; first += AT_ONCE) {
    const Entries = names.slice(first, first + AT_ONCE).map((repository, index) =>
      ({ Id: String(index), MessageBody: JSON.stringify({ repository }) }));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: QUEUE, Entries }));
    if (Failed.length > 0) throw new Error(`${Failed.length} repositories could not be asked for: ${Failed[0].Message}`);
  }
}

async function measure(repositoryName: string): Promise<void> {
  const now = new Date();
  const stale = new Date(now.getTime() - Number(STALE_DAYS) * DAY);
  let sum = EMPTY;
  try {
    for await (const { imageDetails = [] } of paginateDescribeImages({ client: ecr, pageSize: 1000 }, { repositoryName, filter: { imageStatus: 'ANY' } })) {
      sum = imageDetails.reduce((so, image) => measured(so, image, stale), sum);
    }
  } catch (error) {
    if (error instanceof RepositoryNotFoundException) return; // deleted meanwhile
    throw error;
  }
  emitMetrics({ namespace: NAMESPACE!, values: sum, dimensions: { [REPOSITORY_DIMENSION]: repositoryName }, bytes: [RepositoryMetric.BYTES] }, now);
}
