import { LocalAws } from './index';
import { TemplateStack } from './stack';

let aws: LocalAws;

beforeAll(async () => {
  aws = await LocalAws.start();
}, 180_000);

afterAll(() => aws.stop());

const SCANNING = 'AWS::ECR::RegistryScanningConfiguration';
const scanning = (frequency: string) => ({
  Type: SCANNING,
  Properties: {
    ScanType: 'ENHANCED',
    Rules: [{ ScanFrequency: frequency, RepositoryFilters: [{ Filter: '*', FilterType: 'WILDCARD' }] }],
  },
});

test('a resource is readable while its stack lives, as it was last asked for', async () => {
  const stack = new TemplateStack(aws, 'scanning');

  await stack.create({ Resources: { Scanning: scanning('SCAN_ON_PUSH') } });
  expect(await aws.resources(SCANNING)).toEqual([expect.objectContaining({
    type: SCANNING,
    id: aws.account,
    logicalId: 'Scanning',
    stack: 'scanning',
    account: aws.account,
    region: aws.region,
    properties: scanning('SCAN_ON_PUSH').Properties,
    attributes: { RegistryId: aws.account },
  })]);

  await stack.update({ Resources: { Scanning: scanning('CONTINUOUS_SCAN') } });
  expect((await aws.resources(SCANNING))[0].properties).toEqual(scanning('CONTINUOUS_SCAN').Properties);

  await stack.delete();
  expect(await aws.resources(SCANNING)).toEqual([]);
});

test('Ref and Fn::GetAtt answer as the schema says', async () => {
  const stack = new TemplateStack(aws, 'attributes');

  const outputs = await stack.create({
    Resources: {
      Trail: { Type: 'AWS::CloudTrail::Trail', Properties: { S3BucketName: 'trail-bucket', IsLogging: true } },
      Detector: { Type: 'AWS::GuardDuty::Detector', Properties: { Enable: true } },
      Hub: { Type: 'AWS::SecurityHub::Hub' },
      Cache: { Type: 'AWS::ECR::PullThroughCacheRule', Properties: { EcrRepositoryPrefix: 'quay', UpstreamRegistryUrl: 'quay.io' } },
      Provider: { Type: 'AWS::IAM::OIDCProvider', Properties: { Url: 'https://token.example.com', ClientIdList: ['sts.amazonaws.com'] } },
      Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.1.0.0/16' } },
    },
    Outputs: {
      TrailName: { Value: { Ref: 'Trail' } },
      TrailArn: { Value: { 'Fn::GetAtt': ['Trail', 'Arn'] } },
      DetectorId: { Value: { Ref: 'Detector' } },
      HubArn: { Value: { Ref: 'Hub' } },
      CachePrefix: { Value: { Ref: 'Cache' } },
      ProviderArn: { Value: { Ref: 'Provider' } },
      VpcCidr: { Value: { 'Fn::GetAtt': ['Vpc', 'CidrBlock'] } },
    },
  });

  expect(outputs).toEqual({
    TrailName: expect.stringMatching(/^attributes-Trail-/),
    TrailArn: `arn:aws:cloudtrail:us-east-1:${aws.account}:trail/${outputs.TrailName}`,
    DetectorId: expect.stringMatching(/^[0-9a-f]{32}$/),
    HubArn: `arn:aws:securityhub:us-east-1:${aws.account}:hub/default`,
    CachePrefix: 'quay',
    ProviderArn: `arn:aws:iam::${aws.account}:oidc-provider/token.example.com`,
    VpcCidr: '10.1.0.0/16',
  });
  await stack.delete();
});

test('a change of what cannot change replaces the resource', async () => {
  const stack = new TemplateStack(aws, 'replaced');
  const template = (prefix: string) => ({
    Resources: {
      Rule: { Type: 'AWS::ECR::PullThroughCacheRule', Properties: { EcrRepositoryPrefix: prefix, UpstreamRegistryUrl: 'quay.io' } },
    },
  });
  await stack.create(template('one'));

  await stack.update(template('two'));

  expect((await aws.resources('AWS::ECR::PullThroughCacheRule')).map(({ id }) => id)).toEqual(['two']);
  await stack.delete();
});

test('a second owner of an account-wide setting fails', async () => {
  const first = new TemplateStack(aws, 'first');
  await first.create({ Resources: { Scanning: scanning('CONTINUOUS_SCAN') } });

  await expect(new TemplateStack(aws, 'second').create({ Resources: { Scanning: scanning('SCAN_ON_PUSH') } }))
    .rejects.toThrow(/already exists/);

  expect((await aws.resources(SCANNING)).map(({ stack }) => stack)).toEqual(['first']);
  await first.delete();
});

test.each([
  ['an unknown property', 'AWS::ECR::Repository', { Nmae: 'x' }, /extraneous key \[Nmae\] is not permitted/],
  ['a wrong value', 'AWS::ECR::Repository', { ImageTagMutability: 'NEVER' }, /#\/ImageTagMutability/],
  ['a wrong value inside', SCANNING, scanning('HOURLY').Properties, /#\/Rules\/0\/ScanFrequency/],
  ['a missing property', 'AWS::ECR::RegistryPolicy', {}, /'PolicyText' is a required property/],
  ['a read-only property', 'AWS::GuardDuty::Detector', { Enable: true, Id: 'mine' }, /read-only key \[Id\]/],
  ['a bad pattern', 'AWS::ECR::SigningConfiguration', { Rules: [{ SigningProfileArn: 'arn:aws:signer' }] }, /does not match pattern/],
])('%s fails the stack', async (name, Type, Properties, reason) => {
  const stack = new TemplateStack(aws, name.replaceAll(' ', '-'));

  await expect(stack.create({ Resources: { Wrong: { Type, Properties } } })).rejects.toThrow(reason);

  expect(await aws.resources(Type)).toEqual([]);
});

test('a bad update is rolled back', async () => {
  const stack = new TemplateStack(aws, 'bad-update');
  await stack.create({ Resources: { Scanning: scanning('SCAN_ON_PUSH') } });

  await expect(stack.update({ Resources: { Scanning: scanning('HOURLY') } })).rejects.toThrow(/ScanFrequency/);

  expect((await aws.resources(SCANNING))[0].properties).toEqual(scanning('SCAN_ON_PUSH').Properties);
  await stack.delete();
});

test('a parameter is a string, whatever the schema asks for', async () => {
  const stack = new TemplateStack(aws, 'lenient');

  await stack.create({ Resources: { Detector: { Type: 'AWS::GuardDuty::Detector', Properties: { Enable: 'true' } } } });

  await stack.delete();
});

test('nobody else can read what was recorded', async () => {
  const { port } = new URL(aws.endpoint);

  await expect(aws.download(`https://localhost:${port}/_local/resources`)).rejects.toThrow(/403/);
});
