import { Aws, Lazy, Stack, type aws_ecr as ecr, type aws_iam as iam } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Pushers } from './contract';
import type { EcrAuditTrailProps } from './ecr-audit-trail-props';
import type { KnownPushers, Surroundings } from './signals/definition';
import { callersOf, namedCallers } from '../access/callers';
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
    deployers: deployers ? namedCallers(audit, 'deployers', deployers) : [executionRoleOf(stack) ?? []].flat(),
    keys: keys.map(({ keyRef }) => keyRef.keyArn),
  };
}

function namedPushers(audit: Construct, pushers: iam.IGrantable[]): KnownPushers {
  const callers = namedCallers(audit, 'pushers', pushers);
  const exact = callers.every((caller) => !caller.includes('*'));
  return { named: exact ? callers : undefined, table: { '*': callers }, roleNames: () => pushers.flatMap(roleNamesOf) };
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
  return { table: table as Pushers, roleNames: () => [...new Set(granted.flatMap(({ pushers }) => pushers.flatMap(roleNamesOf)))] };
}

/** A role or user by its ARN, an account by its number; nobody where somebody else stands for many. */
function named(stack: Stack, { grantPrincipal }: iam.IGrantable): string[] {
  const callers = callersOf(grantPrincipal, stack);
  if (callers) return callers;
  const { accountId } = grantPrincipal as Partial<iam.AccountPrincipal>;
  return typeof accountId === 'string' && accountId !== stack.account && accountId !== Aws.ACCOUNT_ID ? [accountId] : [];
}

function roleNamesOf({ grantPrincipal }: iam.IGrantable): string[] {
  const { roleName } = grantPrincipal as Partial<iam.IRole>;
  return roleName === undefined ? [] : [roleName];
}
