import {
  App, BootstraplessSynthesizer, CfnParameter, CliCredentialsStackSynthesizer, DefaultStackSynthesizer, LegacyStackSynthesizer, Stack,
  type IStackSynthesizer, aws_ecr as ecr, aws_iam as iam,
} from 'aws-cdk-lib';
import { RegistryPrincipal, RepositoryAccess, SecureEcrRepository, type GuardOptions } from '../../src';
import { DeployedStack } from '../support/deployed-stack';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const arn = (name: string, account = ENV.account) => `arn:aws:iam::${account}:role/${name}`;
const ROOT = `arn:aws:iam::${ENV.account}:root`;
const DEPLOYMENT = arn('cdk-hnb659fds-cfn-exec-role-111111111111-eu-west-1');
const WRITERS = [
  arn('aws-service-role/replication.ecr.amazonaws.com/AWSServiceRoleForECRReplication'),
  arn('aws-service-role/pullthroughcache.ecr.amazonaws.com/AWSServiceRoleForECRPullThroughCache'),
];

let app: App;
let stack: Stack;
let images: SecureEcrRepository;
const setUp = (synthesizer?: IStackSynthesizer) => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV, synthesizer });
  images = new SecureEcrRepository(stack, 'Images');
};
beforeEach(() => setUp());
const role = (roleName: string) => new iam.Role(stack, roleName, { roleName, assumedBy: new iam.AccountRootPrincipal() });
const guards = (repository: ecr.IRepositoryRef = images) => Object.fromEntries(
  new DeployedStack(stack).resourcePolicy(repository)!.Statement
    .filter(({ Sid, Effect, Principal }) => {
      if (Sid === 'DenyWithoutTls') return false;
      expect([Effect, Principal]).toEqual(['Deny', { AWS: '*' }]);
      return true;
    })
    .map(({ Sid, Action, Condition }) => [Sid, { Action, Condition }]),
);
const butFor = (...callers: string[]) => ({ ArnNotLike: { 'aws:PrincipalArn': callers } });
const LIFTING = ['ecr:DeleteRepository', 'ecr:DeleteRepositoryPolicy', 'ecr:SetRepositoryPolicy'];
const POLICY = (...above: string[]) => ({
  DenyDeletionAndPolicyChanges: { Action: LIFTING, Condition: butFor(DEPLOYMENT, ...above, ROOT) },
});

describe('each guard denies to everybody but those above it, and shuts the policy', () => {
  test('pushOnlyBy', () => {
    images.access.pushOnlyBy([role('ci'), RegistryPrincipal.role('222222222222', 'ci'), new iam.ArnPrincipal('arn:aws:iam::222222222222:user/u')]);
    expect(guards()).toEqual({
      ...POLICY(),
      DenyPushesOfOthers: {
        Action: ['ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart'],
        Condition: butFor(arn('ci'), arn('ci', '222222222222'), 'arn:aws:iam::222222222222:user/u', ...WRITERS),
      },
    });
  });

  test('forbidImageDeletion', () => {
    images.access.forbidImageDeletion({ exemptPrincipals: [role('janitor'), RegistryPrincipal.permissionSet('111111111111', 'Keepers')] });
    expect(guards()).toEqual({
      ...POLICY(),
      DenyImageDeletion: {
        Action: ['ecr:BatchDeleteImage', 'ecr:PutLifecyclePolicy', 'ecr:UpdateImageStorageClass'],
        Condition: butFor(DEPLOYMENT, arn('janitor'), arn('aws-reserved/sso.amazonaws.com*/AWSReservedSSO_Keepers_????????????????')),
      },
    });
  });

  test('forbidImageDeletion, with no exception', () => {
    images.access.forbidImageDeletion();
    expect(guards().DenyImageDeletion.Condition).toEqual(butFor(DEPLOYMENT));
  });

  test('forbidTagMutabilityChanges', () => {
    images.access.forbidTagMutabilityChanges();
    expect(guards()).toEqual({ ...POLICY(), DenyTagMutabilityChanges: { Action: 'ecr:PutImageTagMutability', Condition: butFor(DEPLOYMENT) } });
  });

  test('forbidDeletionAndPolicyChanges', () => {
    images.access.forbidDeletionAndPolicyChanges();
    expect(guards()).toEqual(POLICY());
  });

  test('all of them, in any order, shut it once', () => {
    images.access.forbidDeletionAndPolicyChanges();
    images.access.pushOnlyBy([role('ci')]);
    images.access.forbidTagMutabilityChanges();
    images.access.forbidImageDeletion();
    expect(Object.keys(guards())).toEqual([
      'DenyDeletionAndPolicyChanges', 'DenyPushesOfOthers', 'DenyTagMutabilityChanges', 'DenyImageDeletion',
    ]);
    expect(() => app.synth()).not.toThrow();
  });
});

describe('breakGlass', () => {
  test.each<[string, (access: RepositoryAccess, options: GuardOptions) => void, string, string[]]>([
    ['pushOnlyBy', (access, options) => access.pushOnlyBy([role('ci')], options), 'DenyPushesOfOthers', [arn('ci'), arn('fire'), ...WRITERS]],
    ['forbidImageDeletion', (access, options) => access.forbidImageDeletion(options), 'DenyImageDeletion', [DEPLOYMENT, arn('fire')]],
    ['forbidTagMutabilityChanges', (access, options) => access.forbidTagMutabilityChanges(options), 'DenyTagMutabilityChanges',
      [DEPLOYMENT, arn('fire')]],
    ['forbidDeletionAndPolicyChanges', (access, options) => access.forbidDeletionAndPolicyChanges(options), 'DenyDeletionAndPolicyChanges',
      [DEPLOYMENT, arn('fire'), ROOT]],
  ])('is above %s, and above the policy', (_name, guard, sid, callers) => {
    guard(images.access, { breakGlass: role('fire') });
    expect(guards()[sid].Condition.ArnNotLike['aws:PrincipalArn']).toEqual(callers);
    expect(guards()).toMatchObject(POLICY(arn('fire')));
  });

  test('is the same for all guards', () => {
    const fire = role('fire');
    images.access.forbidDeletionAndPolicyChanges({ breakGlass: fire });
    images.access.forbidTagMutabilityChanges({ breakGlass: fire });
    expect(() => images.access.forbidImageDeletion()).toThrow(/'forbidImageDeletion' must have the breakGlass and deployedBy of the other guards/);
    expect(() => images.access.forbidImageDeletion({ breakGlass: role('water') })).toThrow('accessGuardDiffers');
    expect(() => RepositoryAccess.fromRepository(images).forbidImageDeletion({ breakGlass: fire })).not.toThrow();
  });
});

describe('deployedBy', () => {
  test('names the role that deploys instead of the one that the synthesizer knows', () => {
    images.access.forbidTagMutabilityChanges({ deployedBy: role('deployer') });
    expect(guards()).toEqual({
      DenyDeletionAndPolicyChanges: { Action: LIFTING, Condition: butFor(arn('deployer'), ROOT) },
      DenyTagMutabilityChanges: { Action: 'ecr:PutImageTagMutability', Condition: butFor(arn('deployer')) },
    });
  });

  test('is no pusher', () => {
    images.access.pushOnlyBy([role('ci')], { deployedBy: role('deployer') });
    expect(guards().DenyPushesOfOthers.Condition.ArnNotLike['aws:PrincipalArn']).toEqual([arn('ci'), ...WRITERS]);
  });

  test('is the same for all guards', () => {
    images.access.forbidTagMutabilityChanges({ deployedBy: role('deployer') });
    expect(() => images.access.forbidDeletionAndPolicyChanges()).toThrow(
      "[Stack/Images] 'forbidDeletionAndPolicyChanges' must have the breakGlass and deployedBy of the other guards of the repository, got",
    );
    expect(() => images.access.forbidDeletionAndPolicyChanges()).toThrow(
      'give all of them the same: who may change the policy can lift every guard (cdk-secure-ecr:accessGuardDiffers)',
    );
  });
});

describe('the deployment is, by the synthesizer of the stack,', () => {
  test.each<[string, () => IStackSynthesizer, string]>([
    ['the role of the bootstrap', () => new DefaultStackSynthesizer(), DEPLOYMENT],
    ['that of another qualifier', () => new DefaultStackSynthesizer({ qualifier: 'team' }), arn('cdk-team-cfn-exec-role-111111111111-eu-west-1')],
    ['a role of a name', () => new DefaultStackSynthesizer({ cloudFormationExecutionRole: arn('deployer') }), arn('deployer')],
    ['a role of a name with a partition', () => new DefaultStackSynthesizer({
      cloudFormationExecutionRole: 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/deployer',
    }), arn('deployer')],
    ['the role of the bootstrap of another Region', () => new BootstraplessSynthesizer(), DEPLOYMENT],
    ['a given role, without a bootstrap', () => new BootstraplessSynthesizer({ cloudFormationExecutionRoleArn: arn('deployer') }), arn('deployer')],
  ])('%s', (_name, synthesizer, deployer) => {
    setUp(synthesizer());
    images.access.forbidTagMutabilityChanges();
    expect(guards().DenyTagMutabilityChanges.Condition).toEqual(butFor(deployer));
    expect(guards().DenyDeletionAndPolicyChanges.Condition).toEqual(butFor(deployer, ROOT));
  });

  test.each<[string, () => IStackSynthesizer]>([
    ['of the CLI', () => new CliCredentialsStackSynthesizer()],
    ['of old', () => new LegacyStackSynthesizer()],
  ])('whoever asks CloudFormation, with that %s', (_name, synthesizer) => {
    setUp(synthesizer());
    const via = { 'ForAllValues:StringNotEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] } };
    images.access.forbidTagMutabilityChanges();
    expect(guards().DenyTagMutabilityChanges.Condition).toEqual(via);
    expect(guards().DenyDeletionAndPolicyChanges.Condition).toEqual({ ...butFor(ROOT), ...via });
  });

  test('the one of the place where a stack that does not know it goes', () => {
    stack = new Stack(app, 'Agnostic');
    images = new SecureEcrRepository(stack, 'Images');
    images.access.forbidTagMutabilityChanges();
    expect(guards().DenyTagMutabilityChanges.Condition).toEqual(butFor(DEPLOYMENT));
  });
});

describe('who is named', () => {
  test('may be a role or user of this stack, an imported one, or one known only at deployment', () => {
    images.access.pushOnlyBy([
      new iam.User(stack, 'User', { userName: 'user' }),
      iam.Role.fromRoleArn(stack, 'Imported', arn('imported', '222222222222')),
      new iam.ArnPrincipal(new CfnParameter(stack, 'Arn', { default: arn('x') }).valueAsString),
      new iam.CompositePrincipal(role('a'), role('b')),
    ]);
    const statement = stack.resolve((images.node.defaultChild as ecr.CfnRepository).repositoryPolicyText).Statement
      .find(({ Sid }: { Sid: string }) => Sid === 'DenyPushesOfOthers');
    expect(statement.Condition.ArnNotLike['aws:PrincipalArn'].slice(0, 5)).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^User/), 'Arn'] },
      arn('imported', '222222222222'),
      { Ref: 'Arn' },
      { 'Fn::GetAtt': [expect.stringMatching(/^a/), 'Arn'] },
      { 'Fn::GetAtt': [expect.stringMatching(/^b/), 'Arn'] },
    ]);
  });

  test('may be a role of another stack that needs nothing of this one', () => {
    const other = new Stack(app, 'Other', { env: ENV });
    images.access.pushOnlyBy([new iam.Role(other, 'Role', { assumedBy: new iam.AccountRootPrincipal() })]);
    expect(JSON.stringify(app.synth().getStackByName('Stack').template)).toContain('{"Fn::ImportValue":"Other:ExportsOutputFnGetAttRole');
  });

  test('may not be a role of another stack that is granted access, too: each stack would need the other', () => {
    const pusher = new iam.Role(new Stack(app, 'Other', { env: ENV }), 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    images.access.push(pusher);
    images.access.pushOnlyBy([pusher]);
    expect(() => app.synth()).toThrow('cyclic reference');
  });

  test('may be that role by its name', () => {
    const pusher = new iam.Role(new Stack(app, 'Other', { env: ENV }), 'Role', { roleName: 'ci', assumedBy: new iam.AccountRootPrincipal() });
    images.access.push(pusher);
    images.access.pushOnlyBy([RegistryPrincipal.role(ENV.account, 'ci')]);
    expect(() => app.synth()).not.toThrow();
  });

  test.each<[string, () => iam.IGrantable]>([
    ['an account', () => new iam.AccountPrincipal('222222222222')],
    ['the account', () => new iam.AccountRootPrincipal()],
    ['everybody', () => new iam.AnyPrincipal()],
    ['a service', () => new iam.ServicePrincipal('codebuild.amazonaws.com')],
    ['a service among roles', () => new iam.CompositePrincipal(role('r'), new iam.ServicePrincipal('codebuild.amazonaws.com'))],
    ['an organization', () => new iam.OrganizationPrincipal('o-1234567890')],
    ['a unit', () => RegistryPrincipal.organizationalUnit('o-a1b2c3d4e5/r-ab12/ou-ab12-11111111')],
    ['a federated identity', () => new iam.FederatedPrincipal('accounts.google.com', {}, 'sts:AssumeRoleWithWebIdentity')],
    ['a session', () => new iam.ArnPrincipal('arn:aws:sts::111111111111:assumed-role/r/session')],
    ['a group by its ARN', () => new iam.ArnPrincipal('arn:aws:iam::111111111111:group/g')],
    ['an ARN with a wildcard', () => new iam.ArnPrincipal(arn('*'))],
    ['a role with a condition', () => new iam.PrincipalWithConditions(role('r'), { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })],
    ['a role by its name with a condition', () => (RegistryPrincipal.role('222222222222', 'r') as iam.PrincipalBase)
      .withConditions({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } })],
    ['nobody known', () => new iam.UnknownPrincipal({ resource: stack })],
  ])('is not %s', (_name, make) => {
    expect(() => images.access.pushOnlyBy([make()])).toThrow('accessGuardPrincipal');
  });

  test('is named in the error, with all that is wrong', () => {
    const wrong = [new iam.AccountPrincipal('222222222222'), role('right'), new iam.ServicePrincipal('codebuild.amazonaws.com')];
    expect(() => images.access.pushOnlyBy(wrong)).toThrow(new Error([
      'AccountPrincipal(222222222222)', 'ServicePrincipal(codebuild.amazonaws.com)',
    ].map((who) => `[Stack/Images] 'pushers' must be roles or users, without conditions, got "${who}": name each role: iam.Role,`
      + ' RegistryPrincipal.role, RegistryPrincipal.permissionSet (cdk-secure-ecr:accessGuardPrincipal)').join('\n')));
    expect(guards()).toEqual({});
  });

  test.each<[string, (options: { account: iam.IPrincipal }) => void]>([
    ['breakGlass', ({ account }) => images.access.forbidDeletionAndPolicyChanges({ breakGlass: account })],
    ['deployedBy', ({ account }) => images.access.forbidDeletionAndPolicyChanges({ deployedBy: account })],
    ['exemptPrincipals', ({ account }) => images.access.forbidImageDeletion({ exemptPrincipals: [account] })],
  ])('is checked as %s, too', (prop, guard) => {
    expect(() => guard({ account: new iam.AccountPrincipal('222222222222') })).toThrow(`'${prop}' must be roles or users`);
    expect(guards()).toEqual({});
  });
});

describe('bad input', () => {
  test('no pusher', () => {
    expect(() => images.access.pushOnlyBy([])).toThrow(new Error(
      "[Stack/Images] 'pushOnlyBy' must name a pusher, got []: name the role of the pipeline; a repository that nobody pushes to needs no guard but"
      + ' its deletion (cdk-secure-ecr:accessGuardEmpty)',
    ));
  });

  test.each<[string, (access: RepositoryAccess) => void]>([
    ['pushOnlyBy', (access) => access.pushOnlyBy([RegistryPrincipal.role('111111111111', 'ci')])],
    ['forbidImageDeletion', (access) => access.forbidImageDeletion()],
    ['forbidTagMutabilityChanges', (access) => access.forbidTagMutabilityChanges()],
    ['forbidDeletionAndPolicyChanges', (access) => access.forbidDeletionAndPolicyChanges()],
  ])('%s twice', (name, guard) => {
    guard(images.access);
    expect(() => guard(images.access)).toThrow(new Error(
      `[Stack/Images] '${name}' must be called once, got "a second call": name everybody in one call (cdk-secure-ecr:accessGuardTwice)`,
    ));
  });

  test('a repository of another app', () => {
    const imported = RepositoryAccess.fromRepository(ecr.Repository.fromRepositoryName(stack, 'Theirs', 'theirs'));
    expect(() => imported.forbidDeletionAndPolicyChanges()).toThrow(new Error(
      "[Stack/Theirs] 'repository' must be one whose policy this app writes, got \"DenyDeletionAndPolicyChanges\": do this in the app that makes the"
      + ' repository; for an imported one only principals with policies of their own can be granted to (cdk-secure-ecr:accessPolicyForeign)',
    ));
  });
});

describe('a grant that contradicts pushOnlyBy', () => {
  const MESSAGE = "'push' must be granted only to whom pushOnlyBy names, got [\"222222222222:role/other\"]: name it in pushOnlyBy too, or take the"
    + ' grant away: the guard refuses its pushes (cdk-secure-ecr:accessPushContradiction)';

  test.each<[string, () => void]>([
    ['after it', () => {
      images.access.pushOnlyBy([RegistryPrincipal.role('222222222222', 'ci')]);
      images.access.push(RegistryPrincipal.role('222222222222', 'other'));
    }],
    ['before it', () => {
      images.grantPush(RegistryPrincipal.role('222222222222', 'other'));
      images.access.pushOnlyBy([RegistryPrincipal.role('222222222222', 'ci')]);
    }],
  ])('is an error: %s', (_name, make) => {
    make();
    expect(() => app.synth()).toThrow(`[Stack/Images] ${MESSAGE}`);
  });

  test.each<[string, () => void]>([
    ['it names them', () => {
      images.access.push(RegistryPrincipal.role('222222222222', 'ci'));
      images.access.pushOnlyBy([RegistryPrincipal.role('222222222222', 'ci')]);
    }],
    ['it names them, in another way', () => {
      images.access.push(new iam.ArnPrincipal('arn:aws:iam::222222222222:role/ci'));
      images.access.pushOnlyBy([RegistryPrincipal.role('222222222222', 'ci')]);
    }],
    ['they are above it', () => {
      images.access.push(RegistryPrincipal.role('222222222222', 'fire'));
      images.access.pushOnlyBy([RegistryPrincipal.role('222222222222', 'ci')], { breakGlass: RegistryPrincipal.role('222222222222', 'fire') });
    }],
    ['they may be a role that it names, for all that is known', () => {
      images.access.push(RegistryPrincipal.role('111111111111', 'ci'));
      images.access.pushOnlyBy([role('ci')]);
    }],
    ['they are many, one of whom it may name', () => {
      images.access.push(new iam.AccountPrincipal('222222222222'));
      images.access.pushOnlyBy([RegistryPrincipal.role('222222222222', 'ci')]);
    }],
    ['they only pull', () => {
      images.access.pull(RegistryPrincipal.role('222222222222', 'other'));
      images.access.pushOnlyBy([RegistryPrincipal.role('222222222222', 'ci')]);
    }],
    ['there is none', () => images.access.push(RegistryPrincipal.role('222222222222', 'other'))],
  ])('is none where %s', (_name, make) => {
    make();
    expect(() => app.synth()).not.toThrow();
  });

  test('is told once, however often it was granted', () => {
    images.access.pushOnlyBy([RegistryPrincipal.role('222222222222', 'ci')]);
    [1, 2].forEach(() => images.access.push(RegistryPrincipal.role('222222222222', 'other')));
    expect(images.node.validate().join().split('accessPushContradiction')).toHaveLength(2);
  });

  test('is one among roles of the app, too', () => {
    images.access.push(role('other'));
    images.access.pushOnlyBy([role('ci')]);
    expect(() => app.synth()).toThrow('accessPushContradiction');
  });
});
