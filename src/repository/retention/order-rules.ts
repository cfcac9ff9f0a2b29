import { type LifecycleRule, type LifecycleSelection, type TagRequirement, storageClassOf } from './lifecycle-document';
import type { UnorderedRule } from './retention-rule';
import { covers } from './tag-patterns';

/**
 * Assigns priorities: shields first, then a narrower selection before a wider one, untagged images after tagged ones,
 * any image last. Rules of which neither is narrower keep the order they were given in.
 */
export function orderRules(shields: readonly UnorderedRule[], others: readonly UnorderedRule[]): LifecycleRule[] {
  const ordered: UnorderedRule[] = [];
  for (const rule of others) {
    const later = ordered.findIndex((other) => goesBefore(rule, other));
    ordered.splice(later === -1 ? ordered.length : later, 0, rule);
  }
  return [...shields, ...ordered].map((rule, index) => ({ rulePriority: index + 1, ...rule }));
}

function goesBefore(a: UnorderedRule, b: UnorderedRule): boolean {
  const rank = { tagged: 0, untagged: 1, any: 2 };
  const difference = rank[a.selection.tagStatus] - rank[b.selection.tagStatus];
  return difference === 0 ? sameClass(a, b) && isNarrower(a.selection, b.selection) : difference < 0;
}

/** With untagged images, what any image comes to. */
const EVERY_TAG: TagRequirement = { tagStatus: 'tagged', tagPatternList: ['*'] };

/** The rule before it, if any, because of which a rule can never decide on an image. */
export function shadowOf(rule: LifecycleRule, rules: readonly LifecycleRule[]): LifecycleRule | undefined {
  const before = rules.filter((other) => other.rulePriority < rule.rulePriority && sameClass(other, rule));
  const shadow = before.find((other) => covers(other.selection, rule.selection));
  if (shadow || rule.selection.tagStatus !== 'any') return shadow;
  const untagged = before.find(({ selection }) => selection.tagStatus === 'untagged');
  return untagged && before.find(({ selection }) => covers(selection, EVERY_TAG));
}

function isNarrower(a: LifecycleSelection, b: LifecycleSelection): boolean {
  return covers(b, a) && !covers(a, b);
}

function sameClass(a: UnorderedRule, b: UnorderedRule): boolean {
  return storageClassOf(a) === storageClassOf(b);
}
