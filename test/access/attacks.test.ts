import { App, Stack, aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import { AccessCondition, RegistryPrincipal, RepositoryAccess, SecureEcrRepository } from '../../src';
import { DeployedStack, type Policy } from '../support/deployed-stack';
import { ANONYMOUS, simulate } from '../support/simulate';

/*
 * What somebody might try, by the name of the attack. Each attacker holds the rights of an administrator of the own
 * account, and each attack is tried against a repository without the defence, too, where there is one to take away.
 */

const ACCOUNT = '111111111111';
const PRODUCTION = '222222222222';
const ATTACKER = '666666666666';
const role = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;
const ADMINISTRATOR: Policy = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const WRITE = ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'];
const READ = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

type Context = Record<string, string | string[]>;

interface Asking {
  readonly context?: Context;
  readonly policies?: Policy[];
}

/** A repository after deployment, and who may do what with it. */
class Target {
  public readonly repository: SecureEcrRepository;
  private readonly stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: 'eu-west-1' } });

  constructor(private readonly grant: (access: RepositoryAccess, target: Target) => void = () => undefined) {
    this.repository = new SecureEcrRepository(this.stack, 'Images');
    this.grant(this.repository.access, this);
  }

  public role(roleName: string, path?: string): iam.Role {
    return new iam.Role(this.stack, roleName, { roleName, path, assumedBy: new iam.AccountRootPrincipal() });
  }

  /** Which of the actions somebody may: an administrator, unless the policies are given. */
  public async allows(principal: string, actions: string[], { context = {}, policies }: Asking = {}): Promise<string[]> {
    const deployed = new DeployedStack(this.stack);
    const identityPolicies = policies ?? (principal.startsWith('arn:') ? [ADMINISTRATOR] : []);
    const answers = await Promise.all(actions.map(async (action) => simulate({
      principal, action, context, identityPolicies, resource: deployed.arn(this.repository), resourcePolicy: deployed.resourcePolicy(this.repository),
    })));
    return actions.filter((_, index) => answers[index] === 'Allowed');
  }

  public ownPolicies(principal: iam.Role): Policy[] {
    return new DeployedStack(this.stack).identityPolicies(principal);
  }
}

describe('from outside', () => {
  const target = () => new Target((access) => {
    access.pull(new iam.AccountPrincipal(PRODUCTION));
    access.pull(new iam.OrganizationPrincipal('o-a1b2c3d4e5'));
    access.push(RegistryPrincipal.role(PRODUCTION, 'ci'));
  });

  test('another account, which knows the ARN', async () => {
    expect(await target().allows(role(ATTACKER, 'admin'), [...READ, ...WRITE, 'ecr:DescribeImages'])).toEqual([]);
    expect(await target().allows(role(PRODUCTION, 'any'), READ)).toEqual(READ);
  });

  test('another organization', async () => {
    const from = (organization: string) => target().allows(role(ATTACKER, 'admin'), READ, { context: { 'aws:PrincipalOrgID': organization } });
    expect(await from('o-b1b2c3d4e5')).toEqual([]);
    expect(await from('o-a1b2c3d4e5x')).toEqual([]);
    expect(await from('o-a1b2c3d4e5')).toEqual(READ);
  });

  test('nobody at all', async () => {
    expect(await target().allows(ANONYMOUS, READ)).toEqual([]);
    expect(await target().allows(ANONYMOUS, READ, { context: { 'aws:PrincipalOrgID': '' } })).toEqual([]);
  });

  test('a wildcard for a principal never comes into the policy', () => {
    for (const principal of [new iam.AnyPrincipal(), new iam.StarPrincipal(), new iam.ArnPrincipal('*'), new iam.ArnPrincipal(role(PRODUCTION, '*'))]) {
      expect(() => new Target((access) => access.pull(principal))).toThrow(/accessPrincipal(Everybody|Wildcard)/);
    }
    expect(() => new Target((access) => access.pull(RegistryPrincipal.role(PRODUCTION, '*')))).toThrow('principalRoleName');
  });
});

describe('a condition that is missing', () => {
  const target = () => new Target((access) => {
    access.when(AccessCondition.of('StringEquals', 'aws:SourceVpce', 'vpce-1')).pull(new iam.AccountPrincipal(PRODUCTION));
  });

  test('from the request keeps it out', async () => {
    expect(await target().allows(role(PRODUCTION, 'any'), READ, { context: { 'aws:SourceVpce': 'vpce-1' } })).toEqual(READ);
    expect(await target().allows(role(PRODUCTION, 'any'), READ)).toEqual([]);
    expect(await target().allows(role(PRODUCTION, 'any'), READ, { context: { 'aws:SourceVpc': 'vpce-1' } })).toEqual([]);
  });

  test('cannot be written as one that a missing key satisfies', () => {
    for (const operator of ['StringEqualsIfExists', 'ForAllValues:StringEquals', 'StringNotEquals', 'Null']) {
      expect(() => AccessCondition.of(operator, 'aws:SourceVpce', 'vpce-1')).toThrow('accessConditionOperator');
    }
  });
});

describe('by another name', () => {
  test('role chaining: a pusher takes on another role, which is no pusher', async () => {
    const target = new Target((access) => access.pushOnlyBy([RegistryPrincipal.role(ACCOUNT, 'ci')]));
    expect(await target.allows(role(ACCOUNT, 'ci'), WRITE)).toEqual(WRITE);
    expect(await target.allows(role(ACCOUNT, 'next'), WRITE, { context: { 'aws:SourceIdentity': 'ci', 'aws:userid': 'AROAEXAMPLE:ci' } })).toEqual([]);
  });

  test('a session that is named like the pusher', async () => {
    const target = new Target((access) => access.pushOnlyBy([RegistryPrincipal.role(ACCOUNT, 'ci')]));
    const session = `arn:aws:sts::${ACCOUNT}:assumed-role/next/ci`;
    expect(await target.allows(session, WRITE, { context: { 'aws:PrincipalArn': role(ACCOUNT, 'next') } })).toEqual([]);
  });

  test.each(['x/ci', 'cicd', 'ci2', 'team/ci/x', 'CI'])('a role %s that looks like ci', async (name) => {
    const target = new Target((access) => {
      access.push(RegistryPrincipal.role(PRODUCTION, 'ci'));
      access.pushOnlyBy([RegistryPrincipal.role(PRODUCTION, 'ci'), RegistryPrincipal.role(ACCOUNT, 'ci')]);
    });
    expect(await target.allows(role(PRODUCTION, 'ci'), WRITE)).toEqual(WRITE);
    expect(await target.allows(role(PRODUCTION, name), WRITE)).toEqual([]);
    expect(await target.allows(role(ACCOUNT, name), WRITE)).toEqual([]);
  });

  test.each([
    'AWSReservedSSO_Release_0123456789abcdef', // outside the path that only AWS can write to
    'aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_ReleaseNotes_0123456789abcdef',
    'aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Release_X_0123456789abcdef',
    'aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Pre_Release_0123456789abcdef',
    'aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Release_0123456789abcde',
    'x/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Release_0123456789abcdef',
  ])('a role %s that looks like a permission set', async (name) => {
    const target = new Target((access) => {
      access.pull(RegistryPrincipal.permissionSet(PRODUCTION, 'Release'));
      access.pushOnlyBy([RegistryPrincipal.permissionSet(ACCOUNT, 'Release')]);
    });
    const real = 'aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Release_fedcba9876543210';
    expect(await target.allows(role(PRODUCTION, real), READ)).toEqual(READ);
    expect(await target.allows(role(ACCOUNT, real), WRITE)).toEqual(WRITE);
    expect(await target.allows(role(PRODUCTION, name), READ)).toEqual([]);
    expect(await target.allows(role(ACCOUNT, name), WRITE)).toEqual([]);
  });

  test('a role of the same name in another account', async () => {
    const target = new Target((access) => access.push(RegistryPrincipal.role(PRODUCTION, 'ci')));
    expect(await target.allows(role(ATTACKER, 'ci'), WRITE)).toEqual([]);
  });

  test('a unit whose id goes on', async () => {
    const target = new Target((access) => access.pull(RegistryPrincipal.organizationalUnit('o-a1b2c3d4e5/r-ab12/ou-ab12-11111111')));
    const from = (path: string) => target.allows(role(ATTACKER, 'admin'), READ, { context: { 'aws:PrincipalOrgPaths': [path] } });
    expect(await from('o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/')).toEqual(READ);
    expect(await from('o-a1b2c3d4e5/r-ab12/ou-ab12-111111112/')).toEqual([]);
    expect(await from('o-a1b2c3d4e5/r-ab12/ou-ab12-22222222/ou-ab12-11111111/')).toEqual([]);
  });
});

describe('tag spoofing', () => {
  test('a tag of another value, key or place', async () => {
    const target = new Target((access) => access.when(AccessCondition.principalTag('team', 'shop')).pull(new iam.AccountPrincipal(PRODUCTION)));
    const tagged = (context: Context) => target.allows(role(PRODUCTION, 'any'), READ, { context });
    expect(await tagged({ 'aws:PrincipalTag/team': 'shop' })).toEqual(READ);
    expect(await tagged({ 'aws:PrincipalTag/team': 'Shop' })).toEqual([]);
    expect(await tagged({ 'aws:PrincipalTag/team': '*' })).toEqual([]);
    expect(await tagged({ 'aws:PrincipalTag/teams': 'shop' })).toEqual([]);
  });

  test('the tag of a role without a name is worth something in its own account only', async () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env: { account: ACCOUNT, region: 'eu-west-1' } });
    const images = new SecureEcrRepository(stack, 'Images', { repositoryName: 'images' });
    const production = new Stack(app, 'Production', { env: { account: PRODUCTION, region: 'eu-west-1' } });
    const grantee = new iam.Role(production, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    images.access.pull(grantee);

    const [registry, theirs] = [new DeployedStack(stack), new DeployedStack(production)];
    const ask = (principal: string, context: Context) => simulate({
      principal, action: 'ecr:BatchGetImage', resource: registry.arn(images), resourcePolicy: registry.resourcePolicy(images), context, identityPolicies: [ADMINISTRATOR],
    });
    const tags = theirs.principalTags(grantee);
    expect(await ask(theirs.arn(grantee), tags)).toBe('Allowed');
    expect(await ask(theirs.arn(grantee), {})).toBe('ImplicitlyDenied');
    expect(await ask(role(ATTACKER, 'admin'), tags)).toBe('ImplicitlyDenied');
    // Whoever may tag roles or sessions there can. A role with a name is known by it instead.
    expect(await ask(role(PRODUCTION, 'other'), tags)).toBe('Allowed');
  });
});

describe('confused deputy', () => {
  test.each<[string, (access: RepositoryAccess) => void, string, Context, Context]>([
    ['Lambda', (access) => access.pullByLambda(), 'lambda.amazonaws.com',
      { 'aws:SourceArn': `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f` },
      { 'aws:SourceArn': `arn:aws:lambda:eu-west-1:${ATTACKER}:function:f` }],
    ['Lambda for another account', (access) => access.pullByLambda({ account: PRODUCTION }), 'lambda.amazonaws.com',
      { 'aws:SourceArn': `arn:aws:lambda:eu-west-1:${PRODUCTION}:function:f` },
      { 'aws:SourceArn': `arn:aws:lambda:eu-west-1:${ATTACKER}:function:f` }],
    ['Lambda, as CDK grants it', (access) => access.pull(new iam.ServicePrincipal('lambda.amazonaws.com')), 'lambda.amazonaws.com',
      { 'aws:SourceArn': `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f` },
      { 'aws:SourceArn': `arn:aws:lambda:eu-west-1:${ATTACKER}:function:${ACCOUNT}:function:f` }],
    ['another service', (access) => access.pull(new iam.ServicePrincipal('apprunner.amazonaws.com')), 'apprunner.amazonaws.com',
      { 'aws:SourceAccount': ACCOUNT }, { 'aws:SourceAccount': ATTACKER }],
  ])('%s acts for an account, and not for another, nor for nobody', async (_name, grant, service, ours, theirs) => {
    const target = new Target(grant);
    const actions = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
    expect(await target.allows(service, actions, { context: ours })).toEqual(actions);
    expect(await target.allows(service, actions, { context: theirs })).toEqual([]);
    expect(await target.allows(service, actions)).toEqual([]);
    expect(await target.allows(service, WRITE, { context: ours })).toEqual([]);
  });

  test('CodeBuild with a project of the same name in another account', async () => {
    const arn = (account: string) => `arn:aws:codebuild:eu-west-1:${account}:project/build`;
    const target = new Target((access) => access.pullByCodeBuild({
      projectRef: { projectArn: arn(ACCOUNT), projectName: 'build' }, env: { account: ACCOUNT, region: 'eu-west-1' },
    } as Parameters<typeof access.pullByCodeBuild>[0]));
    const as = (SourceArn: string, account: string) => target.allows('codebuild.amazonaws.com', READ, {
      context: { 'aws:SourceArn': SourceArn, 'aws:SourceAccount': account },
    });
    expect(await as(arn(ACCOUNT), ACCOUNT)).toEqual(['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']);
    expect(await as(arn(ATTACKER), ATTACKER)).toEqual([]);
    expect(await as(arn(ACCOUNT), ATTACKER)).toEqual([]);
  });
});

describe('by an administrator of the account', () => {
  const ADMIN = role(ACCOUNT, 'admin');
  const CI = role(ACCOUNT, 'ci');
  const ci = RegistryPrincipal.role(ACCOUNT, 'ci');
  /** To make another one of the same name, too. */
  const POLICY = ['ecr:SetRepositoryPolicy', 'ecr:DeleteRepositoryPolicy', 'ecr:DeleteRepository'];

  test('pushing around the pipeline', async () => {
    expect(await new Target().allows(ADMIN, WRITE)).toEqual(WRITE);
    expect(await new Target((access) => access.pushOnlyBy([ci])).allows(ADMIN, WRITE)).toEqual([]);
    expect(await new Target((access) => access.pushOnlyBy([ci])).allows(CI, WRITE)).toEqual(WRITE);
  });

  test.each<[string, (access: RepositoryAccess) => void]>([
    ['pushOnlyBy', (access) => access.pushOnlyBy([ci])],
    ['forbidImageDeletion', (access) => access.forbidImageDeletion()],
    ['forbidTagMutabilityChanges', (access) => access.forbidTagMutabilityChanges()],
    ['forbidDeletionAndPolicyChanges', (access) => access.forbidDeletionAndPolicyChanges()],
  ])('lifting %s by another policy, or by deleting the repository, the pusher included', async (_name, guard) => {
    expect(await new Target().allows(ADMIN, POLICY)).toEqual(POLICY);
    for (const who of [ADMIN, CI]) expect(await new Target(guard).allows(who, POLICY)).toEqual([]);
  });

  test('a policy edit through CloudFormation, where it has a role of its own', async () => {
    const target = new Target((access) => access.forbidDeletionAndPolicyChanges());
    expect(await target.allows(ADMIN, POLICY, { context: { 'aws:CalledVia': ['cloudformation.amazonaws.com'] } })).toEqual([]);
  });

  test('deleting images: at once, by a lifecycle policy, or out of reach in the archive', async () => {
    const ways = ['ecr:BatchDeleteImage', 'ecr:PutLifecyclePolicy', 'ecr:UpdateImageStorageClass'];
    expect(await new Target().allows(ADMIN, ways)).toEqual(ways);
    expect(await new Target((access) => access.forbidImageDeletion()).allows(ADMIN, ways)).toEqual([]);
    expect(await new Target((access) => access.pushOnlyBy([ci])).allows(CI, ways)).toEqual(ways); // that takes the other guard
  });

  test('making tags mutable, to move one to another image', async () => {
    const ways = ['ecr:PutImageTagMutability'];
    expect(await new Target().allows(ADMIN, ways)).toEqual(ways);
    expect(await new Target((access) => access.forbidTagMutabilityChanges()).allows(ADMIN, ways)).toEqual([]);
  });

  test('a later grant that would widen pushOnlyBy', async () => {
    const target = new Target((access) => access.pushOnlyBy([ci]));
    target.repository.access.push(new iam.AccountPrincipal(PRODUCTION));
    target.repository.grantPullPush(new iam.OrganizationPrincipal('o-a1b2c3d4e5'));
    const context = { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' };
    expect(await target.allows(role(PRODUCTION, 'any'), WRITE, { context })).toEqual([]);
    expect(await target.allows(ADMIN, WRITE, { context })).toEqual([]);
    expect(await target.allows(CI, WRITE, { context })).toEqual(WRITE);
  });

  test('a later statement that allows everything to an account', async () => {
    const target = new Target((access) => {
      access.pushOnlyBy([ci]);
      access.forbidImageDeletion();
      access.forbidTagMutabilityChanges();
    });
    target.repository.addToResourcePolicy(new iam.PolicyStatement({ principals: [new iam.AccountPrincipal(PRODUCTION)], actions: ['ecr:*'] }));
    const guarded = [
      ...WRITE, ...POLICY, 'ecr:BatchDeleteImage', 'ecr:PutLifecyclePolicy', 'ecr:UpdateImageStorageClass', 'ecr:PutImageTagMutability',
    ];
    expect(await target.allows(role(PRODUCTION, 'any'), ['ecr:ListImages', ...guarded])).toEqual(['ecr:ListImages']);
  });

  test('a service of AWS that is granted the push: it acts for whoever asks it to', async () => {
    const target = new Target((access) => {
      access.push(new iam.ServicePrincipal('signer.amazonaws.com'));
      access.pushOnlyBy([ci]);
    });
    expect(await target.allows('signer.amazonaws.com', WRITE, { context: { 'aws:SourceAccount': ACCOUNT } })).toEqual([]);
    expect(await target.allows('signer.amazonaws.com', WRITE, { context: { 'aws:SourceAccount': ATTACKER } })).toEqual([]);
    expect(await target.allows(role(ACCOUNT, 'signer.amazonaws.com'), WRITE, { context: { 'aws:SourceAccount': ACCOUNT } })).toEqual([]);
  });

  test('a role that takes the place of the one of replication', async () => {
    const target = new Target((access) => access.pushOnlyBy([ci]));
    const writer = 'aws-service-role/replication.ecr.amazonaws.com/AWSServiceRoleForECRReplication'; // a path only AWS can write to
    expect(await target.allows(role(ACCOUNT, writer), WRITE)).toEqual(WRITE);
    expect(await target.allows(role(ACCOUNT, 'AWSServiceRoleForECRReplication'), WRITE)).toEqual([]);
    expect(await target.allows(role(ACCOUNT, `x/${writer}`), WRITE)).toEqual([]);
    expect(await target.allows(role(ACCOUNT, writer.replace('replication.ecr', 'evil.ecr')), WRITE)).toEqual([]);
  });
});

describe('a pusher with the permissions of the grant', () => {
  let target: Target;
  let policies: Policy[];
  let own: string;
  beforeEach(() => {
    target = new Target();
    const pusher = target.role('builder', '/ci/');
    target.repository.access.push(pusher);
    own = role(ACCOUNT, 'ci/builder');
    policies = target.ownPolicies(pusher);
  });

  test('fetches no layer, deletes nothing, and changes no setting', async () => {
    const others = [
      'ecr:GetDownloadUrlForLayer', 'ecr:BatchDeleteImage', 'ecr:SetRepositoryPolicy', 'ecr:PutImageTagMutability', 'ecr:PutLifecyclePolicy',
      'ecr:DeleteRepository', 'ecr:PutImageScanningConfiguration', 'ecr:TagResource', 'ecr:ReplicateImage', 'ecr:UpdateImageStorageClass',
    ];
    expect(await target.allows(own, [...WRITE, ...others], { policies })).toEqual(WRITE);
  });

  test('does not push to another repository', async () => {
    const resource = `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/other`;
    expect(await simulate({ principal: own, action: 'ecr:PutImage', resource, identityPolicies: policies })).toBe('ImplicitlyDenied');
  });

  test('does not push in the clear', async () => {
    expect(await target.allows(own, WRITE, { policies, context: { 'aws:SecureTransport': 'false' } })).toEqual([]);
  });
});

test('a repository of CDK keeps its guards against what its owner adds later', async () => {
  const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: 'eu-west-1' } });
  const repository = new ecr.Repository(stack, 'Images');
  RepositoryAccess.fromRepository(repository).pushOnlyBy([RegistryPrincipal.role(ACCOUNT, 'ci')]);
  repository.addToResourcePolicy(new iam.PolicyStatement({ principals: [new iam.AccountPrincipal(PRODUCTION)], actions: ['ecr:*'] }));
  repository.grantPullPush(new iam.AccountPrincipal(PRODUCTION));

  const deployed = new DeployedStack(stack);
  const ask = (principal: string) => simulate({
    principal, action: 'ecr:PutImage', resource: deployed.arn(repository), resourcePolicy: deployed.resourcePolicy(repository), identityPolicies: [ADMINISTRATOR],
  });
  expect(await ask(role(PRODUCTION, 'any'))).toBe('ExplicitlyDenied');
  expect(await ask(role(ACCOUNT, 'ci'))).toBe('Allowed');
});
