import { CfnParameter, Duration, Lazy, Stack, Token, aws_ec2 as ec2, type aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import { AccessCondition, SecureEcrRepository } from '../../src';
import { DeployedStack } from '../support/deployed-stack';

let stack: Stack;
beforeEach(() => {
  stack = new Stack();
});
const endpoint = (id: string) => ec2.InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, id, { vpcEndpointId: id, port: 443 });
const vpc = (vpcId: string) => ec2.Vpc.fromVpcAttributes(stack, vpcId, { vpcId, availabilityZones: ['eu-west-1a'] });

test.each<[string, () => AccessCondition, iam.Conditions]>([
  ['one VPC endpoint', () => AccessCondition.throughVpcEndpoint(endpoint('vpce-1')), { StringEquals: { 'aws:SourceVpce': 'vpce-1' } }],
  ['VPC endpoints', () => AccessCondition.throughVpcEndpoint(endpoint('vpce-1'), endpoint('vpce-2')),
    { StringEquals: { 'aws:SourceVpce': ['vpce-1', 'vpce-2'] } }],
  ['VPCs', () => AccessCondition.fromVpc(vpc('vpc-1'), vpc('vpc-2')), { StringEquals: { 'aws:SourceVpc': ['vpc-1', 'vpc-2'] } }],
  ['a tag', () => AccessCondition.principalTag('team', 'shop'), { StringEquals: { 'aws:PrincipalTag/team': 'shop' } }],
  ['a tag of several values', () => AccessCondition.principalTag('Cost Centre:1/a_b.c=d+e-f@g', 'x', 'y'),
    { StringEquals: { 'aws:PrincipalTag/Cost Centre:1/a_b.c=d+e-f@g': ['x', 'y'] } }],
  ['a second factor', () => AccessCondition.multiFactor(), { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }],
  ['a second factor of an age', () => AccessCondition.multiFactor(Duration.hours(1)),
    { Bool: { 'aws:MultiFactorAuthPresent': 'true' }, NumericLessThanEquals: { 'aws:MultiFactorAuthAge': '3600' } }],
  ['a second factor of a part of seconds, rounded down', () => AccessCondition.multiFactor(Duration.millis(1999)),
    { Bool: { 'aws:MultiFactorAuthPresent': 'true' }, NumericLessThanEquals: { 'aws:MultiFactorAuthAge': '1' } }],
  ['any other', () => AccessCondition.of('IpAddress', 'aws:SourceIp', '10.0.0.0/8'), { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }],
  ['any other of several values', () => AccessCondition.of('ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', 'o-1/*', 'o-2/*'),
    { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': ['o-1/*', 'o-2/*'] } }],
])('%s', (_name, make, rendered) => {
  expect(stack.resolve(make()._render())).toEqual(rendered);
});

describe('a value known only at deployment is let through', () => {
  test('as key and value of a tag', () => {
    const parameter = new CfnParameter(stack, 'Value').valueAsString;
    expect(stack.resolve(AccessCondition.principalTag(Lazy.string({ produce: () => 'team' }), parameter)._render()))
      .toEqual({ StringEquals: { 'aws:PrincipalTag/team': { Ref: 'Value' } } });
  });

  test('as age of a second factor', () => {
    const seconds = Duration.seconds(Token.asNumber({ resolve: () => 7 }));
    expect(AccessCondition.multiFactor(seconds)._render()).toMatchObject({ NumericLessThanEquals: expect.anything() });
  });

  test('as a VPC endpoint that is made here', () => {
    const made = new ec2.Vpc(stack, 'Vpc').addInterfaceEndpoint('Ecr', { service: ec2.InterfaceVpcEndpointAwsService.ECR });
    expect(stack.resolve(AccessCondition.throughVpcEndpoint(made)._render())).toEqual({
      StringEquals: { 'aws:SourceVpce': { Ref: expect.stringMatching(/^VpcEcr/) } },
    });
  });
});

describe('bad input', () => {
  test.each<[string, () => unknown, string]>([
    ['a tag without a key', () => AccessCondition.principalTag('', 'x'),
      "[AccessCondition.principalTag] 'key' must be 1 to 128 letters, digits, spaces or any of _.:/=+-@, got \"\":"
      + " write the tag's key as IAM shows it, without aws:PrincipalTag/ (cdk-secure-ecr:accessConditionTag)"],
    ['no value of a tag', () => AccessCondition.principalTag('team'),
      "[AccessCondition.principalTag] 'values' must name at least one, got []:"
      + ' leave the condition out if everybody granted may come from anywhere (cdk-secure-ecr:accessConditionEmpty)'],
    ['no age', () => AccessCondition.multiFactor(Duration.seconds(0)),
      "[AccessCondition.multiFactor] 'maxAge' must be at least a second, got \"Duration.seconds(0)\":"
      + ' leave it out to take a second factor of any age (cdk-secure-ecr:accessConditionMultiFactorAge)'],
    ['an operator that negates', () => AccessCondition.of('StringNotEquals', 'aws:SourceVpc', 'vpc-1'),
      "[AccessCondition.of] 'conditionOperator' must be one of IAM that a request without the key does not satisfy, got \"StringNotEquals\": say what"
      + ' is allowed, for example with StringEquals, StringLike, ArnLike, IpAddress, Bool or NumericLessThan'
      + ' (cdk-secure-ecr:accessConditionOperator)'],
  ])('%s is refused', (_name, make, message) => {
    expect(make).toThrow(new Error(message));
  });

  test.each(['x'.repeat(129), 'a*b', 'a$b', 'a\nb'])('%j is no key of a tag', (key) => {
    expect(() => AccessCondition.principalTag(key, 'x')).toThrow('accessConditionTag');
  });
  test.each(['x'.repeat(128), 'ключ', 'a b'])('%j is one', (key) => {
    expect(() => AccessCondition.principalTag(key, 'x')).not.toThrow();
  });

  test.each([
    'ForAllValues:StringEquals', 'StringEqualsIfExists', 'ForAnyValue:StringEqualsIfExists', 'ArnNotLike', 'NotIpAddress', 'Null',
    'ForAnyValue:StringNotEquals', 'DateNotEquals',
  ])('%s is refused: a request without the key would satisfy it', (operator) => {
    expect(() => AccessCondition.of(operator, 'aws:SourceVpc', 'vpc-1')).toThrow('accessConditionOperator');
  });

  test.each<[string, () => unknown]>([
    ['throughVpcEndpoint', () => AccessCondition.throughVpcEndpoint()],
    ['fromVpc', () => AccessCondition.fromVpc()],
    ['of', () => AccessCondition.of('Bool', 'aws:SecureTransport')],
  ])('%s without a value is refused', (factory, make) => {
    expect(make).toThrow(`[AccessCondition.${factory}]`);
    expect(make).toThrow('accessConditionEmpty');
  });

  test('a list that comes whole from a parameter is refused', () => {
    const list = new CfnParameter(stack, 'List', { type: 'CommaDelimitedList' }).valueAsList;
    expect(() => AccessCondition.principalTag('team', ...list)).toThrow('listLengthUnknown');
  });
});

describe('when', () => {
  let images: SecureEcrRepository;
  let role: iam.Role;
  beforeEach(() => {
    stack = new Stack(undefined, 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
    images = new SecureEcrRepository(stack, 'Images');
    role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
  });
  const own = () => new DeployedStack(stack).identityPolicies(role).flatMap(({ Statement }) => Statement);
  const inRepository = () => new DeployedStack(stack).resourcePolicy(images)!.Statement.slice(1);

  test('puts the conditions into both policies, but not before the login', () => {
    images.access.when(AccessCondition.principalTag('team', 'shop'), AccessCondition.multiFactor()).pull(role);
    images.access.when(AccessCondition.principalTag('team', 'shop')).pull(new iam.AccountPrincipal('222222222222'));

    expect(own()).toEqual([
      expect.objectContaining({
        Condition: { StringEquals: { 'aws:PrincipalTag/team': 'shop' }, Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
      }),
      { Action: 'ecr:GetAuthorizationToken', Effect: 'Allow', Resource: '*' },
    ]);
    expect(inRepository()).toEqual([expect.objectContaining({ Condition: { StringEquals: { 'aws:PrincipalTag/team': 'shop' } } })]);
  });

  test('adds to the conditions before it, and leaves the facade that it was called on as it was', () => {
    const tagged = images.access.when(AccessCondition.principalTag('team', 'shop'));
    tagged.when(AccessCondition.principalTag('stage', 'prod')).readMetadata(new iam.AccountPrincipal('222222222222'));
    tagged.readMetadata(new iam.AccountPrincipal('333333333333'));
    images.access.readMetadata(new iam.AccountPrincipal('444444444444'));

    expect(inRepository().map(({ Condition }) => Condition)).toEqual([
      { StringEquals: { 'aws:PrincipalTag/team': 'shop', 'aws:PrincipalTag/stage': 'prod' } },
      { StringEquals: { 'aws:PrincipalTag/team': 'shop' } },
      undefined,
    ]);
  });

  test('asks of a principal what it brings, too', () => {
    images.access.when(AccessCondition.multiFactor()).readMetadata(new iam.OrganizationPrincipal('o-1234567890'));
    expect(inRepository()).toEqual([expect.objectContaining({
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' }, StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } },
    })]);
  });

  test('takes the same condition twice, and no two of one key', () => {
    const shop = AccessCondition.principalTag('team', 'shop');
    expect(() => images.access.when(shop, AccessCondition.principalTag('team', 'shop')).when(shop)).not.toThrow();
    expect(() => images.access.when(shop).when(AccessCondition.principalTag('team', 'cart'))).toThrow(new Error(
      "[Stack/Images] 'condition' must be one for StringEquals of aws:PrincipalTag/team, got [\"shop\",\"cart\"]: keep the narrower one"
      + ' (cdk-secure-ecr:accessConditionTwice)',
    ));
  });

  test('takes no condition that contradicts the one of a principal', () => {
    const conditional = new iam.PrincipalWithConditions(role, { StringEquals: { 'aws:PrincipalTag/team': 'cart' } });
    expect(() => images.access.when(AccessCondition.principalTag('team', 'shop')).pull(conditional)).toThrow('accessConditionTwice');
  });

  test('says for whom a service acts, where it names an account', () => {
    const elsewhere = AccessCondition.of('StringEquals', 'aws:SourceAccount', '222222222222');
    images.access.when(elsewhere).pull(new iam.ServicePrincipal('ecs.amazonaws.com'));
    const { Statement } = stack.resolve((images.node.defaultChild as ecr.CfnRepository).repositoryPolicyText);
    expect(Statement[1]).toMatchObject({ Condition: { StringEquals: { 'aws:SourceAccount': '222222222222' } } });
  });
});
