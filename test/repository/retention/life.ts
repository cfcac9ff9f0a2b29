import * as fc from 'fast-check';
import { DAY, NOW } from './world';
import { type ImageFate, type ImageRetention, RetentionOutcome, type StoredImage } from '../../../src';

/** What happens to an image, in days from the start. */
export interface Story {
  readonly tags: string[];
  readonly pushed: number;
  readonly pulled: number[];
  /** When somebody archives it by hand, if it is there and active. */
  readonly archived?: number;
  /** When somebody restores it, if it is archived. */
  readonly restored: number[];
  /** How many of the images before it in the list it holds, the last ones. */
  readonly members: number;
  /** Whether it refers to the image before it in the list. */
  readonly refers: boolean;
}

const day = fc.integer({ min: 0, max: 250 });
const tags = fc.uniqueArray(fc.constantFrom('v1', 'v2', 'gitsha_1', 'gitpr_2', 'main', 'dev', 'gitshabby'), { maxLength: 2 });

const story: fc.Arbitrary<Story> = fc.record({
  tags,
  pushed: fc.integer({ min: 0, max: 60 }),
  pulled: fc.uniqueArray(day, { maxLength: 3 }),
  archived: fc.option(day, { nil: undefined, freq: 2 }),
  restored: fc.uniqueArray(day, { maxLength: 1 }),
  members: fc.constantFrom(0, 0, 0, 1, 2),
  refers: fc.constantFrom(false, false, true),
});

export const stories = (byHand: boolean) => fc.array(story, { minLength: 1, maxLength: 9 })
  .map((all) => all.map((each) => (byHand ? each : { ...each, archived: undefined })));

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Runs a policy daily and does what it says; `check` sees each run with the images before it and what is left after it. */
export function live(
  retention: ImageRetention, told: readonly Story[], days: number,
  check: (run: { now: number; before: StoredImage[]; fates: Map<string, ImageFate>; after: StoredImage[] }) => void,
): void {
  let here: Writable<StoredImage>[] = [];
  for (let today = 0; today <= days; today += 1) {
    const now = NOW.getTime() + today * DAY;
    for (const [index, each] of told.entries()) {
      const date = new Date(now - DAY / 2);
      if (each.pushed === today) here.push(born(told, index, date));
      const known = here.find(({ digest }) => digest === `#${index}`);
      if (!known) continue;
      if (each.archived === today) known.archivedAt ??= date;
      if (each.restored.includes(today) && known.archivedAt) Object.assign(known, { archivedAt: undefined, restoredAt: date });
      if (each.pulled.includes(today) && !known.archivedAt) known.lastPulledAt = date;
    }
    const before = here.map((image) => ({ ...image }));
    const fates = new Map(retention.simulate(here, new Date(now)).map((fate) => [fate.digest, fate]));
    here = here.filter(({ digest }) => fates.get(digest)!.outcome !== RetentionOutcome.EXPIRE);
    for (const image of here) if (fates.get(image.digest)!.outcome === RetentionOutcome.ARCHIVE) image.archivedAt = new Date(now);
    check({ now, before, fates, after: here });
  }
}

function born(told: readonly Story[], index: number, pushedAt: Date): Writable<StoredImage> {
  const refers = told[index].refers && index > 0;
  const members = Array.from({ length: told[index].members }, (_, back) => index - 1 - back).filter((member) => member >= 0 && !refers);
  return {
    digest: `#${index}`,
    tags: refers ? [] : told[index].tags,
    pushedAt,
    members: members.map((member) => `#${member}`),
    subject: refers ? `#${index - 1}` : undefined,
  };
}

/** When an image was last used, as far as ECR knows. */
export const lastUse = ({ pushedAt, lastPulledAt, restoredAt }: StoredImage) => (
  Math.max(...[pushedAt, lastPulledAt, restoredAt].map((date) => date?.getTime() ?? 0))
);

/** Those that go where others go: in a list that is active, or referring to an image that is there. */
export function bound(images: readonly StoredImage[]): Set<string> {
  const digests = new Set(images.map(({ digest }) => digest));
  return new Set([
    ...images.filter(({ archivedAt }) => !archivedAt).flatMap(({ members }) => members!),
    ...images.filter(({ subject }) => subject !== undefined && digests.has(subject)).map(({ digest }) => digest),
  ]);
}
