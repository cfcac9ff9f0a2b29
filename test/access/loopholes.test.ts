import { App, CfnParameter, NestedStack, Stack, aws_codebuild as codebuild, aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { AccessCondition, RegistryPrincipal, RepositoryAccess, SecureEcrRepository } from '../../src';
import { type StatementJson, collapse } from '../../src/access/collapse-statements';
import { DeployedStack, type Policy } from '../support/deployed-stack';
import { ANONYMOUS, simulate } from '../support/simulate';

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
    expect(() => app.synth()).not.toThrow(/cross-environment|needs to add a resource policy/);
  });

  test('carry the conditions of their facade, or refuse them', () => {
    const guard = () => images.access.when(AccessCondition.multiFactor()).forbidTagMutabilityChanges();
    let refused = false;
    try {
      guard();
    } catch {
      refused = true;
    }
    const statement = refused ? undefined : new DeployedStack(stack).resourcePolicy(images)!.Statement.find(({ Sid }) => Sid === 'DenyTagMutabilityChanges');
    expect(refused || JSON.stringify(statement).includes('aws:MultiFactorAuthPresent')).toBe(true);
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
  test('lets nobody in who signs nothing, whatever the condition', async () => {
    const statement = new iam.PolicyStatement({
      principals: [new iam.AnyPrincipal()], actions: ['ecr:BatchGetImage'], conditions: { Bool: { 'aws:SecureTransport': 'true' } },
    });
    let refused = false;
    try {
      images.addToResourcePolicy(statement);
    } catch {
      refused = true;
    }
    expect(refused || await ask(ANONYMOUS, 'ecr:BatchGetImage') !== 'Allowed').toBe(true);
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

  test('of many segments are judged at once', () => {
    const start = performance.now();
    expect(() => RegistryPrincipal.role(OTHER, `${'a/'.repeat(26)}*`)).toThrow('principalRoleName');
    expect(performance.now() - start).toBeLessThan(100);
  });

  test('hold no variable of IAM, which would stand for whoever asks', () => {
    expect(() => RegistryPrincipal.role(OTHER, '${aws:PrincipalTag/path}/ci')).toThrow('principalRoleName');
  });
});
