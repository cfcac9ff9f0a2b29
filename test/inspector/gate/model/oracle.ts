import { type StoredImage, canPull } from './registry';
import { SECOND } from './simulator';
import type { VerdictStatus } from '../../../../src/inspector/contract';

export const SETTLE = 120 * SECOND;

/** What a policy and its exceptions say, in the simplest words there are. */
export interface Rule {
  /** An active finding so severe blocks. */
  readonly severities: readonly string[];
  readonly excepted: ReadonlyArray<{ readonly id: string; readonly until: number }>;
}

/** What runs of an image. */
export function platformsOf(image: StoredImage): readonly StoredImage[] {
  return image.kind === 'INDEX' ? image.children.filter(({ kind }) => kind === 'IMAGE') : [image];
}

/** Whether a finding is listed that must stop the image. */
export function isBlocked(image: StoredImage, { severities, excepted }: Rule, now: number): boolean {
  return platformsOf(image).some(({ findings }) => [...findings].some(([id, { severity, status }]) =>
    status === 'ACTIVE' && severities.includes(severity) && !excepted.some((exception) => exception.id === id && now < exception.until)));
}

/** When the first exception ends without which the image is blocked. */
export function excusedUntil(image: StoredImage, { severities, excepted }: Rule): number {
  const blocking = platformsOf(image).flatMap(({ findings }) => [...findings])
    .filter(([, { severity, status }]) => status === 'ACTIVE' && severities.includes(severity));
  return Math.min(...excepted.filter((exception) => blocking.some(([id]) => id === exception.id)).map(({ until }) => until));
}

/** Whether all of it was scanned, long enough ago. */
export function isSettled(image: StoredImage, now: number): boolean {
  return platformsOf(image).every((platform) => canPull(platform) && platform.status === 'SUCCESSFUL' && now >= platform.scannedAt! + SETTLE);
}

const HOPELESS = ['UNSUPPORTED_OS', 'SCAN_ELIGIBILITY_EXPIRED'];

/** The verdict; none on what nothing runs. */
export function truth(image: StoredImage, rule: Rule, now: number): VerdictStatus | undefined {
  if (image.kind === 'ATTESTATION' || image.kind === 'SIGNATURE') return undefined;
  const platforms = platformsOf(image);
  const isHopeless = platforms.length === 0 || [image, ...platforms].some((each) => !canPull(each) || HOPELESS.includes(each.status));
  if (isHopeless || isBlocked(image, rule, now)) return 'REJECTED';
  return isSettled(image, now) ? 'APPROVED' : 'PENDING';
}
