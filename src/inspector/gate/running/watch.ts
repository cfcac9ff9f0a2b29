import { type GateEvent, type Heard, hear } from './hear';
import type { ImageStore } from './image-store';
import { matches } from '../../decision/apply-exceptions';
import { type Errand, GateMetric, type JudgementRequest } from '../contract';
import { type GateRules, dueAfterFailure, isDue } from '../decide';

/** What watching takes from outside. */
export interface WatchWorld {
  readonly store: Pick<ImageStore, 'note' | 'known' | 'watched'>;
  now(): Date;
  /** Has images judged, soon. */
  request(requests: readonly JudgementRequest[]): Promise<void>;
  /** Has repositories listed, each by itself: thousands of them take longer than a function may run. One may go on from a page. */
  listLater(repositories: readonly string[], from?: string): Promise<void>;
  /** The names of all repositories of the registry, in pages. */
  repositories(): AsyncIterable<readonly string[]>;
  /** The images of a repository, in pages; none where there is no such repository, or no such page any more. */
  images(repository: string, from?: string): AsyncIterable<ImagePage>;
  /** Whether there is no time left to begin anything. */
  isEnding(): boolean;
}

export interface ImagePage {
  readonly images: readonly PushedImage[];
  /** Where the next page is, if there is one. */
  readonly next?: string;
}

export interface PushedImage {
  readonly digest: string;
  readonly pushedAt: Date;
}

export interface WatchRules extends Pick<GateRules, 'fingerprint'> {
  /** Images that were pushed longer ago are not looked for. */
  readonly lookBackSeconds: number;
}

/** What came of a message, for logs and metrics. */
export interface WatchReport {
  readonly done: 'HEARD' | 'SWEPT' | 'FOUND' | 'LISTED' | 'LISTED_IN_PART' | 'REMINDED';
  /** Images that are judged because of it, or repositories that are listed. */
  readonly count: number;
  readonly metrics: Readonly<Partial<Record<GateMetric, number>>>;
}

/**
 * A sweep asks for no more: about what five judges do until the next one comes. So what is heard waits for minutes at most,
 * even when a new policy has every image judged.
 */
export const SWEEP_AT_MOST = 1_000;

/** Hears what happens to images, and finds what nothing was heard of; has them judged. */
export async function watch(message: GateEvent | Errand, world: WatchWorld, rules: WatchRules): Promise<WatchReport> {
  if (!message || typeof message !== 'object' || !('errand' in message)) return listen(hear(message), world);
  switch (message.errand) {
    case 'sweep': return sweep(world, rules);
    case 'find': return find(message.repositories, message.patterns, world);
    case 'list': return list(message, world, rules);
    case 'judge': return remind(message.request, world);
    default: throw new Error(`There is no errand ${JSON.stringify(message).slice(0, 200)}`);
  }
}

async function listen(heard: readonly Heard[], { store, now, request }: WatchWorld): Promise<WatchReport> {
  for (const { repository, digest, notes } of heard) {
    if (notes) await store.note({ repository, digest }, notes, dueAfterFailure(now()));
  }
  const requests = heard.flatMap(({ repository, digest, cause }) => cause ? [{ repository, digest, cause }] : []);
  await request(requests);
  return { done: 'HEARD', count: requests.length, metrics: {} };
}

/** Asks for what is due. */
async function sweep({ store, now, request }: WatchWorld, rules: WatchRules): Promise<WatchReport> {
  let count = 0;
  for await (const images of store.watched()) {
    const due = images.filter((image) => isDue(image, rules, now())).slice(0, SWEEP_AT_MOST - count);
    await request(due.map(({ repository, digest }) => ({ repository, digest, cause: 'SWEEP' })));
    count += due.length;
    if (count === SWEEP_AT_MOST) break; // the next sweep goes on
  }
  return { done: 'SWEPT', count, metrics: { [GateMetric.SWEEPS]: 1 } };
}

async function find(named: readonly string[], patterns: readonly string[], { listLater, repositories }: WatchWorld): Promise<WatchReport> {
  await listLater(named);
  let count = named.length;
  if (patterns.length > 0) {
    for await (const names of repositories()) {
      const found = names.filter((name) => patterns.some((pattern) => matches(pattern, name)));
      await listLater(found);
      count += found.length;
    }
  }
  return { done: 'FOUND', count, metrics: {} };
}

/**
 * Finds images that no event has told of, among those that are new enough to be scanned. They are due at once: the next
 * sweep asks for them, however many they are.
 */
async function list(
  { repository, from }: Extract<Errand, { errand: 'list' }>, { store, now, images, isEnding, listLater }: WatchWorld, { lookBackSeconds }: WatchRules,
): Promise<WatchReport> {
  const since = now().getTime() - lookBackSeconds * 1_000;
  let count = 0;
  let at = from;
  const goOn = async (): Promise<WatchReport> => {
    await listLater([repository], at); // what is noted is known then
    return { done: 'LISTED_IN_PART', count, metrics: {} };
  };
  for await (const page of images(repository, from)) {
    const recent = page.images.filter(({ pushedAt }) => pushedAt.getTime() >= since);
    const known = await store.known(repository, recent.map(({ digest }) => digest));
    for (const { digest, pushedAt } of recent.filter((image) => !known.has(image.digest))) {
      if (isEnding()) return goOn();
      await store.note({ repository, digest }, { pushedAt: pushedAt.toISOString() }, now().toISOString());
      count++;
    }
    at = page.next;
    // Where all is known, pages alone take too long when Amazon ECR is slow.
    if (at !== undefined && isEnding()) return goOn();
  }
  return { done: 'LISTED', count, metrics: {} };
}

/** What an image waited for may have come. */
async function remind(reminded: JudgementRequest, { request }: WatchWorld): Promise<WatchReport> {
  await request([reminded]);
  return { done: 'REMINDED', count: 1, metrics: {} };
}
