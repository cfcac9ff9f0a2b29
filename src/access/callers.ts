import { Stack, type aws_iam as iam } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { Problems } from '../private/problems';

/**
 * Whom the condition key aws:PrincipalArn would name, as ARNs or patterns of them; nothing where a principal stands for
 * many, such as an account, or for nobody in particular, such as a policy.
 */
export function callersOf(principal: iam.IPrincipal, stack: Stack): string[] | undefined {
  const fragment = fragmentOf(principal);
  if (!fragment) return undefined;
  const { principalJson, conditions } = fragment;
  const asked = Object.values(conditions).flatMap((keys) => Object.entries(keys as Record<string, string | string[]>));
  const [[key, arns] = [], ...more] = asked;
  if (more.length > 0 || (key && key !== 'aws:PrincipalArn')) return undefined;
  if (key) return [arns!].flat();
  const names = Object.entries(principalJson).flatMap(([kind, list]) => (kind === 'AWS' ? list : ['*']));
  return names.every((name) => isSomebody(stack.resolve(name))) ? names : undefined;
}

/** The same of several, each of which has to be a role or a user. */
export function namedCallers(owner: IConstruct, prop: string, grantees: iam.IGrantable[]): string[] {
  const problems = new Problems(owner.node.path);
  const callers = grantees.flatMap(({ grantPrincipal }) => {
    const arns = callersOf(grantPrincipal, Stack.of(owner));
    problems.unless(arns !== undefined, {
      prop,
      must: 'be roles or users, without conditions',
      got: String(grantPrincipal),
      remedy: 'name each role: iam.Role, RegistryPrincipal.role, RegistryPrincipal.permissionSet',
      code: 'accessGuardPrincipal',
    });
    return arns ?? [];
  });
  problems.throwIfAny();
  return callers;
}

function fragmentOf(principal: iam.IPrincipal): iam.PrincipalPolicyFragment | undefined {
  try {
    return principal.policyFragment;
  } catch {
    return undefined; // a policy, or an unknown principal
  }
}

/** Whether an ARN, which may be known only in part, is that of one role or user. */
function isSomebody(arn: unknown): boolean {
  if (typeof arn === 'string') return /^arn:[^:]+:iam::\d{12}:(role|user)\/[^*?]+$/.test(arn);
  return !/:root"/.test(JSON.stringify(arn)); // an intrinsic function: an account is one that ends in :root
}
