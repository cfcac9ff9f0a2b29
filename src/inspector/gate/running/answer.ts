import type { VerdictRecord } from './image-store';
import type { ImageState } from './state';
import { matches } from '../../decision/apply-exceptions';
import type { VerdictAnswer } from '../contract';
import { type GateRules, validUntil } from '../decide';

export type AnswerRules = Pick<GateRules, 'fingerprint' | 'refreshSeconds'>;

/** Whether a gate judges images of this repository; where it is not known what it watches, it may. */
export function isWatched(repository: string, watched: readonly string[] | undefined): boolean {
  return watched === undefined || watched.some((pattern) => matches(pattern, repository));
}

/**
 * What holds of an image now. A verdict by another policy than what is deployed is none, and neither is an approval that
 * nobody has confirmed for too long, or that rests on what has ended.
 */
export function answerOf(state: ImageState | undefined, record: VerdictRecord | undefined, now: Date, rules: AnswerRules): VerdictAnswer {
  if (!state?.status) return { schemaVersion: 1, status: 'UNKNOWN' };
  const { confirmedAt, status, judgedBy } = state;
  const told = { confirmedAt, verdict: record?.verdict, omitted: record?.omitted };
  if (judgedBy !== rules.fingerprint) return { schemaVersion: 1, status: 'PENDING', pendingBecause: 'POLICY_CHANGED', ...told };
  if (status !== 'APPROVED') return { schemaVersion: 1, status, ...told };
  const until = validUntil(state, rules);
  const holds = now < until ? { status } : { status: 'PENDING', pendingBecause: 'LAPSED' } as const;
  return { schemaVersion: 1, ...holds, validUntil: until.toISOString(), ...told };
}
