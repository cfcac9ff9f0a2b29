import type { Verdict } from '../../contract';
import type { JudgementCause, VerdictEvent } from '../contract';
import type { ImageState } from './state';

/** An event has room for 256 KB, and people for less; the record has all. */
const REASONS = 20;
const UPGRADES = 20;
const FEW = 5;
const CHARACTERS = 600;

/** How the verdict came to be. */
export interface Occasion {
  readonly gate: string;
  readonly cause: JudgementCause;
  /** ISO 8601. */
  readonly decidedAt: string;
}

/** What the world is told of a verdict. */
export function eventOf(verdict: Verdict, image: ImageState, { gate, cause, decidedAt }: Occasion): VerdictEvent {
  const { account, region, repository, digest } = verdict.image;
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
    reasons: verdict.reasons.slice(0, REASONS).map(({ kind, code, message, remedy }) =>
      ({ kind, code, message: message.slice(0, CHARACTERS), remedy: remedy.slice(0, CHARACTERS) })),
    moreReasons: Math.max(0, verdict.reasons.length - REASONS),
    upgrades: verdict.upgrades.slice(0, UPGRADES)
      .map((upgrade) => ({ ...upgrade, from: upgrade.from.slice(0, FEW), mends: upgrade.mends.slice(0, FEW) })),
    notices: verdict.notices,
    partOf: image.partOf ?? [],
    platforms: verdict.platforms.map((platform) => platform.digest),
    pushedAt: image.pushedAt,
    pushedBy: image.pushedBy,
  };
}
