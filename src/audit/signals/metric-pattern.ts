import type { FieldCondition } from '../contract';

/**
 * A filter pattern of CloudWatch Logs that is true of a record if it meets every condition.
 *
 * No wildcard within a string is used, because the documentation contradicts itself about them.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function metricPattern(conditions: readonly FieldCondition[]): string {
  return `{ ${conditions.map(term).join(' && ')} }`;
}

/** A filter pattern that is true of a record if it meets the first conditions, and any of the other lists of conditions. */
export function metricPatternOfAny(all: readonly FieldCondition[], any: readonly (readonly FieldCondition[])[]): string {
  const alternatives = new Set(any.map((conditions) => `(${conditions.map(term).join(' && ')})`));
  return `{ ${[...all.map(term), joinedBy(' || ', [...alternatives])].join(' && ')} }`;
}

function term({ field, is, isNot, orMissing }: FieldCondition): string {
  const selector = `$.${field}`;
  const asked = is?.map((value) => typeof value === 'string' ? `(${selector} = "${value}")` : `(${selector} IS ${value ? 'TRUE' : 'FALSE'})`)
    ?? isNot?.map((value) => `(${selector} != "${value}")`) ?? [];
  const joined = joinedBy(is ? ' || ' : ' && ', asked);
  const missing = `(${selector} NOT EXISTS)`;
  if (!orMissing) return joined;
  return asked.length === 0 ? missing : `(${joined} || ${missing})`;
}

function joinedBy(operator: string, terms: readonly string[]): string {
  return terms.length > 1 ? `(${terms.join(operator)})` : terms[0];
}
