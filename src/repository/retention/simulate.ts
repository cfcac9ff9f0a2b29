import { type Fate, type ImageFacts, evaluate } from './evaluate';
import type { LifecycleDocument } from './lifecycle-document';
import { Problems } from '../../private/problems';

/** An image in a repository, as far as retention goes. What `aws ecr describe-images` tells. */
export interface StoredImage {
  /** Its digest, by which the outcome names it, and `members` and `subject` of others: one for each image. */
  readonly digest: string;

  /**
   * Its tags.
   *
   * @default - none
   */
  readonly tags?: string[];

  /** When it was pushed. */
  readonly pushedAt: Date;

  /**
   * When it was last pulled.
   *
   * @default - never
   */
  readonly lastPulledAt?: Date;

  /**
   * When it was archived, if it is in the archive now.
   *
   * @default - it is not
   */
  readonly archivedAt?: Date;

  /**
   * When it was last restored from the archive.
   *
   * @default - never
   */
  readonly restoredAt?: Date;

  /**
   * The digests of its platform images, if it is a manifest list or an OCI index.
   *
   * @default - it is an image of one platform
   */
  readonly members?: string[];

  /**
   * The digest of the image that it refers to, if it is a signature, an SBOM or another OCI referrer.
   *
   * @default - it refers to none
   */
  readonly subject?: string;
}

/** What a run of a lifecycle policy does with an image. */
export enum RetentionOutcome {
  /** It stays as it is. */
  KEEP = 'KEEP',
  /** It is moved to the archive, from where it cannot be pulled. */
  ARCHIVE = 'ARCHIVE',
  /** It is deleted. */
  EXPIRE = 'EXPIRE',
}

/** What becomes of an image, and why. */
export interface ImageFate {
  /** The digest of the image. */
  readonly digest: string;
  /** What becomes of it. */
  readonly outcome: RetentionOutcome;
  /**
   * The priority of the rule that decided.
   *
   * @default - none did
   */
  readonly rulePriority?: number;
  /** Why, in a few words. */
  readonly reason: string;
}

const OUTCOMES: Record<Fate, RetentionOutcome> = {
  keep: RetentionOutcome.KEEP, archive: RetentionOutcome.ARCHIVE, expire: RetentionOutcome.EXPIRE,
};

export function simulate(document: LifecycleDocument, images: StoredImage[], now: Date): ImageFate[] {
  check(images, now);
  const decisions = evaluate(document, images.map(facts), now.getTime());
  return images.map(({ digest }) => {
    const { fate, rule, why } = decisions.get(digest)!;
    const reason = why === 'rule' ? `rule ${rule}` : rule === undefined ? why : `${why} (rule ${rule})`;
    return { digest, outcome: OUTCOMES[fate], rulePriority: rule, reason };
  });
}

function facts({ digest, tags, pushedAt, lastPulledAt, archivedAt, restoredAt, members, subject }: StoredImage): ImageFacts {
  return {
    digest,
    tags: tags ?? [],
    pushedAt: pushedAt.getTime(),
    lastPulledAt: lastPulledAt?.getTime(),
    archivedAt: archivedAt?.getTime(),
    restoredAt: restoredAt?.getTime(),
    members: members ?? [],
    subject,
  };
}

function check(images: StoredImage[], now: Date): void {
  const problems = new Problems('ImageRetention.simulate');
  const seen = new Set<string>();
  const twice = images.map(({ digest }) => digest).filter((digest) => seen.has(digest) || !seen.add(digest));
  problems.unless(twice.length === 0, {
    prop: 'images', must: 'have a digest of its own each', got: twice, remedy: 'merge the tags of one image', code: 'simulationDigests',
  });
  const dates = [now, ...images.flatMap(({ pushedAt, lastPulledAt, archivedAt, restoredAt }) =>
    [pushedAt, lastPulledAt, archivedAt, restoredAt])];
  problems.unless(dates.every((date) => date === undefined || !Number.isNaN(date.getTime())), {
    prop: 'images, now', must: 'have valid dates', got: 'an invalid date', remedy: 'see how it was parsed', code: 'simulationDates',
  });
  problems.throwIfAny();
}
