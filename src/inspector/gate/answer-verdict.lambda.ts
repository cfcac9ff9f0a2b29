import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import type { VerdictAnswer, VerdictQuestion, WatchedImage } from './contract';
import { answerOf, isWatched } from './running/answer';
import { DynamoStore } from './running/dynamo-store';
import { messagesOf } from './running/requests';
import { logger } from '../../handler/logger';
import { sendMessages } from '../../handler/send-messages';

const { FINGERPRINT, REFRESH_SECONDS, REPOSITORIES, REQUESTS, TABLE, WINDOW_SECONDS } = process.env;
const rules = { fingerprint: FINGERPRINT!, refreshSeconds: Number(REFRESH_SECONDS) };
/** None where there are too many to be told. */
const watched: string[] | undefined = REPOSITORIES && JSON.parse(REPOSITORIES);
const store = new DynamoStore(DynamoDBDocumentClient.from(new DynamoDBClient()), { table: TABLE!, retentionSeconds: 0 });
const sqs = new SQSClient();

/** Answers for the verdict on an image; one that has none that holds is about to be judged. */
export async function handler(question: VerdictQuestion, context: Context): Promise<VerdictAnswer> {
  logger.addContext(context);
  const image = checked(question);
  // Nobody may read such an image here, so nobody is asked to judge it.
  if (!isWatched(image.repository, watched)) return told(image, { schemaVersion: 1, status: 'NOT_WATCHED', watched });
  const state = await store.get(image);
  const record = state?.decidedAt ? await store.verdict(image, state.decidedAt) : undefined;
  const now = new Date();
  const answer = answerOf(state, record, now, rules);
  if (answer.status === 'UNKNOWN' || answer.pendingBecause) {
    await sendMessages(sqs, REQUESTS!, messagesOf([{ ...image, cause: 'ASKED' }], now, Number(WINDOW_SECONDS)));
  }
  return told(image, answer);
}

function told(image: WatchedImage, answer: VerdictAnswer): VerdictAnswer {
  logger.info('Answered', { ...image, status: answer.status, pendingBecause: answer.pendingBecause });
  return answer;
}

function checked(question: VerdictQuestion): VerdictQuestion {
  const { repository, digest } = question ?? {};
  if (typeof repository !== 'string' || !/^[a-z0-9][a-z0-9._/-]{1,255}$/.test(repository)) {
    throw new Error('\'repository\' must be the name of a repository, such as shop/web');
  }
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new Error('\'digest\' must be the digest of an image, such as sha256:0123...; a tag may move');
  }
  return { repository, digest };
}
