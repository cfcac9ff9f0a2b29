import { type ImageRetention, RetentionOutcome, type StoredImage } from '../../../src';
import type { LifecycleRule, LifecycleSelection } from '../../../src/repository/retention/lifecycle-document';

export const DAY = 24 * 60 * 60 * 1000;
export const NOW = new Date('2026-01-01T00:00:00Z');
export const daysAgo = (days: number, now = NOW) => new Date(now.getTime() - days * DAY);

/** An image pushed so many days ago. */
export function image(digest: string, days: number, more: Partial<StoredImage> = {}): StoredImage {
  return { digest, pushedAt: daysAgo(days), ...more };
}

/** What of `images` one run expires and archives; the others are kept. */
export function lost(retention: ImageRetention, images: StoredImage[], now = NOW): { expired: string[]; archived: string[] } {
  const fates = retention.simulate(images, now);
  const those = (wanted: RetentionOutcome) => fates.filter(({ outcome }) => outcome === wanted).map(({ digest }) => digest).sort();
  return { expired: those(RetentionOutcome.EXPIRE), archived: those(RetentionOutcome.ARCHIVE) };
}

export const tagged = (...tagPatternList: string[]) => ({ tagStatus: 'tagged', tagPatternList }) as const;
export const UNTAGGED = { tagStatus: 'untagged' } as const;
export const ANY = { tagStatus: 'any' } as const;
export const beyond = (countNumber: number) => ({ countType: 'imageCountMoreThan', countNumber }) as const;
export const pushedDays = (countNumber: number) => ({ countType: 'sinceImagePushed', countUnit: 'days', countNumber }) as const;
export const pulledDays = (countNumber: number) => ({ countType: 'sinceImagePulled', countUnit: 'days', countNumber }) as const;
export const archivedDays = (countNumber: number) => (
  { storageClass: 'archive', countType: 'sinceImageTransitioned', countUnit: 'days', countNumber } as const
);

export function expire(rulePriority: number, selection: LifecycleSelection): LifecycleRule {
  return { rulePriority, selection, action: { type: 'expire' } };
}

export function archive(rulePriority: number, selection: LifecycleSelection): LifecycleRule {
  return { rulePriority, selection, action: { type: 'transition', targetStorageClass: 'archive' } };
}
