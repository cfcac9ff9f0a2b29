import { runSimulation } from '@cloud-copilot/iam-simulate';

/** A request as IAM sees it. */
export interface Request {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** What the principal's own policies say. */
  readonly identityPolicy?: object;
  /** The policy of the resource. */
  readonly resourcePolicy?: object;
  /** Condition keys of the request. */
  readonly context?: Record<string, string>;
}

/** What IAM decides: 'Allowed', 'ImplicitlyDenied' or 'ExplicitlyDenied'. */
export async function simulate(request: Request): Promise<string> {
  const answer = await runSimulation({
    request: {
      principal: request.principal,
      action: request.action,
      resource: { resource: request.resource, accountId: accountOf(request.resource) ?? accountOf(request.principal)! },
      contextVariables: { 'aws:SecureTransport': 'true', ...request.context },
    },
    identityPolicies: request.identityPolicy ? [{ name: 'identity', policy: request.identityPolicy }] : [],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: request.resourcePolicy,
  }, {});
  if (answer.resultType === 'error') throw new Error(JSON.stringify(answer.errors));
  return answer.overallResult;
}

function accountOf(arn: string): string | undefined {
  return arn.split(':')[4];
}

/** A template's value as it is after deployment, with these values for references (by logical id) and attributes. */
export function deployed<T>(value: T, ids: Record<string, string>): T {
  const values: Record<string, string> = { 'AWS::Partition': 'aws', 'AWS::AccountId': '111111111111', ...ids };
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    const [[name, argument], ...more] = Object.entries(node);
    if (more.length > 0) return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, walk(each)]));
    if (name === 'Ref') return known(argument);
    if (name === 'Fn::GetAtt') return known(argument[0]);
    if (name === 'Fn::Join') return (walk(argument[1]) as string[]).join(argument[0]);
    return { [name]: walk(argument) };
  };
  const known = (id: string): string => {
    if (!(id in values)) throw new Error(`no value for ${id}`);
    return values[id];
  };
  return walk(value) as T;
}
