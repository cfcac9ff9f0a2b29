import { App, CfnParameter, DefaultStackSynthesizer, LegacyStackSynthesizer, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { CdkBootstrapRole, GitHubOidcDeployer, type GitHubOidcDeployerProps, GitHubRepository, GitHubSubject } from '../../src';
import { deployed, simulate } from '../support/simulate';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const shop = GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002' });
const subjects = [GitHubSubject.environment(shop, 'production')];

function deploy(props: Partial<GitHubOidcDeployerProps> = {}, stack = new Stack(new App(), 'Stack', { env: ENV })) {
  new GitHubOidcDeployer(stack, 'Deployer', { subjects, ...props });
  const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  const { Statement } = deployed(policy.Properties.PolicyDocument, { 'AWS::Region': 'eu-west-1', 'Account': '333333333333' });
  return { stack, Statement, roles: [Statement[0].Resource].flat() };
}

test('takes the roles that deploy and upload files, in the account and Region of the stack, and nothing else', () => {
  const { stack, Statement } = deploy();
  expect(Statement).toEqual([{
    Sid: 'TakeBootstrapRoles',
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Resource: [
      'arn:aws:iam::111111111111:role/cdk-hnb659fds-deploy-role-111111111111-eu-west-1',
      'arn:aws:iam::111111111111:role/cdk-hnb659fds-file-publishing-role-111111111111-eu-west-1',
    ],
  }]);
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', { Description: 'Deploys CDK apps from GitHub Actions', ManagedPolicyArns: Match.absent() });
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
});

test('takes the roles it is told, in the accounts and Regions it is told', () => {
  const targets = [{ account: '111111111111', region: 'eu-west-1' }, { account: '222222222222', region: 'us-gov-west-1' }];
  const { roles } = deploy({ targets, qualifier: 'team-a', bootstrapRoles: [CdkBootstrapRole.DEPLOY, CdkBootstrapRole.IMAGE_PUBLISHING, CdkBootstrapRole.LOOKUP] });
  expect(roles).toEqual([
    'arn:aws:iam::111111111111:role/cdk-team-a-deploy-role-111111111111-eu-west-1',
    'arn:aws:iam::111111111111:role/cdk-team-a-image-publishing-role-111111111111-eu-west-1',
    'arn:aws:iam::111111111111:role/cdk-team-a-lookup-role-111111111111-eu-west-1',
    'arn:aws:iam::222222222222:role/cdk-team-a-deploy-role-222222222222-us-gov-west-1',
    'arn:aws:iam::222222222222:role/cdk-team-a-image-publishing-role-222222222222-us-gov-west-1',
    'arn:aws:iam::222222222222:role/cdk-team-a-lookup-role-222222222222-us-gov-west-1',
  ]);
});

test('finds the roles of the CDK where the CDK itself looks for them', () => {
  const stack = new Stack(new App(), 'Stack', { env: ENV, synthesizer: new DefaultStackSynthesizer({ qualifier: 'other' }) });
  const { roles } = deploy({}, stack);
  const { deployRoleArn } = stack.synthesizer as DefaultStackSynthesizer;
  expect(roles[0]).toBe(deployRoleArn.replace('$' + '{AWS::Partition}', 'aws'));
});

test('takes the roles of a usual bootstrap where the stack itself is deployed without', () => {
  const stack = new Stack(new App(), 'Stack', { env: ENV, synthesizer: new LegacyStackSynthesizer() });
  expect(deploy({}, stack).roles[0]).toContain('cdk-hnb659fds-deploy-role');
});

test('works where account and Region are known at deployment only', () => {
  const stack = new Stack(new App(), 'Stack');
  const account = new CfnParameter(stack, 'Account').valueAsString;
  expect(deploy({ targets: [{ account, region: 'eu-west-1' }] }, stack).roles[0]).toBe('arn:aws:iam::333333333333:role/cdk-hnb659fds-deploy-role-333333333333-eu-west-1');
  expect(deploy({}, new Stack(new App(), 'Stack')).roles[0]).toBe('arn:aws:iam::111111111111:role/cdk-hnb659fds-deploy-role-111111111111-eu-west-1');
});

test.each([
  ['the deploy role', 'sts:AssumeRole', 'cdk-hnb659fds-deploy-role-111111111111-eu-west-1', 'Allowed'],
  ['the role that reads everything', 'sts:AssumeRole', 'cdk-hnb659fds-lookup-role-111111111111-eu-west-1', 'ImplicitlyDenied'],
  ['what CloudFormation works as', 'sts:AssumeRole', 'cdk-hnb659fds-cfn-exec-role-111111111111-eu-west-1', 'ImplicitlyDenied'],
  ['the deploy role of another Region', 'sts:AssumeRole', 'cdk-hnb659fds-deploy-role-111111111111-us-east-1', 'ImplicitlyDenied'],
  ['the deploy role of another qualifier', 'sts:AssumeRole', 'cdk-other-deploy-role-111111111111-eu-west-1', 'ImplicitlyDenied'],
  ['an administrator', 'sts:AssumeRole', 'Administrator', 'ImplicitlyDenied'],
])('asks for %s: %s on %s: %s', async (_, action, name, answer) => {
  const { Statement } = deploy();
  expect(await simulate({
    principal: 'arn:aws:iam::111111111111:role/deployer',
    action,
    resource: `arn:aws:iam::111111111111:role/${name}`,
    identityPolicy: { Version: '2012-10-17', Statement },
    resourcePolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111111111111:root' }, Action: 'sts:AssumeRole' }] },
  })).toBe(answer);
});

test.each<[string, Partial<GitHubOidcDeployerProps>, string]>([
  ['no subjects', { subjects: [] }, 'githubSubjectsEmpty'],
  ['pull requests', { subjects: [GitHubSubject.pullRequest(shop)] }, 'githubPullRequest'],
  ['no targets', { targets: [] }, 'githubDeployerEmpty'],
  ['no roles', { bootstrapRoles: [] }, 'githubDeployerEmpty'],
  ['a target without account', { targets: [{ region: 'eu-west-1' }] }, 'githubDeployerTarget'],
  ['a target without Region', { targets: [{ account: '111111111111' }] }, 'githubDeployerTarget'],
  ['every account', { targets: [{ account: '*', region: 'eu-west-1' }] }, 'githubDeployerTarget'],
  ['every Region', { targets: [{ account: '111111111111', region: '*' }] }, 'githubDeployerTarget'],
  ['every qualifier', { qualifier: '*' }, 'githubDeployerQualifier'],
  ['a long qualifier', { qualifier: 'x'.repeat(11) }, 'githubDeployerQualifier'],
])('%s is refused', (_, props, code) => {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  expect(() => new GitHubOidcDeployer(stack, 'Deployer', { subjects, ...props })).toThrow(`cdk-secure-ecr:${code}`);
  expect(stack.node.children).toEqual([]);
});
