import { App, Stack, custom_resources as custom } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { EcrRegistry, InspectorRescan, RegistryScanning, RescanDuration } from '../../src';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
});

/** What Inspector is told, on creation and on update. */
function told(): Record<string, unknown> {
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('Custom::InspectorRescan'));
  expect(JSON.parse(Properties.Update)).toEqual(JSON.parse(Properties.Create));
  return JSON.parse(Properties.Create);
}

test.each([
  [InspectorRescan.whileInUse(), ['DAYS_14', 'DAYS_14', 'LAST_IN_USE_AT']],
  [InspectorRescan.whilePulled(), ['DAYS_14', 'DAYS_14', 'LAST_PULL_DATE']],
  [
    InspectorRescan.whileInUse({ afterUse: RescanDuration.DAYS_90, afterPush: RescanDuration.LIFETIME }),
    ['LIFETIME', 'DAYS_90', 'LAST_IN_USE_AT'],
  ],
  [
    InspectorRescan.whilePulled({ afterPull: RescanDuration.DAYS_30, afterPush: RescanDuration.DAYS_3 }),
    ['DAYS_3', 'DAYS_30', 'LAST_PULL_DATE'],
  ],
])('Inspector is told all of the setting', (rescan, [rescanDuration, pullDateRescanDuration, pullDateRescanMode]) => {
  new EcrRegistry(stack, 'Registry', { rescan });

  expect(told()).toEqual({
    service: 'inspector2',
    action: 'UpdateConfiguration',
    parameters: { ecrConfiguration: { rescanDuration, pullDateRescanDuration, pullDateRescanMode } },
    physicalResourceId: { id: expect.any(String) },
  });
});

test('without it, there is no function', () => {
  new EcrRegistry(stack, 'Registry');

  Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 0);
});

test('it may do that one thing, after Inspector was switched on, and nothing when the stack is deleted', () => {
  new EcrRegistry(stack, 'Registry', { rescan: InspectorRescan.whilePulled() });

  const template = Template.fromStack(stack);
  template.hasResource('Custom::InspectorRescan', {
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('^RegistryScanning')]),
    Properties: { Delete: Match.absent(), InstallLatestAwsSdk: false, ServiceTimeout: '300' },
  });
  const policies = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  expect(policies.flatMap(({ Action }) => Action).sort()).toEqual(['inspector2:UpdateConfiguration', 'logs:CreateLogStream', 'logs:PutLogEvents']);
  template.hasResourceProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
});

test('where the stack has custom resources already, it uses their function and leaves it as it is', () => {
  new custom.AwsCustomResource(stack, 'Theirs', {
    onCreate: { service: 'ssm', action: 'GetParameter', parameters: { Name: 'x' }, physicalResourceId: custom.PhysicalResourceId.of('x') },
    policy: custom.AwsCustomResourcePolicy.fromSdkCalls({ resources: ['*'] }),
    installLatestAwsSdk: false,
  });
  new EcrRegistry(stack, 'Registry', { rescan: InspectorRescan.whileInUse() });

  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Lambda::Function', 1);
  template.resourceCountIs('AWS::Logs::LogGroup', 0);
  const [{ Properties: { Role } }] = Object.values(template.findResources('AWS::Lambda::Function'));
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: [Match.objectLike({ Action: 'inspector2:UpdateConfiguration' })] },
    Roles: [{ Ref: Role['Fn::GetAtt'][0] }],
  });
});


test('the durations can be set where somebody else sets up scanning', () => {
  new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.unmanaged(), rescan: InspectorRescan.whileInUse() });

  Template.fromStack(stack).resourceCountIs('Custom::InspectorRescan', 1);
});

test('basic scanning scans nothing again', () => {
  const props = { scanning: RegistryScanning.basic(), rescan: InspectorRescan.whileInUse() };

  expect(() => new EcrRegistry(stack, 'Registry', props)).toThrow(
    "[Stack/Registry] 'rescan' must go with enhanced scanning, got \"basic scanning, which scans no image again\": leave it out, or"
    + ' use RegistryScanning.enhanced() (cdk-secure-ecr:registryRescanBasic)',
  );
  expect(stack.node.children).toEqual([]);
});

test.each([
  ['afterUse', () => InspectorRescan.whileInUse({ afterUse: RescanDuration.LIFETIME }), 'whileInUse'],
  ['afterPull', () => InspectorRescan.whilePulled({ afterPull: RescanDuration.of('LIFETIME') }), 'whilePulled'],
])('%s cannot be a lifetime', (prop, make, factory) => {
  expect(make).toThrow(
    `[InspectorRescan.${factory}] '${prop}' must be a number of days, got "LIFETIME": give afterPush LIFETIME to scan an image for as`
    + ' long as it exists (cdk-secure-ecr:registryRescanLifetime)',
  );
});

test('a duration that Inspector has and we do not', () => {
  expect(RescanDuration.of('DAYS_365').value).toBe('DAYS_365');
});

test.each(['', '30', 'DAYS_', 'DAYS_0', 'DAYS_030', 'days_30', 'DAYS_30 ', 'FOREVER'])('%p is no duration', (value) => {
  expect(() => RescanDuration.of(value)).toThrow('cdk-secure-ecr:registryRescanDuration');
});
