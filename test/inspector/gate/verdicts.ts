import type { JudgedFinding, Verdict } from '../../../src/inspector/contract';
import { decide } from '../../../src/inspector/decide';
import type { ImageState } from '../../../src/inspector/gate/running/state';
import { IMAGE, NOW, STANDARD, finding, fixable, single } from '../facts';

export const STATE: ImageState = { repository: IMAGE.repository, digest: IMAGE.digest, version: 0 };

export const approved = (at = NOW): Verdict => decide(single(), STANDARD, [], at);
export const rejected = (at = NOW, id = 'CVE-2026-0001'): Verdict => decide(single([fixable({ id })]), STANDARD, [], at);
export const pending = (at = NOW): Verdict => decide(single([], { status: 'SCAN_IN_PROGRESS' }), STANDARD, [], at);

/** A verdict with so many findings that stop the image, and that do not. */
export function long(reasons: number, tolerated: number, words = (index: number) => `finding ${index}`): Verdict {
  const base = rejected();
  const judged = (index: number, disposition: JudgedFinding['disposition']): JudgedFinding =>
    ({ ...finding({ id: `CVE-${index}`, title: words(index) }), disposition, images: [IMAGE.digest] });
  return {
    ...base,
    reasons: Array.from({ length: reasons }, (_, index) => ({ ...base.reasons[0], code: `CVE-${index}`, message: words(index), finding: judged(index, 'BLOCKING') })),
    tolerated: Array.from({ length: tolerated }, (_, index) => judged(reasons + index, 'NO_RULE')),
  };
}
