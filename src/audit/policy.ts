/** Statements of a policy, as far as they are read. */
interface Statement {
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

const ORGANIZATION = /^o-[a-z0-9]+$/;
const ORGANIZATION_PATH = /^o-[a-z0-9]+\//;
const ACCOUNT = /^\d{12}$/;
const ARN_OF_ACCOUNT = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/;

/**
 * What the values of condition keys look like that leave fewer than every AWS account: fixed, where it counts. `o-*` is any
 * organization, `arn:aws:iam::*:role/ci` a role that anybody can make.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
const FIXED: Record<string, RegExp> = {
  'aws:principalorgid': ORGANIZATION,
  'aws:sourceorgid': ORGANIZATION,
  'aws:principalorgpaths': ORGANIZATION_PATH,
  'aws:sourceorgpaths': ORGANIZATION_PATH,
  'aws:principalaccount': ACCOUNT,
  'aws:sourceaccount': ACCOUNT,
  'aws:principalarn': ARN_OF_ACCOUNT,
  'aws:sourcearn': ARN_OF_ACCOUNT,
  'aws:userid': /^[A-Z0-9]{12,}(?::|$)/,
  'aws:sourcevpc': /^vpc-[0-9a-f]+$/,
  'aws:sourcevpce': /^vpce-[0-9a-f]+$/,
  // Not the halves, quarters and so on of the internet: from /8 on, and from /32 on of IPv6.
  'aws:sourceip': /^(?:[\d.]+(?:\/(?:[89]|[12]\d|3[0-2]))?|[\da-f:]*:[\da-f:]*(?:\/(?:3[2-9]|[4-9]\d|1[0-2]\d))?)$/i,
};

/** Operators that ask for one of the named values; their IfExists forms let a request without the key pass. */
const ASKING = /^(?:ForAnyValue:)?(?:String(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Equals|Like)|IpAddress)$/i;

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
    && Object.entries(keys).some(([key, values]) => [values].flat().every((value) => FIXED[key.toLowerCase()]?.test(String(value)))));
}

function conditionAccounts({ Condition }: Statement): string[] {
  return Object.entries(Condition ?? {}).filter(([operator]) => ASKING.test(operator)).flatMap(([, keys]) =>
    Object.entries(keys).filter(([key]) => /^aws:(?:principalaccount|principalarn|sourceaccount|sourcearn)$/i.test(key))
      .flatMap(([, values]) => [values].flat().map(String)));
}

function accountIn(text: string): string | undefined {
  return ACCOUNT.exec(text)?.[0] ?? ARN_OF_ACCOUNT.exec(text)?.[1];
}
