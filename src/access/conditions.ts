import type { aws_iam as iam } from 'aws-cdk-lib';
import { Problems } from '../private/problems';

/** Operators, the keys they are about, and the values. */
export type Conditions = Record<string, Record<string, unknown>>;

/** Operators that are met by any one of their values, and by no request without the key. */
export const ANY_OF = /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/;

/** Stands for what is known only at deployment. */
const UNKNOWN = 'T';
const ACCOUNT = `(?:\\d{12}|${UNKNOWN})`;

/** Keys of a request that say who asks, and the values that name somebody. */
const WHO: Record<string, RegExp> = {
  'aws:principalorgid': /^o-[a-z0-9]{10,32}$/,
  'aws:principalorgpaths': new RegExp(`^(?:o-[a-z0-9]{10,32}|${UNKNOWN})/`),
  'aws:principalaccount': /^\d{12}$/,
  'aws:principalarn': new RegExp(`^arn:[^:*?]+:iam::${ACCOUNT}:`),
};
/** Keys that say for what a service asks, and the values that name an account or an organization. */
const FOR_WHAT: Record<string, RegExp> = {
  'aws:sourcearn': new RegExp(`^arn:[^:*?]+:[^:*?]+:[^:]*:${ACCOUNT}:`),
  'aws:sourceaccount': WHO['aws:principalaccount'],
  'aws:sourceorgid': WHO['aws:principalorgid'],
  'aws:sourceorgpaths': WHO['aws:principalorgpaths'],
};
/** Keys that say from where a call comes, and the values that name a place: of addresses, at most a network of 8 or 16 bits. */
const WHERE: Record<string, RegExp> = {
  'aws:sourcevpce': /^vpce-\w+$/,
  'aws:sourcevpc': /^vpc-\w+$/,
  'aws:sourcevpcarn': new RegExp(`^arn:[^:*?]+:ec2:[^:*?]+:${ACCOUNT}:vpc/vpc-\\w+$`),
  'aws:sourceip': /^(?:[\d.]+(?:\/(?:[89]|[12]\d|3[0-2]))?|[\da-f:]*:[\da-f:]*(?:\/(?:1[6-9]|[2-9]\d|1[012]\d))?)$/i,
};

/** Whether a grant is conditional. */
export function isConditional(conditions: iam.Conditions): boolean {
  return Object.keys(conditions).length > 0;
}

/** Whether the conditions let through only accounts, organizations, roles or users that they name. */
export function nameSomebody(conditions: iam.Conditions): boolean {
  return name(WHO, conditions);
}

/** Whether the conditions name the resources, accounts or organizations for which a service may act. */
export function nameSource(conditions: iam.Conditions): boolean {
  return name(FOR_WHAT, conditions);
}

/** Whether the conditions name who calls, or from where. */
export function nameCaller(conditions: iam.Conditions): boolean {
  return name({ ...WHO, ...FOR_WHAT, ...WHERE }, conditions);
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

/** Whether one of the conditions that have to be met is about such a key, with values of its form alone. */
function name(forms: Record<string, RegExp>, conditions: iam.Conditions): boolean {
  const required = Object.entries(conditions as Conditions).filter(([operator]) => ANY_OF.test(operator) || operator === 'IpAddress');
  return required.some(([operator, keys]) => Object.entries(keys).some(([key, values]) => {
    const form = forms[key.toLowerCase()];
    return form && [values].flat().every((value) => isOfForm(form, value, operator));
  }));
}

function isOfForm(form: RegExp, value: unknown, operator: string): boolean {
  const text = typeof value === 'string' ? value.replace(/\$\{Token\[[^\]]*\]\}/g, UNKNOWN) : UNKNOWN;
  if (text === UNKNOWN) return true;
  // StringLike takes * for colons, too: all up to the account has to be written out.
  const isOpen = operator.endsWith('StringLike') && text.startsWith('arn:') && /[*?]/.test(text.split(':').slice(0, 5).join());
  return form.test(text) && !isOpen;
}
