import { Token } from 'aws-cdk-lib';
import type { TagRequirement } from './lifecycle-document';
import { wildcards } from './tag-patterns';
import { LIMITS } from '../../private/limits';
import { Problems } from '../../private/problems';

/**
 * Which images a retention rule is about.
 *
 * A selection of tags holds one prefix or pattern: ECR joins the entries of a list by AND, so a rule that lists
 * several selects almost nothing. Write a rule for each; `taggedWithAll` is there for the rare case where AND is meant.
 *
 * @example
 * RetentionRule.expireOlderThan(ImageSelection.tagPattern('*-snapshot'), Duration.days(14));
 */
export class ImageSelection {
  /** Images without any tag: what a moved tag leaves behind, and the platform images of a multi-platform image. */
  public static untagged(): ImageSelection {
    return new ImageSelection({ tagStatus: 'untagged' });
  }

  /**
   * Images with a tag that begins like this.
   *
   * @param prefix 1 to 128 letters, digits, `.`, `_` and `-`; no wildcard
   */
  public static tagPrefix(prefix: string): ImageSelection {
    const problems = new Problems('ImageSelection.tagPrefix');
    checkPrefix('prefix', prefix, problems);
    problems.throwIfAny();
    return new ImageSelection({ tagStatus: 'tagged', tagPrefixList: [prefix] });
  }

  /**
   * Images with a tag that matches a pattern.
   *
   * @param pattern a tag in which `*` stands for any characters or none, at most 4 of them (limit of ECR)
   */
  public static tagPattern(pattern: string): ImageSelection {
    const problems = new Problems('ImageSelection.tagPattern');
    checkPattern('pattern', pattern, problems);
    problems.throwIfAny();
    return new ImageSelection({ tagStatus: 'tagged', tagPatternList: [pattern] });
  }

  /**
   * Images whose tags, taken together, match all of these patterns: an image tagged `v1` and `beta` matches `v*` and
   * `beta`. An image tagged `v1` does not.
   *
   * @param patterns at least two, each a tag in which `*` stands for any characters or none, at most 4 of them
   */
  public static taggedWithAll(...patterns: string[]): ImageSelection {
    const problems = new Problems('ImageSelection.taggedWithAll');
    for (const pattern of patterns) checkPattern('patterns', pattern, problems);
    problems.unless(new Set(patterns).size === patterns.length && patterns.length >= 2, {
      prop: 'patterns',
      must: 'be two or more different ones',
      got: patterns,
      remedy: 'use ImageSelection.tagPattern for one',
      code: 'tagPatternCount',
    });
    problems.throwIfAny();
    return new ImageSelection({ tagStatus: 'tagged', tagPatternList: patterns });
  }

  /** Every image that no other rule is about, whatever its tags. At most one rule for each storage class. */
  public static any(): ImageSelection {
    return new ImageSelection({ tagStatus: 'any' });
  }

  private constructor(
    /** @internal */
    public readonly _requirement: TagRequirement,
  ) {}
}

/** Refuses what cannot be the pattern of a tag. */
export function checkPattern(prop: string, pattern: string, problems: Problems): void {
  if (Token.isUnresolved(pattern)) return;
  const { maxWildcards } = LIMITS.lifecycle;
  problems.unless(LIMITS.tagPattern.test(pattern), {
    prop,
    must: "be a tag: 1 to 128 letters, digits, '.', '_', '-' and '*', not beginning with '.' or '-'",
    got: pattern,
    remedy: 'write the tag as it is pushed, with * for what varies',
    code: 'tagPatternInvalid',
  });
  problems.unless(wildcards(pattern) <= maxWildcards, {
    prop,
    must: `hold at most ${maxWildcards} wildcards`,
    got: pattern,
    remedy: 'split it into several patterns',
    code: 'tagPatternWildcards',
  });
}

/** Refuses what cannot be the beginning of a tag. */
export function checkPrefix(prop: string, prefix: string, problems: Problems): void {
  problems.unless(Token.isUnresolved(prefix) || LIMITS.tag.test(prefix), {
    prop,
    must: "be the beginning of a tag: 1 to 128 letters, digits, '.', '_' and '-', not beginning with '.' or '-'",
    got: prefix,
    remedy: 'leave out wildcards: a prefix matches every tag that begins with it',
    code: 'tagPrefixInvalid',
  });
}
