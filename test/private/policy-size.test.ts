import { App, Aws, Fn, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { checkPolicySize, policyCharacters } from '../../src/private/policy-size';
import { Problems } from '../../src/private/problems';

const stack = new Stack(new App(), 'Stack');
const size = (value: unknown) => policyCharacters(stack.resolve(value));

test('a literal document counts as it will be sent', () => {
  const document = new iam.PolicyDocument({
    statements: [new iam.PolicyStatement({ actions: ['ecr:PutImage'], principals: [new iam.AnyPrincipal()] })],
  });
  expect(size(document)).toBe(JSON.stringify(document.toJSON()).length);
});

test.each([
  ['an account', Aws.ACCOUNT_ID, '111111111111'],
  ['a joined ARN', `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:root`, 'arn:aws:iam::111111111111:root'],
  ['the ARN of what is made, no shorter than that of a role', { 'Fn::GetAtt': ['Role', 'Arn'] }, 'arn:aws:iam::111122223333:role/r'],
  ['the same in YAML', { 'Fn::GetAtt': 'Role.Arn' }, '-'],
  ['another attribute, whose length nobody knows', { 'Fn::GetAtt': ['Role', 'RoleId'] }, '-'],
  ['a text with a pseudo parameter and another one', { 'Fn::Sub': 'a${AWS::AccountId}b${Name}' }, 'a111122223333b-'],
  ['a text with values of its own', { 'Fn::Sub': ['a${Name}', { Name: 'x' }] }, '-'],
  ['a reference', Fn.ref('Name'), '-'],
  ['a nested join', Fn.join('/', ['a', Fn.join('-', ['b', Aws.REGION])]), 'a/b-eu-west-1'],
  ['plain data', { a: 1, b: [true, null] }, { a: 1, b: [true, null] }],
  ['an object with one key', { AWS: 'x' }, { AWS: 'x' }],
  ['a number within a join', { 'Fn::Join': ['', ['a', 12]] }, 'a12'],
])('%s', (_name, value, standIn) => {
  expect(size({ v: value })).toBe(JSON.stringify({ v: standIn }).length);
});

test.each<[string, unknown, number, string[]]>([
  ['a document that just fits', { a: 1 }, 7, []],
  ['one that is too long', { a: 1 }, 6, ["'policy' must be at most 6 characters long, got 7: split it (cdk-secure-ecr:repositoryPolicySize)"]],
  ['none', undefined, 2, []],
])('%s is checked', (_name, document, limit, messages) => {
  const problems = new Problems('Owner');

  checkPolicySize(document, limit, problems, { prop: 'policy', remedy: 'split it', code: 'repositoryPolicySize' });

  expect(problems.messages()).toEqual(messages);
});
