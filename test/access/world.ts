import {
  App, CliCredentialsStackSynthesizer, Duration, Stack, aws_codebuild as codebuild, aws_ec2 as ec2, aws_ecr as ecr, aws_iam as iam,
} from 'aws-cdk-lib';
import { AccessCondition, RegistryPrincipal, RepositoryAccess, SecureEcrRepository } from '../../src';
import { DeployedStack, type Policy } from '../support/deployed-stack';

/*
 * An organization with a registry account and the accounts around it, for the matrix and the attacks. What is granted
 * here, the matrix promises in words of its own.
 */

export const REGISTRY = '111111111111';
export const PRODUCTION = '222222222222';
export const STRANGER = '333333333333';
export const PARTNER = '444444444444';
export const DEEP = '555555555555';
export const SIBLING = '666666666666';
export const FUNCTIONS = '777777777777';
export const REGION = 'eu-west-1';
export const ORGANIZATION = 'o-a1b2c3d4e5';
export const OU = `${ORGANIZATION}/r-ab12/ou-ab12-11111111`;

/** Where each account is in its organization. */
const PATHS: Record<string, string | undefined> = {
  [REGISTRY]: `${ORGANIZATION}/r-ab12/ou-ab12-00000000/`,
  [PRODUCTION]: `${OU}/`,
  [DEEP]: `${OU}/ou-ab12-22222222/ou-ab12-33333333/`,
  [SIBLING]: `${ORGANIZATION}/r-ab12/ou-ab12-111111111/`,
  [PARTNER]: undefined,
  [STRANGER]: 'o-z9y8x7w6v5/r-zz99/ou-zz99-11111111/',
};

export const EVERYTHING: Policy = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** What IAM says of the organization of an account. */
export function organizationOf(account: string): Record<string, string | string[] | undefined> {
  const path = PATHS[account];
  return path === undefined ? {} : { 'aws:PrincipalOrgID': path.split('/')[0], 'aws:PrincipalOrgPaths': [path] };
}

export const roleArn = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;
export const DEPLOYMENT_ROLE = roleArn(REGISTRY, `cdk-hnb659fds-cfn-exec-role-${REGISTRY}-${REGION}`);
export const permissionSetRole = (account: string, name: string) =>
  roleArn(account, `aws-reserved/sso.amazonaws.com/${REGION}/AWSReservedSSO_${name}_0123456789abcdef`);

const app = new App();
const env = { account: REGISTRY, region: REGION };
const stack = new Stack(app, 'Registry', { env });
const production = new Stack(app, 'Production', { env: { account: PRODUCTION, region: REGION } });
const byHand = new Stack(app, 'ByHand', { env, synthesizer: new CliCredentialsStackSynthesizer() });

const tasks = new iam.ServicePrincipal('ecs-tasks.amazonaws.com');
const role = (roleName: string, path?: string) => new iam.Role(stack, roleName, { roleName, path, assumedBy: tasks });
const user = (userName: string, groups: iam.IGroup[] = []) => new iam.User(stack, userName, { userName, groups });

const auditors = new iam.Group(stack, 'Auditors');
const cluster = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE';
const project = new codebuild.Project(stack, 'Build', { projectName: 'build', buildSpec: codebuild.BuildSpec.fromObject({}) });

/** Principals of this app. */
const made = {
  developer: role('developer'),
  ci: role('builder', '/ci/'),
  login: role('login'),
  janitor: role('janitor'),
  breakGlass: role('break-glass'),
  execution: role('execution'),
  tagged: role('tagged'),
  office: role('office'),
  irsa: new iam.Role(stack, 'Irsa', {
    roleName: 'irsa',
    assumedBy: new iam.WebIdentityPrincipal(`arn:aws:iam::${REGISTRY}:oidc-provider/${cluster}`, {
      StringEquals: { [`${cluster}:sub`]: 'system:serviceaccount:shop:web' },
    }),
  }),
  pod: new iam.Role(stack, 'Pod', { roleName: 'pod', assumedBy: new iam.SessionTagsPrincipal(new iam.ServicePrincipal('pods.eks.amazonaws.com')) }),
  endUser: user('end-user'),
  operator: user('operator'),
  releaser: user('releaser'),
  auditor: user('auditor', [auditors]),
};
const service = new iam.Role(production, 'Service', { assumedBy: tasks });
const permissionSet = new iam.ManagedPolicy(stack, 'DevelopersOfProduction');
const vpce = (id: string) => ec2.InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, id, { vpcEndpointId: id, port: 443 });

// An ordinary repository: every kind of principal, no guard.
const ordinary = new SecureEcrRepository(stack, 'Ordinary', { repositoryName: 'team/app' });
ordinary.access.pull(made.developer);
ordinary.access.push(made.developer);
ordinary.access.push(made.ci);
ordinary.access.pull(made.endUser);
ordinary.access.readMetadata(auditors);
ordinary.access.authorize(made.login);
ordinary.access.pull(made.irsa);
ordinary.access.pull(made.pod);
ordinary.access.pull(service);
ordinary.access.pull(permissionSet);
ordinary.access.pull(new iam.AccountPrincipal(PARTNER));
ordinary.access.pull(RegistryPrincipal.role(PRODUCTION, 'prod/deployer'));
ordinary.access.readMetadata(RegistryPrincipal.role(PRODUCTION, 'prod/deployer'));
ordinary.access.readMetadata(RegistryPrincipal.role(REGISTRY, 'to-be-made'));
ordinary.access.pull(RegistryPrincipal.permissionSet(PRODUCTION, 'Developers'));
ordinary.access.pullByLambda();
ordinary.access.pullByLambda({ account: FUNCTIONS, functionName: 'resize' });
ordinary.access.pullByCodeBuild(project);
ordinary.access.when(AccessCondition.throughVpcEndpoint(vpce('vpce-api'), vpce('vpce-dkr'))).pull(made.execution);
ordinary.access.when(AccessCondition.multiFactor(Duration.hours(1))).push(made.operator);
ordinary.access.when(AccessCondition.principalTag('team', 'shop', 'cart')).pull(made.tagged);
ordinary.access.pull(new iam.PrincipalWithConditions(made.office, { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }));

// What is released: all guards.
const release = new SecureEcrRepository(stack, 'Release', { repositoryName: 'team/release' });
const { breakGlass } = made;
release.access.push(made.ci);
release.access.push(made.releaser);
release.access.push(RegistryPrincipal.role(PRODUCTION, 'ci/releaser'));
release.access.pull(made.developer);
release.access.pull(new iam.AccountPrincipal(PARTNER));
release.grant(made.janitor, 'ecr:BatchDeleteImage');
release.access.pushOnlyBy([made.ci, made.releaser, RegistryPrincipal.role(PRODUCTION, 'ci/releaser')], { breakGlass });
release.access.forbidImageDeletion({ breakGlass, exemptPrincipals: [made.janitor] });
release.access.forbidTagMutabilityChanges({ breakGlass });

// A repository of CDK itself, for an organization.
const shared = new ecr.Repository(stack, 'Shared', { repositoryName: 'team/shared' });
const library = RepositoryAccess.fromRepository(shared);
library.pull(new iam.OrganizationPrincipal(ORGANIZATION));
library.push(RegistryPrincipal.organizationalUnit(OU));
library.readMetadata(new iam.AccountPrincipal(PARTNER));

// One of CloudFormation with a policy of its own, whose policy is guarded and nothing else.
const l1 = new ecr.CfnRepository(stack, 'Legacy', {
  repositoryName: 'team/legacy',
  repositoryPolicyText: {
    Version: '2012-10-17',
    Statement: [{ Sid: 'Old', Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${PARTNER}:root` }, Action: 'ecr:ListImages' }],
  },
});
const legacy = RepositoryAccess.fromRepository(l1);
legacy.pull(made.developer);
legacy.when(AccessCondition.fromVpc(ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'] })))
  .pull(RegistryPrincipal.role(PRODUCTION, 'prod/deployer'));
legacy.forbidDeletionAndPolicyChanges({ breakGlass });

// One of a stack that is deployed with the caller's own permissions.
const manual = new SecureEcrRepository(byHand, 'Manual', { repositoryName: 'team/manual' });
manual.access.push(RegistryPrincipal.role(REGISTRY, 'ci/builder'));
manual.access.pushOnlyBy([RegistryPrincipal.role(REGISTRY, 'ci/builder')]);

const registryStack = new DeployedStack(stack);
const productionStack = new DeployedStack(production);
const byHandStack = new DeployedStack(byHand);

/** What is deployed, and where; in its Region. */
export const STACKS = [
  { name: 'Registry', account: REGISTRY, resources: registryStack.resources },
  { name: 'Production', account: PRODUCTION, resources: productionStack.resources },
  { name: 'ByHand', account: REGISTRY, resources: byHandStack.resources },
];

const repository = (name: string, resourcePolicy: Policy | undefined) =>
  ({ arn: `arn:aws:ecr:${REGION}:${REGISTRY}:repository/team/${name}`, resourcePolicy: resourcePolicy!, refusesPlainHttp: name !== 'shared' && name !== 'legacy' });

/** The repositories after deployment. */
export const REPOSITORIES = {
  app: repository('app', registryStack.resourcePolicy(ordinary)),
  release: repository('release', registryStack.resourcePolicy(release)),
  shared: repository('shared', registryStack.resourcePolicy(shared)),
  legacy: repository('legacy', registryStack.resourcePolicy(l1)),
  manual: repository('manual', byHandStack.resourcePolicy(manual)),
};

export type RepositoryName = keyof typeof REPOSITORIES;

/** Somebody of this app after deployment. */
export function someone(name: keyof typeof made): { readonly principal: string; readonly policies: Policy[] } {
  return { principal: registryStack.arn(made[name]), policies: registryStack.identityPolicies(made[name]) };
}

/** The service of the production account, whose name nobody knows, with its tags. */
export const SERVICE = {
  principal: productionStack.arn(service),
  policies: productionStack.identityPolicies(service),
  context: productionStack.principalTags(service),
};
/** Whether a principal is one of this app, and so has its policies from the deployment. */
export function isMade(principal: string): boolean {
  return [SERVICE.principal, ...Object.values(made).map((each) => registryStack.arn(each))].includes(principal);
}

/** What the permission set of developers may in the production account. */
export const PERMISSION_SET: Policy = registryStack.document(permissionSet);
export const PROJECT = registryStack.arn(project);
