import { ChangeMessageVisibilityCommand, SQSClient, type SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { MemoryStore } from './memory-store';
import { DynamoStore } from '../../../src/inspector/gate/running/dynamo-store';
import { CONTEXT } from '../../support/lambda-context';

export const DONE = { batchItemFailures: [] };
export const FAILED = { batchItemFailures: [{ itemIdentifier: 'm0' }] };

/** A context with so much time left. */
export const context = (ms = 60_000): Context => ({ ...CONTEXT, getRemainingTimeInMillis: () => ms });

/** Messages of a queue, which were received so many times. */
export const batch = (bodies: readonly unknown[], times = 1) => ({
  Records: bodies.map((body, index) => ({
    messageId: `m${index}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    receiptHandle: `r${index}`,
    attributes: { ApproximateReceiveCount: String(times) },
  })),
});

/** What a function did with its queues, and what it wrote. */
export interface Surroundings {
  readonly store: MemoryStore;
  readonly sent: Array<{ readonly QueueUrl: string; readonly body: any } & Record<string, any>>;
  /** Seconds after which messages are delivered again. */
  readonly again: number[];
  readonly logged: any[];
  readonly metrics: any[];
  /** Entries that a queue refuses. */
  refuse: (body: any) => boolean;
}

/** Takes the place of table, queues and log until mocks are restored. */
export function surround(): Surroundings {
  const around: Surroundings = { store: new MemoryStore(), sent: [], again: [], logged: [], metrics: [], refuse: () => false };
  for (const name of ['get', 'note', 'notePart', 'forgetParts', 'commit', 'told', 'postpone', 'forget', 'verdict', 'known', 'watched'] as const) {
    jest.spyOn(DynamoStore.prototype, name).mockImplementation(((...from: []) => (around.store[name] as (...all: []) => never)(...from)));
  }
  jest.spyOn(SQSClient.prototype, 'send').mockImplementation(async (command: any) => {
    if (command instanceof ChangeMessageVisibilityCommand) return void around.again.push(command.input.VisibilityTimeout!);
    const { QueueUrl, Entries } = (command as SendMessageBatchCommand).input;
    const [refused, taken] = [true, false].map((which) => Entries!.filter(({ MessageBody }) => around.refuse(JSON.parse(MessageBody!)) === which));
    around.sent.push(...taken.map(({ Id, MessageBody, ...rest }) => ({ QueueUrl: QueueUrl!, body: JSON.parse(MessageBody!), ...rest })));
    return { Failed: refused.map(({ Id }) => ({ Id, Code: 'InternalError' })) };
  });
  const write = (to: 'stdout' | 'stderr') => jest.spyOn(process[to], 'write').mockImplementation((text) => {
    const line = JSON.parse(String(text));
    return (line._aws ? around.metrics : around.logged).push(line) > 0;
  });
  write('stdout');
  write('stderr');
  return around;
}
