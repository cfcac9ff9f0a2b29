import { Token, type aws_iam as iam } from 'aws-cdk-lib';
import { Problems } from '../private/problems';

/** Operators, the keys they are about, and the values. */
export type Conditions = Record<string, Record<string, unknown>>;

/** Operators that are met by any one of their values, and by no request without the key. */
export const ANY_OF = /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/;

/** Keys of a request that say who asks, and the values that name somebody. */
const WHO: Record<string, RegExp> = {
  'aws:principalorgid': /^o-[a-z0-9]{10,32}$/,
  'aws:principalorgpaths': /^o-[a-z0-9]{10,32}\//,
  'aws:principalaccount': /^\d{12}$/,
  'aws:principalarn': /:iam::\d{12}:/,
};
/** Keys that say for what a service asks. */
const FOR_WHAT = /^aws:source(arn|account|orgid|orgpaths)$/i;
/** Keys that say who asks, or from where. */
const WHO_OR_WHERE = /^aws:(principal|source)(?!istype)/i;

/** Whether a grant is conditional. */
export function isConditional(conditions: iam.Conditions): boolean {
  return Object.keys(conditions).length > 0;
}

/** Whether the conditions let through only accounts, organizations, roles or users that they name. */
export function nameSomebody(conditions: iam.Conditions): boolean {
  return required(conditions).some(({ key, values }) => {
    const form = WHO[key.toLowerCase()];
    return form && values.every((value) => Token.isUnresolved(value) || form.test(String(value)));
  });
}

/** Whether the conditions say for which resources or accounts a service may act. */
export function nameSource(conditions: iam.Conditions): boolean {
  return required(conditions).some(({ key, values }) => FOR_WHAT.test(key) && !values.includes('*'));
}

/** Whether the conditions ask anything of who the caller is, or of where the call comes from. */
export function askOfCaller(conditions: iam.Conditions): boolean {
  const asked = Object.entries(conditions as Conditions).filter(([operator]) => ANY_OF.test(operator) || operator === 'IpAddress');
  return asked.some(([, keys]) => Object.entries(keys).some(([key, values]) => WHO_OR_WHERE.test(key) && ![values].flat().includes('*')));
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

/** The conditions that a request without the key does not meet. */
function required(conditions: iam.Conditions): { readonly key: string; readonly values: unknown[] }[] {
  return Object.entries(conditions as Conditions).filter(([operator]) => ANY_OF.test(operator)).flatMap(([, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ key, values: [values].flat() })));
}
