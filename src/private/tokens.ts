import { Token } from 'aws-cdk-lib';
import type { Problems } from './problems';

/** Adds a problem where a list comes whole from a parameter or another stack: each entry has its own place in a template. */
export function knownLength(prop: string, list: readonly unknown[] | undefined, problems: Problems): void {
  problems.unless(!Token.isUnresolved(list), {
    prop,
    must: 'have a length that is known at synthesis',
    got: list,
    remedy: 'take single entries of it with Fn.select',
    code: 'listLengthUnknown',
  });
}

/** Whether a text has this form, or is known only at deployment. */
export function matches(form: RegExp, text: string): boolean {
  return Token.isUnresolved(text) || form.test(text);
}

/** Whether all of a value is known at synthesis; `Token.isUnresolved` does not look into objects. */
export function isKnown(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isKnown);
  return !Token.isUnresolved(value);
}
