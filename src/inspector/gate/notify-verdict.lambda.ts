import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ClusterInformation } from '@aws-sdk/client-inspector2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import type { VerdictEvent } from './contract';
import { type KnownUse, isRunning, usesOf } from './running/message/image-use';
import { type Rest, type VerdictMessage, messageOf, summaryOf } from './running/message/message';
import { forPeople, turnName } from './running/message/people';
import { type Batch, type BatchFailures, eachMessage } from '../../handler/batch';
import { Burst, type Window, windowOf } from '../../handler/burst';
import { ImageReader } from '../../handler/image-reader';
import { Ledger } from '../../handler/ledger';
import { logger } from '../../handler/logger';
import { publishMessage } from '../../handler/publish-message';
import { oneLine } from '../report/wording';

const { AWS_REGION, EVENTS, QUEUE, RUNBOOK_URL, TABLE, TOPIC } = process.env;
/** What is left when Amazon Inspector is waited for no longer, to tell without its answer. */
const RESERVE_MS = 20_000;

const ledger = new Ledger(new DynamoDBClient(), TABLE!);
const burst = new Burst(ledger, new SQSClient(), QUEUE!);
const sns = new SNSClient();

/** An event of a gate, or what a window of them comes to, asked for when its messages ran out. */
type Incoming = { readonly 'detail-type': string; readonly 'detail': VerdictEvent } | { readonly summary: Summary };
type Summary = Omit<Rest, 'from' | 'more'> & Window;

/** Tells people of verdicts: of each once, and not of all of a burst. */
export async function handler(batch: Batch, context: Context): Promise<BatchFailures> {
  logger.addContext(context);
  const signal = AbortSignal.timeout(Math.max(1_000, context.getRemainingTimeInMillis() - RESERVE_MS));
  return eachMessage(batch, async (message: Incoming) => {
    if ('summary' in message) return summarize(message.summary);
    const event = checked(message.detail);
    if (EVENTS!.split(',').includes(message['detail-type'])) await tell(event, signal);
  });
}

async function tell(event: VerdictEvent, signal: AbortSignal): Promise<void> {
  const isFor = forPeople(event);
  if (isFor === 'NO') return;
  // The events of one verdict have one id.
  const key = `verdict/${event.gate}/${event.id}`;
  if (await ledger.begin(key) === 'done') return;
  const use = isFor === 'IF_IT_RUNS' ? await whereItRuns(event, signal) : undefined;
  if (!use || use.unknown !== undefined || use.seen.some(isRunning)) {
    const { gate, account, region, status, previousStatus } = event;
    await burst.tell(key, { group: turnName(event), window: windowOf(new Date()) }, 1, async () => {
      await publish(messageOf(event, use ?? await whereItRuns(event, signal), new Date(), RUNBOOK_URL), { status, repository: event.repository });
    }, (window) => ({ summary: { gate, account, region, status, previousStatus, ...window } satisfies Summary }));
  }
  await ledger.finish(key);
}

async function summarize({ window, group, ...of }: Summary): Promise<void> {
  const from = new Date(window * 1000).toISOString();
  await burst.summarize({ group, window }, 1, (more) => publish(summaryOf({ ...of, from, more }, RUNBOOK_URL), { status: of.status }));
}

/** Whatever keeps Amazon Inspector from answering, people are told of the verdict. */
async function whereItRuns({ account, repository, platforms }: VerdictEvent, signal: AbortSignal): Promise<KnownUse> {
  const reader = new ImageReader({ region: AWS_REGION!, maxAttempts: 3 }); // more would be longer pauses, which nothing ends
  const clusters: Array<[digest: string, cluster: ClusterInformation]> = [];
  let unknown: string | undefined;
  try {
    for (const digest of platforms) {
      await reader.readUse({ account, region: AWS_REGION!, repository, digest }, (found) => {
        clusters.push(...found.map((cluster): [string, ClusterInformation] => [digest, cluster]));
      }, signal);
    }
  } catch (error) {
    logger.warn('Where the image runs is not known', { repository, platforms, error: error as Error });
    unknown = signal.aborted ? 'Amazon Inspector did not answer in time' : oneLine((error as Error).message).slice(0, 300);
  } finally {
    reader.close();
  }
  return { seen: usesOf(clusters), unknown };
}

function publish(message: VerdictMessage, attributes: Record<string, string>): Promise<void> {
  return publishMessage(sns, TOPIC!, message, attributes);
}

const LISTS = ['reasons', 'upgrades', 'notices', 'partOf', 'platforms'] as const;

/** What is no event of a gate of this version is kept for somebody to look at. */
function checked(event: VerdictEvent): VerdictEvent {
  if (event?.schemaVersion !== 1 || typeof event.id !== 'string' || LISTS.some((name) => !Array.isArray(event[name]))) {
    throw new Error(`This is no event of a gate, version 1: ${JSON.stringify(event)?.slice(0, 500)}`);
  }
  return event;
}
