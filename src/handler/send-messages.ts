import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from '@aws-sdk/client-sqs';

/** A queue takes so many messages at once, which together are no longer than 1 MiB; ours are short. */
const AT_ONCE = 10;

/** Sends messages to a queue, all of them or fails. */
export async function sendMessages(
  sqs: SQSClient, QueueUrl: string, messages: ReadonlyArray<Omit<SendMessageBatchRequestEntry, 'Id'>>,
): Promise<void> {
  for (let first = 0; first < messages.length; first += AT_ONCE) {
    const Entries = messages.slice(first, first + AT_ONCE).map((message, index) => ({ Id: String(index), ...message }));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    if (Failed.length > 0) throw new Error(`The queue refused ${Failed.length} of ${Entries.length} messages: ${Failed[0].Message ?? Failed[0].Code}`);
  }
}
