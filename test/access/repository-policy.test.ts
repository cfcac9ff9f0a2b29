import { App, CfnParameter, Stack, aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { RegistryPrincipal, RepositoryAccess, SecureEcrRepository } from '../../src';
import { DeployedStack } from '../support/deployed-stack';

const OTHER = '222222222222';
const other = new iam.AccountPrincipal(OTHER);
const ROOT = { AWS: `arn:aws:iam::${OTHER}:root` };
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const OLD = { Sid: 'Old', Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::333333333333:root' }, Action: 'ecr:ListImages' };

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
});
const policyOf = (repository: ecr.IRepositoryRef) => new DeployedStack(stack).resourcePolicy(repository);
const listing = (props: iam.PolicyStatementProps = {}) => new iam.PolicyStatement({ principals: [other], actions: ['ecr:ListImages'], ...props });

describe('the policy of an L1', () => {
  const l1 = (repositoryPolicyText?: any) => new ecr.CfnRepository(stack, 'L1', { repositoryPolicyText });

  test('is none where nothing needs one', () => {
    const repository = l1();
    RepositoryAccess.fromRepository(repository);
    Template.fromStack(stack).hasResource('AWS::ECR::Repository', { Properties: Match.absent() });
  });

  test.each<[string, () => any]>([
    ['an object', () => ({ Version: '2012-10-17', Statement: [OLD] })],
    ['a document', () => iam.PolicyDocument.fromJson({ Statement: [OLD] })],
    ['an object that holds references', () => ({
      Statement: [{ ...OLD, Principal: { AWS: new iam.Role(stack, 'Role', { roleName: 'r', assumedBy: other }).roleArn } }],
    })],
  ])('that is %s keeps its statements, and takes more', (_name, make) => {
    const repository = l1(make());
    RepositoryAccess.fromRepository(repository).pull(other);
    const { Statement } = policyOf(repository)!;
    expect(Statement).toEqual([
      { ...OLD, Principal: { AWS: expect.stringMatching(/^arn:aws:iam::(333333333333:root|111111111111:role\/r)$/) } },
      { Effect: 'Allow', Principal: ROOT, Action: PULL },
    ]);
  });

  test('takes statements from others, too', () => {
    const repository = l1({ Statement: [OLD] });
    RepositoryAccess.fromRepository(repository).pull(other);
    const theirs = iam.ResourceWithPolicies.of(repository)!;
    const result = theirs.addToResourcePolicy(listing({ sid: 'Theirs' }));
    RepositoryAccess.fromRepository(repository).pull(new iam.AccountPrincipal('444444444444'));

    expect(theirs.env).toEqual(repository.env);
    expect(result).toEqual({ statementAdded: true, policyDependable: repository });
    expect(policyOf(repository)!.Statement).toEqual([
      OLD,
      { Effect: 'Allow', Principal: { AWS: [ROOT.AWS, 'arn:aws:iam::444444444444:root'] }, Action: PULL },
      expect.objectContaining({ Sid: 'Theirs' }),
    ]);
  });

  test.each<[string, () => any, string]>([
    ['known only at deployment', () => new CfnParameter(stack, 'Text').valueAsString, 'a value known only at deployment'],
    ['a text', () => '{"Statement":[]}', String.raw`"{\"Statement\":[]}"`],
    ['not a list of statements', () => ({ Statement: OLD }), `{"Statement":${JSON.stringify(OLD)}}`.slice(0, 117)],
  ])('cannot be added to when it is %s', (_name, make, got) => {
    const repository = l1(make());
    expect(() => RepositoryAccess.fromRepository(repository)).toThrow(
      `[Stack/L1] 'repositoryPolicyText' must be a policy document to which statements can be added, got ${got}`,
    );
    expect(() => RepositoryAccess.fromRepository(repository)).toThrow(
      ': give an iam.PolicyDocument, or an object with the list Statement (cdk-secure-ecr:accessPolicyUnreadable)',
    );
  });

  test('is checked at synthesis like any of ours', () => {
    const repository = l1({ Statement: [OLD, { ...OLD, Action: 'ecr:DescribeImages' }] });
    RepositoryAccess.fromRepository(repository);
    expect(() => app.synth()).toThrow("[Stack/L1] 'repository policy' must have a Sid of its own for each statement, got [\"Old\"]");
  });

  test('refuses what ECR would refuse', () => {
    const repository = l1();
    RepositoryAccess.fromRepository(repository);
    expect(() => iam.ResourceWithPolicies.of(repository)!.addToResourcePolicy(listing({ resources: ['*'] }))).toThrow('repositoryPolicyResources');
  });
});

describe('statements', () => {
  let images: SecureEcrRepository;
  beforeEach(() => {
    images = new SecureEcrRepository(stack, 'Images');
  });
  const refused = (props: iam.PolicyStatementProps) => expect(() => images.addToResourcePolicy(listing(props)));
  const error = (message: string) => new Error(`[Stack/Images] 'statement' must ${message}`);

  test('name a principal', () => {
    refused({ principals: [] }).toThrow(error(
      'name a principal, got {"Action":"ecr:ListImages","Effect":"Allow"}: add principals: the policy of a repository says who may do something with it'
      + ' (cdk-secure-ecr:repositoryPolicyPrincipal)',
    ));
  });

  test.each([{ resources: ['*'] }, { notResources: ['*'] }])('name no resources, such as %j', (props) => {
    refused(props).toThrow(error(
      'name no resources, got ["*"]: leave them out: the policy of a repository is about this repository (cdk-secure-ecr:repositoryPolicyResources)',
    ));
  });

  test('grant no login', () => {
    refused({ actions: ['ecr:GetAuthorizationToken'] }).toThrow(error(
      'not grant ecr:GetAuthorizationToken, got ["ecr:GetAuthorizationToken"]: grant it in the policy of the principal, on all resources'
      + ' (repository.access.authorize) (cdk-secure-ecr:repositoryPolicyAuthorization)',
    ));
    refused({ actions: ['ECR:getauthorizationtoken'] }).toThrow('repositoryPolicyAuthorization');
  });

  test('are about ECR', () => {
    refused({ actions: ['ecr:ListImages', 's3:GetObject', 'ecr-public:PutImage'] }).toThrow(error(
      'name actions of ECR only, got ["s3:GetObject","ecr-public:PutImage"]: take them out: the policy of a repository is about ECR'
      + ' (cdk-secure-ecr:repositoryPolicyActions)',
    ));
    for (const action of ['*', 'ecr:*', 'ECR:List*', new CfnParameter(stack, 'Action').valueAsString]) refused({ actions: [action] }).not.toThrow();
  });

  test('let in nobody without a name or a condition', () => {
    refused({ principals: [new iam.AnyPrincipal()] }).toThrow(error(
      'not let in every AWS account, got {"Action":"ecr:ListImages","Effect":"Allow","Principal":{"AWS":"*"}}: name principals, or add a condition'
      + ' such as aws:PrincipalOrgID; public images belong in ECR Public (cdk-secure-ecr:repositoryPolicyPublic)',
    ));
    refused({ principals: [new iam.StarPrincipal()] }).toThrow('repositoryPolicyPublic');
    refused({ principals: undefined, notPrincipals: [other] }).toThrow('repositoryPolicyPublic');
    refused({ principals: [new iam.AnyPrincipal()], conditions: { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } } }).not.toThrow();
  });

  test('that are wrong in many ways say so at once', () => {
    refused({ principals: [], actions: ['s3:GetObject'], resources: ['*'] })
      .toThrow(/repositoryPolicyPrincipal[^]*repositoryPolicyResources[^]*repositoryPolicyActions/);
  });

  test('that are refused leave the policy as it was', () => {
    refused({ resources: ['*'] }).toThrow();
    expect(policyOf(images)!.Statement.map(({ Sid }) => Sid)).toEqual(['DenyWithoutTls']);
  });

  test('come together where they differ in principals or actions alone, and keep apart otherwise', () => {
    images.addToResourcePolicy(listing());
    images.addToResourcePolicy(listing({ principals: [new iam.AccountPrincipal('333333333333')] }));
    images.addToResourcePolicy(listing({ sid: 'Named' }));
    images.access.readMetadata(RegistryPrincipal.role(OTHER, 'a'));
    images.access.readMetadata(RegistryPrincipal.role('333333333333', 'b'));
    images.access.readMetadata(RegistryPrincipal.permissionSet(OTHER, 'p'));

    const arn = (account: string, rest: string) => `arn:aws:iam::${account}:${rest}`;
    expect(policyOf(images)!.Statement.slice(1).map(({ Sid, Principal, Condition }) => ({ Sid, AWS: Principal.AWS, Condition }))).toEqual([
      { Sid: undefined, AWS: [arn(OTHER, 'root'), arn('333333333333', 'root')], Condition: undefined },
      { Sid: 'Named', AWS: arn(OTHER, 'root'), Condition: undefined },
      {
        Sid: undefined,
        AWS: [arn(OTHER, 'root'), arn('333333333333', 'root')],
        Condition: { ArnEquals: { 'aws:PrincipalArn': [arn(OTHER, 'role/a'), arn('333333333333', 'role/b')] } },
      },
      {
        Sid: undefined,
        AWS: arn(OTHER, 'root'),
        Condition: { ArnLike: { 'aws:PrincipalArn': expect.stringContaining('AWSReservedSSO_p_') } },
      },
    ]);
  });
});

describe('at synthesis', () => {
  test('a policy that is too long is an error, with its length', () => {
    const images = new SecureEcrRepository(stack, 'Images');
    for (let i = 0; i < 300; i++) images.access.pull(RegistryPrincipal.role(OTHER, `deployer-of-service-${i}`));
    expect(() => app.synth()).toThrow(/\[Stack\/Images\] 'repository policy' must be at most 10240 characters long, got \d{5}: grant to an organization or an organizational unit instead of to single accounts and roles \(cdk-secure-ecr:repositoryPolicySize\)/);
  });

  test('two statements of one Sid are an error', () => {
    const images = new SecureEcrRepository(stack, 'Images');
    images.addToResourcePolicy(listing({ sid: 'DenyWithoutTls' }));
    expect(() => app.synth()).toThrow(
      "[Stack/Images] 'repository policy' must have a Sid of its own for each statement, got [\"DenyWithoutTls\"]: rename them, or leave them out"
      + ' (cdk-secure-ecr:repositoryPolicySids)',
    );
  });

  test('a statement without an action is one, as CDK says', () => {
    new SecureEcrRepository(stack, 'Images').addToResourcePolicy(listing({ actions: [] }));
    expect(() => app.synth()).toThrow('A PolicyStatement must specify at least one');
  });

  test('a reference to another stack is noticed', () => {
    const images = new SecureEcrRepository(stack, 'Images');
    const role = new iam.Role(new Stack(app, 'Other', { env: stack.env as any }), 'Role', { assumedBy: other });
    images.addToResourcePolicy(listing({ principals: [new iam.ArnPrincipal(role.roleArn)] }));
    expect(app.synth().getStackByName('Stack').template.Resources).toMatchObject(Object.fromEntries([[
      stack.getLogicalId(images.node.defaultChild as ecr.CfnRepository),
      {
        Properties: {
          RepositoryPolicyText: {
            Statement: [
              expect.anything(), expect.objectContaining({ Principal: { AWS: { 'Fn::ImportValue': expect.stringMatching(/^Other:/) } } }),
            ],
          },
        },
      },
    ]]));
  });
});
