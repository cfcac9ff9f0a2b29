import { statSync } from 'node:fs';
import { App, NestedStack, Stack, aws_sns as sns } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EcrEncryption, SecureEcrRepository } from '../../src';

const ENV = { account: '111111111111', region: 'eu-west-1' };
let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
});

function make(count: number, scope: Stack = stack, encryption?: EcrEncryption): SecureEcrRepository[] {
  return Array.from({ length: count }, (_, at) => new SecureEcrRepository(scope, `Images${at}`, { encryption }));
}

const resources = (one: Stack) => Object.keys(Template.fromStack(one).toJSON().Resources).length;

test.each([1, 2, 10])('%d repositories take one key, and one resource each', (count) => {
  make(count);
  Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 1);
  expect(resources(stack)).toBe(count + 1);
});

test('400 repositories in one stack stay below every limit of a template', () => {
  make(400);

  const { templateFullPath, template } = app.synth().getStackArtifact(stack.artifactId);

  const { Resources, ...others } = template;
  expect(Object.keys(Resources)).toHaveLength(401);
  expect(Object.keys(Resources).every((id) => id.length <= 255)).toBe(true);
  // One parameter and one rule, which CDK writes for its bootstrap stack; no mapping, no output, no description.
  expect(Object.entries(others).map(([section, entries]) => [section, Object.keys(entries as object)])).toEqual(
    [['Parameters', ['BootstrapVersion']], ['Rules', ['CheckBootstrapVersion']]]);
  expect(statSync(templateFullPath).size).toBeLessThan(1_000_000); // decimal: "may not exceed 1000000 bytes"
});

test('the policy of the key does not grow with its repositories', () => {
  const keyPolicy = (one: Stack) => Object.values(Template.fromStack(one).findResources('AWS::KMS::Key'))[0].Properties.KeyPolicy;
  const other = new Stack(app, 'Other', { env: ENV });
  make(1);
  make(50, other);
  expect(keyPolicy(other)).toEqual(keyPolicy(stack));
});

test('a stack that is full is accepted, and fits without indentation', () => {
  const full = new Stack(app, 'Full', { env: ENV, suppressTemplateIndentation: true });
  make(499, full);

  const { templateFullPath, template } = app.synth().getStackArtifact(full.artifactId);

  expect(Object.keys(template.Resources)).toHaveLength(500);
  expect(statSync(templateFullPath).size).toBeLessThan(1_000_000);
});

test('a template that is too large although it is not full is told of by CDK, with what to do', () => {
  make(470);

  const { messages } = app.synth().getStackArtifact(stack.artifactId);

  expect(messages.map(({ entry }) => entry.data)).toContainEqual(expect.stringMatching(
    /^Template size \w+ limit: 1\d{6}\/1000000\. Split resources into multiple stacks or set suppressTemplateIndentation/));
});

test('a stack that holds more is refused once, with what to do', () => {
  make(500);
  new sns.Topic(stack, 'Topic'); // whoever makes them
  expect(() => app.synth()).toThrow(new Error('Validation failed with the following errors:\n'
    + "  [Stack] 'stack' must hold at most 500 resources, got 502: make the other repositories in another stack: it has a key"
    + ' of its own, or EcrEncryption.key() takes that of this one (cdk-secure-ecr:repositoryStackSize)'));
});

test('the remedies work: another stack, with its own key or that of the first; and a nested one', () => {
  const [first] = make(400);
  const [alone, sharing] = ['Alone', 'Sharing'].map((id) => new Stack(app, id, { env: ENV }));
  const nested = new NestedStack(stack, 'Nested');
  make(400, alone);
  make(400, sharing, EcrEncryption.key(first.encryptionKey!));
  make(400, nested);

  app.synth();

  expect([stack, alone, sharing, nested].map(resources)).toEqual([402, 401, 400, 401]); // with the nested stack
  Template.fromStack(sharing).resourceCountIs('AWS::KMS::Key', 0);
});
