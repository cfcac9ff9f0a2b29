import { gzipSync } from 'node:zlib';
import type { Verdict } from '../../contract';

/** An item of DynamoDB has room for 400 KB. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const ROOM = 350_000;
/** The answer of a function has room for 6 MB, unpacked. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const UNPACKED_ROOM = 5_500_000;

/** A verdict as it is kept: compressed, and with as many findings as there is room for. */
export interface PackedVerdict {
  readonly verdict: Uint8Array;
  readonly omitted?: number;
}

/** Packs a verdict; what has no room are first the mildest of the findings that stop nothing, then the mildest reasons. */
export function packed(verdict: Verdict, room = ROOM, unpackedRoom = UNPACKED_ROOM): PackedVerdict {
  const pack = (of: Verdict) => {
    const text = Buffer.from(JSON.stringify(of));
    const zipped = gzipSync(text);
    return { zipped, fits: Math.min(room / zipped.length, unpackedRoom / text.length) };
  };
  const whole = pack(verdict);
  if (whole.fits >= 1) return { verdict: whole.zipped };
  const all = verdict.reasons.length + verdict.tolerated.length;
  let keep = Math.floor(all * whole.fits);
  for (;;) {
    const short = shortened(verdict, keep);
    const { zipped, fits } = pack(short);
    if (fits >= 1 || keep === 0) return { verdict: zipped, omitted: all - short.reasons.length - short.tolerated.length };
    keep = Math.floor(keep * 0.9);
  }
}

/** The lists have the worst first. What is about findings is no longer than they are. */
function shortened(verdict: Verdict, keep: number): Verdict {
  const reasons = verdict.reasons.slice(0, keep);
  return {
    ...verdict,
    reasons,
    tolerated: verdict.tolerated.slice(0, keep - reasons.length),
    upgrades: verdict.upgrades.slice(0, keep),
    exceptions: verdict.exceptions.slice(0, keep),
  };
}
