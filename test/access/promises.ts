import type { Term } from './levels';
import {
  DEEP, DEPLOYMENT_ROLE, EVERYTHING, FUNCTIONS, PARTNER, PERMISSION_SET, PRODUCTION, PROJECT, REGION, REGISTRY, REPOSITORIES, SERVICE, SIBLING,
  STRANGER, permissionSetRole, roleArn, someone, type RepositoryName,
} from './world';
import type { Policy } from '../support/deployed-stack';
import { ANONYMOUS } from '../support/simulate';

/*
 * Who may what, written by hand. Two judges hold the policies against it: iam-simulate, and the local AWS.
 */

export interface Row {
  readonly who: string;
  readonly principal: string;
  readonly policies?: Policy[];
  readonly context?: Record<string, string | string[] | undefined>;
  /** Nothing where a repository is not named. `registry` is about the registry of the principal's own account. */
  readonly may: Partial<Record<RepositoryName | 'registry', Term[]>>;
}

const everything = [EVERYTHING];
export const admin = { policies: everything };
/** For everybody in the account of the registry, which is in the organization: no own policy is needed to be let in. */
const colleague = { shared: ['pull'] } satisfies Row['may'];
const ALL: Row['may'] = {
  app: ['everything'],
  release: ['everything', '-write', '-imageDeletion', '-tagMutability', '-policy'],
  shared: ['everything'],
  legacy: ['everything', '-policy'],
  manual: ['everything', '-write', '-policy'],
  registry: ['everythingOfTheRegistry'],
};
/** What an administrator of another account may, if nothing was granted; of the registry it is the own one. */
const outsider: Row['may'] = { registry: ['everythingOfTheRegistry'] };
const production = { ...outsider, shared: ['pull', 'push'] } satisfies Row['may'];
const lambda = (account: string, name: string, region = REGION) => ({ 'aws:SourceArn': `arn:aws:lambda:${region}:${account}:function:${name}` });
const LAMBDA = 'lambda.amazonaws.com';
const CODEBUILD = 'codebuild.amazonaws.com';
const allow = (...Action: string[]): Policy[] => [{ Statement: [{ Effect: 'Allow', Action, Resource: '*' }] }];

export const ROWS: Row[] = [
  // Principals of this app, with the policies that the grants gave them.
  { who: 'developer', ...someone('developer'), may: { ...colleague, app: ['pull', 'push'], release: ['pull'], legacy: ['pull'], registry: ['authorize'] } },
  { who: 'end user', ...someone('endUser'), may: { ...colleague, app: ['pull'], registry: ['authorize'] } },
  { who: 'CI', ...someone('ci'), may: { ...colleague, app: ['push'], release: ['push'], registry: ['authorize'] } },
  { who: 'CI with the rights of an administrator', ...someone('ci'), ...admin, may: { ...ALL, release: [...ALL.release!, 'write'], manual: [...ALL.manual!, 'write'] } },
  { who: 'CI, by a role of its name without the path', principal: roleArn(REGISTRY, 'builder'), ...admin, may: ALL },
  { who: 'CI, by a role of its name in a longer path', principal: roleArn(REGISTRY, 'x/ci/builder'), ...admin, may: ALL },
  { who: 'user in a group', ...someone('auditor'), may: { ...colleague, app: ['readMetadata'] } },
  { who: 'who may only log in', ...someone('login'), may: { ...colleague, registry: ['authorize'] } },
  { who: 'service account of Kubernetes', ...someone('irsa'), may: { ...colleague, app: ['pull'], registry: ['authorize'] } },
  { who: 'pod of EKS', ...someone('pod'), may: { ...colleague, app: ['pull'], registry: ['authorize'] } },
  { who: 'janitor', ...someone('janitor'), may: { ...colleague, release: ['ecr:BatchDeleteImage'] } },
  { who: 'janitor with the rights of an administrator', ...someone('janitor'), ...admin, may: { ...ALL, release: [...ALL.release!, 'imageDeletion'] } },
  { who: 'role that does not exist yet, without policies of its own', principal: roleArn(REGISTRY, 'to-be-made'), may: colleague },
  {
    who: 'role that does not exist yet, with one',
    principal: roleArn(REGISTRY, 'to-be-made'),
    policies: [{ Statement: [{ Effect: 'Allow', Action: 'ecr:ListImages', Resource: REPOSITORIES.app.arn }] }],
    may: { ...colleague, app: ['ecr:ListImages'] },
  },
  { who: 'stranger in the account', principal: roleArn(REGISTRY, 'stranger'), may: colleague },

  // Conditions.
  { who: 'execution role through an endpoint', ...someone('execution'), context: { 'aws:SourceVpce': 'vpce-dkr' }, may: { ...colleague, app: ['pull'], registry: ['authorize'] } },
  { who: 'execution role through the other endpoint', ...someone('execution'), context: { 'aws:SourceVpce': 'vpce-api' }, may: { ...colleague, app: ['pull'], registry: ['authorize'] } },
  { who: 'execution role through an endpoint of a longer name', ...someone('execution'), context: { 'aws:SourceVpce': 'vpce-apis' }, may: { ...colleague, registry: ['authorize'] } },
  { who: 'execution role without an endpoint', ...someone('execution'), may: { ...colleague, registry: ['authorize'] } },
  {
    who: 'operator with a second factor',
    ...someone('operator'),
    context: { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '3600' },
    may: { ...colleague, app: ['push'], registry: ['authorize'] },
  },
  {
    who: 'operator whose second factor is too old',
    ...someone('operator'),
    context: { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '3601' },
    may: { ...colleague, registry: ['authorize'] },
  },
  { who: 'operator with temporary credentials, but no factor', ...someone('operator'), context: { 'aws:MultiFactorAuthPresent': 'false' }, may: { ...colleague, registry: ['authorize'] } },
  { who: 'operator with a long-term key', ...someone('operator'), may: { ...colleague, registry: ['authorize'] } },
  { who: 'session with a right tag', ...someone('tagged'), context: { 'aws:PrincipalTag/team': 'cart' }, may: { ...colleague, app: ['pull'], registry: ['authorize'] } },
  { who: 'session with a wrong tag', ...someone('tagged'), context: { 'aws:PrincipalTag/team': 'shopping' }, may: { ...colleague, registry: ['authorize'] } },
  { who: 'session without the tag', ...someone('tagged'), may: { ...colleague, registry: ['authorize'] } },
  { who: 'role with a condition of its own, met', ...someone('office'), context: { 'aws:SourceIp': '203.0.113.7' }, may: { ...colleague, app: ['pull'], registry: ['authorize'] } },
  { who: 'role with a condition of its own, not met', ...someone('office'), context: { 'aws:SourceIp': '203.0.114.7' }, may: { ...colleague, registry: ['authorize'] } },

  // The production account.
  { who: 'role by its name, with policies of its own', principal: roleArn(PRODUCTION, 'prod/deployer'), ...admin, may: { ...production, app: ['pull', 'readMetadata'] } },
  {
    who: 'role by its name, from the VPC',
    principal: roleArn(PRODUCTION, 'prod/deployer'),
    ...admin,
    context: { 'aws:SourceVpc': 'vpc-1' },
    may: { ...production, app: ['pull', 'readMetadata'], legacy: ['pull'] },
  },
  { who: 'role by its name, without policies of its own', principal: roleArn(PRODUCTION, 'prod/deployer'), may: {} },
  { who: 'another role of that account', principal: roleArn(PRODUCTION, 'other'), ...admin, may: production },
  { who: 'role by its name without the path', principal: roleArn(PRODUCTION, 'deployer'), ...admin, may: production },
  { who: 'role by its name in a longer path', principal: roleArn(PRODUCTION, 'x/prod/deployer'), ...admin, may: production },
  { who: 'role of this name in the account of the registry', principal: roleArn(REGISTRY, 'prod/deployer'), may: colleague },
  { who: 'role of this name in a strange account', principal: roleArn(STRANGER, 'prod/deployer'), ...admin, may: outsider },
  { who: 'pipeline of the production account', principal: roleArn(PRODUCTION, 'ci/releaser'), ...admin, may: { ...production, release: ['push'] } },
  { who: 'service whose name nobody knows', ...SERVICE, may: { app: ['pull'], registry: ['authorize'] } },
  { who: 'service without its tag', ...SERVICE, context: {}, may: { registry: ['authorize'] } },
  { who: 'permission set', principal: permissionSetRole(PRODUCTION, 'Developers'), policies: [PERMISSION_SET], may: { app: ['pull'], registry: ['authorize'] } },
  {
    who: 'permission set where Identity Center is in us-east-1',
    principal: roleArn(PRODUCTION, 'aws-reserved/sso.amazonaws.com/AWSReservedSSO_Developers_0123456789abcdef'),
    policies: [PERMISSION_SET],
    may: { app: ['pull'], registry: ['authorize'] },
  },
  { who: 'permission set without policies', principal: permissionSetRole(PRODUCTION, 'Developers'), may: {} },
  { who: 'permission set of a longer name', principal: permissionSetRole(PRODUCTION, 'Developers_X'), ...admin, may: production },
  { who: 'permission set of a name before it', principal: permissionSetRole(PRODUCTION, 'XDevelopers'), ...admin, may: production },
  { who: 'permission set of a strange account', principal: permissionSetRole(STRANGER, 'Developers'), ...admin, may: outsider },
  { who: 'role that is named like a permission set', principal: roleArn(PRODUCTION, 'AWSReservedSSO_Developers_0123456789abcdef'), ...admin, may: production },

  // Accounts and organizations.
  { who: 'partner with policies of its own', principal: roleArn(PARTNER, 'any'), ...admin, may: { ...outsider, app: ['pull'], release: ['pull'], shared: ['readMetadata'], legacy: ['ecr:ListImages'] } },
  { who: 'partner who allows only to pull', principal: `arn:aws:iam::${PARTNER}:user/any`, policies: allow('ecr:BatchGetImage'), may: { app: ['ecr:BatchGetImage'], release: ['ecr:BatchGetImage'] } },
  { who: 'partner without policies of its own', principal: roleArn(PARTNER, 'any'), may: {} },
  { who: 'strange account', principal: roleArn(STRANGER, 'any'), ...admin, may: outsider },
  { who: 'account below the unit', principal: roleArn(DEEP, 'any'), ...admin, may: production },
  { who: 'account below the unit, without policies of its own', principal: roleArn(DEEP, 'any'), may: {} },
  { who: 'account of a sibling unit, whose id is longer', principal: roleArn(SIBLING, 'any'), ...admin, may: { ...outsider, shared: ['pull'] } },
  { who: 'account of another organization, in a unit of the same id', principal: roleArn(STRANGER, 'any'), ...admin, context: { 'aws:PrincipalOrgPaths': ['o-z9y8x7w6v5/r-ab12/ou-ab12-11111111/'] }, may: outsider },
  { who: 'nobody', principal: ANONYMOUS, may: {} },

  // Services.
  { who: 'Lambda for a function of the account', principal: LAMBDA, context: lambda(REGISTRY, 'any'), may: { app: ['servicePull'] } },
  { who: 'Lambda for a version of one', principal: LAMBDA, context: lambda(REGISTRY, 'any:7'), may: { app: ['servicePull'] } },
  { who: 'Lambda for the function that was named', principal: LAMBDA, context: lambda(FUNCTIONS, 'resize'), may: { app: ['servicePull'] } },
  { who: 'Lambda for its alias', principal: LAMBDA, context: lambda(FUNCTIONS, 'resize:live'), may: { app: ['servicePull'] } },
  { who: 'Lambda for a function of a longer name', principal: LAMBDA, context: lambda(FUNCTIONS, 'resize2'), may: {} },
  { who: 'Lambda for a function of another Region', principal: LAMBDA, context: lambda(REGISTRY, 'any', 'us-east-1'), may: {} },
  { who: 'Lambda for a function of a strange account', principal: LAMBDA, context: lambda(STRANGER, 'any'), may: {} },
  { who: 'Lambda for nobody', principal: LAMBDA, may: {} },
  { who: 'who makes that function', principal: roleArn(FUNCTIONS, 'developer'), ...admin, may: { ...outsider, app: ['servicePull'] } },
  { who: 'who makes that function, without policies of its own', principal: roleArn(FUNCTIONS, 'developer'), may: {} },
  { who: 'CodeBuild for the project', principal: CODEBUILD, context: { 'aws:SourceArn': PROJECT, 'aws:SourceAccount': REGISTRY }, may: { app: ['pull'] } },
  { who: 'CodeBuild for another project', principal: CODEBUILD, context: { 'aws:SourceArn': `${PROJECT}-2`, 'aws:SourceAccount': REGISTRY }, may: {} },
  { who: 'CodeBuild for a project of this name in another account', principal: CODEBUILD, context: { 'aws:SourceArn': PROJECT.replace(REGISTRY, STRANGER), 'aws:SourceAccount': STRANGER }, may: {} },
  { who: 'CodeBuild for nobody', principal: CODEBUILD, may: {} },
  { who: 'another service', principal: 'ecs-tasks.amazonaws.com', context: { 'aws:SourceAccount': REGISTRY }, may: {} },

  // Those above, and those who think they are.
  { who: 'administrator', principal: roleArn(REGISTRY, 'admin'), ...admin, may: ALL },
  { who: 'administrator by CloudFormation', principal: roleArn(REGISTRY, 'admin'), ...admin, context: { 'aws:CalledVia': ['cloudformation.amazonaws.com'] }, may: { ...ALL, manual: ['everything', '-write'] } },
  { who: 'administrator by another service', principal: roleArn(REGISTRY, 'admin'), ...admin, context: { 'aws:CalledVia': ['athena.amazonaws.com'] }, may: ALL },
  { who: 'role for emergencies, without permissions', ...someone('breakGlass'), may: colleague },
  { who: 'role for emergencies', ...someone('breakGlass'), ...admin, may: { ...ALL, release: ['everything'], legacy: ['everything'] } },
  { who: 'role of the deployment', principal: DEPLOYMENT_ROLE, ...admin, may: { ...ALL, release: ['everything', '-write'], legacy: ['everything'] } },
  { who: 'role of the deployment of a strange account', principal: DEPLOYMENT_ROLE.replaceAll(REGISTRY, STRANGER), ...admin, may: outsider },
  {
    who: 'root user',
    principal: `arn:aws:iam::${REGISTRY}:root`,
    ...admin,
    may: { ...ALL, release: [...ALL.release!, 'policy'], legacy: ['everything'], manual: [...ALL.manual!, 'policy'] },
  },
  { who: 'user who may release', ...someone('releaser'), may: { ...colleague, release: ['push'], registry: ['authorize'] } },
  {
    who: 'federated session of the user who may release',
    principal: `arn:aws:sts::${REGISTRY}:federated-user/releaser`,
    policies: someone('releaser').policies,
    may: { ...colleague, release: ['common'], registry: ['authorize'] },
  },
  {
    who: 'replication',
    principal: roleArn(REGISTRY, 'aws-service-role/replication.ecr.amazonaws.com/AWSServiceRoleForECRReplication'),
    ...admin,
    may: { ...ALL, release: [...ALL.release!, 'write'], manual: [...ALL.manual!, 'write'] },
  },
  {
    who: 'pull-through cache',
    principal: roleArn(REGISTRY, 'aws-service-role/pullthroughcache.ecr.amazonaws.com/AWSServiceRoleForECRPullThroughCache'),
    ...admin,
    may: { ...ALL, release: [...ALL.release!, 'write'], manual: [...ALL.manual!, 'write'] },
  },
  { who: 'role that is named like the one of replication', principal: roleArn(REGISTRY, 'AWSServiceRoleForECRReplication'), ...admin, may: ALL },
  {
    who: 'replication of a strange account',
    principal: roleArn(STRANGER, 'aws-service-role/replication.ecr.amazonaws.com/AWSServiceRoleForECRReplication'),
    ...admin,
    may: outsider,
  },
];
