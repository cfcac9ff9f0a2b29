import { App, Aws, CfnParameter, Fn, NestedStack, Stack, aws_codebuild as codebuild, aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { AccessCondition, RegistryPrincipal, RepositoryAccess, SecureEcrRepository } from '../../src';
import { type StatementJson, collapse } from '../../src/access/collapse-statements';
import { DeployedStack, type Policy } from '../support/deployed-stack';
import { simulate } from '../support/simulate';

/* Ways around what access promises, and misuse that would have gone unnoticed; each is closed. */

const ACCOUNT = '111111111111';
const OTHER = '222222222222';
const role = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;
const ADMINISTRATOR: Policy = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const ADMIN = role(ACCOUNT, 'admin');
const ci = RegistryPrincipal.role(ACCOUNT, 'ci');

let app: App;
let stack: Stack;
let images: SecureEcrRepository;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: { account: ACCOUNT, region: 'eu-west-1' } });
  images = new SecureEcrRepository(stack, 'Images', { repositoryName: 'images' });
});
const roleIn = (scope: Stack, id = 'Role', props = {}) => new iam.Role(scope, id, { assumedBy: new iam.AccountRootPrincipal(), ...props });
async function ask(principal: string, action: string, context: Record<string, string> = {}, repository: ecr.IRepositoryRef = images) {
  const deployed = new DeployedStack(Stack.of(repository));
  return simulate({
    principal,
    action,
    context,
    resource: deployed.arn(repository),
    resourcePolicy: deployed.resourcePolicy(repository),
    identityPolicies: principal.startsWith('arn:') ? [ADMINISTRATOR] : [],
  });
}

describe('guards', () => {
  test('in a nested stack, the role that deploys its parent can still change the policy', async () => {
    const nested = new SecureEcrRepository(new NestedStack(stack, 'Nested'), 'Images');
    nested.access.forbidDeletionAndPolicyChanges();
    // A service role is no forward access session: aws:CalledVia is missing.
    const deployment = role(ACCOUNT, 'cdk-hnb659fds-cfn-exec-role-111111111111-eu-west-1');
    expect(await ask(deployment, 'ecr:SetRepositoryPolicy', {}, nested)).toBe('Allowed');
  });

  test.each<[string, () => void]>([
    ['forbidImageDeletion', () => images.access.forbidImageDeletion()],
    ['pushOnlyBy', () => images.access.pushOnlyBy([ci])],
    ['forbidTagMutabilityChanges', () => images.access.forbidTagMutabilityChanges()],
    ['forbidDeletionAndPolicyChanges', () => images.access.forbidDeletionAndPolicyChanges()],
  ])('%s cannot be got around by deleting the repository with all its images', async (_name, guard) => {
    guard();
    expect(await ask(ADMIN, 'ecr:DeleteRepository')).toBe('ExplicitlyDenied');
  });

  test('name no group: the members ask, and never the group', () => {
    expect(() => images.access.pushOnlyBy([new iam.Group(stack, 'Group')])).toThrow('accessGuardPrincipal');
  });

  test.each<[string, iam.IPrincipal]>([
    ['everybody', new iam.AnyPrincipal().withConditions({ StringLike: { 'aws:PrincipalArn': '*' } })],
    ['everybody, by an ARN', new iam.AnyPrincipal().withConditions({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } })],
    ['everybody but one', new iam.AccountPrincipal(OTHER).withConditions({ ArnNotEquals: { 'aws:PrincipalArn': role(OTHER, 'x') } })],
  ])('name nobody by a condition that stands for %s', (_name, principal) => {
    expect(() => images.access.pushOnlyBy([principal])).toThrow('accessGuardPrincipal');
  });

  test('refuse a policy in the way of all errors', () => {
    expect(() => images.access.pushOnlyBy([new iam.ManagedPolicy(stack, 'Policy')])).toThrow('accessGuardPrincipal');
  });

  test('refuse a role whose name nobody knows in the way of all errors', () => {
    const unnamed = roleIn(new Stack(app, 'Other', { env: { account: OTHER, region: 'eu-west-1' } }));
    expect(() => images.access.pushOnlyBy([unnamed])).toThrow('accessGuardPrincipal');
  });

  test.each<[string, () => iam.IGrantable]>([
    ['a managed policy', () => new iam.ManagedPolicy(stack, 'Policy')],
    ['a role whose name nobody knows', () => roleIn(new Stack(app, 'Other', { env: { account: OTHER, region: 'eu-west-1' } }))],
  ])('stand beside a grant of the push to %s', (_name, make) => {
    images.access.push(make());
    images.access.pushOnlyBy([ci]);
    expect(() => app.synth()).not.toThrow();
  });

  test('hold always: none takes the conditions of a facade', () => {
    const access = images.access.when(AccessCondition.multiFactor());
    expect(() => access.forbidTagMutabilityChanges()).toThrow('accessGuardConditional');
    expect(() => access.pushOnlyBy([ci])).toThrow('accessGuardConditional');
  });
});

describe('grants', () => {
  test('to a composite let its roles log in', () => {
    const grantee = roleIn(stack);
    images.access.pull(new iam.CompositePrincipal(grantee, new iam.AccountPrincipal(OTHER)));
    const actions = new DeployedStack(stack).identityPolicies(grantee).flatMap(({ Statement }) => Statement).map(({ Action }) => Action);
    expect(actions).toContain('ecr:GetAuthorizationToken');
  });

  test.each<[string, iam.Conditions]>([
    ['not of an organization', { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } }],
    ['of any ARN', { StringLike: { 'aws:PrincipalArn': '*' } }],
    ['of any organization', { Null: { 'aws:PrincipalOrgID': 'false' } }],
    ['of an organization, if of any', { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1234567890' } }],
  ])('to everybody %s are refused', (_name, conditions) => {
    expect(() => images.access.pull(new iam.AnyPrincipal().withConditions(conditions))).toThrow('accessPrincipalEverybody');
  });

  test('to a service with a condition of its own act for this account only', async () => {
    images.access.pull(new iam.ServicePrincipal('lambda.amazonaws.com', { conditions: { Bool: { 'aws:SecureTransport': 'true' } } }));
    const context = { 'aws:SourceArn': 'arn:aws:lambda:eu-west-1:666666666666:function:f' };
    expect(await ask('lambda.amazonaws.com', 'ecr:BatchGetImage', context)).toBe('ImplicitlyDenied');
  });

  test('to an account that is a parameter raise no warning: it may be any', () => {
    const agnostic = new Stack(app, 'Agnostic');
    new SecureEcrRepository(agnostic, 'Images').access.pull(new iam.AccountPrincipal(new CfnParameter(agnostic, 'Account').valueAsString));
    Annotations.fromStack(agnostic).hasNoWarning('*', Match.anyValue());
  });

  test('to a group of another account are refused: nobody asks by its name', () => {
    const group = new iam.Group(new Stack(app, 'Other', { env: { account: OTHER, region: 'eu-west-1' } }), 'Group', { groupName: 'team' });
    expect(() => images.access.pull(group)).toThrow('accessPrincipalArn');
  });
});

describe('the policy of a repository', () => {
  test('lets nobody in who signs nothing, whatever the condition', () => {
    const statement = new iam.PolicyStatement({
      principals: [new iam.AnyPrincipal()], actions: ['ecr:BatchGetImage'], conditions: { Bool: { 'aws:SecureTransport': 'true' } },
    });
    expect(() => images.addToResourcePolicy(statement)).toThrow('repositoryPolicyPublic');
  });

  test('lets in no service for just anybody, as CDK would for CodeBuild', async () => {
    const buildImage = Object.assign(Object.create(codebuild.LinuxBuildImage.fromEcrRepository(images, 'v1')), {
      imagePullPrincipalType: codebuild.ImagePullPrincipalType.CODEBUILD,
    });
    new codebuild.Project(stack, 'Build', { environment: { buildImage }, buildSpec: codebuild.BuildSpec.fromObject({}) });
    expect(await ask('codebuild.amazonaws.com', 'ecr:BatchGetImage', { 'aws:SourceAccount': '666666666666' })).toBe('ImplicitlyDenied');
  });

  describe('of an L1', () => {
    test('still refers to other stacks', () => {
      const theirs = roleIn(new Stack(app, 'Other', { env: { account: ACCOUNT, region: 'eu-west-1' } }));
      const l1 = new ecr.CfnRepository(stack, 'L1', {
        repositoryPolicyText: { Statement: [{ Effect: 'Allow', Principal: { AWS: theirs.roleArn }, Action: 'ecr:ListImages' }] },
      });
      RepositoryAccess.fromRepository(l1);
      const { template } = app.synth().getStackByName('Stack');
      expect(JSON.stringify(template.Resources.L1)).toContain('Fn::ImportValue');
    });

    test('keeps what its owner adds to the document later', () => {
      const document = iam.PolicyDocument.fromJson({ Statement: [{ Effect: 'Allow', Principal: { AWS: OTHER }, Action: 'ecr:ListImages' }] });
      const l1 = new ecr.CfnRepository(stack, 'L1', { repositoryPolicyText: document });
      RepositoryAccess.fromRepository(l1);
      document.addStatements(new iam.PolicyStatement({ sid: 'Later', effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions: ['ecr:*'] }));
      expect(new DeployedStack(stack).resourcePolicy(l1)!.Statement.map(({ Sid }) => Sid)).toContain('Later');
    });

    test('may be an empty document', () => {
      const l1 = new ecr.CfnRepository(stack, 'L1', { repositoryPolicyText: new iam.PolicyDocument() });
      expect(() => RepositoryAccess.fromRepository(l1).pull(new iam.AccountPrincipal(OTHER))).not.toThrow();
    });
  });

  test('of an L2 that is too long is an error', () => {
    const access = RepositoryAccess.fromRepository(new ecr.Repository(stack, 'L2'));
    for (let i = 0; i < 300; i++) access.pull(RegistryPrincipal.role(OTHER, `deployer-of-service-${i}`));
    expect(() => app.synth()).toThrow('10240');
  });
});

describe('collapse', () => {
  const statement = (AWS: string[], arns: string[], operator = 'ArnEquals'): StatementJson => ({
    Effect: 'Allow', Principal: { AWS }, Action: 'ecr:ListImages', Condition: { [operator]: { 'aws:PrincipalArn': arns } },
  });
  const decide = async (who: string, statements: StatementJson[]) => simulate({
    principal: who,
    action: 'ecr:ListImages',
    resource: `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/x`,
    resourcePolicy: { Statement: statements },
    identityPolicy: ADMINISTRATOR,
  });
  const same = async (who: string, statements: StatementJson[]) =>
    expect(await decide(who, collapse(statements))).toBe(await decide(who, statements));

  test('lets in no role more where statements name roles instead of accounts', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => role(OTHER, name));
    await same(b, [statement([a, b], [a]), statement([c], [b, c])]);
  });

  test('keeps statements apart whose operator negates', async () => {
    const root = `arn:aws:iam::${OTHER}:root`;
    await same(role(OTHER, 'a'), [statement([root], [role(OTHER, 'a')], 'ArnNotEquals'), statement([root], [role(OTHER, 'b')], 'ArnNotEquals')]);
  });
});

describe('names', () => {
  test.each(['/a/b', '//ci'])('%s is refused: a path that starts with / fits no ARN', (name) => {
    expect(() => RegistryPrincipal.role(OTHER, name)).toThrow('principalRoleName');
  });

  test('of many segments are judged, and not for ever', () => {
    expect(() => RegistryPrincipal.role(OTHER, `${'a/'.repeat(26)}*`)).toThrow('principalRoleName'); // the test would time out
  });

  test('hold no variable of IAM, which would stand for whoever asks', () => {
    expect(() => RegistryPrincipal.role(OTHER, '${aws:PrincipalTag/path}/ci')).toThrow('principalRoleName');
  });
});

describe('what a role path, a variable or a later change could open', () => {
  const here = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;

  test.each(['arn:*:iam::111111111111:role/ci', '*:iam::111111111111:role/ci'])(
    'everybody like %s is everybody: * stands for colons, which a path may hold', (pattern) => {
      const principal = new iam.AnyPrincipal().withConditions({ StringLike: { 'aws:PrincipalArn': pattern } });
      expect(() => images.access.pull(principal)).toThrow('accessPrincipalEverybody');
    });

  test('a service is asked for its account where * could stand for colons', () => {
    const principal = new iam.ServicePrincipal('lambda.amazonaws.com', {
      conditions: { StringLike: { 'aws:SourceArn': 'arn:aws:lambda:*:111111111111:*' } },
    });
    images.access.pull(principal);
    return expect(ask('lambda.amazonaws.com', 'ecr:BatchGetImage', {
      'aws:SourceArn': 'arn:aws:lambda:eu-west-1:666666666666:function:111111111111:live',
    })).resolves.toBe('ImplicitlyDenied');
  });

  test('statements whose * may stand for colons are merged with none of another account', async () => {
    const asked = (account: string) => new iam.AccountPrincipal(account)
      .withConditions({ StringLike: { 'aws:PrincipalArn': `arn:*:iam::${account}:role/x` } });
    images.access.pull(asked(OTHER));
    images.access.pull(asked('666666666666'));
    expect(await ask(`arn:aws:iam::666666666666:role/y:iam::${OTHER}:role/x`, 'ecr:BatchGetImage')).toBe('ImplicitlyDenied');
    expect(await ask('arn:aws:iam::666666666666:role/x', 'ecr:BatchGetImage')).toBe('Allowed');
  });

  test.each<[string, () => iam.IGrantable]>([
    ['a variable', () => new iam.ArnPrincipal(here('${aws:PrincipalTag/me}'))],
    ['a wildcard among tokens', () => new iam.ArnPrincipal(Fn.join(':', ['arn', Aws.PARTITION, 'iam', '', Aws.ACCOUNT_ID, 'role/*']))],
    ['a group by the attribute', () => new iam.ArnPrincipal(new iam.Group(stack, 'Group').groupArn)],
  ])('no guard names %s', (_name, make) => {
    expect(() => images.access.pushOnlyBy([make()])).toThrow('accessGuardPrincipal');
  });

  test('a guard names a role in whatever way its ARN is put together', () => {
    const ways = [
      Fn.sub('arn:aws:iam::${AWS::AccountId}:role/ci'), Fn.join(':', ['arn', Aws.PARTITION, 'iam', '', Aws.ACCOUNT_ID, 'role/ci']), roleIn(stack).roleArn,
    ];
    expect(() => images.access.pushOnlyBy(ways.map((arn) => new iam.ArnPrincipal(arn)))).not.toThrow();
  });

  test('a statement is what it was when it was added', async () => {
    const statement = new iam.PolicyStatement({ principals: [new iam.AccountPrincipal(OTHER)], actions: ['ecr:BatchGetImage'] });
    images.addToResourcePolicy(statement);
    statement.addAnyPrincipal();
    statement.addActions('ecr:GetAuthorizationToken');
    expect(await ask(role('666666666666', 'any'), 'ecr:BatchGetImage')).toBe('ImplicitlyDenied');
    expect(JSON.stringify(new DeployedStack(stack).resourcePolicy(images))).not.toContain('GetAuthorizationToken');
  });

  test('a policy that is replaced after a guard was asked for is an error', () => {
    const l1 = new ecr.CfnRepository(stack, 'L1');
    RepositoryAccess.fromRepository(l1).pushOnlyBy([ci]);
    l1.repositoryPolicyText = { Statement: [] };
    expect(() => app.synth()).toThrow(/'repository policy' must keep its guards, got .*DenyDeletionAndPolicyChanges, DenyPushesOfOthers.*accessGuardLost/);
  });

  test.each(['ecr:GetAuth*', 'ecr:*Token'])('%s is the login, which no repository policy grants', (action) => {
    expect(() => images.addToResourcePolicy(new iam.PolicyStatement({ principals: [new iam.AccountPrincipal(OTHER)], actions: [action] })))
      .toThrow('repositoryPolicyAuthorization');
  });

  test('all but some actions are no actions to allow', () => {
    const statement = new iam.PolicyStatement({ principals: [new iam.AccountPrincipal(OTHER)], notActions: ['ecr:PutImage'] });
    expect(() => images.addToResourcePolicy(statement)).toThrow('repositoryPolicyActions');
  });

  test.each<[string, string[]]>([
    ['none', []], ['no action of ECR', ['s3:GetObject']], ['what is no action', ['ecr:Put(Image']], ['the login', ['ecr:GetAuthorizationToken']],
  ])('a grant of %s is refused', (_name, actions) => {
    expect(() => images.grant(roleIn(stack), ...actions)).toThrow('accessActions');
  });

  test('a push by wildcard is a push', () => {
    images.access.pushOnlyBy([ci]);
    images.grant(RegistryPrincipal.role(OTHER, 'other'), 'ecr:Put*');
    expect(() => app.synth()).toThrow('accessPushContradiction');
  });

  test.each<[string, () => unknown, string]>([
    ['an operator that there is not', () => AccessCondition.of('StringEqual', 'aws:SourceIp', '203.0.113.1'), 'accessConditionOperator'],
    ['no key', () => AccessCondition.of('StringEquals', '', 'x'), 'accessConditionKey'],
    ['a tag that is whatever it is', () => AccessCondition.principalTag('team', '${aws:PrincipalTag/team}'), 'accessConditionTag'],
    ['a tag without a value', () => AccessCondition.principalTag('team', ''), 'accessConditionTag'],
    ['no condition', () => images.access.when(), 'accessConditionEmpty'],
  ])('a condition is not %s', (_name, make, code) => expect(make).toThrow(code));

  test.each<[string, iam.Conditions]>([
    ['half of all addresses', { IpAddress: { 'aws:SourceIp': ['0.0.0.0/1', '128.0.0.0/1'] } }],
    ['endpoints that begin alike', { StringLike: { 'aws:SourceVpce': 'vpce-0*' } }],
  ])('everybody from %s is everybody', (_name, conditions) => {
    const statement = new iam.PolicyStatement({ principals: [new iam.AnyPrincipal()], actions: ['ecr:BatchGetImage'], conditions });
    expect(() => images.addToResourcePolicy(statement)).toThrow('repositoryPolicyPublic');
  });
});

describe('what pushers also need', () => {
  test('is not given to somebody who is refused, given under the conditions of the push, and once', () => {
    const given: [iam.IGrantable, object][] = [];
    images.access._pushersAlsoNeed((pusher, conditions) => given.push([pusher, conditions]));
    const account = new iam.AccountPrincipal(OTHER);
    expect(() => images.access.push(new iam.AnyPrincipal())).toThrow('accessPrincipalEverybody');
    images.access.when(AccessCondition.multiFactor()).push(account);
    images.access.when(AccessCondition.multiFactor()).push(account);
    expect(given).toEqual([[account, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }]]);
  });
});

test.each([[30, false], [60, true]])('a managed policy that %d repositories are granted to is too long: %s', (count, tooLong) => {
  const policy = new iam.ManagedPolicy(stack, 'Developers');
  for (let index = 0; index < count; index++) {
    const { access } = new SecureEcrRepository(stack, `Repository${index}`, { repositoryName: `team/service-${index}` });
    access.pull(policy);
    access.pull(policy);
  }
  const synth = expect(() => app.synth());
  if (tooLong) synth.toThrow(/'managed policy' must be at most 6144 characters long, got \d+: .*accessManagedPolicySize/);
  else synth.not.toThrow();
});
