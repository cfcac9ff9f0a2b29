import { Aws, CfnResource, Reference, Stack, Token, Tokenization, type aws_iam as iam } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ANY_OF, type Conditions, isConditional } from './conditions';
import { Problems } from '../private/problems';

/**
 * Whom the condition key aws:PrincipalArn would name, as ARNs or patterns of them; nothing where a principal stands for
 * many, such as an account or a group, or for nobody in particular, such as a policy.
 */
export function callersOf(principal: iam.IPrincipal, stack: Stack): string[] | undefined {
  if (isGroup(principal)) return undefined;
  try {
    const { principalJson, conditions } = principal.policyFragment;
    const names = isConditional(conditions)
      ? arnsAskedFor(conditions)
      : Object.entries(principalJson).flatMap(([kind, list]) => (kind === 'AWS' ? list : ['*']));
    return names?.every((name) => isSomebody(name, stack)) ? names : undefined;
  } catch {
    return undefined; // CDK throws where a policy, or a role without a name it can use here, is to be named
  }
}

/** IAM takes no group for a principal; its members are users. */
export function isGroup(principal: iam.IPrincipal): boolean {
  return 'groupArn' in principal;
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

/** Whether an ARN is surely of the account of a stack. That of a resource of another account the CDK writes out. */
export function isOfAccount(arn: string, stack: Stack): boolean {
  const account = arn.split(':')[4];
  if (account !== undefined) return [stack.account, Aws.ACCOUNT_ID].includes(account);
  return Object(stack.resolve(arn))['Fn::GetAtt']?.[1] === 'Arn';
}

/** The ARNs of the one condition that the caller is one of them. */
function arnsAskedFor(conditions: iam.Conditions): string[] | undefined {
  const [[operator, keys], ...others] = Object.entries(conditions as Conditions);
  const [[key, arns], ...furtherKeys] = Object.entries(keys);
  const isOnly = others.length + furtherKeys.length === 0 && ANY_OF.test(operator) && key === 'aws:PrincipalArn';
  return isOnly ? [arns as string | string[]].flat() : undefined;
}

/** One role, one permission set or one user; T stands for what is known only at deployment. */
const SOMEBODY = /^arn:[^:*?$]+:iam::(?:\d{12}|T):(?:user\/[^*?$]+|role\/(?:[^*?$]+|aws-reserved\/sso\.amazonaws\.com\*\/[^*?$]+_\?{16}))$/;

/** Whether an ARN, which may be known only in part, is that of one role, one permission set or one user. */
function isSomebody(arn: string, stack: Stack): boolean {
  const token = Token.isUnresolved(arn) ? Tokenization.reverse(arn, { failConcat: false }) : undefined;
  if (Reference.isReference(token) && isGroupResource(token.target)) return false;
  const text = textOf(stack.resolve(arn));
  return text === 'T' || SOMEBODY.test(text);
}

/** An ARN as far as it is known, however it is put together. */
function textOf(value: any): string {
  if (typeof value === 'string') return value;
  if ('Fn::Join' in value) return value['Fn::Join'][1].map(textOf).join(value['Fn::Join'][0]);
  if (typeof value['Fn::Sub'] === 'string') return value['Fn::Sub'].replace(/\$\{[^}]*\}/g, 'T');
  return 'T';
}

function isGroupResource(target: IConstruct): boolean {
  return [target, target.node.defaultChild].some((each) => CfnResource.isCfnResource(each) && each.cfnResourceType === 'AWS::IAM::Group');
}
