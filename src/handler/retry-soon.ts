import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Message } from './batch';

const FIRST_SECONDS = 30;
const LAST_SECONDS = 900;

/**
 * Has a message that failed delivered again after half a minute at first, and twice as long each time: without, it would
 * wait for the time-out of its queue, which is six times that of the function.
 */
export async function retrySoon(sqs: SQSClient, QueueUrl: string, { receiptHandle, attributes }: Message): Promise<void> {
  const times = Number(attributes?.ApproximateReceiveCount ?? 1);
  const VisibilityTimeout = Math.min(FIRST_SECONDS * 2 ** (times - 1), LAST_SECONDS);
  await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout }));
}
