import { type VerdictEvent } from '../../../src/inspector/gate/contract';
import type { ImageState } from '../../../src/inspector/gate/running/state';
import { eventOf, withIndexes } from '../../../src/inspector/gate/running/verdict-event';
import { IMAGE, NOW, digest, facts, fixable, index, judge, scan, single } from '../facts';

export const BAD = fixable({
  id: 'CVE-2026-1234',
  severity: 'CRITICAL',
  knownExploited: true,
  epss: 0.97,
  score: 9.8,
  packages: [{ name: 'openssl', version: '3.0.11', fixedIn: '3.0.15', manager: 'OS' }],
});
export const PUSHED = '2026-11-22T10:00:00.000Z';
export const PUSHER = { arn: 'arn:aws:sts::111111111111:assumed-role/GitHubPush/run-42', at: PUSHED };

/** The event of a verdict, as the gate makes it, and as it comes out of the bus. */
export function eventOn(of: Parameters<typeof judge>[0], image: Partial<ImageState> = {}): VerdictEvent {
  const state: ImageState = { repository: IMAGE.repository, digest: IMAGE.digest, version: 1, pushedAt: PUSHED, pushedBy: PUSHER, ...image };
  return JSON.parse(JSON.stringify(withIndexes(eventOf(judge(of), state, { gate: 'Gate', cause: 'FINDING', decidedAt: NOW.toISOString() }), state.partOf)));
}

export const rejected = (image?: Partial<ImageState>) => eventOn(single([BAD]), image);
export const approved = (image?: Partial<ImageState>) => eventOn(single(), image);
export const pending = (image?: Partial<ImageState>) => eventOn(single([], { status: 'SCAN_IN_PROGRESS' }), image);
export const unscanned = (status: string, image?: Partial<ImageState>) => eventOn(single([], { status }), image);

/** An index that is as long as one gets, with as many reasons. */
export function huge(image?: Partial<ImageState>): VerdictEvent {
  const words = (character: string) => `"${character.repeat(498)}"`; // what an answer has room for
  const findings = Array.from({ length: 300 }, (_, at) => fixable({
    id: `CVE-2026-${at}`,
    packages: Array.from({ length: 3 }, (__, part) => ({ name: `${words('é')}${at}-${part}`, version: words('1'), fixedIn: words('2'), manager: 'OS' })),
  }));
  const event = eventOn(index(findings, findings), image);
  const notices = Array.from({ length: 1_000 }, () => ({ code: 'EXCEPTION_EXPIRED' as const, message: words('ü') }));
  return { ...event, notices };
}

export { IMAGE, NOW, digest, facts, index, scan, single };
