import type { Problem, Problems } from './problems';

/** How long stand-ins for pseudo parameters are; the length of what is not listed is not known. */
const PSEUDO_PARAMETERS: Record<string, number> = {
  'AWS::AccountId': 12,
  'AWS::Partition': 3,
  'AWS::Region': 9,
};

/** What stands for a value known only at deployment: an ARN, or anything else. */
interface StandIns {
  readonly arn: string;
  readonly other: string;
}

/** The shortest ARN of a role; an ARN in a policy is no shorter. */
const LEAST: StandIns = { arn: 'arn:aws:iam::111122223333:role/r', other: '-' };
/** What an ARN or a name can be expected to have at most, where it must surely fit. */
const MOST: StandIns = { arn: '-'.repeat(128), other: '-'.repeat(128) };

/**
 * The least number of characters a resolved policy document will have once CloudFormation has filled it in. A lower
 * bound, so that a document is never refused for a size it might not have.
 */
export function policyCharacters(resolved: unknown): number {
  return JSON.stringify(resolved, (_key, value) => fill(value, LEAST)).length;
}

/** Adds a problem where a resolved policy document, if there is one, will surely be longer than AWS takes. */
export function checkPolicySize(resolved: unknown, limit: number, problems: Problems, more: Pick<Problem, 'prop' | 'remedy' | 'code'>): void {
  const got = policyCharacters(resolved ?? '');
  problems.unless(got <= limit, { must: `be at most ${limit} characters long`, got, ...more });
}

/** The most characters that a resolved document can be expected to have once CloudFormation has filled it in. */
export function assumedCharacters(resolved: unknown): number {
  return JSON.stringify(resolved, (_key, value) => fill(value, MOST)).length;
}

/** A text of the least length that a resolved one will have. */
export function leastText(resolved: unknown): string {
  return asText(fill(resolved, LEAST));
}

/** A text of the length that a resolved one can be expected to have. */
export function assumedText(resolved: unknown): string {
  return asText(fill(resolved, MOST));
}

/** Puts text in the place of an intrinsic function. */
function fill(value: unknown, standIns: StandIns): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  if (keys.length !== 1) return value;
  const known = (reference: string) => PSEUDO_PARAMETERS[reference] ? '-'.repeat(PSEUDO_PARAMETERS[reference]) : standIns.other;
  const [name, argument] = Object.entries(value)[0];
  if (name === 'Ref') return known(argument);
  if (name === 'Fn::Join') return argument[1].map((part: unknown) => asText(fill(part, standIns))).join(argument[0]);
  if (name === 'Fn::Sub' && typeof argument === 'string') return argument.replace(/\$\{([^}]*)\}/g, (_all, variable) => known(variable));
  if (name === 'Fn::GetAtt' && [argument].flat().at(-1) === 'Arn') return standIns.arn;
  return name.startsWith('Fn::') ? standIns.other : value;
}

function asText(part: unknown): string {
  return typeof part === 'string' ? part : JSON.stringify(part);
}
