import { Token } from 'aws-cdk-lib';
import type { TagRequirement } from './lifecycle-document';

/** How many wildcards a pattern has. */
export function wildcards(pattern: string): number {
  return pattern.split('*').length - 1;
}

/** Whether a tag matches a pattern, in which `*` stands for any characters or none. */
export function matches(tag: string, pattern: string): boolean {
  const [first, ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return tag === pattern;
  if (!tag.startsWith(first)) return false;
  let end = first.length;
  for (const part of others) {
    const found = tag.indexOf(part, end);
    if (found === -1) return false;
    end = found + part.length;
  }
  return tag.length - last.length >= end && tag.endsWith(last);
}

/** The patterns of which an image must match all; a prefix is a pattern too. */
export function patternsOf(requirement: TagRequirement): string[] {
  return requirement.tagPatternList ?? requirement.tagPrefixList?.map((prefix) => `${prefix}*`) ?? [];
}

/** Whether an image with these tags meets the requirement. */
export function meets(tags: readonly string[], requirement: TagRequirement): boolean {
  switch (requirement.tagStatus) {
    case 'any':
      return true;
    case 'untagged':
      return tags.length === 0;
    case 'tagged':
      return patternsOf(requirement).every((pattern) => tags.some((tag) => matches(tag, pattern)));
  }
}

/**
 * Whether every image that meets `narrow` meets `wide`, as far as that can be decided: a wildcard of `narrow` is read
 * as a character that only a wildcard of `wide` can take. Where it says yes, it is so.
 */
export function covers(wide: TagRequirement, narrow: TagRequirement): boolean {
  if (wide.tagStatus === 'any') return true;
  if (wide.tagStatus !== narrow.tagStatus) return false;
  const narrowPatterns = patternsOf(narrow);
  return patternsOf(wide).every((pattern) => narrowPatterns.some((each) => coversPattern(pattern, each)));
}

function coversPattern(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  if (Token.isUnresolved(wide) || Token.isUnresolved(narrow)) return false;
  return matches(narrow, wide);
}

/** A pattern in words. */
export function shown(pattern: string): string {
  return Token.isUnresolved(pattern) ? '(known at deployment)' : pattern;
}
