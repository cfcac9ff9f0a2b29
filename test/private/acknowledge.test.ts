import { App, Stack, Validations } from 'aws-cdk-lib';
import { acknowledge, isAcknowledged } from '../../src/private/acknowledge';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack');
});
const acknowledged = (): object[] => stack.node.metadata.filter(({ type }) => type === 'aws:cdk:acknowledged-rules').map(({ data }) => data);

test.each([
  ['IAMNoInlinePolicy', 'annotation::AwsSolutions-IAMNoInlinePolicy'],
  ['IAM5[Resource::*]', 'AwsSolutions-IAM5[Resource::*]'], // its colons make the CDK take it for qualified
])('%s is acknowledged for every pack, once', (rule, recorded) => {
  [1, 2].forEach(() => acknowledge(stack, rule, 'It is meant.'));

  expect(acknowledged()).toHaveLength(6);
  expect(acknowledged()).toContainEqual({ [recorded]: 'It is meant.' });
});

test('what was acknowledged here is, and nothing else', () => {
  Validations.of(stack).acknowledge({ id: 'cdk-secure-ecr:one', reason: 'It is meant.' });

  expect(isAcknowledged(stack, 'cdk-secure-ecr:one')).toBe(true);
  expect(isAcknowledged(stack, 'cdk-secure-ecr:two')).toBe(false);
  expect(isAcknowledged(stack.node.root, 'cdk-secure-ecr:one')).toBe(false);
});
