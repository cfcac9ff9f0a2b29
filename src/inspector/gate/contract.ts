import type { Notice, Reason, Upgrade, Verdict, VerdictStatus } from '../contract';

/** What the construct of the gate and the code that it runs share. */

/** The source of the events that tell of verdicts. */
export const EVENT_SOURCE = 'cdk-secure-ecr.gate';

/** The events of a gate, by their `detail-type`. */
export enum VerdictEventType {
  /** An image is approved: for the first time, or again. */
  APPROVED = 'Image Approved',
  /** An image is rejected: for the first time, or again. */
  REJECTED = 'Image Rejected',
  /** An image was told of before, and now it is something else. */
  CHANGED = 'Image Verdict Changed',
}

/** The namespace of the metrics of gates, and what tells gates apart there. */
export const METRIC_NAMESPACE = 'SecureEcr/Gate';
export const GATE_DIMENSION = 'Gate';

/** What the gate counts and measures. */
export enum GateMetric {
  APPROVED = 'Approved',
  REJECTED = 'Rejected',
  /** Approved images that are no longer. */
  REVOKED = 'Revoked',
  /** Rejected images that are approved now. */
  CLEARED = 'Cleared',
  /** From the push to the first verdict that is not pending. */
  MINUTES_TO_VERDICT = 'MinutesToVerdict',
  /** How long an image has been pending when it is looked at. */
  MINUTES_PENDING = 'MinutesPending',
  /** Requests of services for one judgement. */
  REQUESTS = 'Requests',
  /** Sweeps that came to their end. */
  SWEEPS = 'Sweeps',
}

/** The indexes of the table: what is watched by when it is due, and verdicts by repository and time. */
export const BY_DUE = 'ByDue';
export const BY_REPOSITORY = 'ByRepository';
/** The one partition of what is watched; `maxConcurrency` is bounded so that it takes what is written. */
export const WATCHED = 'yes';

/** An image in the registry that the gate watches. */
export interface WatchedImage {
  readonly repository: string;
  readonly digest: string;
}

/** Why an image is judged. */
export type JudgementCause = 'PUSH' | 'SCAN' | 'FINDING' | 'CHANGE' | 'PLATFORM' | 'ASKED' | 'SWEEP';

/** Has an image judged. */
export interface JudgementRequest extends WatchedImage {
  readonly cause: JudgementCause;
}

/**
 * Requests for one image in the same window are one. They wait for longer than it lasts, so that whatever is heard in it was
 * heard before the image is read; the difference is how much clocks may differ.
 */
export const WINDOW_SECONDS = 15;
export const REQUEST_DELAY_SECONDS = 30;

/** What the gate asks of itself: on a schedule, and for later. */
export type Errand =
  | { readonly errand: 'sweep' }
  | { readonly errand: 'find'; readonly repositories: readonly string[]; readonly patterns: readonly string[] }
  | { readonly errand: 'list'; readonly repository: string; readonly from?: string }
  | { readonly errand: 'judge'; readonly request: JudgementRequest };

/** Who pushed an image, as CloudTrail tells it. */
export interface Pusher {
  readonly arn: string;
  readonly at: string;
}

/** The detail of an event that tells of a verdict; `schema/gate-event-v1.json`. */
export interface VerdictEvent {
  readonly schemaVersion: 1;
  /** The same for an event that comes twice. */
  readonly id: string;
  /** Which gate it is. */
  readonly gate: string;
  readonly account: string;
  readonly region: string;
  readonly repository: string;
  readonly digest: string;
  readonly status: VerdictStatus;
  /** What it was told to be before. */
  readonly previousStatus?: VerdictStatus;
  /** Since when; the key of the record of the verdict, with the image. ISO 8601. */
  readonly decidedAt: string;
  readonly cause: JudgementCause;
  readonly policy: Verdict['policy'];
  readonly counts: Verdict['counts'];
  /** The worst; the record has all. */
  readonly reasons: readonly EventReason[];
  /** How many more reasons the record has. */
  readonly moreReasons: number;
  readonly upgrades: readonly Upgrade[];
  readonly notices: readonly Notice[];
  /** Digests of the indexes that the image is part of; 100 at most. */
  readonly partOf: readonly string[];
  /** Digests of the images that run; 100 at most. */
  readonly platforms: readonly string[];
  readonly pushedAt?: string;
  readonly pushedBy?: Pusher;
}

export type EventReason = Pick<Reason, 'kind' | 'code' | 'message' | 'remedy'>;

/** What is asked of the function that answers for verdicts. */
export interface VerdictQuestion {
  readonly repository: string;
  readonly digest: string;
}

/** What it answers. Anything but `APPROVED` means not to deploy. */
export interface VerdictAnswer {
  readonly schemaVersion: 1;
  /** `UNKNOWN`: never judged; it is about to be. `NOT_WATCHED`: the gate judges no image of this repository. */
  readonly status: VerdictStatus | 'UNKNOWN' | 'NOT_WATCHED';
  /** Why a verdict that was made does not hold: the image is about to be judged again, and `PENDING` until then. */
  readonly pendingBecause?: 'POLICY_CHANGED' | 'LAPSED';
  /** What the gate watches, where it is not this repository: names, `*` for any characters. */
  readonly watched?: readonly string[];
  /** Until when an approval holds unless it is confirmed: no longer than what it rests on, such as an exception. ISO 8601. */
  readonly validUntil?: string;
  /** When the verdict was last found to be so. ISO 8601. */
  readonly confirmedAt?: string;
  readonly verdict?: Verdict;
  /** Findings that were left out of the record because it had no room for them. */
  readonly omitted?: number;
}
