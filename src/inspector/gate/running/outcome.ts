import { createHash } from 'node:crypto';
import type { Verdict } from '../../contract';
import { canonical } from '../../documents/fingerprint';

/** Another one for any other verdict on an image; when it was judged, and how old the data is, are no part of it. */
export function outcomeOf({ judgedAt, dataAt, judgeAgainAt, ...verdict }: Verdict): string {
  const platforms = verdict.platforms.map(({ scannedAt, ...platform }) => platform);
  return createHash('sha256').update(canonical({ ...verdict, platforms })).digest('hex').slice(0, 32);
}
