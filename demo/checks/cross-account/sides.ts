import { ECRClient, GetRepositoryPolicyCommand, SetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import {
  CreateRoleCommand, DeleteRoleCommand, DeleteRolePolicyCommand, GetRoleCommand, GetRolePolicyCommand, IAMClient,
  ListRolePoliciesCommand, PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { PRODUCTION, REPOSITORY, ROLE } from '../../../examples/cross-account/agreed';
import type { CheckContext } from '../context';
import { type Where, type Who, administrator } from '../repository/subjects';

export const payments: Where = (context) => ({ repositoryName: REPOSITORY, registryId: context.aws.account });

const ROLE_ARN = `arn:aws:iam::${PRODUCTION.account}:role/${ROLE}`;

export const production: Who = async ({ aws }) => {
  const session = await aws.assumeRole(ROLE_ARN, 'demo', aws.rootOf(PRODUCTION.account));
  return aws.client(ECRClient, session);
};
export const productionAdministrator: Who = (context) => context.asAdministrator(ECRClient, PRODUCTION.account);

const NOTHING = JSON.stringify({
  Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' }],
});

/** Lets something be tried while the policy of the repository lets nobody of another account in. */
export async function withoutRegistrySide<T>(context: CheckContext, trial: () => Promise<T>): Promise<T> {
  const ecr = await administrator(context);
  const { policyText } = await ecr.send(new GetRepositoryPolicyCommand(payments(context)));
  const policy = JSON.parse(policyText!) as { Statement: { Effect: string }[] };
  const denials = { ...policy, Statement: policy.Statement.filter(({ Effect }) => Effect === 'Deny') };
  await ecr.send(new SetRepositoryPolicyCommand({ ...payments(context), policyText: JSON.stringify(denials) }));
  try {
    return await trial();
  } finally {
    await ecr.send(new SetRepositoryPolicyCommand({ ...payments(context), policyText }));
  }
}

/** The one policy of the role in production. */
async function policyOf(iam: IAMClient): Promise<{ RoleName: string; PolicyName: string; PolicyDocument: string }> {
  const { PolicyNames: [PolicyName] = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName: ROLE }));
  const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName: ROLE, PolicyName }));
  return { RoleName: ROLE, PolicyName, PolicyDocument: decodeURIComponent(PolicyDocument!) };
}

/** Lets something be tried while the role in production is allowed to log in and nothing else. */
export async function withoutProductionSide<T>(context: CheckContext, trial: () => Promise<T>): Promise<T> {
  const iam = await context.asAdministrator(IAMClient, PRODUCTION.account);
  const policy = await policyOf(iam);
  await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: NOTHING }));
  try {
    return await trial();
  } finally {
    await iam.send(new PutRolePolicyCommand(policy));
  }
}

/** Deletes the role in production and makes the same again: for IAM it is another one. */
export async function makeRoleAnew(context: CheckContext): Promise<void> {
  const iam = await context.asAdministrator(IAMClient, PRODUCTION.account);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: ROLE }));
  const policy = await policyOf(iam);
  await iam.send(new DeleteRolePolicyCommand(policy));
  await iam.send(new DeleteRoleCommand({ RoleName: ROLE }));
  const AssumeRolePolicyDocument = decodeURIComponent(Role!.AssumeRolePolicyDocument!);
  await iam.send(new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument }));
  await iam.send(new PutRolePolicyCommand(policy));
}

/** What CDK's own repository would write. */
export async function nameRoleItself(context: CheckContext): Promise<unknown> {
  const ecr = await administrator(context);
  const Statement = [{ Effect: 'Allow', Principal: { AWS: ROLE_ARN }, Action: 'ecr:BatchGetImage' }];
  return ecr.send(new SetRepositoryPolicyCommand({
    ...payments(context), policyText: JSON.stringify({ Version: '2012-10-17', Statement }),
  }));
}
