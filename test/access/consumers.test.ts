import {
  App, Stack, aws_codebuild as codebuild, aws_ec2 as ec2, aws_ecr as ecr, aws_ecs as ecs, aws_iam as iam, aws_lambda as lambda,
} from 'aws-cdk-lib';
import { SecureEcrRepository } from '../../src';
import { DeployedStack } from '../support/deployed-stack';
import { simulate } from '../support/simulate';

/*
 * The constructs of CDK that take a repository grant themselves access to it. What they ask for, they get; the repository
 * says which account they may act for.
 */

const ENV = { account: '111111111111', region: 'eu-west-1' };
let app: App;
let stack: Stack;
let images: SecureEcrRepository;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
  images = new SecureEcrRepository(stack, 'Images', { repositoryName: 'images' });
});

const ARN = 'arn:aws:ecr:eu-west-1:111111111111:repository/images';
/** Which of the actions somebody may. */
async function allowed(principal: string, actions: string[], context: Record<string, string> = {}, identityPolicies: object[] = []) {
  const resourcePolicy = new DeployedStack(stack).resourcePolicy(images);
  const answers = await Promise.all(actions.map(async (action) => simulate({
    principal,
    action: `ecr:${action}`,
    identityPolicies,
    context,
    ...(action === 'GetAuthorizationToken' ? { resource: '*' } : { resource: ARN, resourcePolicy }),
  })));
  return actions.filter((_, index) => answers[index] === 'Allowed');
}
const ALL = ['GetAuthorizationToken', 'BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer', 'PutImage', 'BatchDeleteImage'];
const PULL = ALL.slice(0, 4);
async function roleMay(role: iam.IRole, context?: Record<string, string>) {
  const deployed = new DeployedStack(Stack.of(role));
  return allowed(deployed.arn(role), ALL, context, deployed.identityPolicies(role));
}

test('a task of ECS pulls with its execution role', async () => {
  const task = new ecs.FargateTaskDefinition(stack, 'Task');
  task.addContainer('web', { image: ecs.ContainerImage.fromEcrRepository(images, 'v1') });
  expect(await roleMay(task.executionRole!)).toEqual(PULL);
});

test('a task of another account of the app pulls, too', async () => {
  const production = new Stack(app, 'Production', { env: { ...ENV, account: '222222222222' } });
  const task = new ecs.FargateTaskDefinition(production, 'Task');
  task.addContainer('web', { image: ecs.ContainerImage.fromEcrRepository(images, 'v1') });

  expect(await roleMay(task.executionRole!)).toEqual(PULL);
  // CDK gives it a name that another stack can know, so it is known by that.
  expect(new DeployedStack(production).principalTags(task.executionRole!)).toEqual({});
});

describe('a function of Lambda', () => {
  const asFunction = async (account: string) => allowed('lambda.amazonaws.com', ALL, {
    'aws:SourceArn': `arn:aws:lambda:eu-west-1:${account}:function:any`,
  });

  test('is fetched by the service, for this account alone', async () => {
    new lambda.DockerImageFunction(stack, 'Function', { code: lambda.DockerImageCode.fromEcr(images, { tagOrDigest: 'v1' }) });
    expect(await asFunction('111111111111')).toEqual(PULL.slice(1));
    expect(await asFunction('222222222222')).toEqual([]);
    expect(await allowed('lambda.amazonaws.com', ALL)).toEqual([]);
  });

  test('of another account takes pullByLambda with that account', async () => {
    const production = new Stack(app, 'Production', { env: { ...ENV, account: '222222222222' } });
    new lambda.DockerImageFunction(production, 'Function', { code: lambda.DockerImageCode.fromEcr(images, { tagOrDigest: 'v1' }) });
    expect(await asFunction('222222222222')).toEqual([]);
  });

  test('of another account, with it', async () => {
    images.access.pullByLambda({ account: '222222222222' });
    expect(await asFunction('222222222222')).toEqual(['BatchGetImage', 'GetDownloadUrlForLayer']);
    expect(await asFunction('111111111111')).toEqual([]);
  });
});

describe('a project of CodeBuild', () => {
  const project = () => new codebuild.Project(stack, 'Build', {
    buildSpec: codebuild.BuildSpec.fromObject({}),
    environment: { buildImage: codebuild.LinuxBuildImage.fromEcrRepository(images, 'v1') },
  });

  test('that builds in an image pulls it with its role', async () => {
    expect(await roleMay(project().role!)).toEqual(PULL);
    expect(new DeployedStack(stack).resourcePolicy(images)!.Statement).toHaveLength(1);
  });

  test('may be granted more as itself', async () => {
    const build = project();
    images.access.push(build);
    expect(await roleMay(build.role!)).toEqual([...PULL, 'PutImage']);
  });
});

test('an instance pulls with the role of its profile', async () => {
  const instance = new ec2.Instance(stack, 'Instance', {
    vpc: new ec2.Vpc(stack, 'Vpc'), instanceType: new ec2.InstanceType('t3.micro'), machineImage: ec2.MachineImage.latestAmazonLinux2023(),
  });
  images.access.pull(instance);
  expect(await roleMay(instance.role)).toEqual(PULL);
});

test.each<[string, (repository: ecr.IRepository, role: iam.IRole) => void, string[]]>([
  ['grantPull', (repository, role) => repository.grantPull(role), PULL],
  ['grantPush', (repository, role) => repository.grantPush(role), [...PULL.slice(0, 3), 'PutImage']],
  ['grantPullPush', (repository, role) => repository.grantPullPush(role), [...PULL, 'PutImage']],
  ['grant', (repository, role) => repository.grant(role, 'ecr:BatchDeleteImage'), ['BatchDeleteImage']],
])('%s of CDK is ours', async (_name, grant, actions) => {
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
  grant(images, role);
  expect(await roleMay(role)).toEqual(actions);
});
