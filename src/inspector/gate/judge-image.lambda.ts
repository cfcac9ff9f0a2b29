import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { EVENT_SOURCE, type Errand, GATE_DIMENSION, GateMetric, METRIC_NAMESPACE, type JudgementRequest, type WatchedImage } from './contract';
import { DynamoStore } from './running/dynamo-store';
import { type GateJudgement, type GateWorld, type JudgementReport, judgeImage } from './running/judge-image';
import { readJudgement } from './running/read-judgement';
import { messagesOf } from './running/requests';
import { type Batch, type BatchFailures, eachMessage } from '../../handler/batch';
import { emitMetrics } from '../../handler/emit-metrics';
import { ImageReader } from '../../handler/image-reader';
import { logger } from '../../handler/logger';
import { ReadError, nameOf } from '../../handler/read-error';
import { retrySoon } from '../../handler/retry-soon';
import { sendMessages } from '../../handler/send-messages';
import { FactsBuilder } from '../answers/facts-builder';
import type { ImageFacts } from '../contract';
import { whatToRead } from '../decision/what-to-read';

const {
  ACCOUNT, AWS_REGION, FINGERPRINT, GATE, JUDGEMENT, REFRESH_SECONDS, REQUESTS, RETENTION_SECONDS, SCANNER, TABLE, WATCH,
  WINDOW_SECONDS,
} = process.env;
/** What is left when reading is given up, to say so. */
const RESERVE_MS = 10_000;

const judgement: GateJudgement = {
  ...readJudgement(JUDGEMENT!, FINGERPRINT!),
  gate: GATE!,
  fingerprint: FINGERPRINT!,
  refreshSeconds: Number(REFRESH_SECONDS),
  retentionSeconds: Number(RETENTION_SECONDS),
};
const client = DynamoDBDocumentClient.from(new DynamoDBClient(), { marshallOptions: { removeUndefinedValues: true } });
const store = new DynamoStore(client, { table: TABLE!, retentionSeconds: judgement.retentionSeconds });
const [events, sqs] = [new EventBridgeClient(), new SQSClient()];

/** Judges images, each by itself. */
export async function handler(batch: Batch, context: Context): Promise<BatchFailures> {
  logger.addContext(context);
  return eachMessage(batch, async (request: JudgementRequest) => {
    const reader = new ImageReader({ region: AWS_REGION! });
    const signal = AbortSignal.timeout(Math.max(1_000, context.getRemainingTimeInMillis() - RESERVE_MS));
    try {
      const { metrics, ...report } = await judgeImage(request, worldOf(reader, signal), judgement);
      logger.info('Judged', { ...request, ...report, requests: reader.requests });
      const requests = Object.values(reader.requests).reduce((sum, each) => sum + each, 0);
      emit({ ...metrics, [GateMetric.REQUESTS]: requests });
    } finally {
      reader.close();
    }
  }, (message) => retrySoon(sqs, REQUESTS!, message));
}

function emit(values: JudgementReport['metrics']): void {
  if (Object.keys(values).length > 0) emitMetrics({ namespace: METRIC_NAMESPACE, values, dimensions: { [GATE_DIMENSION]: GATE! } }, new Date());
}

function worldOf(reader: ImageReader, signal: AbortSignal): GateWorld {
  return {
    store,
    now: () => new Date(),
    read: (image, beforeScans) => read(reader, image, beforeScans, signal),
    announce: async (told) => {
      const { FailedEntryCount, Entries } = await events.send(new PutEventsCommand({
        Entries: told.map(({ type, detail }) => ({ Source: EVENT_SOURCE, DetailType: type, Detail: JSON.stringify(detail) })),
      }));
      if (FailedEntryCount) throw new Error(`The event bus refused ${FailedEntryCount} events: ${Entries?.find(({ ErrorMessage }) => ErrorMessage)?.ErrorMessage}`);
    },
    count: emit,
    request: (requests) => sendMessages(sqs, REQUESTS!, messagesOf(requests, new Date(), Number(WINDOW_SECONDS))),
    requestLater: (request, DelaySeconds) =>
      sendMessages(sqs, WATCH!, [{ MessageBody: JSON.stringify({ errand: 'judge', request } satisfies Errand), DelaySeconds }]),
  };
}

async function read(
  reader: ImageReader, image: WatchedImage, beforeScans: Parameters<GateWorld['read']>[1], signal: AbortSignal,
): Promise<ImageFacts> {
  const address = { account: ACCOUNT!, region: AWS_REGION!, ...image };
  const builder = new FactsBuilder(address);
  try {
    await reader.read(address, builder, {
      ...whatToRead(judgement.policy),
      scanner: SCANNER as 'BASIC' | 'ENHANCED',
      signal,
      beforeScans: async (platforms) => {
        const announced = await beforeScans(platforms);
        // Amazon Inspector announces what it lists itself.
        if (SCANNER === 'ENHANCED') announced.forEach((findings, digest) => builder.announce(digest, findings));
      },
    });
  } catch (error) {
    // With its repository, an image is gone too: there are no manifests then.
    if (!(error instanceof ReadError) || nameOf(error.cause) !== 'RepositoryNotFoundException') throw error;
  }
  return builder.facts(new Date());
}
