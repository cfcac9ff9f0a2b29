import { Duration, Token, type Stack } from 'aws-cdk-lib';
import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';

/** A count that no repository reaches, so that a rule which keeps so many images keeps them all. */
const ALL = 10 * LIMITS.imagesPerRepository - 1;

/** Choices within the standard retention. */
export interface StandardRetentionOptions {
  /**
   * Tags whose images are never expired, beside `v*`: patterns in which `*` stands for any characters. An image that
   * carries such a tag stays, whatever other tags it carries.
   *
   * At most 4 wildcards a pattern, and 50 rules in all (limits of ECR).
   *
   * @default - `v*` only
   */
  readonly protectedTags?: string[];

  /**
   * Beginnings of tags that live for a short time, such as those of pull requests.
   *
   * @default ['gitsha_', 'gitbranch_', 'gitpr_']
   */
  readonly temporaryTagPrefixes?: string[];

  /**
   * How long after its push an image with a temporary tag is expired; in whole days.
   *
   * @default Duration.days(7)
   */
  readonly temporaryTagAge?: Duration;

  /**
   * How many images without any tag are kept, the newest of them.
   *
   * @default 5
   */
  readonly maxUntaggedImages?: number;
}

/**
 * What a repository keeps and for how long, as a lifecycle policy of ECR.
 *
 * ECR charges for storage by the gigabyte and month, and a pipeline that pushes at every commit fills a repository with
 * images nobody deploys. ECR expires what a rule selects within 24 hours.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
 */
export class ImageRetention {
  /**
   * Keeps releases for ever, temporary tags for 7 days, and 5 images without a tag.
   *
   * Every protected pattern and every temporary prefix is a rule of its own. ECR joins the entries of one rule by AND:
   * a single rule with the three default prefixes would expire only images that carry all three kinds of tag at once,
   * which is to say almost none. The rules of protected tags come first; ECR never expires an image by a rule that
   * comes after one whose tags it matches.
   */
  public static standard(options: StandardRetentionOptions = {}): ImageRetention {
    const protectedTags = [...new Set(['v*', ...options.protectedTags ?? []])];
    const prefixes = [...new Set(options.temporaryTagPrefixes ?? ['gitsha_', 'gitbranch_', 'gitpr_'])];
    const age = options.temporaryTagAge ?? Duration.days(7);
    const maxUntagged = options.maxUntaggedImages ?? 5;
    validate(protectedTags, prefixes, age, maxUntagged);

    return new ImageRetention([
      ...protectedTags.map((pattern) => ({
        description: `keep ${pattern}`,
        selection: { tagStatus: 'tagged', tagPatternList: [pattern], countType: 'imageCountMoreThan', countNumber: ALL },
      })),
      ...prefixes.map((prefix) => ({
        description: `expire ${prefix} by age`,
        selection: {
          tagStatus: 'tagged',
          tagPrefixList: [prefix],
          countType: 'sinceImagePushed',
          countUnit: 'days',
          countNumber: age.toDays(),
        },
      })),
      {
        description: 'expire untagged by count',
        selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: maxUntagged },
      },
    ]);
  }

  private constructor(private readonly rules: LifecycleRule[]) {}

  /**
   * The text of the lifecycle policy.
   *
   * @internal
   */
  public _render(stack: Stack): string {
    return stack.toJsonString({
      rules: this.rules.map((rule, index) => ({ rulePriority: index + 1, ...rule, action: { type: 'expire' } })),
    });
  }
}

interface LifecycleRule {
  readonly description: string;
  readonly selection: object;
}

/** Whether every tag with this beginning matches the pattern. */
function protectsAll(pattern: string, prefix: string): boolean {
  if (Token.isUnresolved(pattern) || !pattern.endsWith('*')) return false;
  const parts = pattern.split('*').map((part) => part.replace(/[.]/g, '\\.'));
  return new RegExp(`^${parts.join('.*')}$`).test(prefix);
}

function validate(protectedTags: string[], prefixes: string[], age: Duration, maxUntagged: number): void {
  const problems = new Problems('ImageRetention.standard');
  const { maxRules, maxWildcards } = LIMITS.lifecycle;
  for (const pattern of protectedTags) {
    if (Token.isUnresolved(pattern)) continue;
    problems.unless(LIMITS.tagPattern.test(pattern), {
      prop: 'protectedTags',
      must: "hold tags: 1 to 128 letters, digits, '.', '_', '-' and '*', not beginning with '.' or '-'",
      got: pattern,
      remedy: 'write the tag as it is pushed, with * for what varies',
      code: 'tagPatternInvalid',
    });
    problems.unless(pattern.split('*').length - 1 <= maxWildcards, {
      prop: 'protectedTags',
      must: `hold at most ${maxWildcards} wildcards each`,
      got: pattern,
      remedy: 'split it into several patterns',
      code: 'tagPatternWildcards',
    });
  }
  for (const prefix of prefixes) {
    if (Token.isUnresolved(prefix)) continue;
    problems.unless(LIMITS.tagPattern.test(prefix) && !prefix.includes('*'), {
      prop: 'temporaryTagPrefixes',
      must: "hold beginnings of tags: 1 to 128 letters, digits, '.', '_' and '-', not beginning with '.' or '-'",
      got: prefix,
      remedy: 'leave out wildcards: a prefix matches every tag that begins with it',
      code: 'tagPrefixInvalid',
    });
    const shield = protectedTags.find((pattern) => protectsAll(pattern, prefix));
    problems.unless(shield === undefined, {
      prop: 'temporaryTagPrefixes',
      must: 'not be protected',
      got: prefix,
      remedy: `take it out here, or take '${shield}' out of protectedTags: no tag with this beginning would ever expire`,
      code: 'tagPrefixProtected',
    });
  }
  const rules = protectedTags.length + prefixes.length + 1;
  problems.unless(rules <= maxRules, {
    prop: 'protectedTags, temporaryTagPrefixes',
    must: `need at most ${maxRules} rules together, one for each entry and one for untagged images`,
    got: rules,
    remedy: 'merge entries that have a beginning in common',
    code: 'lifecycleRuleCount',
  });
  if (!age.isUnresolved()) {
    const days = age.toDays({ integral: false });
    problems.unless(Number.isInteger(days) && days >= 1, {
      prop: 'temporaryTagAge',
      must: 'be whole days, at least 1',
      got: age.toHumanString(),
      remedy: 'use Duration.days(n); ECR counts in days',
      code: 'retentionAgeInvalid',
    });
  }
  problems.unless(Token.isUnresolved(maxUntagged) || (Number.isInteger(maxUntagged) && maxUntagged >= 1), {
    prop: 'maxUntaggedImages',
    must: 'be a whole number, at least 1',
    got: maxUntagged,
    remedy: 'ECR has no rule that keeps none; use 1',
    code: 'retentionCountInvalid',
  });
  problems.throwIfAny();
}
