import { runSimulation } from '@cloud-copilot/iam-simulate';

/** The claims of a token, as GitHub issues them. */
export type Claims = Readonly<Record<string, string>>;

/** A trust policy as it is after deployment. */
export interface TrustPolicy {
  readonly Statement: {
    readonly Effect: string;
    readonly Principal: { readonly Federated: string };
    readonly Action: string;
    readonly Condition: Record<string, Record<string, string | string[]>>;
  }[];
}

const ACTION = 'sts:AssumeRoleWithWebIdentity';

/**
 * The claims that IAM compares; it sees no other.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
export const KNOWN_TO_IAM = [
  'aud', 'sub', 'actor', 'actor_id', 'job_workflow_ref', 'repository', 'repository_id', 'repository_owner_id', 'workflow',
  'ref', 'environment', 'enterprise_id',
];

type Operator = (actual: string, expected: string) => boolean;

/** What IAM's documents say of the operators that occur in trust policies here. Another one is an error, not a match. */
const OPERATORS: Record<string, Operator> = {
  StringEquals: (actual, expected) => actual === expected,
  StringLike: (actual, expected) => like(actual, expected),
};

/** Whether a token of this issuer is let in by a trust policy. Written from IAM's documents, sharing nothing with `src/`. */
export function admits(policy: TrustPolicy, claims: Claims): boolean {
  const provider = providerOf(claims);
  const matching = policy.Statement.filter(({ Principal, Action, Condition }) =>
    provider !== undefined && arnOf(provider) === Principal.Federated && Action === ACTION && meets(Condition, contextOf(provider, claims)));
  return matching.length > 0 && matching.every(({ Effect }) => Effect === 'Allow');
}

function meets(condition: TrustPolicy['Statement'][number]['Condition'], context: Map<string, string>): boolean {
  return Object.entries(condition).every(([name, keys]) => {
    const [, set, operator] = /^(ForAllValues:)?(.*)$/.exec(name)!;
    if (!OPERATORS[operator]) throw new Error(`the operator ${name} is not known here`);
    return Object.entries(keys).every(([key, expected]) => {
      const actual = context.get(key.toLowerCase());
      if (actual === undefined) return set !== undefined; // ForAllValues is true of no value at all
      return [expected].flat().some((each) => OPERATORS[operator](actual, each));
    });
  });
}

/** `*` any characters or none, `?` one, everything else itself. */
function like(text: string, pattern: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] === '*') return like(text, pattern.slice(1)) || (text !== '' && like(text.slice(1), pattern));
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && like(text.slice(1), pattern.slice(1));
}

function contextOf(provider: string, claims: Claims): Map<string, string> {
  return new Map(KNOWN_TO_IAM.filter((claim) => claims[claim] !== undefined).map((claim) => [`${provider}:${claim}`.toLowerCase(), claims[claim]]));
}

function providerOf({ iss }: Claims): string | undefined {
  return /^https:\/\/(.+)$/.exec(iss ?? '')?.[1];
}

export function arnOf(provider: string, account = '111111111111'): string {
  return `arn:aws:iam::${account}:oidc-provider/${provider}`;
}

/**
 * The verdict of iam-simulate. It drops the condition keys `sub` and `aud` of an OIDC provider as unknown for the action,
 * and then denies everybody; under a key that it knows, with the same operators and values, it decides.
 */
export async function simulateTrust(policy: TrustPolicy, claims: Claims): Promise<boolean> {
  const provider = providerOf(claims);
  if (provider === undefined) return false;
  const renamed = (key: string) => key.startsWith(`${provider}:`) ? `aws:RequestTag/${key.slice(provider.length + 1)}` : 'aws:RequestTag/of-another-issuer';
  const statements = policy.Statement.map((statement) => ({
    ...statement,
    Condition: Object.fromEntries(Object.entries(statement.Condition).map(([operator, keys]) =>
      [operator, Object.fromEntries(Object.entries(keys).map(([key, value]) => [renamed(key), value]))])),
  }));
  const known = KNOWN_TO_IAM.filter((claim) => claims[claim] !== undefined);
  const answer = await runSimulation({
    request: {
      principal: arnOf(provider),
      action: ACTION,
      resource: { resource: 'arn:aws:iam::111111111111:role/pusher', accountId: '111111111111' },
      contextVariables: Object.fromEntries(known.map((claim) => [`aws:RequestTag/${claim}`, claims[claim]])),
    },
    identityPolicies: [],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: { Version: '2012-10-17', Statement: statements },
  }, {});
  if (answer.resultType !== 'single') throw new Error(JSON.stringify(answer));
  if (answer.result.ignoredContextKeys!.length > 0) throw new Error(`ignored: ${answer.result.ignoredContextKeys}`);
  return answer.overallResult === 'Allowed';
}
