import { Token, type aws_ecr as ecr } from 'aws-cdk-lib';
import { wildcards } from './retention/tag-patterns';
import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';
import { knownLength } from '../private/tokens';
import type { Warning } from '../private/warn';

/**
 * Whether a tag, once pushed, may later be moved to another image.
 *
 * A tag that cannot move means that what was scanned, judged and signed under `v1.2.3` is what `v1.2.3` deploys.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
 * @example
 * new SecureEcrRepository(this, 'Images', { tagMutability: ImageTagMutability.immutableExcept('latest', 'dev-*') });
 */
export class ImageTagMutability {
  /** No tag can be moved. The default, and what Security Hub control ECR.2 asks for. */
  public static immutable(): ImageTagMutability {
    return new ImageTagMutability('IMMUTABLE', []);
  }

  /**
   * No tag can be moved but those that match one of these patterns, for instance `latest`.
   *
   * Raises the warning `cdk-secure-ecr:repositoryTagsPartlyMutable`: Security Hub control ECR.2 is documented to pass
   * only for fully immutable repositories. The registry cache of `docker buildx` overwrites its tag on every build;
   * rather than excluding that tag here, use GitHub's cache (`type=gha`) or a repository of its own for the cache.
   *
   * @param patterns 1 to 5 patterns (the limit of the API) of letters, digits and `._*-`, each up to 128 characters
   *   and 2 wildcards; `*` stands for any characters. A pattern of wildcards alone is refused: it would exclude every tag.
   */
  public static immutableExcept(...patterns: string[]): ImageTagMutability {
    validate('ImageTagMutability.immutableExcept', patterns, 'ImageTagMutability.dangerouslyMutable()');
    return new ImageTagMutability('IMMUTABLE_WITH_EXCLUSION', [...new Set(patterns)]);
  }

  /**
   * Every tag can be moved: whoever can push can replace what a tag deploys.
   *
   * Raises the warning `cdk-secure-ecr:repositoryTagsMutable`; Security Hub control ECR.2 fails. Meant for what holds
   * no releases: a build cache, or a repository that caches an upstream registry.
   */
  public static dangerouslyMutable(): ImageTagMutability {
    return new ImageTagMutability('MUTABLE', []);
  }

  /**
   * Every tag can be moved but those that match one of these patterns, for instance `v*`.
   *
   * Raises the warning `cdk-secure-ecr:repositoryTagsMutable`; Security Hub control ECR.2 fails.
   *
   * @param patterns 1 to 5 patterns (the limit of the API) of letters, digits and `._*-`, each up to 128 characters
   *   and 2 wildcards; `*` stands for any characters. A pattern of wildcards alone is refused: it would make every tag immutable.
   */
  public static dangerouslyMutableExcept(...patterns: string[]): ImageTagMutability {
    validate('ImageTagMutability.dangerouslyMutableExcept', patterns, 'ImageTagMutability.immutable()');
    return new ImageTagMutability('MUTABLE_WITH_EXCLUSION', [...new Set(patterns)]);
  }

  private constructor(
    private readonly setting: string,
    private readonly patterns: string[],
  ) {}

  /**
   * The warning that goes with this choice, if it is weaker than the default.
   *
   * @internal
   */
  public _warning(): Warning | undefined {
    switch (this.setting) {
      case 'IMMUTABLE':
        return undefined;
      case 'IMMUTABLE_WITH_EXCLUSION':
        return {
          code: 'repositoryTagsPartlyMutable',
          message: `tags that match ${this.patterns.join(', ')} can be moved to another image; Security Hub ECR.2 may fail`,
        };
      default:
        return {
          code: 'repositoryTagsMutable',
          message: 'whoever can push can replace the image behind a tag; Security Hub ECR.2 fails',
        };
    }
  }

  /** @internal */
  public _render(): Pick<ecr.CfnRepositoryProps, 'imageTagMutability' | 'imageTagMutabilityExclusionFilters'> {
    return {
      imageTagMutability: this.setting,
      imageTagMutabilityExclusionFilters: this.patterns.length === 0 ? undefined : this.patterns.map((pattern) => ({
        imageTagMutabilityExclusionFilterType: 'WILDCARD',
        imageTagMutabilityExclusionFilterValue: pattern,
      })),
    };
  }
}

function validate(factory: string, patterns: string[], forEveryTag: string): void {
  const { min, max, maxLength, maxWildcards, pattern: allowed } = LIMITS.tagExclusions;
  const problems = new Problems(factory);
  knownLength('patterns', patterns, problems);
  problems.throwIfAny();
  problems.unless(patterns.length >= min && patterns.length <= max, {
    prop: 'patterns',
    must: `be ${min} to ${max} patterns`,
    got: patterns,
    remedy: `merge patterns with *, or use ${forEveryTag}`,
    code: 'tagPatternCount',
  });
  for (const pattern of patterns) {
    if (Token.isUnresolved(pattern)) continue;
    problems.unless(pattern.length <= maxLength && allowed.test(pattern), {
      prop: 'patterns',
      must: `hold 1 to ${maxLength} letters, digits, '.', '_', '-' and '*' each`,
      got: pattern,
      remedy: 'write the tag as it is pushed, with * for what varies',
      code: 'tagPatternInvalid',
    });
    problems.unless(wildcards(pattern) <= maxWildcards, {
      prop: 'patterns',
      must: `hold at most ${maxWildcards} wildcards each`,
      got: pattern,
      remedy: 'split it into several patterns',
      code: 'tagPatternWildcards',
    });
    problems.unless(!/^\*+$/.test(pattern), {
      prop: 'patterns',
      must: 'leave some tags out',
      got: pattern,
      remedy: `use ${forEveryTag} if every tag is meant`,
      code: 'tagPatternMatchesAll',
    });
  }
  problems.throwIfAny();
}
