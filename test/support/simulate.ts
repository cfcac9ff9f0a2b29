import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate';

/** Somebody who signs nothing. */
export const ANONYMOUS = 'anonymous';

type Context = Record<string, string | string[] | undefined>;

/** A request as IAM sees it. */
export interface Request {
  /** The ARN of a role, a user or the root user of an account; the name of a service; or `ANONYMOUS`. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** What the principal's own policies say. */
  readonly identityPolicy?: object;
  /** The same, where it is several. */
  readonly identityPolicies?: object[];
  /** The policy of the resource. */
  readonly resourcePolicy?: object;
  /** Condition keys of the request; beside those that IAM itself gives every request, which `undefined` takes away. */
  readonly context?: Context;
}

/** What IAM decides: 'Allowed', 'ImplicitlyDenied' or 'ExplicitlyDenied'. */
export async function simulate(request: Request): Promise<string> {
  const { principal, action, resource, identityPolicy, identityPolicies = [], resourcePolicy, context } = request;
  const answer = await runSimulation({
    request: {
      principal: principal === ANONYMOUS ? anonymousPrincipal : inSession(principal),
      action,
      resource: { resource, accountId: accountOf(resource) ?? accountOf(principal)! },
      contextVariables: withKnownKeys(known({ 'aws:SecureTransport': 'true', ...whoAsks(principal), ...context })),
    },
    identityPolicies: [...(identityPolicy ? [identityPolicy] : []), ...identityPolicies]
      .map((policy, index) => ({ name: `identity${index}`, policy: withKnownKeys(policy) })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: withKnownKeys(resourcePolicy),
  }, {});
  if (answer.resultType === 'error') throw new Error(JSON.stringify(answer.errors));
  const ignored = answer.resultType === 'single' && answer.result.ignoredContextKeys || [];
  if (ignored.length > 0) throw new Error(`no condition keys of ${action}: ${ignored.join(', ')}`);
  return answer.overallResult;
}

/** The simulator does not know keys again whose names vary after a colon; so tags stand for encryption contexts. */
function withKnownKeys<T extends object | undefined>(values: T): T {
  return values && JSON.parse(JSON.stringify(values).replaceAll('"kms:EncryptionContext:', '"aws:PrincipalTag/EncryptionContext:'));
}

/** A role makes no request but through a session. */
function inSession(principal: string): string {
  const [, partition, account, name] = /^arn:([^:]+):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(principal) ?? [];
  return name ? `arn:${partition}:sts::${account}:assumed-role/${name}/session` : principal;
}

/** The keys by which IAM says who asks; of a session, it names the role. */
function whoAsks(principal: string): Context {
  const account = accountOf(principal);
  if (account) return { 'aws:PrincipalArn': principal, 'aws:PrincipalAccount': account, 'aws:PrincipalIsAWSService': 'false' };
  if (principal === ANONYMOUS) return { 'aws:PrincipalIsAWSService': 'false' };
  return { 'aws:PrincipalIsAWSService': 'true', 'aws:PrincipalServiceName': principal };
}

function known(context: Context): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(context).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined));
}

function accountOf(arn: string): string | undefined {
  return arn.split(':')[4];
}

/**
 * A template's value as it is after deployment, with these values for references (by logical id) and attributes (by
 * `id.attribute`, or by logical id where it has but one value).
 */
export function deployed<T>(value: T, ids: Record<string, string>): T {
  const values: Record<string, string> = {
    'AWS::Partition': 'aws', 'AWS::AccountId': '111111111111', 'AWS::Region': 'eu-west-1', 'AWS::URLSuffix': 'amazonaws.com', ...ids,
  };
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    const entries = Object.entries(node);
    if (entries.length !== 1) return Object.fromEntries(entries.map(([key, each]) => [key, walk(each)]));
    const [[name, argument]] = entries;
    if (name === 'Ref') return lookUp(argument);
    if (name === 'Fn::GetAtt') return values[argument.join('.')] ?? lookUp(argument[0]);
    if (name === 'Fn::Join') return (walk(argument[1]) as string[]).join(argument[0]);
    if (name === 'Fn::Sub') return (argument as string).replace(/\$\{([^}]+)\}/g, (_, id) => lookUp(id));
    return { [name]: walk(argument) };
  };
  const lookUp = (id: string): string => {
    if (!(id in values)) throw new Error(`no value for ${id}`);
    return values[id];
  };
  return walk(value) as T;
}
