import { ANONYMOUS, deployed, simulate } from './simulate';

/*
 * What the simulator makes of the things that the tests of access rest on. Each is documented by AWS; where the
 * simulator has no opinion, the tests must not ask it.
 */

const OURS = '111111111111';
const THEIRS = '222222222222';
const REPOSITORY = `arn:aws:ecr:eu-west-1:${OURS}:repository/app`;
const ACTION = 'ecr:BatchGetImage';
const allow = (Principal: unknown, Condition?: object) => ({
  Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: ACTION, ...(Condition && { Condition }) }],
});
const deny = (Condition: object) => ({
  Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: { AWS: '*' }, Action: ACTION, Condition }],
});
const OWN = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ecr:*', Resource: '*' }] };
const role = (account: string, name = 'some') => `arn:aws:iam::${account}:role/${name}`;
const ask = (principal: string, rest: object) => simulate({ principal, action: ACTION, resource: REPOSITORY, ...rest });

describe('an account that a policy names', () => {
  test.each([[OURS, 'ImplicitlyDenied'], [THEIRS, 'ImplicitlyDenied']])('%s lets nobody in by itself: it delegates', async (account, answer) => {
    expect(await ask(role(account), { resourcePolicy: allow({ AWS: `arn:aws:iam::${account}:root` }) })).toBe(answer);
  });

  test('delegates to policies of its own principals', async () => {
    expect(await ask(role(THEIRS), { resourcePolicy: allow({ AWS: `arn:aws:iam::${THEIRS}:root` }), identityPolicy: OWN })).toBe('Allowed');
    expect(await ask(role(OURS), { resourcePolicy: allow({ AWS: `arn:aws:iam::${THEIRS}:root` }) })).toBe('ImplicitlyDenied');
  });
});

describe('a role that a policy names', () => {
  test('is let in where it is of the same account, without a policy of its own', async () => {
    expect(await ask(role(OURS), { resourcePolicy: allow({ AWS: role(OURS) }) })).toBe('Allowed');
  });

  test('needs one in another account', async () => {
    expect(await ask(role(THEIRS), { resourcePolicy: allow({ AWS: role(THEIRS) }) })).toBe('ImplicitlyDenied');
    expect(await ask(role(THEIRS), { resourcePolicy: allow({ AWS: role(THEIRS) }), identityPolicy: OWN })).toBe('Allowed');
  });
});

describe('aws:PrincipalArn', () => {
  const ACCOUNT = { AWS: `arn:aws:iam::${THEIRS}:root` };

  test.each([
    ['team/ci', 'team/ci', 'Allowed'],
    ['team/ci', 'ci', 'ImplicitlyDenied'],
    ['ci', 'team/ci', 'ImplicitlyDenied'],
  ])('of a session is its role with the path: %s asks, %s may: %s', async (asking, named, answer) => {
    const resourcePolicy = allow(ACCOUNT, { ArnEquals: { 'aws:PrincipalArn': role(THEIRS, named) } });
    expect(await ask(role(THEIRS, asking), { resourcePolicy, identityPolicy: OWN })).toBe(answer);
  });

  test('of a session that is spelled out is whatever the request says', async () => {
    const resourcePolicy = allow(ACCOUNT, { ArnEquals: { 'aws:PrincipalArn': role(THEIRS) } });
    const session = `arn:aws:sts::${THEIRS}:assumed-role/some/name`;
    expect(await ask(session, { resourcePolicy, identityPolicy: OWN, context: { 'aws:PrincipalArn': role(THEIRS) } })).toBe('Allowed');
    expect(await ask(session, { resourcePolicy, identityPolicy: OWN })).toBe('ImplicitlyDenied');
  });
});

describe('a key that the request does not have', () => {
  const own = { identityPolicy: OWN, context: { 'aws:CalledVia': undefined } };

  test.each<[string, object, string]>([
    ['satisfies ForAllValues', { 'ForAllValues:StringNotEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] } }, 'ExplicitlyDenied'],
    ['does not satisfy ForAnyValue', { 'ForAnyValue:StringEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] } }, 'Allowed'],
    ['satisfies what negates', { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }, 'ExplicitlyDenied'],
    ['satisfies IfExists', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }, 'ExplicitlyDenied'],
    ['does not satisfy what compares', { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }, 'Allowed'],
  ])('%s', async (_name, condition, answer) => {
    expect(await ask(role(OURS), { ...own, resourcePolicy: deny(condition) })).toBe(answer);
  });

  test('ForAllValues of one that it has looks at each', async () => {
    const resourcePolicy = deny({ 'ForAllValues:StringNotEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] } });
    const via = (...services: string[]) => ask(role(OURS), { identityPolicy: OWN, resourcePolicy, context: { 'aws:CalledVia': services } });
    expect(await via('athena.amazonaws.com')).toBe('ExplicitlyDenied');
    expect(await via('athena.amazonaws.com', 'cloudformation.amazonaws.com')).toBe('Allowed');
  });
});

describe('everybody', () => {
  test('is let in by name: of this account without a policy of their own, of another with one, and who signs nothing', async () => {
    const resourcePolicy = allow({ AWS: '*' });
    expect(await ask(role(OURS), { resourcePolicy })).toBe('Allowed');
    expect(await ask(role(THEIRS), { resourcePolicy })).toBe('ImplicitlyDenied');
    expect(await ask(role(THEIRS), { resourcePolicy, identityPolicy: OWN })).toBe('Allowed');
    expect(await ask(ANONYMOUS, { resourcePolicy })).toBe('Allowed');
  });

  test('under a condition on who asks is not who signs nothing', async () => {
    expect(await ask(ANONYMOUS, { resourcePolicy: allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } }) }))
      .toBe('ImplicitlyDenied');
  });
});

test.each([['lambda.amazonaws.com', 'Allowed'], ['ecs.amazonaws.com', 'ImplicitlyDenied']])('the service %s: %s', async (service, answer) => {
  const resourcePolicy = allow({ Service: 'lambda.amazonaws.com' });
  expect(await ask(service, { resourcePolicy })).toBe(answer);
});

test('a group makes no requests: its members do, with its policies', async () => {
  const resourcePolicy = allow({ AWS: `arn:aws:iam::${OURS}:group/team` });
  expect(await ask(`arn:aws:iam::${OURS}:user/member`, { resourcePolicy })).toBe('ImplicitlyDenied');
});

test('a condition key that the action does not have is a mistake in the test', async () => {
  await expect(ask(role(OURS), { context: { 'aws:SourceVPCE1': 'vpce-1' } })).rejects.toThrow('aws:SourceVPCE1');
});

test('an action or a policy that IAM does not know is one too', async () => {
  await expect(simulate({ principal: role(OURS), action: 'ecr:Nothing', resource: REPOSITORY })).rejects.toThrow('invalid.action');
  await expect(ask(role(OURS), { identityPolicy: { Statement: [{}] } })).rejects.toThrow('policy.errors');
});

test('a template is deployed with values for what it refers to', () => {
  const value = {
    a: { Ref: 'A' },
    b: { 'Fn::GetAtt': ['A', 'Arn'] },
    c: { 'Fn::GetAtt': ['B', 'Arn'] },
    d: { 'Fn::Join': [':', ['x', { Ref: 'AWS::Region' }]] },
    e: { 'Fn::Sub': 'arn:${AWS::Partition}:${A}' },
    f: [{ g: { h: 1, i: null } }],
  };
  expect(deployed(value, { 'A': 'a', 'A.Arn': 'arn:a', 'B': 'b' })).toEqual({
    a: 'a', b: 'arn:a', c: 'b', d: 'x:eu-west-1', e: 'arn:aws:a', f: [{ g: { h: 1, i: null } }],
  });
  expect(() => deployed({ Ref: 'Nothing' }, {})).toThrow('no value for Nothing');
});
