import type { Random } from './random';
import { MINUTE, SECOND, type Simulator } from './simulator';

export interface Message {
  readonly body: string;
  readonly group?: string;
  receives: number;
  /** Not done yet. */
  isIn: boolean;
  isReady: boolean;
}

/** What came of a message: done, failed and to be delivered again soon, or nobody knows. */
export type Outcome = 'DONE' | 'FAILED' | 'CRASHED';

/** How a function takes messages from a queue. */
export interface Consumer {
  readonly batchSize: number;
  readonly maxConcurrency: number;
  handle(messages: readonly Message[], end: (outcomes: readonly Outcome[]) => void): void;
}

const VISIBILITY = 30 * MINUTE; // six times what a function may take
export const MAX_RECEIVES = 5;
const DEDUPLICATION = 5 * MINUTE;

/** A queue as SQS defines them, and the function behind it. Messages of a group come in their order, one at a time. */
export class Queue {
  readonly deadLetters: Message[] = [];
  /** What is sent and not done. */
  size = 0;
  concurrent = 0;
  mostConcurrent = 0;
  private readonly ready: Message[] = [];
  private readonly groups = new Map<string, Message[]>();
  private readonly seen = new Map<string, number>();

  constructor(private readonly simulator: Simulator, private readonly random: Random, private readonly consumer: Consumer) {}

  send(body: string, delay = 0): void {
    this.add({ body, receives: 0, isIn: true, isReady: false }, delay);
  }

  /** Gives false for what it has had. */
  sendInOrder(body: string, group: string, deduplicationId: string, delay: number): boolean {
    const { now } = this.simulator;
    if (now - (this.seen.get(deduplicationId) ?? -Infinity) < DEDUPLICATION) return false;
    this.seen.set(deduplicationId, now);
    const message: Message = { body, group, receives: 0, isIn: true, isReady: false };
    this.size++;
    this.simulator.after(delay, () => {
      const waiting = this.groups.get(group) ?? [];
      this.groups.set(group, [...waiting, message]);
      if (waiting.length === 0) this.makeReady(message);
    });
    return true;
  }

  private add(message: Message, delay: number): void {
    this.size++;
    this.simulator.after(delay, () => this.makeReady(message));
  }

  private makeReady(message: Message): void {
    if (message.isReady) return;
    message.isReady = true;
    this.ready.push(message);
    this.deliver();
  }

  private deliver(): void {
    while (this.ready.length > 0 && this.concurrent < this.consumer.maxConcurrency) {
      const messages: Message[] = [];
      while (this.ready.length > 0 && messages.length < this.consumer.batchSize) {
        // Nobody promises an order, but in a group.
        const at = this.random.chance(0.1) ? this.random.integer(0, this.ready.length - 1) : 0;
        const [message] = this.ready.splice(at, 1);
        message.isReady = false;
        if (message.receives === MAX_RECEIVES) this.bury(message);
        else messages.push(message);
      }
      if (messages.length === 0) return;
      for (const message of messages) message.receives++;
      this.mostConcurrent = Math.max(this.mostConcurrent, ++this.concurrent);
      this.hand(messages);
    }
  }

  private hand(messages: readonly Message[]): void {
    const receives = messages.map((message) => message.receives);
    const again = (index: number, ms: number) => this.simulator.after(ms, () => {
      const message = messages[index];
      if (message.isIn && message.receives === receives[index]) this.makeReady(message);
    });
    messages.forEach((_, index) => again(index, VISIBILITY));
    this.consumer.handle(messages, (outcomes) => {
      this.concurrent--;
      messages.forEach((message, index) => {
        // The receipt of a message in a group is worth nothing any more once it was delivered again.
        const isLate = message.receives !== receives[index];
        if (outcomes[index] === 'DONE' && !(isLate && message.group !== undefined)) this.remove(message);
        if (outcomes[index] === 'FAILED') again(index, Math.min(30 * SECOND * 2 ** (receives[index] - 1), 15 * MINUTE));
      });
      this.deliver();
    });
  }

  private bury(message: Message): void {
    this.deadLetters.push(message);
    this.remove(message);
  }

  private remove(message: Message): void {
    if (!message.isIn) return;
    message.isIn = false;
    this.size--;
    if (message.group === undefined) return;
    const [, ...rest] = this.groups.get(message.group)!;
    if (rest.length === 0) this.groups.delete(message.group);
    else this.groups.set(message.group, rest);
    if (rest.length > 0) this.makeReady(rest[0]);
  }
}
