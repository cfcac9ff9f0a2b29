import { logger } from './logger';

/** A batch of messages from a queue, as far as it is read. */
export interface Batch {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

/** Which messages of a batch failed: the queue delivers those again. */
export interface BatchFailures {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/**
 * Handles the messages of a batch one by one. One that fails, or cannot even be read, holds up none of the others.
 *
 * @param handle is given the message, parsed
 */
export async function eachMessage(batch: Batch, handle: (message: any) => Promise<void>): Promise<BatchFailures> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { messageId, body } of batch.Records) {
    try {
      await handle(JSON.parse(body));
    } catch (error) {
      logger.error('A message failed', { messageId, error });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}
