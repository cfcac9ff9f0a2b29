import type { aws_iam as iam } from 'aws-cdk-lib';
import { Problems } from '../private/problems';

/** Operators, the keys they are about, and the values. */
export type Conditions = Record<string, Record<string, unknown>>;

/** Whether a grant is conditional. */
export function isConditional(conditions: iam.Conditions): boolean {
  return Object.keys(conditions).length > 0;
}

/**
 * All of these conditions at once. A policy cannot ask two things of one key with one operator, and keeping either alone
 * would let in more than was meant, so that is an error.
 */
export function allOf(owner: string, ...all: iam.Conditions[]): Conditions {
  const problems = new Problems(owner);
  const merged: Conditions = {};
  for (const [operator, keys] of all.flatMap((conditions) => Object.entries(conditions as Conditions))) {
    for (const [key, value] of Object.entries(keys)) {
      const known = merged[operator]?.[key];
      problems.unless(known === undefined || JSON.stringify(known) === JSON.stringify(value), {
        prop: 'condition',
        must: `be one for ${operator} of ${key}`,
        got: [known, value],
        remedy: 'keep the narrower one',
        code: 'accessConditionTwice',
      });
      merged[operator] = { ...merged[operator], [key]: value };
    }
  }
  problems.throwIfAny();
  return merged;
}
