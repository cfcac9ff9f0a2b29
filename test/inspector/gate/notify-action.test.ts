import {
  App, Duration, Stack, Token, aws_cloudwatch_actions as actions, aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_sns as sns,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import { InspectorGate, type InspectorGateProps, NotifyAction, VerdictEventType } from '../../../src';
import { deployed, simulate } from '../../support/simulate';

const ENV = { account: '111111111111', region: 'eu-west-1' };
let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
});

const gate = (action: NotifyAction, props: InspectorGateProps = {}, id = 'Gate') => new InspectorGate(stack, id, { actions: [action], ...props });
const template = (of = stack) => Template.fromStack(of);
/** Of what the action made, not of what the gate did. */
const properties = (type: string, of = stack) => Object.entries(template(of).findResources(type))
  .filter(([id]) => id.includes('Notify')).map(([, resource]) => resource.Properties);
const environment = (of = stack) => properties('AWS::Lambda::Function', of)[0].Environment.Variables;

describe('by default', () => {
  test('people are told of what is rejected and of what has changed, on a topic of its own', () => {
    const action = new NotifyAction();
    const { gateName } = gate(action);

    expect(environment()).toEqual({
      EVENTS: 'Image Rejected,Image Verdict Changed', TOPIC: stack.resolve(action.topic.topicArn), QUEUE: { Ref: expect.any(String) }, TABLE: { Ref: expect.any(String) },
    });
    template().hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { 'source': ['cdk-secure-ecr.gate'], 'detail-type': ['Image Approved', 'Image Rejected', 'Image Verdict Changed'], 'detail': { gate: [gateName] } },
      Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^GateActionsNotifyNotifierEventsQueue'), 'Arn'] }, DeadLetterConfig: Match.anyValue() })],
    });
  });

  test('the topic is encrypted and for TLS only', () => {
    gate(new NotifyAction());

    template().hasResourceProperties('AWS::SNS::Topic', { DisplayName: 'Verdicts on images', KmsMasterKeyId: Match.anyValue() });
    expect(JSON.stringify(properties('AWS::SNS::Topic'))).toContain('alias/aws/sns');
    template().hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })] },
    });
  });

  test('what is lost raises an alarm', () => {
    const alarmTopic = new sns.Topic(stack, 'Alarms');
    gate(new NotifyAction(), { alarmActions: [new actions.SnsAction(alarmTopic)] });

    template().hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmActions: [{ Ref: Match.stringLikeRegexp('^Alarms') }], Threshold: 1 });
    template().hasResourceProperties('AWS::SQS::Queue', { RedrivePolicy: Match.objectLike({ maxReceiveCount: 5 }), VisibilityTimeout: 360 });
  });
});

describe('permissions', () => {
  const arns = () => {
    const resources = Object.entries<{ Type: string }>(template().toJSON().Resources);
    return Object.fromEntries(resources.map(([id, { Type }]) => [id, arnOf(Type, id)]));
  };
  const statements = () => properties('AWS::IAM::Policy').flatMap(({ PolicyDocument: { Statement } }) => Statement)
    .map((statement) => deployed(statement, arns()));
  const arnOf = (type: string, id: string) => {
    switch (type) {
      case 'AWS::SNS::Topic': return `arn:aws:sns:eu-west-1:111111111111:${id}`;
      case 'AWS::SQS::Queue': return `arn:aws:sqs:eu-west-1:111111111111:${id}`;
      case 'AWS::DynamoDB::Table': return `arn:aws:dynamodb:eu-west-1:111111111111:table/${id}`;
      default: return `arn:aws:other:eu-west-1:111111111111:${id}`;
    }
  };
  const may = (action: string, resource: string) => simulate({
    principal: 'arn:aws:iam::111111111111:role/Notify', action, resource, identityPolicy: { Version: '2012-10-17', Statement: statements() },
  });

  test('the function may do what it does, and nothing else', () => {
    gate(new NotifyAction());

    const allowed = statements().flatMap(({ Action }: any) => Action).filter((action: string) => !/^(logs|sqs:(Receive|Change|GetQueue|Delete))/.test(action));
    expect(allowed.sort()).toEqual(['dynamodb:GetItem', 'dynamodb:UpdateItem', 'inspector2:GetClustersForImage', 'sns:Publish', 'sqs:SendMessage']);
    expect(statements().filter(({ Resource }: any) => Resource === '*')).toEqual([{ Effect: 'Allow', Action: 'inspector2:GetClustersForImage', Resource: '*' }]);
    expect(JSON.stringify(statements())).not.toContain(':*"');
  });

  test('it publishes on this topic, and on no other', async () => {
    const topic = new sns.Topic(stack, 'People');
    gate(new NotifyAction({ topic }));
    const own = arnOf('AWS::SNS::Topic', stack.resolve(topic.topicArn).Ref);

    expect(await may('sns:Publish', own)).toBe('Allowed');
    expect(await may('sns:Publish', `${own}2`)).toBe('ImplicitlyDenied');
    expect(await may('sns:Subscribe', own)).toBe('ImplicitlyDenied');
    expect(await may('inspector2:GetClustersForImage', '*')).toBe('Allowed');
    expect(await may('inspector2:ListFindings', '*')).toBe('ImplicitlyDenied');
  });

  test('a key of yours is for topic, queues, table and logs, and the function may use it', () => {
    const encryptionKey = new kms.Key(stack, 'Key');
    gate(new NotifyAction(), { handlerOptions: { encryptionKey } });

    const key = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] };
    template().hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: key });
    template().hasResourceProperties('AWS::DynamoDB::Table', { SSESpecification: { KMSMasterKeyId: key, SSEType: 'KMS' } });
    template().allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: key });
    template().hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'], Resource: key, Condition: { StringEquals: { 'kms:ViaService': Match.anyValue() } },
        })]),
      },
    });
  });

  test('a topic of yours that a key of yours encrypts can be published on', () => {
    const topic = new sns.Topic(stack, 'People', { masterKey: new kms.Key(stack, 'TheirKey') });
    gate(new NotifyAction({ topic }));

    template().hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^TheirKey'), 'Arn'] } })]) },
    });
  });
});

describe('what can be said', () => {
  test('a topic, events and a runbook', () => {
    const topic = new sns.Topic(stack, 'People');
    const action = new NotifyAction({
      topic, events: [VerdictEventType.CHANGED, VerdictEventType.APPROVED, VerdictEventType.CHANGED], runbookUrl: 'https://wiki.example.com/verdicts#gate',
    });
    gate(action);

    expect(action.topic).toBe(topic);
    expect(environment()).toMatchObject({ EVENTS: 'Image Verdict Changed,Image Approved', RUNBOOK_URL: 'https://wiki.example.com/verdicts#gate' });
    template().resourceCountIs('AWS::SNS::Topic', 1);
  });

  test('no more is handed over than there are copies of the function', () => {
    gate(new NotifyAction(), { maxConcurrency: 2, handlerOptions: { reservedConcurrentExecutions: 2 } });

    template().resourceCountIs('AWS::Lambda::EventSourceMapping', 3);
    template().allResourcesProperties('AWS::Lambda::EventSourceMapping', { ScalingConfig: { MaximumConcurrency: 2 } });
  });

  test('how functions run is said by the gate', () => {
    const vpc = new ec2.Vpc(stack, 'Vpc');
    gate(new NotifyAction(), { handlerOptions: { vpc, logRetention: logs.RetentionDays.ONE_MONTH, reservedConcurrentExecutions: 6 } });

    template().hasResourceProperties('AWS::Lambda::Function', { Description: 'Tells people of verdicts on images', VpcConfig: Match.anyValue(), ReservedConcurrentExecutions: 6, Timeout: 60 });
    template().hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  test('one action for two gates: each has its function, both have the topic', () => {
    const action = new NotifyAction();
    gate(action);
    gate(action, {}, 'Other');

    template().resourceCountIs('AWS::SNS::Topic', 1);
    const topics = properties('AWS::Lambda::Function').map(({ Environment: { Variables } }) => Variables.TOPIC);
    expect(topics).toEqual([stack.resolve(action.topic.topicArn), stack.resolve(action.topic.topicArn)]);
  });

  test('two actions for one gate: each has its topic', () => {
    const [oncall, everybody] = [new NotifyAction({ id: 'OnCall', events: [VerdictEventType.CHANGED] }), new NotifyAction()];
    new InspectorGate(stack, 'Gate', { actions: [oncall, everybody] });

    template().resourceCountIs('AWS::SNS::Topic', 2);
    expect(Object.keys(template().findResources('AWS::Events::Rule')).filter((id) => id.includes('OnCallEvents') || id.includes('NotifyEvents'))).toHaveLength(2);
    expect(oncall.topic).not.toBe(everybody.topic);
  });

  test('tokens are let through', () => {
    const topic = sns.Topic.fromTopicArn(stack, 'Theirs', Token.asString({ 'Fn::ImportValue': 'topic' }));

    expect(() => gate(new NotifyAction({ topic, runbookUrl: Token.asString({ Ref: 'Runbook' }) }))).not.toThrow();
  });
});

describe('what is wrong', () => {
  test('is said all at once', () => {
    const topic = new sns.Topic(stack, 'Ordered', { fifo: true });

    expect(() => new NotifyAction({ topic, events: [], runbookUrl: 'http://wiki' })).toThrow(new RegExp([
      /^\[NotifyAction\] 'topic' must be a standard topic, got a value known only at deployment: .* \(cdk-secure-ecr:notifyTopicFifo\)/,
      /\[NotifyAction\] 'events' must name one, or be left out, got \[\]: .* \(cdk-secure-ecr:notifyEvents\)/,
      /\[NotifyAction\] 'runbookUrl' must be an address that begins with https:\/\/ and has at most 250 characters, got "http:\/\/wiki": .* \(cdk-secure-ecr:notifyRunbookUrl\)$/,
    ].map(({ source }) => source).join('\n')));
  });

  test.each([
    ['https://a', true],
    [`https://${'a'.repeat(242)}`, true],
    [`https://${'a'.repeat(243)}`, false],
    ['https://', false],
    ['https://a b', false],
    ['https://a|<b>', false],
    ['http://a', false],
    ['', false],
  ])('runbookUrl %j: fits %s', (runbookUrl, fits) => {
    const make = () => new NotifyAction({ runbookUrl });

    if (fits) expect(make).not.toThrow();
    else expect(make).toThrow('notifyRunbookUrl');
  });

  test('to ask for a topic that nobody has made', () => {
    expect(() => new NotifyAction().topic).toThrow(
      '[NotifyAction] \'topic\' must be asked for once the action belongs to a gate, got undefined: give the action to a gate first, or a topic to the action (cdk-secure-ecr:notifyTopicTooEarly)',
    );
  });
});

test('a gate in another stack shares the topic', () => {
  const other = new Stack(app, 'Other', { env: ENV });
  const action = new NotifyAction();
  gate(action);
  new InspectorGate(other, 'Gate', { actions: [action] });

  expect(environment(other).TOPIC).toEqual({ 'Fn::ImportValue': expect.stringContaining('Topic') });
});

test.each([['plain', false], ['with a key, in a network', true]])('the rule packs find nothing: %s', (_name, regulated) => {
  const vpc = regulated ? ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1'] }) : undefined;
  const encryptionKey = regulated ? new kms.Key(stack, 'Key', { enableKeyRotation: true }) : undefined;
  gate(new NotifyAction(), { handlerOptions: { vpc, encryptionKey } });

  for (const Pack of [AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks]) {
    const found = new Pack().validateScope(app).violations.flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`));
    expect(found.filter((each) => each.includes('Notify'))).toEqual([]);
  }
});

test('what it waits for is shorter than what claims a message', () => {
  gate(new NotifyAction());

  // A ledger lets somebody else begin after 120 seconds.
  expect(properties('AWS::Lambda::Function')[0].Timeout).toBeLessThan(Duration.minutes(2).toSeconds());
});

test('nobody may take the role but Lambda', () => {
  gate(new NotifyAction(), { handlerOptions: { permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', 'arn:aws:iam::111111111111:policy/Boundary') } });

  template().hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: { Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }] },
    PermissionsBoundary: 'arn:aws:iam::111111111111:policy/Boundary',
  });
});
