import type { JudgementCause, WatchedImage } from '../contract';
import type { ImageNotes } from './state';

/** An event as a rule delivers it. */
export interface GateEvent {
  readonly 'detail-type': string;
  readonly 'source': string;
  readonly 'time': string;
  readonly 'resources'?: readonly string[];
  readonly 'detail': Record<string, any>;
}

/** What an event says of an image: what to remember, and whether to judge it. */
export interface Heard extends WatchedImage {
  readonly notes?: ImageNotes;
  readonly cause?: JudgementCause;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const IMAGE_ARN = /^arn:[^:]+:ecr:[^:]*:\d*:repository\/(.+)\/(sha256:[0-9a-f]{64})$/;
const REPOSITORY_ARN = /^arn:[^:]+:ecr:[^:]*:\d*:repository\/(.+)$/;

/** An event that no rule of the gate lets through, or one without what it needs. */
export class UnknownEventError extends Error {
  constructor(event: unknown, why: string) {
    super(`${why}: ${JSON.stringify(event).slice(0, 500)}`);
    this.name = 'UnknownEventError';
  }
}

/** What an event says. One image, but for findings, which may be of several. */
export function hear(event: GateEvent): Heard[] {
  const { detail, 'detail-type': type } = event ?? {};
  if (typeof detail !== 'object' || detail === null) throw new UnknownEventError(event, 'This is no event');
  switch (type) {
    case 'ECR Image Action': return imageAction(event);
    case 'ECR Image Scan': return [{ ...imageOf(event, detail['repository-name'], detail['image-digest']), cause: 'SCAN' }];
    case 'Inspector2 Scan': return [scanCompleted(event)];
    case 'Inspector2 Finding': return finding(event);
    case 'Inspector2 Coverage': return imagesIn(event).map((image) => ({ ...image, cause: 'CHANGE' }));
    case 'AWS API Call via CloudTrail': return pushedBy(event);
    default: throw new UnknownEventError(event, 'No rule of the gate asks for this event');
  }
}

function imageAction(event: GateEvent): Heard[] {
  const { detail, time } = event;
  if (detail.result !== 'SUCCESS') return [];
  const image = imageOf(event, detail['repository-name'], detail['image-digest']);
  if (detail['action-type'] === 'PUSH') return [{ ...image, notes: { pushedAt: iso(event, time) }, cause: 'PUSH' }];
  return [{ ...image, cause: 'CHANGE' }]; // deleted, archived or restored
}

/** Amazon Inspector names the repository by its ARN here. Severities that it leaves out are in the total. */
function scanCompleted(event: GateEvent): Heard {
  const { detail, time } = event;
  const [, repository] = REPOSITORY_ARN.exec(detail['repository-name']) ?? [];
  const image = imageOf(event, repository ?? detail['repository-name'], detail['image-digest']);
  const total = detail['finding-severity-counts']?.TOTAL;
  if (detail['scan-status'] !== 'INITIAL_SCAN_COMPLETE' || !Number.isSafeInteger(total) || total < 0) return { ...image, cause: 'SCAN' };
  return { ...image, notes: { expected: { count: total, at: iso(event, time) } }, cause: 'SCAN' };
}

/** What is active must be listed, sooner or later. */
function finding(event: GateEvent): Heard[] {
  const { findingArn, status } = event.detail;
  const notes = typeof findingArn === 'string' && status === 'ACTIVE' ? { awaited: [findingArn] } : undefined;
  return imagesIn(event).map((image) => ({ ...image, notes, cause: 'FINDING' }));
}

function imagesIn(event: GateEvent): WatchedImage[] {
  const arns: unknown[] = [...event.resources ?? [], ...(event.detail.resources ?? []).map((resource: any) => resource?.id)];
  const found = new Map<string, WatchedImage>();
  for (const arn of arns) {
    const [, repository, digest] = (typeof arn === 'string' && IMAGE_ARN.exec(arn)) || [];
    if (digest) found.set(`${repository}@${digest}`, { repository, digest });
  }
  return [...found.values()];
}

function pushedBy(event: GateEvent): Heard[] {
  const { eventName, errorCode, userIdentity, responseElements, requestParameters } = event.detail;
  if (eventName !== 'PutImage' || errorCode !== undefined) return [];
  const digest = responseElements?.image?.imageId?.imageDigest ?? requestParameters?.imageDigest;
  const arn = userIdentity?.arn ?? userIdentity?.invokedBy ?? userIdentity?.principalId;
  if (typeof arn !== 'string') return [];
  const at = iso(event, event.detail.eventTime ?? event.time);
  return [{ ...imageOf(event, requestParameters?.repositoryName, digest), notes: { pushedBy: { arn, at } } }];
}

function imageOf(event: GateEvent, repository: unknown, digest: unknown): WatchedImage {
  if (typeof repository !== 'string' || repository === '') throw new UnknownEventError(event, 'The event names no repository');
  if (typeof digest !== 'string' || !DIGEST.test(digest)) throw new UnknownEventError(event, 'The event names no digest of an image');
  return { repository, digest };
}

function iso(event: GateEvent, at: unknown): string {
  const time = typeof at === 'string' ? Date.parse(at) : NaN;
  if (Number.isNaN(time)) throw new UnknownEventError(event, 'The event has no time');
  return new Date(time).toISOString();
}
