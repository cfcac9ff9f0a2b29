import { type Duration, Token } from 'aws-cdk-lib';
import { ImageSelection, checkPattern } from './image-selection';
import type { LifecycleRule, LifecycleSelection, TagRequirement } from './lifecycle-document';
import { shown } from './tag-patterns';
import { LIMITS } from '../../private/limits';
import { Problems } from '../../private/problems';

/** A rule whose priority is not assigned yet. */
export type UnorderedRule = Omit<LifecycleRule, 'rulePriority'>;

/** A count that no repository reaches, so that a rule which keeps so many images keeps them all. */
export const ALL = 10 * LIMITS.imagesPerRepository - 1;
/** A time in the archive that no image reaches: a hundred years. */
export const FOR_EVER = 36_500;

const EXPIRE = { type: 'expire' } as const;
const ARCHIVE = { type: 'transition', targetStorageClass: 'archive' } as const;

/**
 * One thing that a retention policy does: protect, expire or archive images. A rule that ECR would refuse cannot be
 * made.
 *
 * An archived image cannot be pulled until it is restored; ECR charges for at least 90 days in the archive. Platform
 * images stay while the index that holds them is there and not archived. An OCI referrer (a signature or SBOM with a
 * subject) goes with its image: protect the image. Signatures that are stored under a tag of their own, as older versions
 * of cosign do, are images like any other: protect `sha256-*`.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html
 * @example
 * const retention = ImageRetention.of(
 *   RetentionRule.protect('v*'),
 *   RetentionRule.expireOlderThan(ImageSelection.tagPrefix('pr-'), Duration.days(3)),
 *   RetentionRule.expireBeyond(ImageSelection.untagged(), 5),
 * );
 */
export class RetentionRule {
  /**
   * Images with such a tag are never expired and never archived, whatever other tags they carry.
   *
   * Takes one rule of the 50, and another one where the policy deletes archived images. Do not archive a multi-platform
   * image by hand: nothing holds its platform images then, and they are deleted like others without a tag.
   *
   * @param pattern a tag in which `*` stands for any characters or none, at most 4 of them (limit of ECR)
   */
  public static protect(pattern: string): RetentionRule {
    const problems = new Problems('RetentionRule.protect');
    checkPattern('pattern', pattern, problems);
    problems.throwIfAny();
    return new RetentionRule({ tagStatus: 'tagged', tagPatternList: [pattern] }, true, []);
  }

  /**
   * Images are deleted so long after their push.
   *
   * @param age whole days, at least 1
   */
  public static expireOlderThan(images: ImageSelection, age: Duration): RetentionRule {
    const selection = { ...images._requirement, ...sincePushed('RetentionRule.expireOlderThan', age) };
    return new RetentionRule(images._requirement, false, [{ selection, action: EXPIRE }]);
  }

  /**
   * Only the newest images are kept, the others deleted.
   *
   * @param count how many are kept, at least 1
   */
  public static expireBeyond(images: ImageSelection, count: number): RetentionRule {
    const selection = { ...images._requirement, ...moreThan('RetentionRule.expireBeyond', count) };
    return new RetentionRule(images._requirement, false, [{ selection, action: EXPIRE }]);
  }

  /**
   * Images are archived so long after their push.
   *
   * @param age whole days, at least 1
   */
  public static archiveOlderThan(images: ImageSelection, age: Duration): RetentionRule {
    const selection = { ...images._requirement, ...sincePushed('RetentionRule.archiveOlderThan', age) };
    return new RetentionRule(images._requirement, false, [{ selection, action: ARCHIVE }]);
  }

  /**
   * Only the newest images stay ready to be pulled, the others are archived.
   *
   * @param count how many stay, at least 1
   */
  public static archiveBeyond(images: ImageSelection, count: number): RetentionRule {
    const selection = { ...images._requirement, ...moreThan('RetentionRule.archiveBeyond', count) };
    return new RetentionRule(images._requirement, false, [{ selection, action: ARCHIVE }]);
  }

  /**
   * Images that nobody has pulled for so long are archived. What was never pulled counts from its push. ECR cannot delete by
   * last pull: archive first, then use `expireArchived`.
   *
   * @param time whole days, at least 1
   */
  public static archiveNotPulledFor(images: ImageSelection, time: Duration): RetentionRule {
    const countNumber = days('RetentionRule.archiveNotPulledFor', 'time', time, 1);
    const selection: LifecycleSelection = {
      ...images._requirement, countType: 'sinceImagePulled', countUnit: 'days', countNumber,
    };
    return new RetentionRule(images._requirement, false, [{ selection, action: ARCHIVE }]);
  }

  /**
   * Archived images are deleted so long after they were archived.
   *
   * @param time whole days, at least 90: ECR charges for 90 days in the archive and refuses to delete earlier
   */
  public static expireArchived(images: ImageSelection, time: Duration): RetentionRule {
    const factory = 'RetentionRule.expireArchived';
    return new RetentionRule(images._requirement, false, [
      archived(images._requirement, days(factory, 'time', time, LIMITS.lifecycle.minArchiveDays)),
    ]);
  }

  private constructor(
    /** @internal */
    public readonly _requirement: TagRequirement,
    /** @internal */
    public readonly _protects: boolean,
    private readonly rules: UnorderedRule[],
  ) {}

  /** @internal */
  public get _expiresArchived(): boolean {
    return this.rules.some(({ selection }) => selection.storageClass === 'archive');
  }

  /**
   * The rules of ECR that this one comes to.
   *
   * @internal
   */
  public _render(policyExpiresArchived: boolean): UnorderedRule[] {
    if (!this._protects) return this.rules;
    const selection: LifecycleSelection = { ...this._requirement, countType: 'imageCountMoreThan', countNumber: ALL };
    const shield = { description: `keep ${shown(this._requirement.tagPatternList![0])}`, selection, action: EXPIRE };
    // A rule shields images of its own storage class only: what somebody archived by hand needs a shield there.
    return policyExpiresArchived
      ? [shield, { ...archived(this._requirement, FOR_EVER), description: `${shield.description} in the archive` }]
      : [shield];
  }
}

function archived(requirement: TagRequirement, countNumber: number): UnorderedRule {
  return {
    selection: {
      ...requirement, storageClass: 'archive', countType: 'sinceImageTransitioned', countUnit: 'days', countNumber,
    },
    action: EXPIRE,
  };
}

type Count = Pick<LifecycleSelection, 'countType' | 'countUnit' | 'countNumber'>;

function sincePushed(factory: string, age: Duration): Count {
  return { countType: 'sinceImagePushed', countUnit: 'days', countNumber: days(factory, 'age', age, 1) };
}

function moreThan(factory: string, count: number): Count {
  const problems = new Problems(factory);
  checkCount('count', count, problems);
  problems.throwIfAny();
  return { countType: 'imageCountMoreThan', countNumber: count };
}

function days(factory: string, prop: string, time: Duration, least: number): number {
  const problems = new Problems(factory);
  checkDays(prop, time, least, problems);
  problems.throwIfAny();
  return time.toDays();
}

export function checkCount(prop: string, count: number, problems: Problems): void {
  const { maxNumber } = LIMITS.lifecycle;
  problems.unless(Token.isUnresolved(count) || (Number.isInteger(count) && count >= 1 && count <= maxNumber), {
    prop,
    must: count > maxNumber ? `be at most ${maxNumber}` : 'be a whole number, at least 1',
    got: count,
    remedy: 'ECR has no rule that keeps none; use 1, or a rule by age',
    code: 'retentionCountInvalid',
  });
}

export function checkDays(prop: string, time: Duration, least: number, problems: Problems): void {
  if (time.isUnresolved()) {
    problems.unless(time.unitLabel() === 'days', {
      prop, must: 'be counted in days', got: time.unitLabel(), remedy: 'use Duration.days() for a token', code: 'retentionAgeInvalid',
    });
    return;
  }
  const value = time.toDays({ integral: false });
  const { maxNumber } = LIMITS.lifecycle;
  problems.unless(Number.isInteger(value) && value >= least && value <= maxNumber, {
    prop,
    must: value > maxNumber ? `be at most ${maxNumber} days` : `be whole days, at least ${least}`,
    got: time.toHumanString(),
    remedy: least > 1 ? `use Duration.days(${least}) or more` : 'use Duration.days(n); ECR counts in days',
    code: 'retentionAgeInvalid',
  });
}
