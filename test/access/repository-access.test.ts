import {
  App, CfnParameter, NestedStack, Stack, Stage, aws_codebuild as codebuild, aws_ecr as ecr, aws_iam as iam,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { RegistryPrincipal, RepositoryAccess, SecureEcrRepository } from '../../src';
import { DeployedStack } from '../support/deployed-stack';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const OTHER = '222222222222';
const LOGIN = { Action: 'ecr:GetAuthorizationToken', Effect: 'Allow', Resource: '*' };
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const PUSH = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
];

let app: App;
let stack: Stack;
let images: SecureEcrRepository;
let role: iam.Role;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
  images = new SecureEcrRepository(stack, 'Images', { repositoryName: 'images' });
  role = roleIn(stack);
});
const roleIn = (scope: Stack, id = 'Role', props = {}) => new iam.Role(scope, id, { assumedBy: new iam.AccountRootPrincipal(), ...props });
const own = (principal: iam.IRole = role) =>
  new DeployedStack(Stack.of(principal)).identityPolicies(principal).flatMap(({ Statement }) => Statement);
/** The statements of a repository, but the one that all of ours have. */
const policyOf = (repository: ecr.IRepositoryRef = images) => (new DeployedStack(Stack.of(repository)).resourcePolicy(repository)?.Statement ?? [])
  .filter(({ Sid }) => Sid !== 'DenyWithoutTls');

describe('levels', () => {
  test.each<[string, (to: RepositoryAccess) => iam.Grant, object[]]>([
    ['authorize', (access) => access.authorize(role), [LOGIN]],
    ['pull', (access) => access.pull(role), [expect.objectContaining({ Action: PULL }), LOGIN]],
    ['push', (access) => access.push(role), [expect.objectContaining({ Action: PUSH }), LOGIN]],
    ['readMetadata', (access) => access.readMetadata(role), [expect.objectContaining({
      Action: [
        'ecr:BatchGetRepositoryScanningConfiguration', 'ecr:DescribeImageReplicationStatus', 'ecr:DescribeImageScanFindings',
        'ecr:DescribeImageSigningStatus', 'ecr:DescribeImages', 'ecr:DescribeRepositories', 'ecr:GetLifecyclePolicy', 'ecr:GetLifecyclePolicyPreview',
        'ecr:GetRepositoryPolicy', 'ecr:ListImages', 'ecr:ListTagsForResource',
      ],
    })]],
  ])('%s gives a role of the account a policy of its own, on this repository', (_name, grant, statements) => {
    const result = grant(images.access);

    expect(result.success).toBe(true);
    expect(own()).toEqual(statements);
    for (const { Resource } of own()) expect(['*', 'arn:aws:ecr:eu-west-1:111111111111:repository/images']).toContain(Resource);
    expect(policyOf()).toEqual([]);
  });

  test.each<[string, (to: RepositoryAccess, account: iam.IPrincipal) => iam.Grant, unknown]>([
    ['pull', (access, account) => access.pull(account), PULL],
    ['push', (access, account) => access.push(account), PUSH],
    ['readMetadata', (access, account) => access.readMetadata(account), expect.arrayContaining(['ecr:ListImages'])],
  ])('%s lets an account in by the policy of the repository, without the login', (_name, grant, actions) => {
    const result = grant(images.access, new iam.AccountPrincipal(OTHER));

    expect(result.success).toBe(true);
    expect(policyOf()).toEqual([{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OTHER}:root` }, Action: actions }]);
  });

  test('authorize can do nothing for an account: the login is for its own policies to allow', () => {
    expect(images.access.authorize(new iam.AccountPrincipal(OTHER)).success).toBe(false);
    expect(policyOf()).toEqual([]);
  });

  test('the same grant twice changes nothing', () => {
    const grants = () => {
      images.access.pull(role);
      images.access.push(new iam.AccountPrincipal(OTHER));
      images.access.pullByLambda({ account: OTHER });
      images.access.readMetadata(RegistryPrincipal.role(OTHER, 'r'));
    };
    grants();
    const once = Template.fromStack(stack).toJSON();

    const again = new App();
    stack = new Stack(again, 'Stack', { env: ENV });
    images = new SecureEcrRepository(stack, 'Images', { repositoryName: 'images' });
    role = roleIn(stack);
    [1, 2, 3].forEach(grants);
    expect(Template.fromStack(stack).toJSON()).toEqual(once);
  });

  test('a grant can be waited for', () => {
    const grant = images.access.pull(new iam.AccountPrincipal(OTHER)).combine(images.access.pull(role));
    const later = roleIn(stack, 'Later');
    grant.applyBefore(later);
    expect(Template.fromStack(stack).findResources('AWS::IAM::Role', {
      DependsOn: Match.arrayWith([
        Match.stringLikeRegexp('^Images'), Match.stringLikeRegexp('^RoleDefaultPolicy'),
      ]),
    })).toHaveProperty(stack.getLogicalId(later.node.defaultChild as iam.CfnRole));
  });
});

describe('any repository', () => {
  test.each<[string, () => ecr.IRepositoryRef]>([
    ['one of this library', () => images],
    ['one of CDK', () => new ecr.Repository(stack, 'Cdk')],
    ['one of CloudFormation', () => new ecr.CfnRepository(stack, 'L1')],
  ])('%s', (_name, make) => {
    const repository = make();
    RepositoryAccess.fromRepository(repository).pull(role);
    RepositoryAccess.fromRepository(repository).pull(new iam.AccountPrincipal(OTHER));

    expect(own()).toEqual([{ Effect: 'Allow', Action: PULL, Resource: new DeployedStack(stack).arn(repository) }, LOGIN]);
    expect(policyOf(repository)).toEqual([{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OTHER}:root` }, Action: PULL }]);
  });

  test.each<[string, () => ecr.IRepositoryRef]>([
    ['one of this library', () => images],
    ['one of CDK', () => new ecr.Repository(stack, 'Cdk')],
  ])('%s and the L1 in it are the same', (_name, make) => {
    const repository = make();
    RepositoryAccess.fromRepository(repository).forbidDeletionAndPolicyChanges();
    const l1 = RepositoryAccess.fromRepository(repository.node.defaultChild as ecr.CfnRepository);

    expect(() => l1.forbidDeletionAndPolicyChanges()).toThrow('accessGuardTwice');
    l1.pull(new iam.AccountPrincipal(OTHER));
    expect(policyOf(repository)).toContainEqual(expect.objectContaining({ Action: PULL }));
  });

  test('two facades are about one repository', () => {
    const l1 = new ecr.CfnRepository(stack, 'L1');
    RepositoryAccess.fromRepository(l1).forbidDeletionAndPolicyChanges();
    expect(() => RepositoryAccess.fromRepository(l1).forbidDeletionAndPolicyChanges()).toThrow('accessGuardTwice');
    RepositoryAccess.fromRepository(l1).pull(new iam.AccountPrincipal(OTHER));
    expect(policyOf(l1).map(({ Sid }) => Sid)).toEqual(['DenyDeletionAndPolicyChanges', undefined]);
  });

  test('an L1 beside others in a construct stands for itself', () => {
    const [a, b] = ['A', 'B'].map((id) => new ecr.CfnRepository(stack, id));
    RepositoryAccess.fromRepository(a).forbidDeletionAndPolicyChanges();
    expect(() => RepositoryAccess.fromRepository(b).forbidDeletionAndPolicyChanges()).not.toThrow();
  });

  test.each<[string, () => Stack]>([
    ['a nested stack', () => new NestedStack(stack, 'Nested')],
    ['a stage', () => new Stack(new Stage(app, 'Stage', { env: ENV }), 'Stack')],
    ['a stack without an environment', () => new Stack(app, 'Agnostic')],
  ])('in %s', (_name, make) => {
    const scope = make();
    const repository = new SecureEcrRepository(scope, 'Images');
    const grantee = roleIn(scope, 'Grantee');
    repository.access.pull(grantee);
    repository.access.pull(new iam.AccountPrincipal(OTHER));
    expect(own(grantee)).toEqual([{ Effect: 'Allow', Action: PULL, Resource: new DeployedStack(scope).arn(repository) }, LOGIN]);
    expect(policyOf(repository)).toHaveLength(1);
  });

  describe('that is imported', () => {
    const EXPECTED = "[Stack/Theirs] 'repository' must be one whose policy this app writes, got \"AccountPrincipal(222222222222)\":"
      + ' do this in the app that makes the repository; for an imported one only principals with policies of their own can be granted to'
      + ' (cdk-secure-ecr:accessPolicyForeign)';

    test.each<[string, () => ecr.IRepository, string]>([
      ['by name', () => ecr.Repository.fromRepositoryName(stack, 'Theirs', 'theirs'), 'arn:aws:ecr:eu-west-1:111111111111:repository/theirs'],
      ['by ARN, from another account', () => ecr.Repository.fromRepositoryArn(stack, 'Theirs', `arn:aws:ecr:eu-west-1:${OTHER}:repository/theirs`),
        `arn:aws:ecr:eu-west-1:${OTHER}:repository/theirs`],
    ])('%s can be granted to what has policies of its own, and to nobody else', (_name, make, arn) => {
      const access = RepositoryAccess.fromRepository(make());

      expect(access.pull(role).success).toBe(true);
      expect(own()).toEqual([{ Effect: 'Allow', Action: PULL, Resource: arn }, LOGIN]);
      expect(() => access.pull(new iam.AccountPrincipal(OTHER))).toThrow(new Error(EXPECTED));
      expect(() => access.pushOnlyBy([role])).toThrow('accessPolicyForeign');
      expect(() => access.pullByLambda()).toThrow('accessPolicyForeign');
    });

    test('as nothing but a reference', () => {
      const repository = { node: stack.node, env: ENV, repositoryRef: { repositoryArn: 'arn:aws:ecr:eu-west-1:111111111111:repository/x', repositoryName: 'x' } };
      const access = RepositoryAccess.fromRepository(repository as unknown as ecr.IRepositoryRef);
      expect(access.push(role).success).toBe(true);
      expect(() => access.push(new iam.AccountPrincipal(OTHER))).toThrow('accessPolicyForeign');
    });
  });
});

describe('pushers', () => {
  test('also need what another module says, those before and those after, each once for each grant', () => {
    const needs: string[] = [];
    images.access.push(role);
    images.access.pull(roleIn(stack, 'Puller'));
    images.access._pushersAlsoNeed((pusher) => needs.push(String((pusher as iam.Role).node?.id)));
    expect(needs).toEqual(['Role']);

    images.grantPush(roleIn(stack, 'Later'));
    RepositoryAccess.fromRepository(images).push(roleIn(stack, 'Latest'));
    images.grant(roleIn(stack, 'ByAction'), 'ecr:PutImage');
    images.grantRead(roleIn(stack, 'Reader'));
    expect(needs).toEqual(['Role', 'Later', 'Latest', 'ByAction']);
  });

  test.each<[string, () => iam.IGrantable]>([
    ['managed policies', () => new iam.ManagedPolicy(stack, `Policy${stack.node.children.length}`)],
    ['inline policies', () => new iam.Policy(stack, `Policy${stack.node.children.length}`)],
    ['principals that do not say who they are', () => ({ grantPrincipal: new iam.UnknownPrincipal({ resource: stack }) })],
  ])('are told apart: %s', (_name, make) => {
    const [before, another, after] = [make(), make(), make()];
    const needs: iam.IGrantable[] = [];
    [before, another].forEach((each) => images.access.push(each));
    images.access._pushersAlsoNeed((pusher) => needs.push(pusher));
    [after, before, after].forEach((each) => images.access.push(each));

    expect(needs.map((each) => [before, another, after].indexOf(each))).toEqual([0, 1, 2]);
  });

  test('in a composite are its parts', () => {
    const needs: unknown[] = [];
    images.access._pushersAlsoNeed((pusher) => needs.push(pusher));
    images.access.push(new iam.CompositePrincipal(role, new iam.AccountPrincipal(OTHER)));
    expect(needs).toEqual([role, expect.any(iam.AccountPrincipal)]);
  });
});

describe('pullByLambda', () => {
  const source = (account: string, name = '*') => `arn:aws:lambda:eu-west-1:${account}:function:${name}`;
  const byService = (SourceArn: unknown) => ({
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    Condition: { ArnLike: { 'aws:SourceArn': SourceArn } },
  });

  test('is for all functions of the account', () => {
    expect(images.access.pullByLambda().success).toBe(true);
    expect(policyOf()).toEqual([byService(source('111111111111'))]);
  });

  test('is for one function with its versions and aliases', () => {
    images.access.pullByLambda({ functionName: 'resize' });
    expect(policyOf()).toEqual([byService([source('111111111111', 'resize'), source('111111111111', 'resize:*')])]);
  });

  test('lets another account in too: who makes the function there needs it', () => {
    expect(images.access.pullByLambda({ account: OTHER, functionName: 'resize' }).success).toBe(true);
    expect(policyOf()).toEqual([
      byService([source(OTHER, 'resize'), source(OTHER, 'resize:*')]),
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OTHER}:root` }, Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'] },
    ]);
  });

  test('of the own account, by its number, is that of the account', () => {
    images.access.pullByLambda({ account: '111111111111' });
    expect(policyOf()).toEqual([byService(source('111111111111'))]);
  });

  test('takes values that are known only at deployment', () => {
    const value = (id: string) => new CfnParameter(stack, id).valueAsString;
    images.access.pullByLambda({ account: value('Account'), functionName: value('Name') });
    expect(images.node.defaultChild).toBeDefined();
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::Repository', {
      RepositoryPolicyText: { Statement: Match.arrayWith([Match.objectLike({ Principal: { Service: 'lambda.amazonaws.com' } })]) },
    });
  });

  test('reports bad input all at once', () => {
    expect(() => images.access.pullByLambda({ account: '2222', functionName: 'resize:live' })).toThrow(new Error([
      "[Stack/Images.pullByLambda] 'account' must be 12 digits, got \"2222\": write the number of the account as a string, with its leading zeros"
      + ' (cdk-secure-ecr:accessLambdaAccount)',
      "[Stack/Images.pullByLambda] 'functionName' must be 1 to 64 letters, digits, - or _, got \"resize:live\": write the name alone, without ARN,"
      + ' version or wildcard; leave it out for every function of the account (cdk-secure-ecr:accessLambdaFunction)',
    ].join('\n')));
    expect(policyOf()).toEqual([]);
  });

  test.each(['', '*', 'a*', 'x'.repeat(65), 'arn:aws:lambda:eu-west-1:222222222222:function:f', 'f g'])('%j is no function', (functionName) => {
    expect(() => images.access.pullByLambda({ functionName })).toThrow('accessLambdaFunction');
  });
  test.each(['f', 'x'.repeat(64), 'A-b_9'])('%j is one', (functionName) => {
    expect(() => images.access.pullByLambda({ functionName })).not.toThrow();
  });
});

describe('pullByCodeBuild', () => {
  test.each<[string, () => codebuild.IProjectRef, string]>([
    ['a project of this app', () => new codebuild.Project(stack, 'Build', { projectName: 'build', buildSpec: codebuild.BuildSpec.fromObject({}) }),
      '111111111111'],
    ['a project of another account', () => codebuild.Project.fromProjectArn(stack, 'Build', `arn:aws:codebuild:eu-west-1:${OTHER}:project/build`), OTHER],
  ])('is for %s alone', (_name, make, account) => {
    expect(images.access.pullByCodeBuild(make()).success).toBe(true);
    expect(policyOf()).toEqual([{
      Effect: 'Allow',
      Principal: { Service: 'codebuild.amazonaws.com' },
      Action: PULL,
      Condition: {
        ArnLike: { 'aws:SourceArn': `arn:aws:codebuild:eu-west-1:${account}:project/build` },
        StringEquals: { 'aws:SourceAccount': account },
      },
    }]);
  });
});

test('the account of the repository is let in with a warning: it lets nobody in', () => {
  images.access.pull(new iam.AccountPrincipal('111111111111'));
  Annotations.fromStack(stack).hasWarning('/Stack/Images', Match.stringLikeRegexp(
    'access was granted by naming the account of the repository, which lets nobody in: its IAM policies decide as before.'
    + ' Grant to the roles, users, groups or managed policies that are meant.*cdk-secure-ecr:accessOwnAccount',
  ));
});

test.each<[string, () => iam.IPrincipal]>([
  ['the account that is deployed to, in a stack that does not know it', () => new iam.AccountRootPrincipal()],
  ['its number as a token', () => new iam.AccountPrincipal(stack.account)],
])('so is %s', (_name, principal) => {
  stack = new Stack(app, 'Agnostic');
  new SecureEcrRepository(stack, 'Images').access.pull(principal());
  Annotations.fromStack(stack).hasWarning('/Agnostic/Images', Match.stringLikeRegexp('accessOwnAccount'));
});

test('another account raises no warning', () => {
  images.access.pull(new iam.AccountPrincipal(OTHER));
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
});
