import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import {
  type CloudTrailEvent, type CloudTrailRecord, EVENT_SOURCE, EVENT_TYPE, type GitHubRun, type SignalFacts, type SignalReport,
} from './contract';
import { isSignal, report, summaryOf } from './decide';
import { type LogDelivery, recordsIn } from './log-delivery';
import { messageOf, messageOfMany } from './message';
import { gitHubSession } from './record';
import { type Batch, type BatchFailures, eachMessage } from '../handler/batch';
import { Burst, type Window, windowOf } from '../handler/burst';
import { emitMetrics } from '../handler/emit-metrics';
import { Ledger } from '../handler/ledger';
import { logger } from '../handler/logger';
import { type Message, publishMessage } from '../handler/publish-message';

const { NAMESPACE, TABLE, TOPIC, QUEUE } = process.env;
const ledger = new Ledger(new DynamoDBClient(), TABLE!);
const [events, sns] = [new EventBridgeClient(), new SNSClient()];
const burst = new Burst(ledger, new SQSClient(), QUEUE!);

/** What a window of one signal comes to, asked for when its messages ran out. */
interface DueSummary {
  /** The last that was told. */
  readonly last: SignalReport;
  readonly threshold: number;
  readonly window: number;
}

/**
 * A delivery of the log that failed, as it comes back from the dead letter queue.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
interface FailedDelivery {
  readonly requestPayload: LogDelivery;
}

/** A signal with its event, a summary that is due, an event of CloudTrail as it is, or a delivery that failed before. */
type Incoming =
  | { readonly signal: SignalFacts; readonly event: CloudTrailEvent } | { readonly summary: DueSummary } | CloudTrailEvent | FailedDelivery;

export async function handler(event: Batch | LogDelivery, context: Context): Promise<BatchFailures | void> {
  logger.addContext(context);
  if ('awslogs' in event) return forward(event);
  return eachMessage(event, async (message: Incoming) => {
    if ('summary' in message) await summarize(message.summary);
    else if ('requestPayload' in message) await forward(message.requestPayload);
    else if ('signal' in message) await tell(message.signal, message.event);
    else await take(message);
  });
}

/** Tells of a signal: every one on the bus, the first few of a window to people. */
async function tell(signal: SignalFacts, event: CloudTrailEvent): Promise<void> {
  if (!isSignal(signal, event.detail)) return;
  const key = `signal/${signal.id}/${event.detail.eventID ?? event.id}`;
  if (await ledger.begin(key) === 'done') return;
  const told = report(NAMESPACE!, signal, event, await runBehind(event));
  await putEvent(EVENT_TYPE, told);
  if (signal.severity !== 'INFORMATIONAL') await tellPeople(signal.threshold, key, told);
  if (signal.counted) emitMetrics({ namespace: NAMESPACE!, values: { [signal.id]: 1 } }, new Date(told.time));
  await ledger.finish(key);
}

async function tellPeople(threshold: number, key: string, told: SignalReport): Promise<void> {
  const window = { group: told.signal, window: windowOf(told.time) };
  const summaryOfWindow = (of: Window): { readonly summary: DueSummary } => ({ summary: { last: told, threshold, window: of.window } });
  await burst.tell(key, window, threshold, () => publish(told, messageOf(told)), summaryOfWindow);
}

async function summarize({ last, threshold, window }: DueSummary): Promise<void> {
  await burst.summarize({ group: last.signal, window }, threshold, (more) => publish(last, messageOfMany(summaryOf(last, window, more))));
}

/** An event as it is tells of a session that was begun; or a rule could not deliver it, and it comes out of the dead letter queue. */
async function take(event: CloudTrailEvent): Promise<void> {
  const { 'detail-type': type, detail } = event;
  if (!type?.endsWith(' via CloudTrail') || !detail?.eventName) throw new Error('This is no event of CloudTrail');
  if (detail.eventName === 'AssumeRoleWithWebIdentity') await rememberSession(detail);
  else await putEvent(type, detail);
}

/** Which workflow a session belongs to is told only when it begins. */
async function rememberSession(record: CloudTrailRecord): Promise<void> {
  const session = gitHubSession(record);
  if (session) await ledger.keep(`session/${session.accessKeyId}`, session.run);
}

async function runBehind({ detail: { userIdentity } }: CloudTrailEvent): Promise<GitHubRun | undefined> {
  const { type, accessKeyId } = userIdentity ?? {};
  return type === 'AssumedRole' && accessKeyId ? ledger.recall<GitHubRun>(`session/${accessKeyId}`) : undefined;
}

/** Puts on the bus what EventBridge tells in another Region only; the rules of the signals take it from there. */
async function forward(logs: LogDelivery): Promise<void> {
  for (const record of recordsIn(logs)) await putEvent('AWS API Call via CloudTrail', record);
}

async function putEvent(type: string, detail: object): Promise<void> {
  const entry = { Source: EVENT_SOURCE, DetailType: type, Detail: JSON.stringify(detail) };
  const { FailedEntryCount, Entries } = await events.send(new PutEventsCommand({ Entries: [entry] }));
  if (FailedEntryCount) throw new Error(`The event was refused: ${Entries?.[0].ErrorMessage}`);
}

function publish({ signal, severity }: SignalReport, message: Message): Promise<void> {
  return publishMessage(sns, TOPIC!, message, { signal, severity });
}
