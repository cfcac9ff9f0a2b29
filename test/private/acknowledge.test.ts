import { App, CfnParameter, Fn, Stack, Validations, aws_sqs as sqs } from 'aws-cdk-lib';
import { acknowledge, acknowledgeResources, isAcknowledged } from '../../src/private/acknowledge';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack');
});
const acknowledged = (): object[] => stack.node.metadata.filter(({ type }) => type === 'aws:cdk:acknowledged-rules').map(({ data }) => data);

test.each([
  'IAMNoInlinePolicy',
  'IAM5[Resource::*]', // its colons make an older CDK take it for qualified
])('%s is acknowledged for every pack, once', (rule) => {
  [1, 2].forEach(() => acknowledge(stack, rule, 'It is meant.'));

  expect(acknowledged()).toHaveLength(6);
  const [[recorded, reason]] = acknowledged().flatMap((each) => Object.entries(each));
  expect(recorded.replace(/^annotation::/i, '')).toBe(`AwsSolutions-${rule}`);
  expect(reason).toBe('It is meant.');
});

test('what was acknowledged here is, and nothing else', () => {
  Validations.of(stack).acknowledge({ id: 'cdk-secure-ecr:one', reason: 'It is meant.' });

  expect(isAcknowledged(stack, 'cdk-secure-ecr:one')).toBe(true);
  expect(isAcknowledged(stack, 'cdk-secure-ecr:two')).toBe(false);
  expect(isAcknowledged(stack.node.root, 'cdk-secure-ecr:one')).toBe(false);
});

test.each(['annotation::cdk-secure-ecr:one', 'Annotation::cdk-secure-ecr:one', 'cdk-secure-ecr:one'])('%s is what some CDK writes of it', (written) => {
  stack.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, { [written]: 'It is meant.' });

  expect(isAcknowledged(stack, 'cdk-secure-ecr:one')).toBe(true);
  expect(isAcknowledged(stack, 'secure-ecr:one')).toBe(false);
});

describe('resources with wildcards', () => {
  const rules = () => acknowledged().flatMap((each) => Object.keys(each));

  test('are acknowledged as cdk-nag names them, for every pack; those without are not', () => {
    acknowledgeResources(stack, ['arn:aws:ecr:eu-west-1:111111111111:repository/shop/*', 'arn:aws:ecr:eu-west-1:111111111111:repository/web'], 'They are meant.');

    expect(rules()).toHaveLength(6);
    expect(rules()).toContain('annotation::AwsSolutions-IAM5[Resource::arn:aws:ecr:eu-west-1:111111111111:repository/shop/*]');
  });

  test.each<[string, (of: Stack) => string, string]>([
    ['a reference', (of) => `${new CfnParameter(of, 'Name').valueAsString}/*`, '<Name>/*'],
    ['an attribute', (of) => `${new sqs.CfnQueue(of, 'Queue').attrArn}/*`, '<Queue.Arn>/*'],
    ['the place of the stack', (of) => of.formatArn({ service: 'ecr', resource: 'repository', resourceName: '*' }),
      'arn:<AWS::Partition>:ecr:<AWS::Region>:<AWS::AccountId>:repository/*'],
    ['a template', () => Fn.sub('${Name}/*'), '<Name>/*'],
    ['a value of another stack', () => `${Fn.importValue('Images')}/*`, 'Images/*'],
    ['anything else', (of) => `${Fn.select(0, new CfnParameter(of, 'Names', { type: 'CommaDelimitedList' }).valueAsList)}/*`, '{"Fn::Select":[0,{"Ref":"Names"}]}/*'],
  ])('hold %s as it is flattened', (_name, arn, expected) => {
    acknowledgeResources(stack, [arn(stack)], 'It is meant.');

    expect(rules()).toContain(`annotation::Serverless-IAM5[Resource::${expected}]`);
  });
});
