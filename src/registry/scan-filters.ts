import { Token } from 'aws-cdk-lib';
import { LIMITS } from '../private/limits';
import type { Problems } from '../private/problems';
import { knownLength, matches } from '../private/tokens';
import { matches as matchesPattern } from '../repository/retention/tag-patterns';

/** The filter that every repository matches. */
export const EVERYTHING = '*';

/** A filter as a pattern for the whole name: without a wildcard it asks for a part of the name. */
function patternOf(filter: string): string {
  return filter.includes('*') ? filter : `*${filter}*`;
}

/**
 * Whether every repository that matches `narrow` matches `wide`, as far as that can be decided: a wildcard of `narrow`
 * is read as a character that only a wildcard of `wide` can take. Where it says yes, it is so.
 */
export function covers(wide: string, narrow: string): boolean {
  if (wide === narrow || /^\*+$/.test(wide)) return true;
  if (Token.isUnresolved(wide) || Token.isUnresolved(narrow)) return false;
  return matchesPattern(patternOf(narrow), patternOf(wide));
}

/** Whether one of these filters covers that one. */
export function coversAny(wide: readonly string[], narrow: string): boolean {
  return wide.some((filter) => covers(filter, narrow));
}

/** The fewest of these filters that match the same repositories, in an order of their own. */
export function merge(filters: readonly string[]): string[] {
  const sorted = [...new Set(filters)].sort();
  return sorted.filter((filter, index) => !sorted.some((other, at) =>
    at !== index && covers(other, filter) && (at < index || !covers(filter, other))));
}

/** Adds what ECR would refuse of a filter. */
export function checkFilters(prop: string, filters: readonly string[] | undefined, problems: Problems): void {
  knownLength(prop, filters, problems);
  if (filters === undefined || Token.isUnresolved(filters)) return;
  const { maxLength, pattern } = LIMITS.scanFilters;
  for (const filter of filters) {
    problems.unless(Token.isUnresolved(filter) || (filter.length <= maxLength && matches(pattern, filter)), {
      prop,
      must: `hold names of repositories of at most ${maxLength} characters, or parts of them, with * for what varies`,
      got: filter,
      remedy: "write it in lower case; it cannot begin or end with '.', '_', '-' or '/', so everything below team/ is team/*",
      code: 'registryScanFilterInvalid',
    });
  }
}

/** Adds a problem where a rule has more filters than ECR takes. */
export function checkCount(prop: string, filters: readonly string[], problems: Problems): void {
  const max = LIMITS.scanFilters.maxPerRule;
  problems.unless(filters.length <= max, {
    prop,
    must: `be at most ${max} filters that do not cover each other`,
    got: filters.length,
    remedy: 'merge them with *, such as team/*; ECR has one rule for each frequency, and no more filters in a rule',
    code: 'registryScanFilterCount',
  });
}
