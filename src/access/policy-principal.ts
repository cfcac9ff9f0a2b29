import { Aws, Stack, Tags, Token, TokenComparison, type aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isGroup } from './callers';
import { allOf, nameSomebody, nameSource } from './conditions';
import { LIMITS } from '../private/limits';
import { Problems } from '../private/problems';
import { matches } from '../private/tokens';

/** Who a statement in the policy of a repository is about, and what it asks of them. */
export interface PolicyPrincipal {
  readonly principal: iam.IPrincipal;
  /** With those that the principal brings. */
  readonly conditions: iam.Conditions;
}

const ARN = /^arn:[^:]+:(?:iam|sts)::(\d{12}):(root|(?:role|user|assumed-role|federated-user)\/.+)$/;

/** Whether the principal is known to belong to the account of the repository, or both to the one that is deployed to. */
export function sameAccount(principal: iam.IPrincipal, repository: ecr.IRepositoryRef): boolean {
  const account = principal.principalAccount;
  const compared = account && Token.compareStrings(repository.env.account, account);
  return compared === TokenComparison.SAME || compared === TokenComparison.BOTH_UNRESOLVED;
}

/** Whether a principal is, or stands there as, the account of the repository itself. */
export function isOwnAccount(principal: iam.IPrincipal, repository: ecr.IRepositoryRef): boolean {
  const [asked, own, names] = [principal.principalAccount, repository.env.account, principal.policyFragment.principalJson.AWS]
    .map((value) => JSON.stringify(Stack.of(repository).resolve(value)));
  return asked === own && /:root"/.test(names);
}

/** Whether a principal can only take statements: nobody calls as a policy or as a group. */
export function isNobody(principal: iam.IPrincipal): boolean {
  return isPolicy(principal) || isGroup(principal);
}

/** A policy cannot be named, nor assumed: CDK throws, at the one or at the other as its versions differ. */
function isPolicy(principal: iam.IPrincipal): boolean {
  try {
    void [principal.policyFragment, principal.assumeRoleAction];
    return false;
  } catch {
    return true;
  }
}

/** The conditions a principal brings. */
export function conditionsOf(principal: iam.IPrincipal): iam.Conditions {
  try {
    return principal.policyFragment.conditions;
  } catch {
    return {}; // a policy, or an unknown principal: something that takes statements, and nobody who could be named
  }
}

/**
 * How a principal stands in the policy of a repository; refuses what ECR would refuse, and what would let in everybody.
 *
 * @param conditions all that have to be met, those of the principal among them
 */
export function asPolicyPrincipal(principal: iam.IPrincipal, repository: ecr.IRepositoryRef, conditions: iam.Conditions): PolicyPrincipal {
  const names = checkNames(principal, repository, conditions);
  const { principalJson } = principal.policyFragment;
  const owner = repository.node.path;
  if ('Service' in principalJson) {
    const source = nameSource(conditions) ? {} : actsForThisAccount(principal, repository);
    return { principal, conditions: allOf(owner, conditions, source) };
  }
  const other = names.length === 1 ? inAnotherAccount(principal, names[0], repository) : undefined;
  return other ? { ...other, conditions: allOf(owner, other.conditions, conditions) } : { principal, conditions };
}

function namesByKind(principal: iam.IPrincipal): Record<string, string[]> {
  return isPolicy(principal) ? { 'a policy': [] } : principal.policyFragment.principalJson;
}

function checkNames(principal: iam.IPrincipal, repository: ecr.IRepositoryRef, conditions: iam.Conditions): string[] {
  const problems = new Problems(repository.node.path);
  const principalJson = namesByKind(principal);
  const strange = Object.keys(principalJson).filter((kind) => !['AWS', 'Service', 'LiteralString'].includes(kind));
  problems.unless(strange.length === 0, {
    prop: 'grantee',
    must: 'be an account, a role, a user, a service or an organization',
    got: strange,
    remedy: 'grant to the role that a federated identity takes, to a policy in its own account',
    code: 'accessPrincipalKind',
  });
  const { AWS = [], LiteralString = [] } = principalJson;
  const names = [...AWS, ...LiteralString];
  problems.unless(!names.includes('*') || nameSomebody(conditions), {
    prop: 'grantee',
    must: 'not be everybody',
    got: { principal: '*', conditions },
    remedy: 'name an account, or an organization (iam.OrganizationPrincipal); public images belong in ECR Public',
    code: 'accessPrincipalEverybody',
  });
  problems.unless(names.length <= 1, {
    prop: 'grantee',
    must: 'be one principal, or an iam.CompositePrincipal as it is',
    got: names,
    remedy: 'grant to each by itself',
    code: 'accessPrincipalSeveral',
  });
  const account = principal.principalAccount;
  const wrong = [
    ...names.filter((name) => isGroup(principal) || (name !== '*' && !matches(LIMITS.account, name) && !matches(ARN, name))),
    ...(account === undefined || matches(LIMITS.account, account) ? [] : [account]),
  ];
  problems.unless(wrong.length === 0, {
    prop: 'grantee',
    must: 'be an account of 12 digits, or the ARN of a role, a user or an account',
    got: wrong,
    remedy: 'write it in full: arn:aws:iam::111122223333:role/name; a group takes access in its own account only',
    code: 'accessPrincipalArn',
  });
  const patterns = names.filter((name) => name !== '*' && !Token.isUnresolved(name) && /[*?]/.test(name));
  problems.unless(patterns.length === 0, {
    prop: 'grantee',
    must: 'have no wildcard in its ARN, which IAM refuses',
    got: patterns,
    remedy: 'use RegistryPrincipal.role or .permissionSet, or the account with a condition on aws:PrincipalArn',
    code: 'accessPrincipalWildcard',
  });
  problems.throwIfAny();
  return names;
}

/**
 * A role or user of another account stands there as its account, with the condition that it is the caller. ECR refuses a
 * policy that names a role which does not exist, and a name turns into an id that nobody has when the role is deleted.
 */
function inAnotherAccount(
  principal: iam.IPrincipal, arn: string, repository: ecr.IRepositoryRef,
): PolicyPrincipal | undefined {
  if (sameAccount(principal, repository)) return undefined;
  if (iam.principalIsOwnedResource(principal)) {
    const conditions = isNamed(arn, repository) ? isCaller(arn) : carriesTag(principal);
    return { principal: new iam.AccountPrincipal(Stack.of(principal).account), conditions };
  }
  const [, account, resource] = ARN.exec(arn) ?? [];
  if (!account || account === repository.env.account || !/^(role|user)\//.test(resource)) return undefined;
  return { principal: new iam.AccountPrincipal(account), conditions: isCaller(arn) };
}

function isCaller(arn: string): iam.Conditions {
  return { ArnEquals: { 'aws:PrincipalArn': arn } };
}

/** CDK refers across environments only to what has a physical name; it throws for anything else. */
function isNamed(arn: string, repository: ecr.IRepositoryRef): boolean {
  try {
    Stack.of(repository).resolve(arn);
    return true;
  } catch {
    return false;
  }
}

/** What CDK's own repository does for a role of another account whose name it cannot know. */
function carriesTag(role: IConstruct): iam.Conditions {
  const tag = `${Stack.of(role).stackName}_${role.node.addr}`;
  Tags.of(role).add('aws-cdk:id', tag);
  return { StringEquals: { 'aws:PrincipalTag/aws-cdk:id': tag } };
}

/** A service acts for whoever asks it to: it is let in only for what belongs to the account of the repository. */
function actsForThisAccount(principal: iam.IPrincipal, repository: ecr.IRepositoryRef): iam.Conditions {
  const { account, region } = repository.env;
  const isLambda = principal instanceof iam.ServicePrincipal && /^lambda(\.amazonaws\.com)?$/.test(principal.service);
  return isLambda ? isFunction(account, region) : { StringEquals: { 'aws:SourceAccount': account } };
}

/**
 * The condition that Lambda acts for a function of this account.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
 */
export function isFunction(account: string, region: string, functionName = '*'): iam.Conditions {
  const arn = `arn:${Aws.PARTITION}:lambda:${region}:${account}:function:${functionName}`;
  return { ArnLike: { 'aws:SourceArn': functionName === '*' ? arn : [arn, `${arn}:*`] } };
}
