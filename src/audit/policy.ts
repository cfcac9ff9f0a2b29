/** Statements of a policy, as far as they are read. */
interface Statement {
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/**
 * Condition keys whose values, when they are named, leave fewer than every AWS account.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const LIMITING = [
  'aws:principalorgid', 'aws:principalorgpaths', 'aws:principalaccount', 'aws:principalarn', 'aws:userid',
  'aws:sourceaccount', 'aws:sourcearn', 'aws:sourceorgid', 'aws:sourceorgpaths', 'aws:sourcevpc', 'aws:sourcevpce',
  'aws:vpcsourceip', 'aws:sourceip',
];

/** Operators that ask for one of the named values; their IfExists forms let a request without the key pass. */
const ASKING = /^(?:ForAnyValue:)?(?:String(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Equals|Like)|IpAddress)$/i;

/** Values that are everything after all. */
const EVERYTHING = /^(?:[*?]*|arn:[*?:]*|0\.0\.0\.0\/0|::\/0)$/;

/** Whether a policy lets in principals of every AWS account. What cannot be read is no opening: the service refuses it. */
export function isPublic(policyText: unknown): boolean {
  return allowing(policyText).some((statement) => namesEverybody(statement) && !isLimited(statement));
}

/** The accounts that a policy lets in, by principals or by the conditions of those who stand for everybody. */
export function accountsIn(policyText: unknown): string[] {
  const found = allowing(policyText).flatMap((statement) => [...principalsOf(statement), ...conditionAccounts(statement)]);
  return [...new Set(found.flatMap((text) => accountIn(text) ?? []))];
}

function allowing(policyText: unknown): Statement[] {
  try {
    const { Statement: statements } = JSON.parse(String(policyText));
    return [statements].flat().filter((each: Statement) => each?.Effect === 'Allow');
  } catch {
    return [];
  }
}

function principalsOf({ Principal }: Statement): string[] {
  if (typeof Principal === 'string') return [Principal];
  return [(Principal as { AWS?: string | string[] } | undefined)?.AWS ?? []].flat();
}

function namesEverybody(statement: Statement): boolean {
  return statement.NotPrincipal !== undefined || principalsOf(statement).includes('*');
}

function isLimited({ Condition }: Statement): boolean {
  return Object.entries(Condition ?? {}).some(([operator, keys]) => ASKING.test(operator)
    && Object.entries(keys).some(([key, values]) => LIMITING.includes(key.toLowerCase())
      && [values].flat().every((value) => !EVERYTHING.test(String(value)))));
}

function conditionAccounts({ Condition }: Statement): string[] {
  return Object.entries(Condition ?? {}).filter(([operator]) => ASKING.test(operator)).flatMap(([, keys]) =>
    Object.entries(keys).filter(([key]) => /^aws:(?:principalaccount|principalarn|sourceaccount|sourcearn)$/i.test(key))
      .flatMap(([, values]) => [values].flat().map(String)));
}

function accountIn(text: string): string | undefined {
  return /^(\d{12})$/.exec(text)?.[1] ?? /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(text)?.[1];
}
