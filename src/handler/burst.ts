import { type SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Ledger } from './ledger';

/** How long things of one kind are counted together. */
export const WINDOW_SECONDS = 300;
/** How many of them are told of one by one in a window, before a summary takes their place. */
export const MESSAGES_PER_WINDOW = 5;
/** So much after a window a summary is made: what was begun in the window has been counted then. */
const SLACK_SECONDS = 60;

/** What becomes of the next thing in a window. */
export type Delivery = 'count' | 'tell' | 'tellAndSummarize';

/** A kind of things that are told of, in a window of time. */
export interface Window {
  readonly group: string;
  /** When it begins, in seconds since 1970. */
  readonly window: number;
}

/** Tells of the first few things of a window one by one, and of the rest in one summary: nobody reads ten thousand messages. */
export class Burst {
  constructor(private readonly ledger: Ledger, private readonly sqs: SQSClient, private readonly queueUrl: string) {}

  /**
   * Tells of a thing that was begun in the ledger, or only counts it.
   *
   * @param threshold so many in a window, and they are told of
   * @param summary what to send to the queue in order to be asked for a summary when the window is over
   */
  public async tell(
    key: string, { group, window }: Window, threshold: number, publish: () => Promise<void>, summary: (of: Window) => object,
  ): Promise<void> {
    const counted = await this.ledger.count(key, group, window);
    const what = delivery(threshold, counted.number);
    if (what === 'count') return;
    await publish();
    if (what !== 'tellAndSummarize') return;
    await this.sqs.send(new SendMessageCommand({
      QueueUrl: this.queueUrl,
      // Begun again later, it is still of the window that it was counted in.
      MessageBody: JSON.stringify(summary({ group, window: counted.window })),
      DelaySeconds: WINDOW_SECONDS + SLACK_SECONDS,
    }));
  }

  /** Tells once how many things of a window were not told of one by one, if there are any. */
  public async summarize({ group, window }: Window, threshold: number, publish: (more: number) => Promise<void>): Promise<void> {
    const more = untold(threshold, await this.ledger.total(group, window));
    const key = `summary/${group}/${window}`;
    if (more === 0 || await this.ledger.begin(key) === 'done') return;
    await publish(more);
    await this.ledger.finish(key);
  }
}

/**
 * The occurrence that reaches the threshold is told of, and the next few; then one summary stands for the rest.
 *
 * @param count how many there were in the window, this one included
 */
export function delivery(threshold: number, count: number): Delivery {
  if (count < threshold) return 'count';
  if (count === threshold + MESSAGES_PER_WINDOW - 1) return 'tellAndSummarize';
  return count < threshold + MESSAGES_PER_WINDOW ? 'tell' : 'count';
}

/** How many were not told of one by one. */
export function untold(threshold: number, count: number): number {
  return Math.max(0, count - (threshold + MESSAGES_PER_WINDOW - 1));
}

/** The window that a time is in, as seconds since 1970. */
export function windowOf(time: string | Date): number {
  const seconds = Math.floor(new Date(time).getTime() / 1000);
  return seconds - (seconds % WINDOW_SECONDS);
}
