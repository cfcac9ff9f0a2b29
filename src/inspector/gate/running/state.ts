import type { VerdictStatus } from '../../contract';
import type { GateMetric, Pusher, VerdictEvent, VerdictEventType, WatchedImage } from '../contract';

/** What is remembered of an image, from whatever was heard of it. Judging it does not change this. */
export interface ImageNotes {
  /** As heard first: a tag that is moved is a push too. ISO 8601. */
  readonly pushedAt?: string;
  /** As heard first. */
  readonly pushedBy?: Pusher;
  /** How many findings Amazon Inspector has announced with its first scan. */
  readonly expected?: ExpectedFindings;
  /** ARNs of findings that were announced, each by itself, and were not listed since; `AWAITED_AT_MOST` of them. */
  readonly awaited?: readonly string[];
  /** Digests of the indexes that it is part of, the latest: each is judged when it is. */
  readonly partOf?: readonly string[];
}

/** An image with more is insisted on by these; the rest is listed with them. */
export const AWAITED_AT_MOST = 100;

export interface ExpectedFindings {
  readonly count: number;
  /** When; tells announcements apart. ISO 8601. */
  readonly at: string;
}

/** Where the judgement of an image stands; one decision at a time changes it. */
export interface ImageCourse {
  /** What holds. */
  readonly status?: VerdictStatus;
  /** Since when, and where the record is; ISO 8601. */
  readonly decidedAt?: string;
  /** When it was last found to be so; ISO 8601. */
  readonly confirmedAt?: string;
  /** When it may be another one although nothing happens: a grace, an exception or the support of an operating system ends; ISO 8601. */
  readonly judgeAgainAt?: string;
  /** The fingerprint of the policy and the exceptions behind it. */
  readonly judgedBy?: string;
  /** Another one for any other verdict. */
  readonly outcome?: string;
  /** What was last announced. */
  readonly announced?: VerdictStatus;
  /** Since when it has been pending, or a scan has been going on that began anew; ISO 8601. */
  readonly pendingSince?: string;
  /** Since when it has not been in the registry; ISO 8601. */
  readonly missingSince?: string;
  /** Whether it is in the archive of the registry. */
  readonly isArchived?: boolean;
  /** Of the announcement that was met: findings may be deleted afterwards. */
  readonly metExpectation?: string;
  /** When to judge it again, whatever happens; ISO 8601. None: nothing runs it. */
  readonly dueAt?: string;
  /** What is still to be told of `decidedAt`. */
  readonly outbox?: Outbox;
}

/**
 * What is to be told once a decision is recorded; kept until it is. The indexes that the image is part of are told too: those
 * that it is part of by then.
 */
export interface Outbox {
  /** What is announced; nothing where only the reasons are others. */
  readonly types: readonly VerdictEventType[];
  readonly detail?: Omit<VerdictEvent, 'partOf'>;
  /** What is counted of it. */
  readonly counts: Readonly<Partial<Record<GateMetric, number>>>;
}

/** All that is known of an image. */
export interface ImageState extends WatchedImage, ImageNotes, ImageCourse {
  /** Grows with every change of its course; 0 before the first. */
  readonly version: number;
}

/** A decision was made elsewhere in between: judge again. */
export class ConflictError extends Error {
  constructor({ repository, digest }: WatchedImage) {
    super(`${repository}@${digest} was decided on elsewhere meanwhile`);
    this.name = 'ConflictError';
  }
}
