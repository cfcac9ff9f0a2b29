import { Duration } from 'aws-cdk-lib';
import type { ComplianceRetentionOptions, RetentionOptions, StandardRetentionOptions } from './image-retention';
import { ImageSelection, checkPattern, checkPrefix } from './image-selection';
import { RetentionRule, checkCount, checkDays } from './retention-rule';
import { LIMITS } from '../../private/limits';
import { Problems } from '../../private/problems';
import { knownLength } from '../../private/tokens';

export function standard(options: StandardRetentionOptions): RetentionRule[] {
  check('standard', options);
  return [
    ...shields(options.protectedTags),
    ...temporary(options),
    RetentionRule.expireBeyond(ImageSelection.untagged(), options.maxUntaggedImages ?? 5),
  ];
}

export function development(options: RetentionOptions): RetentionRule[] {
  check('development', options);
  return [
    ...shields(options.protectedTags),
    ...temporary(options),
    RetentionRule.expireBeyond(ImageSelection.untagged(), 1),
    RetentionRule.expireOlderThan(ImageSelection.any(), Duration.days(30)),
  ];
}

export function production(options: RetentionOptions): RetentionRule[] {
  check('production', options);
  return [
    ...shields(options.protectedTags),
    ...temporary(options),
    // Archived, not deleted: the platform images of what is archived have no tags, and nothing holds them from then on.
    RetentionRule.archiveBeyond(ImageSelection.untagged(), 5),
    RetentionRule.archiveNotPulledFor(ImageSelection.any(), Duration.days(90)),
    RetentionRule.expireArchived(ImageSelection.any(), Duration.days(365)),
  ];
}

export function compliance(options: ComplianceRetentionOptions): RetentionRule[] {
  check('compliance', options);
  return [
    ...shields(options.protectedTags),
    RetentionRule.archiveNotPulledFor(ImageSelection.any(), Duration.days(90)),
    RetentionRule.expireArchived(ImageSelection.any(), options.keepFor),
  ];
}

function shields(protectedTags: string[] = []): RetentionRule[] {
  return [...new Set(['v*', ...protectedTags])].map((pattern) => RetentionRule.protect(pattern));
}

function temporary(options: RetentionOptions): RetentionRule[] {
  const prefixes = options.temporaryTagPrefixes ?? ['gitsha_', 'gitbranch_', 'gitpr_'];
  const age = options.temporaryTagAge ?? Duration.days(7);
  return [...new Set(prefixes)].map((prefix) => RetentionRule.expireOlderThan(ImageSelection.tagPrefix(prefix), age));
}

/** Says all that is wrong at once, by the names that options have. */
function check(factory: string, options: StandardRetentionOptions & Partial<ComplianceRetentionOptions>): void {
  const { protectedTags, temporaryTagPrefixes, temporaryTagAge, maxUntaggedImages, keepFor } = options;
  const problems = new Problems(`ImageRetention.${factory}`);
  knownLength('protectedTags', protectedTags, problems);
  knownLength('temporaryTagPrefixes', temporaryTagPrefixes, problems);
  problems.throwIfAny();
  for (const pattern of protectedTags ?? []) checkPattern('protectedTags', pattern, problems);
  for (const prefix of temporaryTagPrefixes ?? []) checkPrefix('temporaryTagPrefixes', prefix, problems);
  if (temporaryTagAge) checkDays('temporaryTagAge', temporaryTagAge, 1, problems);
  if (keepFor) checkDays('keepFor', keepFor, LIMITS.lifecycle.minArchiveDays, problems);
  if (maxUntaggedImages !== undefined) checkCount('maxUntaggedImages', maxUntaggedImages, problems);
  problems.throwIfAny();
}
