import { type Duration, RemovalPolicy, aws_iam as iam, aws_lambda as lambda, aws_logs as logs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { allowLogGroups } from './handler-key';
import type { HandlerOptions } from './handler-options';
import { acknowledge } from '../private/acknowledge';

/** What is particular to one function. */
export interface FunctionSettings {
  readonly description: string;
  readonly environment?: Record<string, string>;
  readonly timeout: Duration;
  /** In MiB. */
  readonly memorySize: number;
}

/**
 * What every function of the library is made with: logs that are kept for as long as was asked, and a role that may
 * write them and nothing else until it is granted to. To be given to the generated class of the handler.
 *
 * The logs go with the stack: what a handler decided is recorded elsewhere.
 */
export function functionProps(
  scope: Construct, id: string, settings: FunctionSettings, options: HandlerOptions = {},
): lambda.FunctionOptions {
  const { encryptionKey, vpc } = options;
  const logGroup = new logs.LogGroup(scope, `${id}Logs`, {
    encryptionKey,
    retention: options.logRetention ?? logs.RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  if (encryptionKey) allowLogGroups(scope, encryptionKey);
  const role = new iam.Role(scope, `${id}Role`, {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    description: settings.description,
    permissionsBoundary: options.permissionsBoundary,
  });
  logGroup.grantWrite(role);
  acknowledge(role, 'IAMNoInlinePolicy', 'The policy is about this one role and goes with it.');
  if (vpc) attachToNetwork(role);
  if (!encryptionKey) {
    acknowledge(logGroup, 'CloudWatchLogGroupEncrypted', 'CloudWatch Logs encrypts with a key of its own; HandlerOptions.encryptionKey gives one of yours.');
  }
  return {
    architecture: lambda.Architecture.ARM_64,
    environmentEncryption: encryptionKey,
    logGroup,
    loggingFormat: lambda.LoggingFormat.JSON,
    reservedConcurrentExecutions: options.reservedConcurrentExecutions,
    role,
    securityGroups: options.securityGroups,
    vpc,
    vpcSubnets: options.vpcSubnets,
    ...settings,
  };
}

/** Says of a function why what the rule packs ask for is answered elsewhere. */
export function acknowledgeFunction(handler: lambda.Function, options: HandlerOptions, failures: string): void {
  acknowledge(handler, 'LambdaDLQ', failures);
  acknowledge(handler, 'LambdaEventSourceMappingDestination', failures);
  acknowledge(handler, 'LambdaTracing', 'Its decisions are in its structured logs; a trace would take a permission on every resource.');
  if (options.reservedConcurrentExecutions === undefined) {
    acknowledge(handler, 'LambdaConcurrency', 'Bounded by the queue before it; HandlerOptions.reservedConcurrentExecutions reserves some.');
  }
  if (!options.vpc) {
    acknowledge(handler, 'LambdaInsideVPC', 'It calls AWS APIs only, and no network leads to it; HandlerOptions.vpc puts it into a VPC.');
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html */
function attachToNetwork(role: iam.Role): void {
  role.addToPolicy(new iam.PolicyStatement({
    actions: [
      'ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:UnassignPrivateIpAddresses',
    ],
    resources: ['*'],
  }));
  acknowledge(role, 'IAM5[Resource::*]', 'Lambda makes the network interfaces of a function in a VPC; AWS documents no narrower resource.');
}
