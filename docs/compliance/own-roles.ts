import { App, Stack, aws_iam as iam } from 'aws-cdk-lib';
import {
  AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks,
} from 'cdk-nag';
import { AccessCondition, SecureEcrRepository } from '../../src';

const PACKS = [AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks];

/** Whoever an app makes and grants something to. */
export const GRANTEES: Record<string, (scope: Stack) => iam.IGrantable> = {
  'a role': (scope) => new iam.Role(scope, 'Yours', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') }),
  'a managed policy': (scope) => new iam.ManagedPolicy(scope, 'Yours', {
    statements: [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::bucket/key'] })], // without any it is refused
  }),
  'a user in a group': (scope) => new iam.User(scope, 'Yours', { groups: [new iam.Group(scope, 'Group')] }),
};

/** Grants that put a statement into a policy of whoever is granted to. */
export const GRANTS: Record<string, (repository: SecureEcrRepository, grantee: iam.IGrantable) => void> = {
  'access.authorize': ({ access }, grantee) => access.authorize(grantee),
  'access.pull, grantPull': ({ access }, grantee) => access.pull(grantee),
  'access.push, grantPush': ({ access }, grantee) => access.push(grantee),
  'access.when(...).pull': ({ access }, grantee) => access.when(AccessCondition.principalTag('team', 'shop')).pull(grantee),
  'access.readMetadata': ({ access }, grantee) => access.readMetadata(grantee),
  'grantRead': (repository, grantee) => repository.grantRead(grantee),
};

/** What to do about a rule, which most packs have under the same name. */
export const ADVICE: Record<string, string> = {
  'IAM5[Resource::*]': 'To log in to a registry (`ecr:GetAuthorizationToken`) has no resource but `*`. Acknowledge it.',
  'IAMNoInlinePolicy': 'The CDK puts what is granted to a role or user into a policy inside of it. Acknowledge it, or grant to an `iam.ManagedPolicy` that they have.',
  'IAMUserNoPolicies': 'Grant to a role, or to a group that the user is in.',
};

/** A rule without its pack, and the pack. */
export function ruleAndPack(id: string): [string, string] {
  const rule = Object.keys(ADVICE).find((each) => id.endsWith(`-${each}`));
  if (!rule) throw new Error(`There is no advice for ${id}`);
  return [rule, id.slice(0, -rule.length - 1)];
}

/** What cdk-nag says of the construct `Yours` of an app, and below it. */
export function findings(app: App): string[] {
  const found = PACKS.flatMap((Pack) => new Pack().validateScope(app).violations)
    .filter(({ violatingResources }) => violatingResources.some(({ constructPath }) => constructPath?.split('/').includes('Yours')))
    .map(({ ruleName }) => ruleName);
  return [...new Set(found)].sort();
}

/** An app in which something is granted. */
export function appWith(grantee: string, grant?: string): { readonly app: App; readonly yours: iam.IGrantable } {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
  const yours = GRANTEES[grantee](stack);
  if (grant) GRANTS[grant](new SecureEcrRepository(stack, 'Images'), yours);
  return { app, yours };
}

/** What cdk-nag says of a grantee because of a grant. */
export function findingsOf(grantee: string, grant: string): string[] {
  const before = findings(appWith(grantee).app);
  return findings(appWith(grantee, grant).app).filter((id) => !before.includes(id));
}
