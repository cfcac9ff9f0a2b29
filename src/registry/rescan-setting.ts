import { Duration, Stack, aws_iam as iam, type aws_lambda as lambda, custom_resources as custom } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { InspectorRescan } from './inspector-rescan';
import { functionProps } from '../functions/handler-function';
import { acknowledge } from '../private/acknowledge';

/** Where in a stack the CDK keeps the function of its custom resources. */
const PROVIDER_ID = `AWS${custom.AwsCustomResource.PROVIDER_FUNCTION_UUID.replaceAll('-', '')}`;

/**
 * Tells Amazon Inspector for how long to scan images again, which CloudFormation cannot. Deleting it changes nothing: what
 * was set before is not known, and others may rely on what is set now.
 */
export class RescanSetting extends Construct {
  constructor(scope: Construct, id: string, rescan: InspectorRescan) {
    super(scope, id);
    const call: custom.AwsSdkCall = {
      service: 'inspector2',
      action: 'UpdateConfiguration',
      parameters: { ecrConfiguration: rescan._render() },
      physicalResourceId: custom.PhysicalResourceId.of('inspector-ecr-rescan'),
    };
    // One function makes the calls of all custom resources of a stack. Where the app has it already, it stays as it is.
    const isTheirs = Stack.of(this).node.tryFindChild(PROVIDER_ID) !== undefined;
    const setting = new custom.AwsCustomResource(this, 'Setting', {
      resourceType: 'Custom::InspectorRescan',
      onCreate: call,
      onUpdate: call,
      policy: custom.AwsCustomResourcePolicy.fromStatements([
        new iam.PolicyStatement({ actions: ['inspector2:UpdateConfiguration'], resources: ['*'] }),
      ]),
      installLatestAwsSdk: false,
      ...(!isTheirs && this.functionProps()),
      serviceTimeout: Duration.minutes(5), // rather than the hour that CloudFormation waits for an answer
    });
    acknowledge(setting, 'IAM5[Resource::*]', 'AWS defines no resource for inspector2:UpdateConfiguration: it is about the account.');
    acknowledge(setting, 'IAMNoInlinePolicy', 'The policy is about this one call and goes with it.');
    if (!isTheirs) acknowledgeProvider(setting);
  }

  private functionProps(): Partial<custom.AwsCustomResourceProps> {
    const { role, logGroup, timeout, memorySize } = functionProps(this, 'Function', {
      description: `Makes the calls of custom resources of ${Stack.of(this).stackName}`,
      timeout: Duration.minutes(2),
      memorySize: 256,
    });
    return { role, logGroup, timeout, memorySize };
  }
}

/** Says of the function that makes the calls why what the rule packs ask for is not needed. */
function acknowledgeProvider(setting: custom.AwsCustomResource): void {
  const provider = setting.node.findChild('Provider') as lambda.SingletonFunction;
  const [handler] = provider.permissionsNode.findAll();
  acknowledge(handler, 'LambdaDLQ', 'CloudFormation calls it and waits for its answer: what fails, fails the deployment.');
  acknowledge(handler, 'LambdaConcurrency', 'CloudFormation calls it, once for each custom resource of a deployment.');
  acknowledge(handler, 'LambdaInsideVPC', 'It calls AWS APIs only, and nothing but CloudFormation can call it.');
  acknowledge(handler, 'LambdaTracing', 'It makes one call, which it logs.');
}
