import { type StatementJson, collapse } from '../../src/access/collapse-statements';

const A = '111111111111';
const B = '222222222222';
const root = (account: string) => `arn:aws:iam::${account}:root`;
const role = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;
/** A text whose partition is known only at deployment. */
const inPartition = (arn: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, arn.slice('arn:aws'.length)]] });
const statement = (AWS: unknown, arns: unknown, rest: object = {}): StatementJson => ({
  Effect: 'Allow', Principal: { AWS }, Action: 'ecr:ListImages', Condition: { ArnEquals: { 'aws:PrincipalArn': arns } }, ...rest,
} as StatementJson);

describe('statements become one', () => {
  test('where they let in roles of accounts', () => {
    expect(collapse([statement(root(A), role(A, 'x')), statement(root(B), role(B, 'y')), statement(root(A), role(A, 'z'))])).toEqual([
      statement([root(A), root(B)], [role(A, 'x'), role(B, 'y'), role(A, 'z')]),
    ]);
  });

  test('where the partition is known only at deployment', () => {
    expect(collapse([A, B].map((account) => statement(inPartition(root(account)), inPartition(role(account, 'x')))))).toEqual([
      statement([A, B].map((account) => inPartition(root(account))), [A, B].map((account) => inPartition(role(account, 'x')))),
    ]);
  });

  test('where they list several roles already', () => {
    expect(collapse([statement([root(A), root(B)], [role(A, 'x'), role(B, 'x')]), statement([root(A)], [role(A, 'x'), role(A, 'y')])])).toEqual([
      statement([root(A), root(B)], [role(A, 'x'), role(B, 'x'), role(A, 'y')]),
    ]);
  });

  test.each<[string, object, string, string, [unknown, unknown], unknown[]]>([
    ['organizations', { AWS: '*' }, 'StringEquals', 'aws:PrincipalOrgID', ['o-1', 'o-2'], ['o-1', 'o-2']],
    ['organizational units', { AWS: '*' }, 'ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', ['o-1/r/a/*', ['o-1/r/b/*', 'o-1/r/a/*']],
      ['o-1/r/a/*', 'o-1/r/b/*']],
    ['functions', { Service: 'lambda.amazonaws.com' }, 'ArnLike', 'aws:SourceArn', [['f', 'f:*'], ['g', 'g:*']], ['f', 'f:*', 'g', 'g:*']],
    ['tags', { AWS: root(A) }, 'StringEquals', 'aws:PrincipalTag/team', ['shop', 'cart'], ['shop', 'cart']],
    ['roles of an account that is not the one named', { AWS: root(A) }, 'ArnEquals', 'aws:PrincipalArn', [role(B, 'x'), role(B, 'y')], [role(B, 'x'), role(B, 'y')]],
  ])('where they let in the same by %s', (_name, Principal, operator, key, [one, other], both) => {
    const by = (values: unknown): StatementJson => ({ Effect: 'Allow', Principal, Action: 'ecr:ListImages', Condition: { [operator]: { [key]: values } } });
    expect(collapse([by(one), by(other)])).toEqual([by(both)]);
    expect(collapse([by(one), by(one)])).toEqual([by(one)]);
  });

  test('in the place of the first, beside others', () => {
    const between = { Effect: 'Allow', Principal: { AWS: root(A) }, Action: 'ecr:DescribeImages' };
    expect(collapse([statement(root(A), role(A, 'x')), between, statement(root(A), role(A, 'y'))])).toEqual([
      statement(root(A), [role(A, 'x'), role(A, 'y')]), between,
    ]);
  });
});

describe('statements stay apart', () => {
  const first = statement(root(A), role(A, 'x'));

  test.each<[string, StatementJson]>([
    ['another action', statement(root(A), role(A, 'y'), { Action: 'ecr:DescribeImages' })],
    ['another operator', statement(root(A), role(A, 'y'), { Condition: { ArnLike: { 'aws:PrincipalArn': role(A, 'y') } } })],
    ['an operator that negates', statement(root(A), role(A, 'y'), { Condition: { ArnNotEquals: { 'aws:PrincipalArn': role(A, 'y') } } })],
    ['roles that are named', statement([role(A, 'x'), role(A, 'y')], role(A, 'y'))],
    ['another key', statement(root(A), [], { Condition: { ArnEquals: { 'aws:SourceArn': role(A, 'y') } } })],
  ])('for %s', (_name, second) => {
    expect(collapse([first, second])).toEqual([first, second]);
  });
});

test('two statements of one Sid stay two, so that the mistake is seen', () => {
  const both = ['x', 'y'].map((name) => statement(root(A), role(A, name), { Sid: 'Mine' }));
  expect(collapse(both)).toEqual(both);
});

test.each(['ArnNotEquals', 'StringNotLike', 'ForAllValues:StringEquals', 'StringEqualsIfExists', 'Null', 'Bool', 'NumericLessThan'])(
  'two statements under %s stay two: to meet either is not to meet one of both values', (operator) => {
    const two = ['o-1', 'o-2'].map((value) => statement('*', [], { Condition: { [operator]: { 'aws:PrincipalOrgID': value } } }));
    expect(collapse(two)).toEqual(two);
  });

test('two statements for different principals stay two', () => {
  const two = [root(A), root(B)].map((AWS) => statement(AWS, [], { Condition: { StringEquals: { 'aws:PrincipalTag/team': AWS } } }));
  expect(collapse(two)).toEqual(two);
});

describe('a statement stays as it is', () => {
  test.each<[string, StatementJson]>([
    ['that denies', statement(root(A), role(A, 'x'), { Effect: 'Deny' })],
    ['that has a Sid', statement(root(A), role(A, 'x'), { Sid: 'Mine' })],
    ['without a condition', statement(root(A), [], { Condition: undefined })],
    ['with a condition on something else', statement(root(A), [], { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } })],
    ['with a second condition', statement(root(A), [], {
      Condition: { ArnEquals: { 'aws:PrincipalArn': role(A, 'x') }, Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    })],
    ['with a second key', statement(root(A), [], { Condition: { ArnEquals: { 'aws:PrincipalArn': role(A, 'x'), 'aws:SourceArn': 'x' } } })],
    ['with an operator without a key', statement(root(A), [], { Condition: { ArnEquals: {} } })],
    ['for a service', statement([], role(A, 'x'), { Principal: { Service: 'lambda.amazonaws.com' } })],
    ['for a service, too', statement([], role(A, 'x'), { Principal: { AWS: root(A), Service: 'lambda.amazonaws.com' } })],
    ['for all but', statement([], role(A, 'x'), { Principal: undefined, NotPrincipal: { AWS: root(A) } })],
    ['for everybody', statement('*', role(A, 'x'))],
    ['for an account by its number', statement(A, role(A, 'x'))],
    ['for a role of an account that it does not name', statement(root(A), role(B, 'x'))],
    ['for roles of any account', statement(root(A), 'arn:aws:iam::*:role/x')],
    ['for one role of which the account is not named', statement(root(A), [role(A, 'x'), role(B, 'x')])],
    ['for a role that is known only at deployment', statement(root(A), { Ref: 'Role' })],
    ['for an account that is known only at deployment', statement({ Ref: 'Account' }, role(A, 'x'))],
  ])('%s', (_name, alone) => {
    expect(collapse([alone])).toEqual([alone]);
    // Beside one of its like nothing is added to it either.
    expect(collapse([statement(root(A), role(A, 'other')), alone])).toEqual([statement(root(A), role(A, 'other')), alone]);
    expect(collapse([alone, statement(root(A), role(A, 'other'))])).toEqual([alone, statement(root(A), role(A, 'other'))]);
  });
});

test('nothing stays nothing', () => expect(collapse([])).toEqual([]));

test('the statements that were given are not changed', () => {
  const given = [statement([root(A)], [role(A, 'x')]), statement([root(B)], [role(B, 'y')])];
  const copy = JSON.parse(JSON.stringify(given));
  collapse(given);
  expect(given).toEqual(copy);
});
