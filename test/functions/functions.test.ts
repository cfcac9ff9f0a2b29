import { App, Duration, Lazy, Stack, aws_cloudwatch_actions as actions, aws_ec2 as ec2, aws_events as events, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_logs as logs, aws_sns as sns, type aws_sqs as sqs } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import type { HandlerOptions } from '../../src';
import { BufferedHandler, type BufferedHandlerProps } from '../../src/functions/buffered-handler';
import { functionProps } from '../../src/functions/handler-function';
import { allowKey } from '../../src/functions/handler-key';
import { allowPublishing, messageTopic } from '../../src/functions/message-topic';
import { DeployedStack } from '../support/deployed-stack';
import { simulate } from '../support/simulate';

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
      'sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage',
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
    const buffer = buffered();
    new events.Rule(stack, 'Rule', { eventPattern: { source: ['aws.ecr'] }, targets: [buffer.target()] });

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

describe('a key of yours', () => {
  const deployed = () => {
    const encryptionKey = new kms.Key(stack, 'Key');
    const buffer = buffered({ encryptionKey });
    const handler = stack.node.findChild('Judge') as lambda.Function;
    const topic = messageTopic(stack, 'Topic', 'News', { encryptionKey });
    allowKey(handler, { encryptionKey });
    allowPublishing(handler, topic, { encryptionKey });
    const rule = new events.Rule(stack, 'Rule', { eventPattern: { source: ['aws.ecr'] }, targets: [buffer.target()] });
    const deployment = new DeployedStack(stack);
    return { deployment, buffer, handler, rule, encryptionKey, arn: deployment.arn(encryptionKey) };
  };
  const LOGS = ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKey'];
  const logGroup = (account: string, region = 'eu-west-1') => ({ 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${region}:${account}:log-group:Stack-JudgeLogs-1X` });
  const rule = (account: string, resource = 'rule/Any', region = 'eu-west-1') =>
    ({ 'aws:SourceAccount': account, 'aws:SourceArn': `arn:aws:events:${region}:${account}:${resource}` });

  test.each<[string, string, string[], Record<string, string>, string]>([
    ['logs of the account', 'logs.eu-west-1.amazonaws.com', LOGS, logGroup('111111111111'), 'Allowed'],
    ['logs of another account', 'logs.eu-west-1.amazonaws.com', LOGS, logGroup('222222222222'), 'ImplicitlyDenied'],
    ['logs of another Region', 'logs.eu-west-1.amazonaws.com', LOGS, logGroup('111111111111', 'us-east-1'), 'ImplicitlyDenied'],
    ['logs that say of nothing', 'logs.eu-west-1.amazonaws.com', LOGS, {}, 'ImplicitlyDenied'],
    ['logs, to administer it', 'logs.eu-west-1.amazonaws.com', ['CreateGrant', 'PutKeyPolicy'], logGroup('111111111111'), 'ImplicitlyDenied'],
    ['rules of the account', 'events.amazonaws.com', ['Decrypt', 'GenerateDataKey'], rule('111111111111'), 'Allowed'],
    ['rules, for more than queues take', 'events.amazonaws.com', ['Encrypt', 'ReEncryptFrom', 'ReEncryptTo', 'CreateGrant'], rule('111111111111'), 'ImplicitlyDenied'],
    ['rules of another account', 'events.amazonaws.com', ['Decrypt', 'GenerateDataKey'], rule('222222222222'), 'ImplicitlyDenied'],
    ['rules of another Region', 'events.amazonaws.com', ['Decrypt', 'GenerateDataKey'], rule('111111111111', 'rule/Any', 'us-east-1'), 'ImplicitlyDenied'],
    ['what is no rule', 'events.amazonaws.com', ['Decrypt', 'GenerateDataKey'], rule('111111111111', 'event-bus/default'), 'ImplicitlyDenied'],
    ['EventBridge for nobody', 'events.amazonaws.com', ['Decrypt', 'GenerateDataKey'], {}, 'ImplicitlyDenied'],
    ['another service', 'lambda.amazonaws.com', ['Decrypt'], rule('111111111111'), 'ImplicitlyDenied'],
  ])('serves %s', async (_name, principal, calls, context, expected) => {
    const { deployment, encryptionKey, arn } = deployed();
    const resourcePolicy = deployment.resourcePolicy(encryptionKey);

    const answers = calls.map((action) => simulate({ principal, action: `kms:${action}`, resource: arn, resourcePolicy, context }));
    expect(await Promise.all(answers)).toEqual(calls.map(() => expected));
  });

  test.each<[string | undefined, string]>([
    ...['dynamodb', 'logs', 'sns', 'sqs'].map((service): [string, string] => [`${service}.eu-west-1.amazonaws.com`, 'Allowed']),
    [undefined, 'ImplicitlyDenied'],
    ['s3.eu-west-1.amazonaws.com', 'ImplicitlyDenied'],
    ['sqs.us-east-1.amazonaws.com', 'ImplicitlyDenied'],
  ])('the function uses by way of %s: %s', async (service, expected) => {
    const { deployment, encryptionKey, handler, arn } = deployed();
    const may = (action: string) => simulate({
      principal: deployment.arn(handler.role!),
      action: `kms:${action}`,
      resource: arn,
      identityPolicies: deployment.identityPolicies(handler.role!),
      resourcePolicy: deployment.resourcePolicy(encryptionKey),
      context: { 'kms:ViaService': service },
    });

    for (const action of ['Decrypt', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom']) expect(await may(action)).toBe(expected);
    for (const action of ['CreateGrant', 'ScheduleKeyDeletion']) expect(await may(action)).toBe('ImplicitlyDenied');
  });

  test('keeps the queues to the rules that send to them', async () => {
    const { deployment, buffer, rule: sending } = deployed();
    const send = (queue: sqs.IQueue, source: string) => simulate({
      principal: 'events.amazonaws.com',
      action: 'sqs:SendMessage',
      resource: deployment.arn(queue),
      resourcePolicy: deployment.queuePolicy(queue),
      context: { 'aws:SourceArn': source },
    });

    for (const queue of [buffer.queue, buffer.deadLetterQueue]) {
      expect(await send(queue, deployment.arn(sending))).toBe('Allowed');
      expect(await send(queue, `${deployment.arn(sending)}2`)).toBe('ImplicitlyDenied');
    }
  });

  test('in the China Regions services are named in both ways', () => {
    stack = new Stack(app, 'China', { env: { account: '111111111111', region: 'cn-north-1' } });
    deployed();

    template().hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Condition: {
            StringEquals: {
              'kms:ViaService': Match.arrayWith([
                'sqs.cn-north-1.amazonaws.com', { 'Fn::Join': ['', ['sqs.cn-north-1.', { Ref: 'AWS::URLSuffix' }]] },
              ]),
            },
          },
        })]),
      },
    });
  });

  test('of somebody else is left to them', () => {
    buffered({ encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/theirs') });

    expect(template().findResources('AWS::KMS::Key')).toEqual({});
  });
});

const late = () => Lazy.number({ produce: () => 3 });
test.each<[number | undefined, number | undefined, number | undefined]>([
  [5, undefined, 5], [5, 2, 2], [5, 4, 4], [5, 5, 5], [5, 100, 5], [5, 1, 2], [5, 0, 2], [undefined, 3, undefined], [5, late(), 5], [late(), 2, 3],
])('of %p batches at once, with %p copies reserved, %p are handed over', (maxConcurrency, reservedConcurrentExecutions, expected) => {
  buffered({ reservedConcurrentExecutions }, { maxConcurrency });

  const [mapping] = Object.values(template().findResources('AWS::Lambda::EventSourceMapping'));
  expect(mapping.Properties.ScalingConfig?.MaximumConcurrency).toBe(expected);
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
