import { App, Duration, Stack, aws_cloudwatch_actions as actions, aws_ec2 as ec2, aws_events as events, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_logs as logs, aws_sns as sns } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import type { HandlerOptions } from '../../src';
import { BufferedHandler, type BufferedHandlerProps } from '../../src/functions/buffered-handler';
import { functionProps } from '../../src/functions/handler-function';

const SETTINGS = { description: 'Judges', timeout: Duration.seconds(30), memorySize: 512, environment: { TABLE: 'verdicts' } };

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
});

const buffered = (options: HandlerOptions = {}, props: Partial<BufferedHandlerProps> = {}) => {
  const handler = new lambda.Function(stack, 'Judge', {
    ...functionProps(stack, 'Judge', SETTINGS, options),
    runtime: new lambda.Runtime('nodejs24.x', lambda.RuntimeFamily.NODEJS, { supportsInlineCode: true }),
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => ({});'),
  });
  return new BufferedHandler(stack, 'Buffer', { handler, options, ...props });
};
const template = () => Template.fromStack(stack);
const vpc = () => ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1'], isolatedSubnetIds: ['subnet-2'],
});

describe('a function', () => {
  test('writes its own logs for a year, and may do nothing else', () => {
    buffered();

    template().hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365, KmsKeyId: Match.absent() });
    template().hasResourceProperties('AWS::Lambda::Function', {
      Architectures: ['arm64'],
      Description: 'Judges',
      Environment: { Variables: { TABLE: 'verdicts' } },
      MemorySize: 512,
      Timeout: 30,
      LoggingConfig: { LogFormat: 'JSON', LogGroup: Match.anyValue() },
      VpcConfig: Match.absent(),
    });
    const [policy] = Object.values(template().findResources('AWS::IAM::Policy'));
    const allowed = policy.Properties.PolicyDocument.Statement.flatMap(({ Action }: { Action: string | string[] }) => Action);
    expect(allowed.sort()).toEqual([
      'logs:CreateLogStream', 'logs:PutLogEvents',
      'sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage',
    ]);
    template().hasResourceProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent(), PermissionsBoundary: Match.absent() });
  });

  test('keeps to what a regulated team asks for', () => {
    const encryptionKey = new kms.Key(stack, 'Key');

    buffered({
      encryptionKey,
      vpc: vpc(),
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
      logRetention: logs.RetentionDays.TEN_YEARS,
      permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', 'arn:aws:iam::111111111111:policy/boundary'),
      reservedConcurrentExecutions: 5,
    });

    const key = { 'Fn::GetAtt': [stack.getLogicalId(encryptionKey.node.defaultChild as kms.CfnKey), 'Arn'] };
    template().hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 3653, KmsKeyId: key });
    template().hasResourceProperties('AWS::Lambda::Function', {
      KmsKeyArn: key, ReservedConcurrentExecutions: 5, VpcConfig: { SubnetIds: ['subnet-2'], SecurityGroupIds: ['sg-1'] },
    });
    template().hasResourceProperties('AWS::IAM::Role', { PermissionsBoundary: 'arn:aws:iam::111111111111:policy/boundary' });
    template().hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['ec2:CreateNetworkInterface']) })]) },
    });
    template().allResourcesProperties('AWS::SQS::Queue', Match.objectLike({ KmsMasterKeyId: key }));
    const services = template().toJSON().Resources[stack.getLogicalId(encryptionKey.node.defaultChild as kms.CfnKey)].Properties.KeyPolicy.Statement
      .map(({ Principal }: { Principal: { Service?: string } }) => Principal.Service).filter(Boolean);
    expect(services).toEqual(expect.arrayContaining(['logs.eu-west-1.amazonaws.com', 'events.amazonaws.com']));
  });
});

describe('a queue before a function', () => {
  test('gives it partial batches, tries again, and keeps what is lost', () => {
    const { target } = buffered();
    new events.Rule(stack, 'Rule', { eventPattern: { source: ['aws.ecr'] }, targets: [target] });

    template().hasResourceProperties('AWS::Lambda::EventSourceMapping', { BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    template().hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 180, SqsManagedSseEnabled: true, RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: Match.anyValue() },
    });
    template().hasResourceProperties('AWS::Events::Rule', { Targets: [Match.objectLike({ DeadLetterConfig: { Arn: Match.anyValue() } })] });
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
      Period: 60,
      AlarmActions: Match.absent(),
    });
  });

  test('tells of what is lost, and is as slow as wanted', () => {
    const topic = new sns.Topic(stack, 'Topic');

    buffered({}, { alarmActions: [new actions.SnsAction(topic)], maxConcurrency: 2, batchSize: 1, maxReceiveCount: 3 });

    template().hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmActions: [Match.anyValue()] });
    template().hasResourceProperties('AWS::Lambda::EventSourceMapping', { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
    template().hasResourceProperties('AWS::SQS::Queue', { RedrivePolicy: { maxReceiveCount: 3, deadLetterTargetArn: Match.anyValue() } });
  });
});

test.each<[string, () => HandlerOptions]>([
  ['defaults', () => ({})],
  ['a VPC', () => ({ vpc: vpc() })],
])('cdk-nag has nothing to say with %s', (_name, options) => {
  buffered(options());

  const packs = [AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks];
  const found = packs.flatMap((Pack) => new Pack().validateScope(app).violations).map(({ ruleName }) => ruleName);
  expect(found).toEqual([]);
});
