import { Aws, Lazy, Stack, type aws_ecr as ecr, type aws_iam as iam } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Pushers } from './contract';
import type { EcrAuditTrailProps } from './ecr-audit-trail-props';
import type { Callers } from './signals/callers';
import type { KnownPushers, Surroundings } from './signals/definition';
import { callersOf, isOfAccount, namedCallers } from '../access/callers';
import { executionRoleOf } from '../access/guards';
import { RepositoryAccess } from '../access/repository-access';

/** What the properties of an audit say of the registry it watches. */
export function surroundingsOf(audit: Construct, props: EcrAuditTrailProps): Surroundings {
  const { repositories = [], deployers, keys = [], knownAccounts = [] } = props;
  const stack = Stack.of(audit);
  return {
    repositories: repositories.map(({ repositoryRef }) => repositoryRef.repositoryArn),
    pushers: props.pushers ? namedPushers(audit, props.pushers) : grantedPushers(stack, repositories),
    accounts: [...new Set([stack.account, ...knownAccounts])],
    deployers: deployers ? callersNamed(stack, namedCallers(audit, 'deployers', deployers)) : deploymentRole(stack),
    keys: keys.map(({ keyRef }) => keyRef.keyArn),
  };
}

/** It is of the account of its stack. */
function deploymentRole(stack: Stack): Callers {
  const roles = [executionRoleOf(stack) ?? []].flat();
  return { named: { roles, users: [] }, table: { '*': roles } };
}

/** Patterns can name no permission set, and of callers from another account CloudTrail tells the account alone. */
function callersNamed(stack: Stack, callers: readonly string[]): Callers {
  const areExact = callers.every((arn) => !/[*?]/.test(arn) && isOfAccount(arn, stack));
  const [roles, users] = [':user/', ':role/'].map((other) => callers.filter((arn) => !arn.includes(other))); // either, where it is a token
  return { named: areExact ? { roles, users } : undefined, table: { '*': callers } };
}

function namedPushers(audit: Construct, pushers: iam.IGrantable[]): KnownPushers {
  const stack = Stack.of(audit);
  const callers = callersNamed(stack, namedCallers(audit, 'pushers', pushers));
  return { ...callers, roleNames: callers.named && roleNamesOf(stack, pushers) };
}

/** Whoever is granted to push through this library, now or later. */
function grantedPushers(stack: Stack, repositories: ecr.IRepositoryRef[]): KnownPushers | undefined {
  if (repositories.length === 0) return undefined;
  const granted = repositories.map((repository) => {
    const pushers: iam.IGrantable[] = [];
    RepositoryAccess.fromRepository(repository)._pushersAlsoNeed((pusher) => void pushers.push(pusher));
    return { arn: repository.repositoryRef.repositoryArn, pushers };
  });
  const table: unknown = Lazy.any({
    produce: () => Object.fromEntries(granted.map(({ arn, pushers }) => [arn, [...new Set(pushers.flatMap((pusher) => named(stack, pusher)))]])),
  });
  return { table: table as Pushers };
}

/** A role or user by its ARN, an account by its number; nobody where somebody else stands for many. */
function named(stack: Stack, { grantPrincipal }: iam.IGrantable): string[] {
  const callers = callersOf(grantPrincipal, stack);
  if (callers) return callers;
  const { accountId } = grantPrincipal as Partial<iam.AccountPrincipal>;
  return typeof accountId === 'string' && accountId !== stack.account && accountId !== Aws.ACCOUNT_ID ? [accountId] : [];
}

/** Nothing where a name is not known before the deployment. */
function roleNamesOf(stack: Stack, pushers: iam.IGrantable[]): string[] | undefined {
  const names = pushers.flatMap(({ grantPrincipal }) => {
    const { roleName, userName } = grantPrincipal as Partial<iam.IRole & iam.IUser>;
    if (roleName !== undefined || userName !== undefined) return roleName ?? [];
    return callersOf(grantPrincipal, stack)!.filter((arn) => !arn.includes(':user/'))
      .map((arn) => arn.includes(':role/') ? arn.slice(arn.lastIndexOf('/') + 1) : undefined);
  });
  return names.every((name) => name !== undefined) ? [...new Set(names)] : undefined;
}
