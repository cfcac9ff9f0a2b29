import { App, RemovalPolicies, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EcrRegistry, RegistryScanning } from '../../src';
import { LocalAws } from '../local-aws';
import { TemplateStack, type Template as Deployable } from '../local-aws/stack';

jest.setTimeout(60_000);

const TYPE = 'AWS::ECR::RegistryScanningConfiguration';

let aws: LocalAws;
beforeEach(async () => {
  aws = await LocalAws.start();
}, 180_000);
afterEach(() => aws.stop());

/** The template of a stack, without what takes a bootstrapped account. */
function template(build: (stack: Stack) => void): Deployable {
  const stack = new Stack(new App(), 'Stack', { env: { account: aws.account, region: aws.region } });
  build(stack);
  RemovalPolicies.of(stack.node.root).destroy();
  const { Resources } = Template.fromStack(stack).toJSON();
  return { Resources };
}

test('scanning is set up, changed, and left as it is when its stack is deleted', async () => {
  const stack = new TemplateStack(aws, 'registry');
  await stack.create(template((scope) => new EcrRegistry(scope, 'Registry')));
  expect((await aws.resources(TYPE)).map(({ properties }) => properties)).toEqual([{
    ScanType: 'ENHANCED',
    Rules: [{ ScanFrequency: 'CONTINUOUS_SCAN', RepositoryFilters: [{ Filter: '*', FilterType: 'WILDCARD' }] }],
  }]);

  await stack.update(template((scope) => {
    new EcrRegistry(scope, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: [], onPush: ['*'] }) });
    EcrRegistry.of(scope).scanContinuously('gated/*');
  }));
  const changed = await aws.resources(TYPE);
  expect(changed[0].properties.Rules.map(({ ScanFrequency }: { ScanFrequency: string }) => ScanFrequency)).toEqual(['CONTINUOUS_SCAN', 'SCAN_ON_PUSH']);

  await stack.delete();
  expect(await aws.resources(TYPE)).toEqual(changed);
});

test('scanning stays on when the deployment that switched it on is rolled back', async () => {
  const { Resources } = template((scope) => new EcrRegistry(scope, 'Registry'));
  const [scanning] = Object.keys(Resources);
  const broken = { Type: 'AWS::ECR::Repository', DependsOn: scanning, Properties: { RepositoryName: 'Not Valid' } };

  await expect(new TemplateStack(aws, 'registry').create({ Resources: { ...Resources, Broken: broken } })).rejects.toThrow(/Broken|RepositoryName/);

  expect((await aws.resources(TYPE)).map(({ properties }) => properties.ScanType)).toEqual(['ENHANCED']);
});
