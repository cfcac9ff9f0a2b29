import { DAY, END, type Year, pushesOf, tagsOf } from '../../year/events';
import type { HeldImage, YearResult } from '../../year/run-year';

const TEMPORARY = ['gitsha_', 'gitbranch_', 'gitpr_'];

/** Told by the beginning of each tag, and not by the library, which is what is judged here. */
export function isTemporary(tags: readonly string[]): boolean {
  return tags.length > 0 && tags.every((tag) => TEMPORARY.some((prefix) => tag.startsWith(prefix)));
}

export function hasAllTemporary(tags: readonly string[]): boolean {
  return TEMPORARY.every((prefix) => tags.some((tag) => tag.startsWith(prefix)));
}

/** The digests of the images that had such a tag in the year. */
export function tagged(year: Year, prefix: string): string[] {
  return [...tagsOf(year)].filter(([, tags]) => tags.some((tag) => tag.startsWith(prefix))).map(([digest]) => digest);
}

/** Whether an image can be pulled with all that belongs to it: platform images, signatures. */
export function isWhole(year: Year, digest: string, { held }: YearResult): boolean {
  const pushes = pushesOf(year);
  const { members = [] } = pushes.find((push) => push.digest === digest)!;
  const parts = [digest, ...members, ...pushes.filter(({ subject }) => subject === digest).map((push) => push.digest)];
  return parts.every((part) => isReady(held.get(part)));
}

export function isReady(image: HeldImage | undefined): boolean {
  return image !== undefined && image.archivedAt === undefined;
}

/** How old an image is, in days. */
export function ageOf(pushedAt: Date, now = END): number {
  return (now.getTime() - pushedAt.getTime()) / DAY;
}

export type Fate = 'ready' | 'archived' | 'deleted';

export function fateOf(digest: string, { held }: YearResult): Fate {
  if (!held.has(digest)) return 'deleted';
  return isReady(held.get(digest)) ? 'ready' : 'archived';
}

export function count(fates: Fate[]): string {
  return (['ready', 'archived', 'deleted'] as const)
    .map((fate) => `${fates.filter((one) => one === fate).length} ${fate}`).join(', ');
}

export function number(value: number): string {
  return value.toLocaleString('en-US');
}
