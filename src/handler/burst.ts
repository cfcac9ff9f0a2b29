import { type SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Ledger } from './ledger';

/** How long things of one kind are counted together. */
export const WINDOW_SECONDS = 300;
/** How many of them are told of one by one in a window, before a summary takes their place. */
export const MESSAGES_PER_WINDOW = 5;
/** So much later than said a summary is made, because clocks differ. */
const SLACK_SECONDS = 60;

/** What becomes of the next thing in a window. */
export type Delivery = 'count' | 'tell' | 'summarize';

/** A kind of things that are told of, in a window of time. */
export interface Window {
  readonly group: string;
  /** When it begins, in seconds since 1970. */
  readonly window: number;
}

/** Tells of the first few things of a window one by one, and of the rest in a summary: nobody reads ten thousand messages. */
export class Burst {
  constructor(
    private readonly ledger: Ledger,
    private readonly sqs: SQSClient,
    private readonly queueUrl: string,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /**
   * Tells of a thing that was begun in the ledger, or counts it for a summary.
   *
   * @param threshold so many in a window, and they are told of
   * @param summary what to send to the queue in order to be asked for a summary when the window is over
   */
  public async tell(
    key: string, { group, window }: Window, threshold: number, publish: () => Promise<void>, summary: (of: Window) => object,
  ): Promise<void> {
    const counted = await this.ledger.count(key, group, window);
    const what = delivery(threshold, counted.number);
    if (what === 'tell') await publish();
    // Begun again later, it is still of the window that it was counted in.
    if (what === 'summarize') await this.haveSummarized({ group, window: counted.window }, summary);
  }

  /**
   * Whatever is not told of one by one sees to it that a summary will count it. So it does not matter which of them fails, or
   * comes when a summary of its window has been told already.
   */
  private async haveSummarized(of: Window, summary: (of: Window) => object): Promise<void> {
    const seconds = Math.floor(this.now().getTime() / 1000);
    const { summarizedUntil } = await this.ledger.tally(of.group, of.window);
    if (seconds < summarizedUntil) return;
    await this.sqs.send(new SendMessageCommand({
      QueueUrl: this.queueUrl,
      MessageBody: JSON.stringify(summary(of)),
      DelaySeconds: WINDOW_SECONDS + SLACK_SECONDS,
    }));
    await this.ledger.note(of.group, of.window, 'summarizedUntil', seconds + WINDOW_SECONDS);
  }

  /** Tells how many things of a window were neither told of one by one nor in an earlier summary, if there are any. */
  public async summarize({ group, window }: Window, threshold: number, publish: (more: number) => Promise<void>): Promise<void> {
    const { total, summarized } = await this.ledger.tally(group, window);
    const rest = untold(threshold, total);
    if (rest <= summarized) return;
    await this.ledger.begin(`summary/${group}/${window}`); // one at a time
    await publish(rest - summarized);
    await this.ledger.note(group, window, 'summarized', rest);
  }
}

/**
 * The occurrence that reaches the threshold is told of, and the next few; then a summary stands for the rest.
 *
 * @param count how many there were in the window, this one included
 */
export function delivery(threshold: number, count: number): Delivery {
  if (count < threshold) return 'count';
  return count < threshold + MESSAGES_PER_WINDOW ? 'tell' : 'summarize';
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
