import { logger } from './logger';

/** A message of a queue, as far as it is read. */
export interface Message {
  readonly messageId: string;
  readonly body: string;
  readonly receiptHandle?: string;
  readonly attributes?: { readonly ApproximateReceiveCount?: string };
}

/** A batch of messages. */
export interface Batch {
  readonly Records: readonly Message[];
}

/** Which messages of a batch failed: the queue delivers those again. */
export interface BatchFailures {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/**
 * Handles the messages of a batch one by one. One that fails, or cannot even be read, holds up none of the others.
 *
 * @param handle is given the message, parsed
 * @param failed is told of a message that failed; when it fails itself, nothing comes of it
 */
export async function eachMessage(
  batch: Batch, handle: (message: any) => Promise<void>, failed?: (message: Message) => Promise<void>,
): Promise<BatchFailures> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const message of batch.Records) {
    const { messageId, body } = message;
    try {
      await handle(JSON.parse(body));
    } catch (error) {
      logger.error('A message failed', { messageId, error });
      batchItemFailures.push({ itemIdentifier: messageId });
      await failed?.(message).catch((reason) => logger.warn('It waits for the time-out of its queue', { messageId, error: reason }));
    }
  }
  return { batchItemFailures };
}
