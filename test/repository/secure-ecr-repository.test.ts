import {
  App, CfnParameter, type CfnResource, Duration, Lazy, NestedStack, PhysicalName, RemovalPolicies, RemovalPolicy, Stack, Stage, Tags, Token,
  Validations, aws_codebuild as codebuild, aws_ec2 as ec2, aws_ecr as ecr, aws_ecs as ecs, aws_events_targets as targets,
  aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { EcrEncryption, ImageRetention, ImageTagMutability, SecureEcrRepository } from '../../src';

const ENV = { account: '111111111111', region: 'eu-west-1' };
let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
});
const template = () => Template.fromStack(stack);

function retained<T extends CfnResource>(resource: T): T {
  resource.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return resource;
}

const retainedKey = (scope: Stack) => new kms.Key(scope, 'Key', { removalPolicy: RemovalPolicy.RETAIN });
const theirKey = (scope: Stack) => kms.Key.fromKeyArn(scope, 'Key', 'arn:aws:kms:eu-west-1:222222222222:key/some');

describe('defaults', () => {
  test('make a repository that an audit passes', () => {
    new SecureEcrRepository(stack, 'Images');
    template().hasResource('AWS::ECR::Repository', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        RepositoryName: Match.absent(),
        EmptyOnDelete: Match.absent(),
        ImageTagMutability: 'IMMUTABLE',
        ImageTagMutabilityExclusionFilters: Match.absent(),
        ImageScanningConfiguration: { ScanOnPush: true },
        EncryptionConfiguration: {
          EncryptionType: 'KMS',
          KmsKey: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SecureEcrRepositoryKey'), 'Arn'] },
        },
        RepositoryPolicyText: {
          Version: '2012-10-17',
          Statement: [{
            Sid: 'DenyWithoutTls',
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 'ecr:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }],
        },
      },
    });
  });

  test('raise no warning', () => {
    new SecureEcrRepository(stack, 'Images');
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('synthesize to the same template twice', () => {
    const once = () => {
      const fresh = new Stack(new App(), 'Stack', { env: ENV });
      new SecureEcrRepository(fresh, 'Images');
      return JSON.stringify(Template.fromStack(fresh).toJSON());
    };
    expect(once()).toEqual(once());
  });

  test('work for two repositories in one stack and in a stack without an environment', () => {
    const agnostic = new Stack(new App(), 'Agnostic');
    new SecureEcrRepository(agnostic, 'A');
    new SecureEcrRepository(agnostic, 'B');
    Template.fromStack(agnostic).resourceCountIs('AWS::ECR::Repository', 2);
  });
});

describe('what a synthesis is spared', () => {
  test('a retention that is known is no token, and one that is not still is', () => {
    const age = Duration.days(Token.asNumber(Lazy.any({ produce: () => 9 })));
    const known = new SecureEcrRepository(stack, 'Known');
    const late = new SecureEcrRepository(stack, 'Late', { retention: ImageRetention.standard({ temporaryTagAge: age }) });
    const isToken = ({ node }: SecureEcrRepository) =>
      Token.isUnresolved(((node.defaultChild as ecr.CfnRepository).lifecyclePolicy as ecr.CfnRepository.LifecyclePolicyProperty).lifecyclePolicyText);
    expect([known, late].map(isToken)).toEqual([false, true]);
  });

  test('name and ARN are one token each, however often they are asked for', () => {
    const images = new SecureEcrRepository(stack, 'Images');
    expect(images.repositoryName).toBe(images.repositoryName);
    expect(images.repositoryArn).toBe(images.repositoryArn);
  });
});

describe('repository name', () => {
  test.each(['a1', 'team/app', 'a.b/c_d/e-f', 'x'.repeat(256)])('%s is accepted', (repositoryName) => {
    new SecureEcrRepository(stack, 'Images', { repositoryName });
    template().hasResourceProperties('AWS::ECR::Repository', { RepositoryName: repositoryName });
  });

  test.each([
    ['', 'repositoryNameLength'],
    ['a', 'repositoryNameLength'],
    ['x'.repeat(257), 'repositoryNameLength'],
    ['Team/App', 'repositoryNameInvalid'],
    ['/team', 'repositoryNameInvalid'],
    ['team/', 'repositoryNameInvalid'],
    ['team//app', 'repositoryNameInvalid'],
    ['team..app', 'repositoryNameInvalid'],
    ['app:1', 'repositoryNameInvalid'],
  ])('%p is refused as %s', (repositoryName, code) => {
    expect(() => new SecureEcrRepository(stack, 'Images', { repositoryName })).toThrow(`cdk-secure-ecr:${code}`);
  });

  test('a token is let through', () => {
    const repositoryName = new CfnParameter(stack, 'Name').valueAsString;
    new SecureEcrRepository(stack, 'Images', { repositoryName });
    template().hasResourceProperties('AWS::ECR::Repository', { RepositoryName: { Ref: 'Name' } });
  });
});

describe('bad input', () => {
  test('is reported all at once, with path, value and remedy, and leaves nothing in the tree', () => {
    const make = () => new SecureEcrRepository(stack, 'Images', {
      repositoryName: 'Not Valid',
      removalPolicy: RemovalPolicy.SNAPSHOT,
      emptyOnDelete: true,
    });
    expect(make).toThrow([
      "[Stack/Images] 'repositoryName' must be lower-case letters and digits with single '.', '_', '-' or '/' between them,"
      + ' got "Not Valid": write it in lower case, without a host name, tag or leading slash'
      + ' (cdk-secure-ecr:repositoryNameInvalid)',
      "[Stack/Images] 'removalPolicy' must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got \"snapshot\":"
      + ' use RETAIN to keep the images: there are no snapshots of a repository (cdk-secure-ecr:repositoryRemovalPolicy)',
      "[Stack/Images] 'emptyOnDelete' must go with removalPolicy DESTROY, got \"true and snapshot\":"
      + ' add removalPolicy: RemovalPolicy.DESTROY, or leave emptyOnDelete out (cdk-secure-ecr:repositoryEmptyOnDelete)',
    ].join('\n'));
    expect(stack.node.children).toEqual([]);
  });
});

describe('encryption', () => {
  test('one rotating key serves all repositories of a stack', () => {
    const a = new SecureEcrRepository(stack, 'A');
    const b = new SecureEcrRepository(stack, 'B');
    expect(a.encryptionKey).toBe(b.encryptionKey);
    template().resourceCountIs('AWS::KMS::Key', 1);
    template().hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'Retain',
      Properties: { EnableKeyRotation: true },
    });
  });

  test.each<[string, () => Stack]>([
    ['another stack', () => new Stack(app, 'Other', { env: ENV })],
    ['a nested stack', () => new NestedStack(stack, 'Nested')],
    ['a stack of a stage', () => new Stack(new Stage(app, 'Stage', { env: ENV }), 'Stack')],
    ['a stack of another app', () => new Stack(new App(), 'Stack', { env: ENV })],
  ])('%s has a key of its own, though the choice is one object', (_name, make) => {
    const other = make();
    const encryption = EcrEncryption.sharedKey();
    const [a, b] = [stack, other].map((each) => new SecureEcrRepository(each, 'A', { encryption }));
    expect(a.encryptionKey).not.toBe(b.encryptionKey);
    for (const each of [stack, other]) Template.fromStack(each).resourceCountIs('AWS::KMS::Key', 1);
  });

  test('an id that is taken is an error', () => {
    new kms.Key(stack, 'SecureEcrRepositoryKey');
    expect(() => new SecureEcrRepository(stack, 'A')).toThrow(
      "[Stack/A] 'encryption' must find the id SecureEcrRepositoryKey free in its stack, got \"Stack/SecureEcrRepositoryKey\":"
      + ' give that construct another id, or this repository EcrEncryption.ownKey() (cdk-secure-ecr:repositoryKeyId)',
    );
  });

  test('the key policy lets the account administer, ECR grant, and nobody decrypt', () => {
    new SecureEcrRepository(stack, 'A');
    const [key] = Object.values(template().findResources('AWS::KMS::Key'));
    const statements = key.Properties.KeyPolicy.Statement;
    expect(statements).toHaveLength(2);
    const actions = statements.flatMap((statement: { Action: string[] }) => statement.Action);
    expect(actions.filter((action: string) => /\*|crypt|DataKey|Sign|Verify/.test(action))).toEqual([]);
    expect(statements[0].Action).not.toContain('kms:CreateGrant');
    expect(statements[1]).toMatchObject({
      Action: ['kms:CreateGrant', 'kms:RetireGrant', 'kms:DescribeKey'],
      Condition: { StringEquals: { 'kms:ViaService': ['ecr.eu-west-1.amazonaws.com'] } },
    });
  });

  test('where the suffix of a service is uncertain, the key policy lets in both', () => {
    for (const env of [undefined, { account: '111111111111', region: 'cn-north-1' }]) {
      const there = new Stack(new App(), 'There', { env });
      new SecureEcrRepository(there, 'A');
      const [key] = Object.values(Template.fromStack(there).findResources('AWS::KMS::Key'));
      expect(key.Properties.KeyPolicy.Statement[1].Condition.StringEquals['kms:ViaService']).toHaveLength(2);
    }
  });

  test('the shared key stays, whatever becomes of a repository: one that left the app earlier may need it', () => {
    new SecureEcrRepository(stack, 'A', { removalPolicy: RemovalPolicy.DESTROY }).applyRemovalPolicy(RemovalPolicy.DESTROY);
    template().hasResource('AWS::ECR::Repository', { DeletionPolicy: 'Delete' });
    template().hasResource('AWS::KMS::Key', { DeletionPolicy: 'Retain' });
  });

  test('a key of its own', () => {
    new SecureEcrRepository(stack, 'A', { encryption: EcrEncryption.ownKey(), removalPolicy: RemovalPolicy.DESTROY });
    new SecureEcrRepository(stack, 'B', { encryption: EcrEncryption.ownKey() });
    template().resourceCountIs('AWS::KMS::Key', 2);
    template().hasResource('AWS::KMS::Key', { DeletionPolicy: 'Delete', Properties: { EnableKeyRotation: true } });
  });

  test.each([
    ['a key of this app', () => new kms.Key(stack, 'Mine'), { 'Fn::GetAtt': [Match.stringLikeRegexp('^Mine'), 'Arn'] }],
    ['an imported key', () => kms.Key.fromKeyArn(stack, 'Mine', 'arn:aws:kms:eu-west-1:222222222222:key/k'),
      'arn:aws:kms:eu-west-1:222222222222:key/k'],
    ['an L1', () => retained(new kms.CfnKey(stack, 'Mine')), { 'Fn::GetAtt': ['Mine', 'Arn'] }],
  ])('%s', (_name, key, arn) => {
    const encryption = EcrEncryption.key(key());
    new SecureEcrRepository(stack, 'A', { encryption });
    template().hasResourceProperties('AWS::ECR::Repository', {
      EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: arn },
    });
    expect(stack.node.tryFindChild('SecureEcrRepositoryKey')).toBeUndefined();
  });

  test('a key of another Region is refused', () => {
    const encryption = EcrEncryption.key(kms.Key.fromKeyArn(stack, 'Mine', 'arn:aws:kms:us-east-1:111111111111:key/k'));
    expect(() => new SecureEcrRepository(stack, 'A', { encryption })).toThrow(
      "[Stack/A] 'encryption' must use a key in the Region of the repository, eu-west-1, got \"us-east-1\":"
      + ' use a key of this Region, or a replica of a multi-Region key (cdk-secure-ecr:repositoryKeyRegion)',
    );
  });

  test('AES-256 needs no key and raises a warning that can be acknowledged', () => {
    const images = new SecureEcrRepository(stack, 'A', { encryption: EcrEncryption.aes256() });
    expect(images.encryptionKey).toBeUndefined();
    template().resourceCountIs('AWS::KMS::Key', 0);
    template().hasResourceProperties('AWS::ECR::Repository', { EncryptionConfiguration: Match.absent() });
    Annotations.fromStack(stack).hasWarning('/Stack/A', Match.stringLikeRegexp('ECR.5 fails'));
  });

  test.each<[string, (scope: Stack) => ecr.RepositoryProps, (scope: Stack) => EcrEncryption]>([
    ['nothing said', () => ({}), () => EcrEncryption.aes256()],
    ['AES-256', () => ({ encryption: ecr.RepositoryEncryption.AES_256 }), () => EcrEncryption.aes256()],
    ['a key of the app', (scope) => ({ encryptionKey: retainedKey(scope) }), (scope) => EcrEncryption.key(retainedKey(scope))],
    ['a key from elsewhere', (scope) => ({ encryptionKey: theirKey(scope) }), (scope) => EcrEncryption.key(theirKey(scope))],
  ])('it takes the place of an ecr.Repository with %s: nothing differs that would replace it', (_name, before, after) => {
    const unchangeable = (make: (scope: Stack) => void) => {
      const scope = new Stack(new App(), 'Stack', { env: ENV });
      make(scope);
      const [[id, { Properties }]] = Object.entries<any>(Template.fromStack(scope).findResources('AWS::ECR::Repository'));
      return { id, name: Properties?.RepositoryName, encryption: Properties?.EncryptionConfiguration };
    };
    for (const repositoryName of ['shop/web', undefined]) {
      const here = unchangeable((scope) => new SecureEcrRepository(scope, 'Web', { repositoryName, encryption: after(scope) }));
      expect(here).toEqual(unchangeable((scope) => new ecr.Repository(scope, 'Web', { repositoryName, ...before(scope) })));
    }
  });

  test('two layers, with the shared key or a given one, in GovCloud', () => {
    const gov = new Stack(app, 'Gov', { env: { account: '111111111111', region: 'us-gov-west-1' } });
    new SecureEcrRepository(gov, 'A', { encryption: EcrEncryption.dualLayer() });
    new SecureEcrRepository(gov, 'B', { encryption: EcrEncryption.dualLayer(retained(new kms.CfnKey(gov, 'Mine'))) });
    for (const key of [Match.stringLikeRegexp('^Secure'), 'Mine']) {
      Template.fromStack(gov).hasResourceProperties('AWS::ECR::Repository', {
        EncryptionConfiguration: { EncryptionType: 'KMS_DSSE', KmsKey: { 'Fn::GetAtt': [key, 'Arn'] } },
      });
    }
  });

  test('two layers are refused where ECR has them not', () => {
    expect(() => new SecureEcrRepository(stack, 'A', { encryption: EcrEncryption.dualLayer() })).toThrow(
      "[Stack/A] 'encryption' must be of one layer outside the AWS GovCloud (US) Regions, got \"dualLayer in eu-west-1\":"
      + ' use EcrEncryption.sharedKey(), .ownKey() or .key() (cdk-secure-ecr:repositoryDualLayerRegion)',
    );
  });
});

describe('tag mutability', () => {
  test('exclusions', () => {
    new SecureEcrRepository(stack, 'A', { tagMutability: ImageTagMutability.immutableExcept('latest', 'cache-*') });
    template().hasResourceProperties('AWS::ECR::Repository', {
      ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      ImageTagMutabilityExclusionFilters: ['latest', 'cache-*'].map((value) => ({
        ImageTagMutabilityExclusionFilterType: 'WILDCARD',
        ImageTagMutabilityExclusionFilterValue: value,
      })),
    });
    Annotations.fromStack(stack).hasWarning('/Stack/A', Match.stringLikeRegexp('latest, cache-\\*'));
  });

  test.each([
    [ImageTagMutability.dangerouslyMutable(), 'MUTABLE'],
    [ImageTagMutability.dangerouslyMutableExcept('v*'), 'MUTABLE_WITH_EXCLUSION'],
  ])('%j warns', (tagMutability, setting) => {
    new SecureEcrRepository(stack, 'A', { tagMutability });
    template().hasResourceProperties('AWS::ECR::Repository', { ImageTagMutability: setting });
    Annotations.fromStack(stack).hasWarning('/Stack/A', Match.stringLikeRegexp('repositoryTagsMutable'));
  });

  test('a warning can be acknowledged, with its reason', () => {
    const cache = new SecureEcrRepository(stack, 'A', { tagMutability: ImageTagMutability.dangerouslyMutable() });
    Validations.of(cache).acknowledge({ id: 'cdk-secure-ecr:repositoryTagsMutable', reason: 'holds build caches' });
    Annotations.fromStack(stack).hasNoWarning('/Stack/A', Match.anyValue());
  });
});

describe('removal', () => {
  test('DESTROY and emptying go together', () => {
    new SecureEcrRepository(stack, 'A', { removalPolicy: RemovalPolicy.DESTROY, emptyOnDelete: true });
    template().hasResource('AWS::ECR::Repository', { DeletionPolicy: 'Delete', Properties: { EmptyOnDelete: true } });
  });

  test.each([undefined, RemovalPolicy.RETAIN])('emptying is refused with %s', (removalPolicy) => {
    expect(() => new SecureEcrRepository(stack, 'A', { removalPolicy, emptyOnDelete: true })).toThrow('repositoryEmptyOnDelete');
  });

  test.each([
    [RemovalPolicy.DESTROY, RemovalPolicy.RETAIN, 'Retain'],
    [RemovalPolicy.RETAIN, RemovalPolicy.DESTROY, 'Delete'],
  ])('of %s, %s applied later holds for a key of its own too', (removalPolicy, later, deletionPolicy) => {
    new SecureEcrRepository(stack, 'A', { removalPolicy, encryption: EcrEncryption.ownKey() }).applyRemovalPolicy(later);
    const resources = Object.values<{ DeletionPolicy: string }>(template().toJSON().Resources);
    expect(resources.map((resource) => resource.DeletionPolicy)).toEqual([deletionPolicy, deletionPolicy]);
  });

  test.each<[string, () => void]>([
    ['the shared key', () => {
      new SecureEcrRepository(stack, 'A');
      RemovalPolicies.of(stack).destroy({ applyToResourceTypes: ['AWS::KMS::Key'] });
    }],
    ['a given key', () => {
      const key = new kms.Key(stack, 'Mine', { removalPolicy: RemovalPolicy.DESTROY });
      new SecureEcrRepository(stack, 'A', { encryption: EcrEncryption.key(key) });
    }],
    ['an L1, which CloudFormation deletes unless told otherwise', () => {
      new SecureEcrRepository(stack, 'A', { encryption: EcrEncryption.key(new kms.CfnKey(stack, 'Mine')) });
    }],
  ])('%s that goes while its repository stays is an error', (_name, make) => {
    make();
    expect(() => app.synth()).toThrow(/\[Stack\/A\] 'removalPolicy' must not be weaker for the key than for the repository, got .*: apply/);
  });

  test('emptying what is retained is an error, however it came about', () => {
    new SecureEcrRepository(stack, 'A').with(new ecr.mixins.RepositoryAutoDeleteImages());
    expect(() => app.synth()).toThrow(
      "[Stack/A] 'emptyOnDelete' must go with removal policy DESTROY, got \"Retain for the repository\"",
    );
  });

  test('RemovalPolicies of the app makes everything erasable', () => {
    new SecureEcrRepository(stack, 'A');
    RemovalPolicies.of(app).destroy();
    const resources = Object.values<{ DeletionPolicy: string }>(template().toJSON().Resources);
    expect(resources.map((resource) => resource.DeletionPolicy)).toEqual(['Delete', 'Delete']);
  });
});

describe('is an IRepository', () => {
  let images: SecureEcrRepository;
  beforeEach(() => {
    images = new SecureEcrRepository(stack, 'Images');
  });

  test('for ECS, whose execution role may pull it', () => {
    const task = new ecs.FargateTaskDefinition(stack, 'Task');
    task.addContainer('web', { image: ecs.ContainerImage.fromEcrRepository(images, 'v1') });
    template().hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Action: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
          Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Images'), 'Arn'] },
        })]),
      },
    });
  });

  test('for Lambda, with the statement that Lambda would add by itself', () => {
    new lambda.DockerImageFunction(stack, 'Function', { code: lambda.DockerImageCode.fromEcr(images, { tagOrDigest: 'v1' }) });
    template().hasResourceProperties('AWS::ECR::Repository', {
      RepositoryPolicyText: {
        Statement: Match.arrayWith([Match.objectLike({ Principal: { Service: 'lambda.amazonaws.com' }, Effect: 'Allow' })]),
      },
    });
  });

  test('for CodeBuild', () => {
    new codebuild.Project(stack, 'Build', {
      environment: { buildImage: codebuild.LinuxBuildImage.fromEcrRepository(images, 'v1') },
      buildSpec: codebuild.BuildSpec.fromObject({}),
    });
    template().hasResourceProperties('AWS::CodeBuild::Project', { Environment: { ImagePullCredentialsType: 'SERVICE_ROLE' } });
  });

  test('for mixins, by its default child', () => {
    expect(images.node.defaultChild).toBeInstanceOf(ecr.CfnRepository);
    images.with(new ecr.mixins.RepositoryAutoDeleteImages());
    images.applyRemovalPolicy(RemovalPolicy.DESTROY);
    template().hasResourceProperties('AWS::ECR::Repository', { EmptyOnDelete: true });
  });

  test('for tags', () => {
    Tags.of(images).add('team', 'shop');
    template().hasResourceProperties('AWS::ECR::Repository', { Tags: [{ Key: 'team', Value: 'shop' }] });
  });

  test('for another stack, another Region and another account', () => {
    const named = new SecureEcrRepository(stack, 'Named', { repositoryName: PhysicalName.GENERATE_IF_NEEDED });
    const other = new Stack(app, 'Other', { env: { account: '222222222222', region: 'us-east-1' } });
    const role = new iam.Role(other, 'Role', {
      roleName: PhysicalName.GENERATE_IF_NEEDED, assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
    });
    named.grantPull(role);
    Template.fromStack(other).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Resource: {
            'Fn::Join': ['', [
              'arn:', { Ref: 'AWS::Partition' }, Match.stringLikeRegexp('^:ecr:eu-west-1:111111111111:repository/stackstacknamed'),
            ]],
          },
        })]),
      },
    });
  });

  test('for another partition', () => {
    const china = new Stack(app, 'China', { env: { account: '111111111111', region: 'cn-north-1' } });
    const there = new SecureEcrRepository(china, 'Images');
    expect(china.resolve(there.repositoryUri)).toEqual({
      'Fn::Join': ['', [expect.anything(), '.dkr.ecr.', expect.anything(), '.', { Ref: 'AWS::URLSuffix' }, '/', { Ref: expect.anything() }]],
    });
  });
});

describe('grants', () => {
  test.each<[string, (images: SecureEcrRepository, role: iam.IRole) => iam.Grant, string[]]>([
    ['grantPull', (images, role) => images.grantPull(role),
      ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']],
    ['grantPush', (images, role) => images.grantPush(role),
      ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload',
        'ecr:PutImage', 'ecr:UploadLayerPart']],
    ['grantRead', (images, role) => images.grantRead(role), ['ecr:DescribeImages', 'ecr:DescribeRepositories']],
  ])('%s gives a role its actions on this repository and changes no repository policy', (_name, grant, actions) => {
    const images = new SecureEcrRepository(stack, 'Images');
    grant(images, new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() }));
    const [policy] = Object.values(template().findResources('AWS::IAM::Policy'));
    const statement = policy.Properties.PolicyDocument.Statement.find((each: { Resource: unknown }) => each.Resource !== '*');
    expect([...statement.Action].sort()).toEqual(actions);
    template().hasResourceProperties('AWS::ECR::Repository', { RepositoryPolicyText: { Statement: [Match.objectLike({ Effect: 'Deny' })] } });
  });

  test('an account is let in by the repository policy, beside the TLS statement', () => {
    new SecureEcrRepository(stack, 'Images').grantPull(new iam.AccountPrincipal('222222222222'));
    template().hasResourceProperties('AWS::ECR::Repository', {
      RepositoryPolicyText: { Statement: [Match.objectLike({ Sid: 'DenyWithoutTls' }), Match.objectLike({ Effect: 'Allow' })] },
    });
  });
});

describe('repository policy', () => {
  const statement = (props: iam.PolicyStatementProps) => new iam.PolicyStatement({
    principals: [new iam.AccountPrincipal('222222222222')], actions: ['ecr:DescribeImages'], ...props,
  });

  test('takes statements and says what to depend on', () => {
    const result = new SecureEcrRepository(stack, 'Images').addToResourcePolicy(statement({}));
    expect(result.statementAdded).toBe(true);
    expect(result.policyDependable).toBeDefined();
  });

  test.each([
    [{ resources: ['*'] }, 'repositoryPolicyResources'],
    [{ notResources: ['*'] }, 'repositoryPolicyResources'],
    [{ actions: ['ecr:GetAuthorizationToken'] }, 'repositoryPolicyAuthorization'],
    [{ actions: ['s3:GetObject'] }, 'repositoryPolicyActions'],
  ])('refuses %j, which ECR would refuse', (props, code) => {
    expect(() => new SecureEcrRepository(stack, 'Images').addToResourcePolicy(statement(props))).toThrow(code);
  });

  test('with two statements of one Sid is an error', () => {
    new SecureEcrRepository(stack, 'Images').addToResourcePolicy(statement({ sid: 'DenyWithoutTls' }));
    expect(() => app.synth()).toThrow('repositoryPolicySids');
  });

  test.each<[string, iam.PolicyStatementProps, boolean]>([
    ['everybody', { principals: [new iam.AnyPrincipal()] }, true],
    ['everybody, by a star', { principals: [new iam.StarPrincipal()] }, true],
    ['everybody but one', { principals: undefined, notPrincipals: [new iam.AccountPrincipal('222222222222')] }, true],
    ['an organization', { principals: [new iam.OrganizationPrincipal('o-1234567890')] }, false],
    ['an account', {}, false],
    ['everybody, to be refused', { principals: [new iam.AnyPrincipal()], effect: iam.Effect.DENY }, false],
  ])('that names %s is refused: %s', (_name, props, refused) => {
    const add = () => new SecureEcrRepository(stack, 'Images').addToResourcePolicy(statement(props));
    if (refused) expect(add).toThrow('repositoryPolicyPublic');
    else expect(add).not.toThrow();
  });

  test.each([[70, false], [110, true]])('with %d roles is too long: %s', (roles, tooLong) => {
    const images = new SecureEcrRepository(stack, 'Images');
    for (let i = 0; i < roles; i++) {
      images.addToResourcePolicy(statement({
        sid: `S${i}`, principals: [new iam.ArnPrincipal(`arn:aws:iam::222222222222:role/reader-${i}`)],
      }));
    }
    const synth = () => app.synth();
    if (tooLong) expect(synth).toThrow(/must be at most 10240 characters long, got \d+: grant to an organization/);
    else expect(synth).not.toThrow();
  });

  test('refuses a statement without a principal, or without an action', () => {
    const images = new SecureEcrRepository(stack, 'Images');
    expect(() => images.addToResourcePolicy(new iam.PolicyStatement({ actions: ['ecr:DescribeImages'] })))
      .toThrow(/'statement' must name a principal, got {"Action":"ecr:DescribeImages".*repositoryPolicyPrincipal/);
    images.addToResourcePolicy(new iam.PolicyStatement({ principals: [new iam.AccountRootPrincipal()] }));
    expect(() => app.synth()).toThrow('action');
  });
});

describe('events', () => {
  const target = () => new targets.SqsQueue(new sqs.Queue(stack, 'Queue'));
  const name = { Ref: Match.stringLikeRegexp('^Images') };
  let images: SecureEcrRepository;
  beforeEach(() => {
    images = new SecureEcrRepository(stack, 'Images');
  });

  test.each([['PUSH', 'onImagePushed'], ['DELETE', 'onImageDeleted']] as const)('%s is what %s matches', (action, method) => {
    images[method]('Rule', { target: target(), imageTags: ['v1'] });
    template().hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        'source': ['aws.ecr'],
        'detail-type': ['ECR Image Action'],
        'detail': { 'repository-name': [name], 'action-type': [action], 'result': ['SUCCESS'], 'image-tag': ['v1'] },
      },
      Targets: [Match.anyValue()],
    });
  });

  test('a complete scan is that of basic scanning or the first of Inspector', () => {
    images.onImageScanCompleted('Rule', { target: target() });
    template().hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        'source': ['aws.ecr', 'aws.inspector2'],
        'detail-type': ['ECR Image Scan', 'Inspector2 Scan'],
        'detail': {
          'repository-name': [name, { 'Fn::GetAtt': [Match.stringLikeRegexp('^Images'), 'Arn'] }],
          'scan-status': ['COMPLETE', 'INITIAL_SCAN_COMPLETE'],
        },
      },
    });
  });

  test.each(['onImagePushed', 'onImageDeleted', 'onImageScanCompleted'] as const)('%s refuses an empty list of tags', (method) => {
    expect(() => images[method]('Rule', { imageTags: [] })).toThrow(
      "[Stack/Images/Rule] 'imageTags' must name a tag, got []: leave it out to react to images with any tag or none",
    );
    expect(images.node.tryFindChild('Rule')).toBeUndefined();
  });

  test('rules need no target, and two of a kind can stand side by side', () => {
    images.onImagePushed('A');
    images.onImagePushed('B');
    images.onImageScanCompleted('C');
    template().resourceCountIs('AWS::Events::Rule', 3);
  });
});

test('the pull count is a metric of this repository', () => {
  const images = new SecureEcrRepository(stack, 'Images');
  expect(stack.resolve(images.metricPullCount({ period: Duration.minutes(1) }).toMetricConfig().metricStat)).toMatchObject({
    namespace: 'AWS/ECR',
    metricName: 'RepositoryPullCount',
    statistic: 'Sum',
    dimensions: [{ name: 'RepositoryName', value: { Ref: expect.stringMatching(/^Images/) } }],
  });
});

test('a given retention replaces the standard one', () => {
  new SecureEcrRepository(stack, 'Images', { retention: ImageRetention.standard({ maxUntaggedImages: 1 }) });
  template().hasResourceProperties('AWS::ECR::Repository', {
    LifecyclePolicy: {
      LifecyclePolicyText: Match.serializedJson(Match.objectLike({
        rules: Match.arrayWith([
          Match.objectLike({ selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 } }),
        ]),
      })),
    },
  });
});

test('sits in a VPC-less stack of ECS services without a cycle', () => {
  const images = new SecureEcrRepository(stack, 'Images');
  const cluster = new ecs.Cluster(stack, 'Cluster', { vpc: new ec2.Vpc(stack, 'Vpc') });
  const taskDefinition = new ecs.FargateTaskDefinition(stack, 'Task');
  taskDefinition.addContainer('web', { image: ecs.ContainerImage.fromEcrRepository(images, 'v1') });
  new ecs.FargateService(stack, 'Service', { cluster, taskDefinition, minHealthyPercent: 100 });
  expect(() => app.synth()).not.toThrow();
});
