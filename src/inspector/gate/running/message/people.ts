import type { VerdictStatus } from '../../../contract';
import type { VerdictEvent } from '../../contract';

/** Whether people are told of a verdict at all. */
export type ForPeople = 'YES' | 'NO' | 'IF_IT_RUNS';

/** Images that nobody scans any more because nobody uses them: no news, unless somebody does. */
const UNUSED: readonly string[] = ['IMAGE_ARCHIVED', 'SCAN_ELIGIBILITY_EXPIRED'];

export function forPeople({ partOf, reasons, moreReasons }: VerdictEvent): ForPeople {
  if (partOf.length > 0) return 'NO'; // its index is told of
  const isUnused = reasons.length > 0 && moreReasons === 0 && reasons.every(({ code }) => UNUSED.includes(code));
  return isUnused ? 'IF_IT_RUNS' : 'YES';
}

/** What happened to the verdict on an image. */
export interface Turn {
  readonly status: VerdictStatus;
  readonly previousStatus?: VerdictStatus;
}

/** Turns that are told of together when there are too many to tell of each. */
export function turnName({ status, previousStatus }: Turn): string {
  return `${previousStatus ?? 'NEW'}-${status}`;
}
