import { App, Stack, Validations, aws_iam as iam } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { handWritten } from './hand-written';
import { EcrEncryption, SecureEcrRepository } from '../../src';

type Resources = Record<string, { readonly Type: string; readonly Properties: any }>;

/** A template with its ids in the order of the resources, and the text of a lifecycle policy taken apart. */
function normalized(make: (stack: Stack) => void): any {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
  make(stack);
  const { Resources: resources, ...others }: { Resources: Resources } = Template.fromStack(stack).toJSON() as { Resources: Resources };
  const byType = Object.entries(resources).sort(([, a], [, b]) => a.Type.localeCompare(b.Type)); // the key and the first repository change places
  const ids = new Map(byType.map(([id], index) => [id, `Resource${index}`]));
  const text = JSON.stringify(Object.fromEntries(byType), (key, value) => {
    if (key === 'LifecyclePolicyText') return JSON.parse(value);
    return typeof value === 'string' ? ids.get(value) ?? value : value;
  });
  return { ...others, Resources: Object.entries(JSON.parse(text)).map(([id, resource]) => [ids.get(id), resource]) };
}

function library(stack: Stack, count: number): SecureEcrRepository[] {
  return Array.from({ length: count }, (_, at) => new SecureEcrRepository(stack, `Images${at}`));
}

test.each([1, 3, 20])('what is compared makes the same template: %d repositories', (count) => {
  const ours = normalized((stack) => library(stack, count));
  expect(ours.Resources).toHaveLength(count + 1);
  expect(normalized((stack) => handWritten(stack, count))).toEqual(ours);
});

test.each<[string, (stack: Stack) => void]>([
  ['one repository more', (stack) => library(stack, 4)],
  ['a statement more in a policy', (stack) => {
    library(stack, 2);
    new SecureEcrRepository(stack, 'Last').addToResourcePolicy(denial());
  }],
  ['a key of its own', (stack) => {
    library(stack, 2);
    new SecureEcrRepository(stack, 'Last', { encryption: EcrEncryption.ownKey() });
  }],
])('a difference is seen: %s', (_, make) => {
  expect(normalized((stack) => handWritten(stack, 3))).not.toEqual(normalized(make));
});

test('neither leaves more behind than its resources', () => {
  for (const make of [library, handWritten]) {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    make(stack, 2);
    const { messages } = app.synth().getStackArtifact(stack.artifactId);
    expect(messages).toEqual([]);
    const acknowledged = stack.node.findAll().flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY);
    expect(acknowledged).toEqual([]);
  }
});

function denial(): iam.PolicyStatement {
  return new iam.PolicyStatement({ effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions: ['ecr:PutImage'] });
}
