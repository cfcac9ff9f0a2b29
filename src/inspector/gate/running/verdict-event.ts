import type { Verdict } from '../../contract';
import type { JudgementCause, VerdictEvent, VerdictEventType } from '../contract';
import type { ImageState } from './state';

/**
 * Two of them go in one request, which takes 256 KB; people take in less, and the record has all.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
const ROOM = 100_000;
const REASONS = 20;
const UPGRADES = 20;
const DIGESTS = 100;
const FEW = 5;
const CHARACTERS = 600;

/** An event as the bus takes it. */
export interface Announcement {
  readonly type: VerdictEventType;
  readonly detail: VerdictEvent;
}

/** How the verdict came to be. */
export interface Occasion {
  readonly gate: string;
  readonly cause: JudgementCause;
  /** ISO 8601. */
  readonly decidedAt: string;
}

/** An event with the indexes that the image is part of when it is told. */
export function withIndexes(event: Omit<VerdictEvent, 'partOf'>, partOf: readonly string[] = []): VerdictEvent {
  return { ...event, partOf: partOf.slice(0, DIGESTS) };
}

/** What the world is told of a verdict. Names in an image may be as long as somebody wants: then less is told. */
export function eventOf(verdict: Verdict, image: ImageState, occasion: Occasion): Omit<VerdictEvent, 'partOf'> {
  let event = eventWith(1, verdict, image, occasion);
  for (let share = 0.5; Buffer.byteLength(JSON.stringify(event)) > ROOM && share > 0.01; share /= 2) {
    event = eventWith(share, verdict, image, occasion);
  }
  return event;
}

function eventWith(share: number, verdict: Verdict, image: ImageState, { gate, cause, decidedAt }: Occasion): Omit<VerdictEvent, 'partOf'> {
  const { account, region, repository, digest } = verdict.image;
  const reasons = verdict.reasons.slice(0, REASONS * share);
  return {
    schemaVersion: 1,
    id: `${repository}@${digest}/${decidedAt}`,
    gate,
    account,
    region,
    repository,
    digest,
    status: verdict.status,
    previousStatus: image.announced,
    decidedAt,
    cause,
    policy: verdict.policy,
    counts: verdict.counts,
    reasons: reasons.map(({ kind, code, message, remedy }) =>
      ({ kind, code, message: message.slice(0, CHARACTERS), remedy: remedy.slice(0, CHARACTERS) })),
    moreReasons: verdict.reasons.length - reasons.length,
    upgrades: verdict.upgrades.slice(0, UPGRADES * share)
      .map((upgrade) => ({ ...upgrade, from: upgrade.from.slice(0, FEW), mends: upgrade.mends.slice(0, FEW) })),
    notices: verdict.notices.map(({ code, message }) => ({ code, message: message.slice(0, CHARACTERS) })),
    platforms: verdict.platforms.slice(0, DIGESTS).map((platform) => platform.digest),
    pushedAt: image.pushedAt,
    pushedBy: image.pushedBy,
  };
}
