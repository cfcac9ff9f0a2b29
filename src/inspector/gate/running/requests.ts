import { createHash } from 'node:crypto';
import type { JudgementRequest } from '../contract';

/** A message of a queue that keeps the order in a group and drops what it has had. */
export interface RequestMessage {
  readonly MessageBody: string;
  /** One decision at a time for an image. */
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
}

/**
 * Requests as messages. A sweep finds what is due, and is left alone when it is no longer; so it must not stand in for a
 * request that is about something new.
 *
 * @param windowSeconds requests for one image in the same window are one
 */
export function messagesOf(requests: readonly JudgementRequest[], now: Date, windowSeconds: number): RequestMessage[] {
  const window = Math.floor(now.getTime() / 1000 / windowSeconds);
  return requests.map((request) => {
    const image = sha256(`${request.repository}@${request.digest}`); // a name may be longer than an id
    return {
      MessageBody: JSON.stringify(request),
      MessageGroupId: image,
      MessageDeduplicationId: sha256(`${image}/${request.cause === 'SWEEP' ? 'sweep' : 'news'}/${window}`),
    };
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
