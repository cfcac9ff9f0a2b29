import type { VerdictRecord } from './image-store';
import type { ImageState } from './state';
import type { VerdictAnswer } from '../contract';
import { type GateRules, validUntil } from '../decide';

/** What holds of an image now. An approval that nobody has confirmed for too long is none. */
export function answerOf(state: ImageState | undefined, record: VerdictRecord | undefined, now: Date, rules: Pick<GateRules, 'refreshSeconds'>): VerdictAnswer {
  if (!state?.status) return { schemaVersion: 1, status: 'UNKNOWN' };
  const { confirmedAt, status } = state;
  const told = { confirmedAt, verdict: record?.verdict, omitted: record?.omitted };
  if (status !== 'APPROVED') return { schemaVersion: 1, status, ...told };
  const until = validUntil(state, rules);
  return { schemaVersion: 1, status: now < until ? 'APPROVED' : 'PENDING', validUntil: until.toISOString(), ...told };
}
