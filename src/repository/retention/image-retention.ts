import { type Duration, Mixin, Stack, Token, aws_ecr as ecr } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { checkDocument, checkDuplicates } from './check-document';
import { explain, fateOf, imagesOf, warnings } from './explain';
import type { LifecycleDocument } from './lifecycle-document';
import { orderRules, shadowOf } from './order-rules';
import * as presets from './presets';
import type { RetentionRule } from './retention-rule';
import { type ImageFate, type StoredImage, simulate } from './simulate';
import { covers } from './tag-patterns';
import { LIMITS } from '../../private/limits';
import { Problems } from '../../private/problems';
import { warn } from '../../private/warn';

/** What every ready-made retention lets you choose. */
export interface RetentionOptions {
  /**
   * Tags whose images are never expired and never archived, beside `v*`: patterns in which `*` stands for any
   * characters. An image that carries such a tag stays, whatever other tags it carries.
   *
   * At most 4 wildcards a pattern, and 50 rules in all (limits of ECR): each pattern takes one, and a second one in
   * `production` and `compliance`, which delete from the archive.
   *
   * @default - `v*` only
   */
  readonly protectedTags?: string[];

  /**
   * Beginnings of tags that live for a short time, such as those of pull requests. 1 to 128 letters, digits, `.`, `_`
   * and `-`. Each takes one rule of 50.
   *
   * @default ['gitsha_', 'gitbranch_', 'gitpr_']
   */
  readonly temporaryTagPrefixes?: string[];

  /**
   * How long after its push an image with a temporary tag is expired: in whole days, at least 1.
   *
   * @default Duration.days(7)
   */
  readonly temporaryTagAge?: Duration;
}

/** Choices within the standard retention. */
export interface StandardRetentionOptions extends RetentionOptions {
  /**
   * How many images without any tag are kept, the newest of them: at least 1, as ECR has no rule that keeps none.
   *
   * @default 5
   */
  readonly maxUntaggedImages?: number;
}

/** Choices within the retention for compliance. */
export interface ComplianceRetentionOptions {
  /**
   * How long an image is kept after it was archived, and so for longer than that after its push: in whole days, at
   * least 90. Ten years are `Duration.days(3650)`.
   */
  readonly keepFor: Duration;

  /**
   * Tags whose images are never expired and never archived, beside `v*`. Each pattern takes two rules of 50.
   *
   * @default - `v*` only
   */
  readonly protectedTags?: string[];
}

/** What an explanation takes into account. */
export interface ExplainOptions {
  /**
   * Tags by which images are deployed. Each that could be deleted or archived while it runs is warned of: ECR does
   * not know what runs.
   *
   * @default - none
   */
  readonly tagsInUse?: string[];
}

/**
 * What a repository keeps and for how long, as a lifecycle policy of ECR.
 *
 * ECR charges for storage by the gigabyte and month (0.10 USD in most Regions), and a pipeline that pushes at every
 * commit fills a repository with images nobody deploys. The archive has prices of its own, charges for at least 90 days
 * and for each restoration, and need not be cheaper for a small registry: what it gives is a deletion that can be taken
 * back. ECR carries out what a rule says within 24 hours.
 *
 * Priorities are assigned: protected tags come first, for ECR never expires or archives an image by a rule that comes
 * after one whose tags it matches; narrower selections come before wider ones. A rule that could never match is
 * refused.
 *
 * It is a mixin too: `new ecr.Repository(this, 'Images').with(ImageRetention.production())`, or on a `CfnRepository`.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
 * @example
 * new SecureEcrRepository(this, 'Images', {
 *   retention: ImageRetention.production({ protectedTags: ['release-*'] }),
 * });
 * // A repository that you have:
 * declare const theirs: ecr.Repository;
 * theirs.with(ImageRetention.standard());
 */
export class ImageRetention extends Mixin {
  /**
   * The default: keeps releases for ever, temporary tags for 7 days, 5 images without a tag, and every other tag.
   *
   * Costs the storage of all images with tags of your own; nothing is archived.
   */
  public static standard(options: StandardRetentionOptions = {}): ImageRetention {
    return ImageRetention.make('ImageRetention.standard', presets.standard(options));
  }

  /**
   * For a repository that developers push to: releases for ever, temporary tags for 7 days, 1 image without a tag, and
   * any other tagged image for 30 days.
   *
   * The cheapest: no tagged image but releases is older than a month.
   */
  public static development(options: RetentionOptions = {}): ImageRetention {
    return ImageRetention.make('ImageRetention.development', presets.development(options));
  }

  /**
   * For a repository that is deployed from: releases for ever and ready to be pulled, temporary tags for 7 days. Of
   * images without a tag the newest 5 stay ready; any other image stays as long as somebody pulls it within 90 days.
   * What does not stay is archived, and deleted after a year in the archive.
   *
   * What has run for more than 90 days, or is cached where it runs, is not pulled either, and fails at its next start
   * elsewhere: name the tags you deploy by in `protectedTags`. Every pull counts, a scanner's too: exclude such a role by
   * a `CfnPullTimeUpdateExclusion`.
   *
   * Costs the storage of what is pulled, and the archive for a year.
   */
  public static production(options: RetentionOptions = {}): ImageRetention {
    return ImageRetention.make('ImageRetention.production', presets.production(options));
  }

  /**
   * For what must be kept for years: no rule deletes an image before that time. Deletion by hand is for IAM to deny. Any
   * image is archived when nobody has pulled it for 90 days, releases excepted. What refers to an image, such as a
   * signature, goes when the image goes.
   *
   * Costs the archive of everything that was ever pushed, for as long as that.
   */
  public static compliance(options: ComplianceRetentionOptions): ImageRetention {
    return ImageRetention.make('ImageRetention.compliance', presets.compliance(options));
  }

  /**
   * Rules of your own.
   *
   * Protected tags come first, narrower selections before wider ones, any image last, however they are given. Where
   * neither of two selections is narrower, as with `v*` and `nightly-*`, the one given first decides on an image with
   * both tags: put the rule that should win first.
   *
   * @param rules 1 to 50 once protected tags are counted for each storage class that the rules delete from
   */
  public static of(...rules: RetentionRule[]): ImageRetention {
    return ImageRetention.make('ImageRetention.of', rules);
  }

  /**
   * A lifecycle policy that you have as JSON, checked for all that ECR would refuse. Its priorities and its order stay as
   * they are; see `warnings` for what it will hardly have been meant to do.
   *
   * @param text the JSON itself, such as a file you read
   */
  public static fromJson(text: string): ImageRetention {
    const problems = new Problems('ImageRetention.fromJson');
    problems.unless(!Token.isUnresolved(text), {
      prop: 'text', must: 'be known at synthesis', got: text, remedy: 'pass the text itself, such as a file you read', code: 'lifecycleForm',
    });
    problems.throwIfAny();
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch (error) {
      problems.add({
        prop: 'text', must: 'be JSON', got: text, remedy: (error as Error).message, code: 'lifecycleForm',
      });
      problems.throwIfAny();
    }
    checkDocument(document, problems);
    problems.throwIfAny();
    checkDuplicates(document as LifecycleDocument, problems);
    problems.throwIfAny();
    return new ImageRetention(document as LifecycleDocument, true);
  }

  private static make(owner: string, rules: RetentionRule[]): ImageRetention {
    const expiresArchived = rules.some((rule) => rule._expiresArchived);
    const render = (some: RetentionRule[]) => some.flatMap((rule) => rule._render(expiresArchived));
    const shields = neededShields(rules.filter((rule) => rule._protects));
    const document = {
      rules: orderRules(render(shields), render(rules.filter((rule) => !rule._protects))).map((rule) => ({
        ...rule, description: (rule.description ?? `${imagesOf(rule)} ${fateOf(rule)}`).slice(0, 128),
      })),
    };
    const problems = new Problems(owner);
    checkDocument(document, problems);
    for (const rule of document.rules) {
      const shadow = shadowOf(rule, document.rules);
      problems.unless(shadow === undefined, {
        prop: 'rules',
        must: 'be able to match',
        got: `${imagesOf(rule)} ${fateOf(rule)}`,
        remedy: `drop it or narrow the one before it, "${shadow && `${imagesOf(shadow)} ${fateOf(shadow)}`}":`
          + ' ECR lets the first rule whose tags an image matches decide on it',
        code: 'retentionRuleNeverMatches',
      });
    }
    problems.throwIfAny();
    return new ImageRetention(document, false);
  }

  /** As JSON; nothing while something is known only at deployment. */
  private readonly text?: string;

  private constructor(private readonly document: LifecycleDocument, private readonly readIn: boolean) {
    super();
    if (isKnown(document)) this.text = JSON.stringify(document);
  }

  /** Whether it can be applied to a construct: an `AWS::ECR::Repository`. */
  public supports(construct: IConstruct): boolean {
    return ecr.CfnRepository.isCfnRepository(construct);
  }

  /**
   * Makes this the lifecycle policy of a `CfnRepository`, in the place of any it has: rules of an `ecr.Repository`, added
   * before or after, have no effect.
   */
  public applyTo(construct: IConstruct): void {
    if (!ecr.CfnRepository.isCfnRepository(construct)) return;
    construct.lifecyclePolicy = this._bind(construct);
  }

  /**
   * The text of the lifecycle policy, as `PutLifecyclePolicy` and repository creation templates take it.
   *
   * Fails when a number or tag is known only at deployment; the mixin takes such a policy.
   */
  public toJson(): string {
    return this.known('toJson');
  }

  /** In words what the policy will do, a sentence for each rule, with warnings at the end. */
  public explain(options: ExplainOptions = {}): string {
    return [...explain(this.document), ...this.warnings(options).map((warning) => `Warning: ${warning}`)].join('\n');
  }

  /**
   * What the policy will hardly have been meant to do. A repository with the policy raises each as the warning
   * `cdk-secure-ecr:retentionDoubtful`.
   */
  public warnings(options: ExplainOptions = {}): string[] {
    const tagsInUse = options.tagsInUse ?? [];
    const problems = new Problems('ImageRetention.warnings');
    for (const tag of tagsInUse) {
      problems.unless(LIMITS.tag.test(tag) && !Token.isUnresolved(tag), {
        prop: 'tagsInUse',
        must: 'be tags: 1 to 128 letters, digits, \'.\', \'_\' and \'-\'',
        got: tag,
        remedy: 'name the tag alone, without repository or digest',
        code: 'tagInvalid',
      });
    }
    problems.throwIfAny();
    return warnings(this.document, { readIn: this.readIn, tagsInUse });
  }

  /**
   * What one run of the policy would do with images, by a model of ECR's documented rules: a policy can be tested
   * against the tags of your own repository, without one.
   *
   * @param images of one repository, as `aws ecr describe-images` tells them
   * @param now the time of the run, which is never taken from a clock
   */
  public simulate(images: StoredImage[], now: Date): ImageFate[] {
    this.known('simulate');
    return simulate(this.document, images, now);
  }

  /**
   * The policy as the property of a repository, which warns of what it will hardly have been meant to do.
   *
   * @internal
   */
  public _bind(repository: IConstruct): ecr.CfnRepository.LifecyclePolicyProperty {
    for (const message of this.warnings()) warn(repository, { code: 'retentionDoubtful', message });
    // A token only where there has to be one: CDK resolves each several times.
    return { lifecyclePolicyText: this.text ?? Stack.of(repository).toJsonString(this.document) };
  }

  private known(method: string): string {
    const problems = new Problems(`ImageRetention.${method}`);
    problems.unless(this.text !== undefined, {
      prop: 'rules',
      must: 'hold known values only',
      got: 'a value known only at deployment',
      remedy: 'use numbers and strings, or apply the retention as a mixin',
      code: 'retentionUnknown',
    });
    problems.throwIfAny();
    return this.text!;
  }
}

/** `Token.isUnresolved` does not look into an object. */
function isKnown(document: LifecycleDocument): boolean {
  return !Token.isUnresolved(JSON.stringify(document)) && !document.rules.some(({ selection }) => Token.isUnresolved(selection.countNumber));
}

/** Without those that another one covers, which would only use up rules. */
function neededShields(shields: RetentionRule[]): RetentionRule[] {
  return shields.filter((rule, index) => !shields.some((other, position) =>
    covers(other._requirement, rule._requirement) && (position < index || !covers(rule._requirement, other._requirement))));
}
