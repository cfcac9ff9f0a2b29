/** How long stand-ins for pseudo parameters are; what is not listed counts as one character. */
const PSEUDO_PARAMETERS: Record<string, number> = {
  'AWS::AccountId': 12,
  'AWS::Partition': 3,
  'AWS::Region': 9,
};

/** The shortest ARN of a role; an ARN in a policy is no shorter. */
const ARN = 'arn:aws:iam::111122223333:role/r';

/**
 * The least number of characters a resolved policy document will have once CloudFormation has filled it in. A lower
 * bound, so that a document is never refused for a size it might not have.
 */
export function policyCharacters(resolved: unknown): number {
  return JSON.stringify(resolved, (_key, value) => fill(value)).length;
}

/** Puts text in the place of an intrinsic function. */
function fill(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  if (keys.length !== 1) return value;
  const [name, argument] = Object.entries(value)[0];
  if (name === 'Ref') return '-'.repeat(PSEUDO_PARAMETERS[argument] ?? 1);
  if (name === 'Fn::Join') return argument[1].map((part: unknown) => asText(fill(part))).join(argument[0]);
  if (name === 'Fn::Sub' && typeof argument === 'string') {
    return argument.replace(/\$\{([^}]*)\}/g, (_all, variable) => '-'.repeat(PSEUDO_PARAMETERS[variable] ?? 1));
  }
  if (name === 'Fn::GetAtt' && [argument].flat().at(-1) === 'Arn') return ARN;
  return name.startsWith('Fn::') ? '-' : value;
}

function asText(part: unknown): string {
  return typeof part === 'string' ? part : JSON.stringify(part);
}
