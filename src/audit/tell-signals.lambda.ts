import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import {
  type CloudTrailEvent, EVENT_SOURCE, EVENT_TYPE, type GitHubRun, type SignalFacts, type SignalReport, WINDOW_SECONDS,
} from './contract';
import { delivery, isSignal, report, untold, windowOf } from './decide';
import { type Message, messageOf, summaryOf } from './message';
import { gitHubSession } from './record';
import { type Batch, type BatchFailures, eachMessage } from '../handler/batch';
import { emitMetrics } from '../handler/emit-metrics';
import { Ledger } from '../handler/ledger';
import { logger } from '../handler/logger';

const { NAMESPACE, TABLE, TOPIC, QUEUE } = process.env;
const ledger = new Ledger(new DynamoDBClient(), TABLE!);
const [events, sns, sqs] = [new EventBridgeClient(), new SNSClient(), new SQSClient()];

/** What a window of one signal comes to, asked for when its messages ran out. */
interface Summary {
  readonly signal: SignalFacts;
  readonly window: number;
}

/** A signal with its event, a summary that is due, or the event of a session that was begun. */
type Incoming = { readonly signal: SignalFacts; readonly event: CloudTrailEvent } | { readonly summary: Summary } | CloudTrailEvent;

export async function handler(batch: Batch, context: Context): Promise<BatchFailures> {
  logger.addContext(context);
  return eachMessage(batch, async (message: Incoming) => {
    if ('summary' in message) await summarize(message.summary);
    else if ('signal' in message) await tell(message.signal, message.event);
    else await rememberSession(message);
  });
}

/** Tells of a signal: every one on the bus, the first few of a window to people. */
async function tell(signal: SignalFacts, event: CloudTrailEvent): Promise<void> {
  if (!isSignal(signal, event.detail)) return;
  const key = `signal/${signal.id}/${event.detail.eventID ?? event.id}`;
  if (await ledger.begin(key) === 'done') return;
  const told = report(NAMESPACE!, signal, event, await runBehind(event));
  await putEvent(told);
  if (signal.severity !== 'INFORMATIONAL') await tellPeople(signal, key, told);
  if (signal.counted) emitMetrics({ namespace: NAMESPACE!, values: { [signal.id]: 1 } }, new Date(told.time));
  await ledger.finish(key);
}

async function tellPeople(signal: SignalFacts, key: string, told: SignalReport): Promise<void> {
  const window = windowOf(told.time);
  const what = delivery(signal.threshold, await ledger.count(key, counterOf(signal, window)));
  if (what === 'count') return;
  await publish(signal, messageOf(told));
  if (what === 'tellAndSummarize') {
    const summary: Summary = { signal, window };
    await sqs.send(new SendMessageCommand({ QueueUrl: QUEUE, MessageBody: JSON.stringify({ summary }), DelaySeconds: WINDOW_SECONDS }));
  }
}

async function summarize({ signal, window }: Summary): Promise<void> {
  const more = untold(signal.threshold, await ledger.total(counterOf(signal, window)));
  const key = `summary/${signal.id}/${window}`;
  if (more === 0 || await ledger.begin(key) === 'done') return;
  await publish(signal, summaryOf(signal, new Date(window * 1000).toISOString(), more));
  await ledger.finish(key);
}

/** Which workflow a session belongs to is told only when it begins. */
async function rememberSession({ detail }: CloudTrailEvent): Promise<void> {
  if (!detail) throw new Error('This is no event of CloudTrail');
  const session = gitHubSession(detail);
  if (session) await ledger.keep(`session/${session.accessKeyId}`, session.run);
}

async function runBehind({ detail: { userIdentity } }: CloudTrailEvent): Promise<GitHubRun | undefined> {
  const { type, accessKeyId } = userIdentity ?? {};
  return type === 'AssumedRole' && accessKeyId ? ledger.recall<GitHubRun>(`session/${accessKeyId}`) : undefined;
}

async function putEvent(told: SignalReport): Promise<void> {
  const entry = { Source: EVENT_SOURCE, DetailType: EVENT_TYPE, Detail: JSON.stringify(told) };
  const { FailedEntryCount, Entries } = await events.send(new PutEventsCommand({ Entries: [entry] }));
  if (FailedEntryCount) throw new Error(`The event was refused: ${Entries?.[0].ErrorMessage}`);
}

async function publish({ id, severity }: SignalFacts, { subject, text, json }: Message): Promise<void> {
  await sns.send(new PublishCommand({
    TopicArn: TOPIC,
    Subject: subject,
    MessageStructure: 'json',
    // Machines by default; people read mail.
    Message: JSON.stringify({ default: json, email: text, sms: text.split('\n')[0] }),
    MessageAttributes: {
      signal: { DataType: 'String', StringValue: id },
      severity: { DataType: 'String', StringValue: severity },
    },
  }));
}

function counterOf({ id }: SignalFacts, window: number): string {
  return `window/${id}/${window}`;
}
