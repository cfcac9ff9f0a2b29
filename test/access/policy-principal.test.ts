import { App, CfnParameter, Lazy, PhysicalName, Stack, aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { RepositoryAccess, SecureEcrRepository } from '../../src';
import { DeployedStack } from '../support/deployed-stack';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const OTHER = '222222222222';
const arn = (account: string, rest: string) => `arn:aws:iam::${account}:${rest}`;
const ROOT = { AWS: arn(OTHER, 'root') };
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const LOGIN = { Action: 'ecr:GetAuthorizationToken', Effect: 'Allow', Resource: '*' };
const OWN = [expect.objectContaining({ Action: PULL }), LOGIN];

let app: App;
let stack: Stack;
let images: SecureEcrRepository;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
  images = new SecureEcrRepository(stack, 'Images', { repositoryName: PhysicalName.GENERATE_IF_NEEDED });
});
const roleIn = (scope: Stack, id = 'Role', props = {}) => new iam.Role(scope, id, { assumedBy: new iam.AccountRootPrincipal(), ...props });
const elsewhere = () => new Stack(app, 'Elsewhere', { env: { account: OTHER, region: 'eu-west-1' } });
const own = (principal: iam.IRole | iam.IUser) =>
  new DeployedStack(Stack.of(principal)).identityPolicies(principal).flatMap(({ Statement }) => Statement);
const fail = (message: string) => {
  throw new Error(message);
};
/** The statements that let somebody in, without what they have in common. */
const policy = () => new DeployedStack(stack).resourcePolicy(images)!.Statement.slice(1).map(({ Effect, Action, ...rest }) => {
  expect([Effect, Action]).toEqual(['Allow', PULL]);
  return rest;
});

describe('in the account of the repository', () => {
  test.each<[string, () => iam.IRole | iam.IUser]>([
    ['a role', () => roleIn(stack)],
    ['a role of a service', () => new iam.Role(stack, 'Node', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') })],
    ['a role of a service account of Kubernetes', () => new iam.Role(stack, 'Irsa', {
      assumedBy: new iam.WebIdentityPrincipal(arn('111111111111', 'oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/X')),
    })],
    ['a role of a pod', () => new iam.Role(stack, 'Pod', {
      assumedBy: new iam.SessionTagsPrincipal(new iam.ServicePrincipal('pods.eks.amazonaws.com')),
    })],
    ['a user', () => new iam.User(stack, 'User')],
  ])('%s gets a policy of its own', (_name, make) => {
    const grantee = make();
    expect(images.access.pull(grantee).success).toBe(true);
    expect(own(grantee)).toEqual(OWN);
    expect(policy()).toEqual([]);
  });

  test('a group passes on to its users', () => {
    const group = new iam.Group(stack, 'Group');
    images.access.pull(group);
    expect(own(new iam.User(stack, 'User', { groups: [group] }))).toEqual(OWN);
    expect(policy()).toEqual([]);
  });

  test.each<[string, () => iam.IGrantable]>([
    ['a policy', () => new iam.Policy(stack, 'Policy', { users: [new iam.User(stack, 'User')] })],
    ['a managed policy', () => new iam.ManagedPolicy(stack, 'Policy')],
  ])('%s takes the statements', (_name, make) => {
    const grantee = make();
    images.access.pull(grantee);
    expect(new DeployedStack(stack).document(grantee as iam.Policy).Statement).toEqual(OWN);
    expect(policy()).toEqual([]);
  });

  test('a role of another stack gets a policy there', () => {
    const other = new Stack(app, 'Other', { env: ENV });
    const role = roleIn(other);
    images.access.pull(role);
    Template.fromStack(other).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: PULL, Resource: { 'Fn::ImportValue': Match.stringLikeRegexp('^Stack:') } }), LOGIN] },
    });
    expect(policy()).toEqual([]);
  });

  test('an imported role gets one, too', () => {
    images.access.pull(iam.Role.fromRoleArn(stack, 'Imported', arn('111111111111', 'role/theirs')));
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', { Roles: ['theirs'], PolicyDocument: { Statement: [Match.objectLike({ Action: PULL }), LOGIN] } });
    expect(policy()).toEqual([]);
  });

  test('an imported role that CDK must not change gets nothing, and the app that made it has to see to it', () => {
    const role = iam.Role.fromRoleArn(stack, 'Imported', arn('111111111111', 'role/theirs'), { mutable: false });
    images.access.pull(role);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
    expect(policy()).toEqual([]);
  });

  test('an imported role that CDK must not change, but may let in, stands in the policy of the repository', () => {
    const role = iam.Role.fromRoleArn(stack, 'Imported', arn('111111111111', 'role/theirs'), { mutable: false, addGrantsToResources: true });
    images.access.pull(role);
    expect(policy()).toEqual([{ Principal: { AWS: arn('111111111111', 'role/theirs') } }]);
  });

  test('an ARN stands there as it is', () => {
    images.access.pull(new iam.ArnPrincipal(arn('111111111111', 'role/by-arn')));
    expect(policy()).toEqual([{ Principal: { AWS: arn('111111111111', 'role/by-arn') } }]);
  });

  test('an unknown role is told to whoever reads the warnings, as CDK does', () => {
    expect(images.access.pull(new iam.UnknownPrincipal({ resource: stack })).success).toBe(true);
    Annotations.fromStack(stack).hasWarning('/Stack', Match.stringLikeRegexp("Add statement to this resource's role.*BatchGetImage"));
    expect(policy()).toEqual([]);
  });
});

describe('conditions that a principal brings', () => {
  const CONDITION = { StringEquals: { 'aws:PrincipalTag/team': 'shop' } };

  test('stand in its own policy', () => {
    const role = roleIn(stack);
    images.access.pull(new iam.PrincipalWithConditions(role, CONDITION));
    expect(own(role)).toEqual([expect.objectContaining({ Action: PULL, Condition: CONDITION }), LOGIN]);
  });

  test('stand in the policy of the repository', () => {
    images.access.pull(new iam.AccountPrincipal(OTHER).withConditions(CONDITION));
    expect(policy()).toEqual([{ Principal: ROOT, Condition: CONDITION }]);
  });

  test('stand beside the one that names a role of another account', () => {
    images.access.pull(new iam.ArnPrincipal(arn(OTHER, 'role/ci')).withConditions(CONDITION));
    expect(policy()).toEqual([{ Principal: ROOT, Condition: { ArnEquals: { 'aws:PrincipalArn': arn(OTHER, 'role/ci') }, ...CONDITION } }]);
  });

  test('must not contradict the one that names a role', () => {
    const principal = new iam.ArnPrincipal(arn(OTHER, 'role/ci')).withConditions({ ArnEquals: { 'aws:PrincipalArn': arn(OTHER, 'role/cd') } });
    expect(() => images.access.pull(principal)).toThrow('accessConditionTwice');
  });

  test('are none where it tags its sessions', () => {
    const role = roleIn(stack);
    images.access.pull(new iam.SessionTagsPrincipal(role));
    images.access.pull(new iam.SessionTagsPrincipal(new iam.AccountPrincipal(OTHER)));
    expect(own(role)).toEqual(OWN);
    expect(policy()).toEqual([{ Principal: ROOT }]);
  });
});

test('a composite is its parts, each in its place', () => {
  const role = roleIn(stack);
  const grant = images.access.readMetadata(new iam.CompositePrincipal(
    role, new iam.AccountPrincipal(OTHER), new iam.OrganizationPrincipal('o-1234567890'), new iam.ServicePrincipal('inspector2.amazonaws.com'),
  ));

  expect(grant.success).toBe(true);
  expect(own(role)).toEqual([expect.objectContaining({ Action: expect.arrayContaining(['ecr:ListImages']) })]);
  expect(new DeployedStack(stack).resourcePolicy(images)!.Statement.slice(1).map(({ Principal, Condition }) => [Principal, Condition])).toEqual([
    [ROOT, undefined],
    [{ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } }],
    [{ Service: 'inspector2.amazonaws.com' }, { StringEquals: { 'aws:SourceAccount': '111111111111' } }],
  ]);
});

describe('in another account', () => {
  test.each<[string, (name?: string) => iam.IRole | iam.IUser, string]>([
    ['role', (roleName) => roleIn(elsewhere(), 'Theirs', { roleName }), 'role/theirs'],
    ['user', (userName) => new iam.User(elsewhere(), 'Theirs', { userName }), 'user/theirs'],
  ])('a %s of the app with a name is its account, with the condition that it asks', (_kind, make, rest) => {
    const grantee = make('theirs');
    expect(images.access.pull(grantee).success).toBe(true);
    expect(own(grantee)).toEqual(OWN);
    expect(policy()).toEqual([{ Principal: ROOT, Condition: { ArnEquals: { 'aws:PrincipalArn': arn(OTHER, rest) } } }]);
  });

  test('a role that gets a name when it needs one, gets it', () => {
    images.access.pull(roleIn(elsewhere(), 'Role', { roleName: PhysicalName.GENERATE_IF_NEEDED }));
    expect(policy()).toEqual([{
      Principal: ROOT, Condition: { ArnEquals: { 'aws:PrincipalArn': expect.stringMatching(/^arn:aws:iam::222222222222:role\/elsewhere/) } },
    }]);
  });

  test('a role whose name nobody knows carries a tag', () => {
    const role = roleIn(elsewhere());
    expect(images.access.pull(role).success).toBe(true);

    const tag = `Elsewhere_${role.node.addr}`;
    expect(policy()).toEqual([{ Principal: ROOT, Condition: { StringEquals: { 'aws:PrincipalTag/aws-cdk:id': tag } } }]);
    Template.fromStack(Stack.of(role)).hasResourceProperties('AWS::IAM::Role', { Tags: [{ Key: 'aws-cdk:id', Value: tag }] });
    expect(own(role)).toEqual(OWN);
  });

  test.each<[string, () => iam.IGrantable, string]>([
    ['an imported role', () => iam.Role.fromRoleArn(stack, 'Theirs', arn(OTHER, 'role/team/theirs')), 'role/team/theirs'],
    ['the ARN of a role', () => new iam.ArnPrincipal(arn(OTHER, 'role/team/theirs')), 'role/team/theirs'],
    ['the ARN of a user', () => new iam.ArnPrincipal(arn(OTHER, 'user/theirs')), 'user/theirs'],
  ])('%s is its account, with the condition that it asks', (_name, make, rest) => {
    images.access.pull(make());
    expect(policy()).toEqual([{ Principal: ROOT, Condition: { ArnEquals: { 'aws:PrincipalArn': arn(OTHER, rest) } } }]);
  });

  test.each<[string, iam.IPrincipal, unknown]>([
    ['the root user', new iam.ArnPrincipal(arn(OTHER, 'root')), ROOT],
    ['the number of an account', new iam.ArnPrincipal(OTHER), { AWS: OTHER }],
    ['a session', new iam.ArnPrincipal('arn:aws:sts::222222222222:assumed-role/theirs/session'),
      { AWS: 'arn:aws:sts::222222222222:assumed-role/theirs/session' }],
    ['a federated user', new iam.ArnPrincipal('arn:aws:sts::222222222222:federated-user/theirs'),
      { AWS: 'arn:aws:sts::222222222222:federated-user/theirs' }],
  ])('%s stands there as it is', (_name, principal, json) => {
    images.access.pull(principal);
    expect(policy()).toEqual([{ Principal: json }]);
  });

  test('an ARN that is known only at deployment stands there as it is', () => {
    images.access.pull(new iam.ArnPrincipal(new CfnParameter(stack, 'Arn').valueAsString));
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::Repository', {
      RepositoryPolicyText: { Statement: Match.arrayWith([Match.objectLike({ Principal: { AWS: { Ref: 'Arn' } } })]) },
    });
  });

  test('a role is named where the repository does not know its own account', () => {
    const agnostic = new Stack(app, 'Agnostic');
    const repository = new SecureEcrRepository(agnostic, 'Images');
    repository.access.pull(new iam.ArnPrincipal(arn(OTHER, 'role/ci')));
    expect(new DeployedStack(agnostic).resourcePolicy(repository)!.Statement[1]).toMatchObject({
      Principal: ROOT, Condition: { ArnEquals: { 'aws:PrincipalArn': arn(OTHER, 'role/ci') } },
    });
  });

  test('an organization is everybody who belongs to it', () => {
    images.access.pull(new iam.OrganizationPrincipal('o-1234567890'));
    expect(policy()).toEqual([{ Principal: { AWS: '*' }, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } } }]);
  });

  test.each<[string, () => iam.Policy | iam.ManagedPolicy]>([
    ['a policy', () => new iam.Policy(stack, 'Policy', { users: [new iam.User(stack, 'User')] })],
    ['a managed policy', () => new iam.ManagedPolicy(stack, 'Policy')],
  ])('%s takes the statements about a repository of another account, whose app lets in whoever has it', (_name, make) => {
    const theirs = ecr.Repository.fromRepositoryArn(stack, 'Theirs', `arn:aws:ecr:eu-west-1:${OTHER}:repository/theirs`);
    const grantee = make();
    expect(RepositoryAccess.fromRepository(theirs).pull(grantee).success).toBe(true);
    expect(new DeployedStack(stack).document(grantee as iam.Policy).Statement).toEqual(OWN);
  });

  test('so does a group', () => {
    const theirs = ecr.Repository.fromRepositoryArn(stack, 'Theirs', `arn:aws:ecr:eu-west-1:${OTHER}:repository/theirs`);
    const group = new iam.Group(stack, 'Group');
    RepositoryAccess.fromRepository(theirs).pull(group);
    expect(own(new iam.User(stack, 'User', { groups: [group] }))).toEqual(OWN);
  });

  test('a repository of another account is granted to the role alone: its policy is not for this app to write', () => {
    const theirs = ecr.Repository.fromRepositoryArn(stack, 'Theirs', `arn:aws:ecr:eu-west-1:${OTHER}:repository/theirs`);
    const role = roleIn(stack);
    expect(RepositoryAccess.fromRepository(theirs).pull(role).success).toBe(true);
    expect(own(role)).toEqual([{ Effect: 'Allow', Action: PULL, Resource: `arn:aws:ecr:eu-west-1:${OTHER}:repository/theirs` }, LOGIN]);
  });
});

describe('a service', () => {
  test('acts for the account of the repository only', () => {
    images.access.pull(new iam.ServicePrincipal('ecs.amazonaws.com'));
    expect(policy()).toEqual([{ Principal: { Service: 'ecs.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } } }]);
  });

  test.each(['lambda.amazonaws.com', 'lambda'])('%s acts for functions of the account only', (name) => {
    images.access.pull(new iam.ServicePrincipal(name));
    expect(policy()).toEqual([{
      Principal: { Service: 'lambda.amazonaws.com' },
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:eu-west-1:111111111111:function:*' } },
    }]);
  });

  test('acts for whom it says itself', () => {
    images.access.pull(new iam.ServicePrincipal('ecs.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceOrgID': 'o-1234567890' } } }));
    expect(policy()).toEqual([{ Principal: { Service: 'ecs.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceOrgID': 'o-1234567890' } } }]);
  });
});

describe('bad input', () => {
  const refused = (principal: iam.IGrantable) => expect(() => images.access.pull(principal));

  test.each<[string, () => iam.IGrantable, string]>([
    ['a federated identity', () => new iam.FederatedPrincipal('accounts.google.com', {}, 'sts:AssumeRoleWithWebIdentity'),
      "'grantee' must be an account, a role, a user, a service or an organization, got [\"Federated\"]:"
      + ' grant to the role that a federated identity takes, to a policy in its own account (cdk-secure-ecr:accessPrincipalKind)'],
    ['a policy', () => new iam.Policy(elsewhere(), 'Policy'),
      "'grantee' must be an account, a role, a user, a service or an organization, got [\"a policy\"]:"
      + ' grant to the role that a federated identity takes, to a policy in its own account (cdk-secure-ecr:accessPrincipalKind)'],
    ['everybody', () => new iam.AnyPrincipal(),
      "'grantee' must not be everybody, got {\"principal\":\"*\",\"conditions\":{}}: name an account, or an organization (iam.OrganizationPrincipal); public images belong in"
      + ' ECR Public (cdk-secure-ecr:accessPrincipalEverybody)'],
    ['no account', () => new iam.ArnPrincipal('22222222222'),
      "'grantee' must be an account of 12 digits, or the ARN of a role, a user or an account, got [\"22222222222\"]: write it in full:"
      + ' arn:aws:iam::111122223333:role/name; a group takes access in its own account only (cdk-secure-ecr:accessPrincipalArn)'],
    ['a wildcard', () => new iam.ArnPrincipal(arn(OTHER, 'role/ci-*')),
      "'grantee' must have no wildcard in its ARN, which IAM refuses, got [\"arn:aws:iam::222222222222:role/ci-*\"]: use"
      + ' RegistryPrincipal.role or .permissionSet, or the account with a condition on aws:PrincipalArn (cdk-secure-ecr:accessPrincipalWildcard)'],
  ])('%s is refused', (_name, make, message) => {
    refused(make()).toThrow(new Error(`[Stack/Images] ${message}`));
    expect(policy()).toEqual([]);
  });

  test.each<[string, () => iam.IGrantable]>([
    ['a web identity', () => new iam.WebIdentityPrincipal(arn('111111111111', 'oidc-provider/token.actions.githubusercontent.com'))],
    ['SAML', () => new iam.SamlPrincipal(iam.SamlProvider.fromSamlProviderArn(stack, 'Saml', arn('111111111111', 'saml-provider/x')), {})],
    ['a canonical user', () => new iam.CanonicalUserPrincipal('79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be')],
    ['a managed policy of another account', () => new iam.ManagedPolicy(elsewhere(), 'Policy')],
    ['a policy that CDK lets nobody read as a principal', () => {
      const { grantPrincipal } = new iam.Policy(elsewhere(), 'Policy');
      const unreadable = Object.defineProperty(Object.create(grantPrincipal), 'policyFragment', { get: () => fail('no principal') });
      return { grantPrincipal: Object.defineProperty(unreadable, 'assumeRoleAction', { value: 'sts:AssumeRole' }) };
    }],
  ])('%s is no kind of principal that ECR knows', (_name, make) => refused(make()).toThrow('accessPrincipalKind'));

  test.each<[string, () => iam.IGrantable]>([
    ['a star', () => new iam.StarPrincipal()],
    ['everybody through an endpoint', () => new iam.AnyPrincipal().withConditions({ StringEquals: { 'aws:SourceVpce': 'vpce-1' } })],
    ['everybody, by an ARN', () => new iam.ArnPrincipal('*')],
    ['everybody in a composite', () => new iam.CompositePrincipal(new iam.AccountPrincipal(OTHER), new iam.AnyPrincipal())],
  ])('%s is everybody', (_name, make) => refused(make()).toThrow('accessPrincipalEverybody'));

  test.each([
    ['OrgID', 'o-a1b2c3d4e5'], ['OrgPaths', 'o-a1b2c3d4e5/*'], ['Account', OTHER], ['Arn', `arn:aws:iam::${OTHER}:role/*`],
  ])('everybody with a condition on aws:Principal%s is somebody, if it names one', (key, value) => {
    const asked = (values: string) => new iam.AnyPrincipal().withConditions({ 'ForAnyValue:StringLike': { [`aws:Principal${key}`]: values } });
    refused(asked(value)).not.toThrow();
    refused(asked('*')).toThrow('accessPrincipalEverybody');
  });

  test.each<[string, () => iam.IGrantable]>([
    ['an account of 11 digits', () => new iam.AccountPrincipal('22222222222')],
    ['an account that is a name', () => new iam.AccountPrincipal('production')],
    ['half an ARN', () => new iam.ArnPrincipal('role/ci')],
    ['a group', () => new iam.ArnPrincipal(arn(OTHER, 'group/team'))],
    ['an instance profile', () => new iam.ArnPrincipal(arn(OTHER, 'instance-profile/x'))],
    ['a role of no account', () => new iam.ArnPrincipal('arn:aws:iam:::role/ci')],
    ['a wildcard for the account', () => new iam.ArnPrincipal('arn:aws:iam::*:role/ci')],
    ['a bucket', () => new iam.ArnPrincipal('arn:aws:s3:::bucket')],
    ['an imported role of an odd account', () => iam.Role.fromRoleArn(stack, 'Odd', 'arn:aws:iam::2222:role/ci')],
  ])('%s is no principal', (_name, make) => refused(make()).toThrow('accessPrincipalArn'));

  test.each(['role/*', 'role/c?', 'user/x*'])('%s has a wildcard', (rest) => {
    refused(new iam.ArnPrincipal(arn(OTHER, rest))).toThrow('accessPrincipalWildcard');
  });

  test('more than one mistake is reported at once', () => {
    refused(new iam.ArnPrincipal('arn:aws:s3:::*')).toThrow(/accessPrincipalArn[^]*accessPrincipalWildcard/);
  });

  test('a name that is worked out at synthesis is let through', () => {
    refused(new iam.ArnPrincipal(Lazy.string({ produce: () => arn(OTHER, 'role/ci') }))).not.toThrow();
  });
});
