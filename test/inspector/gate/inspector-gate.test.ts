import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  App, CfnParameter, Duration, Lazy, RemovalPolicy, Stack, Stage, Validations, aws_cloudwatch_actions as actions, type aws_cloudwatch as cloudwatch,
  aws_ec2 as ec2, aws_ecr as ecr, type aws_events as events, aws_events_targets as targets, aws_iam as iam, aws_kms as kms, aws_logs as logs,
  aws_sns as sns, aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import {
  EcrRegistry, FindingException, FindingPolicy, type IGateAction, ImageScanner, InspectorGate, type InspectorGateProps, NotifyAction,
  RegistryScanning, SecureEcrRepository,
} from '../../../src';
import { VerdictEventType } from '../../../src/inspector/gate/contract';
import { DeployedStack } from '../../support/deployed-stack';
import { ROOT } from '../../support/tools';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const PAGE = 'https://github.com/cdk-secure-ecr/cdk-secure-ecr/blob/main/docs/gate.md';
let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
});

const gate = (props?: InspectorGateProps, id = 'Gate') => new InspectorGate(stack, id, props);
const template = (of = stack) => Template.fromStack(of);
const properties = (type: string, of = stack) => new DeployedStack(of).properties(type);
const byDescription = (description: string) => properties('AWS::Lambda::Function').find(({ Description }) => Description.includes(description))!;
const [judging, watching, answering] = ['Judges images', 'Hears of images', 'Answers for'];
const environment = (description: string) => byDescription(description).Environment.Variables;
const synthesized = () => {
  try {
    app.synth();
  } catch (error) {
    return (error as Error).message;
  }
  return 'synthesized';
};

describe('by default', () => {
  test('it is a table, two functions behind queues, one that answers, and alarms', () => {
    gate();

    const types = Object.values<{ Type: string }>(template().toJSON().Resources).map(({ Type }) => Type);
    expect(Object.fromEntries(types.map((type) => [type, types.filter((each) => each === type).length]))).toEqual({
      'AWS::DynamoDB::Table': 1,
      'AWS::Lambda::Function': 3,
      'AWS::Lambda::LayerVersion': 1,
      'AWS::Lambda::EventSourceMapping': 2,
      'AWS::Logs::LogGroup': 3,
      'AWS::IAM::Role': 3,
      'AWS::IAM::Policy': 3,
      'AWS::SQS::Queue': 4,
      'AWS::SQS::QueuePolicy': 4,
      'AWS::Events::Rule': 6,
      'AWS::CloudWatch::Alarm': 5,
    });
  });

  test('verdicts are kept when the stack goes, can be restored, and expire', () => {
    gate();

    template().hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'digest', KeyType: 'HASH' }, { AttributeName: 'record', KeyType: 'RANGE' }],
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
        GlobalSecondaryIndexes: [
          {
            IndexName: 'ByDue',
            KeySchema: [{ AttributeName: 'watched', KeyType: 'HASH' }, { AttributeName: 'dueAt', KeyType: 'RANGE' }],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['repository', 'judgedBy'] },
          },
          {
            IndexName: 'ByRepository',
            KeySchema: [{ AttributeName: 'ofRepository', KeyType: 'HASH' }, { AttributeName: 'decidedAt', KeyType: 'RANGE' }],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['status'] },
          },
        ],
      },
    });
    for (const { Type, DeletionPolicy } of Object.values(template().toJSON().Resources as Record<string, Record<string, string>>)) {
      expect([Type, DeletionPolicy]).toEqual([Type, { 'AWS::DynamoDB::Table': 'Retain', 'AWS::SQS::Queue': 'Delete', 'AWS::Logs::LogGroup': 'Delete' }[Type]]);
    }
  });

  test('requests are judged one at a time for each image, after a window in which they are one', () => {
    gate();

    template().hasResourceProperties('AWS::SQS::Queue', {
      FifoQueue: true,
      ContentBasedDeduplication: Match.absent(),
      DelaySeconds: 30,
      VisibilityTimeout: 1_800,
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { maxReceiveCount: 10, deadLetterTargetArn: Match.anyValue() },
    });
    template().hasResourceProperties('AWS::Lambda::EventSourceMapping', { BatchSize: 1, FunctionResponseTypes: ['ReportBatchItemFailures'], ScalingConfig: { MaximumConcurrency: 5 } });
    template().hasResourceProperties('AWS::Lambda::EventSourceMapping', { BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'], ScalingConfig: { MaximumConcurrency: 5 } });
    expect(properties('AWS::SQS::Queue').filter(({ FifoQueue }) => FifoQueue)).toHaveLength(2); // and what is lost of them
  });

  test('who answers knows what is watched, by names and patterns', () => {
    const made = new ecr.Repository(stack, 'Web');
    gate({ repositories: [ecr.Repository.fromRepositoryName(stack, 'Api', 'shop/api'), made], repositoryNames: ['team/*'] });

    const { REPOSITORIES } = byDescription(answering).Environment.Variables;
    expect(REPOSITORIES).toEqual(expect.stringMatching(/^\["shop\/api","web\w+","team\/\*"\]$/));
  });

  test.each([[10, true], [100, false]])('of %d repositories, each with a long name, as long as there is room', (count, isTold) => {
    gate({ repositoryNames: Array.from({ length: count }, (_, index) => `${'long'.repeat(25)}${index}`) });

    expect('REPOSITORIES' in environment(answering)).toBe(isTold);
    expect(JSON.stringify(environment(answering)).length).toBeLessThan(4_096);
  });

  test('functions have what their code reads', () => {
    const { gateName } = gate();

    const [judge, watch, answers] = [judging, watching, answering].map(environment);
    const used = (name: string) => {
      const text = readFileSync(join(ROOT, 'src', 'inspector', 'gate', `${name}.lambda.ts`), 'utf8');
      return /const \{([^}]+)\} = process\.env/.exec(text)![1].split(',').map((each) => each.trim()).filter((each) => each && each !== 'AWS_REGION').sort();
    };
    expect(Object.keys(judge).sort()).toEqual(used('judge-image'));
    expect(Object.keys(watch).sort()).toEqual(used('watch-images'));
    expect(Object.keys(answers).sort()).toEqual(used('answer-verdict'));
    expect(judge).toMatchObject({
      ACCOUNT: ENV.account, GATE: gateName, SCANNER: 'ENHANCED', REFRESH_SECONDS: '86400', RETENTION_SECONDS: '34560000', JUDGEMENT: 'gate-judgement',
    });
    expect(watch).toMatchObject({ GATE: gateName, LOOK_BACK_DAYS: '180', FINGERPRINT: judge.FINGERPRINT, REQUESTS: judge.REQUESTS, QUEUE: judge.WATCH });
    expect(answers).toMatchObject({ FINGERPRINT: judge.FINGERPRINT, REFRESH_SECONDS: '86400', REPOSITORIES: '["*"]', REQUESTS: judge.REQUESTS, TABLE: judge.TABLE });
    expect(byDescription(judging)).toMatchObject({ Architectures: ['arm64'], MemorySize: 1_024, Timeout: 300, Layers: [expect.anything()] });
    expect(byDescription(watching)).not.toHaveProperty('Layers');
  });

  test('it sweeps every five minutes, and lists repositories every hour', () => {
    gate();

    const schedules = properties('AWS::Events::Rule').filter(({ ScheduleExpression }) => ScheduleExpression);
    expect(schedules.map(({ ScheduleExpression, Targets }) => [ScheduleExpression, ...Targets.map(({ Input }: any) => JSON.parse(Input))])).toEqual([
      ['rate(5 minutes)', { errand: 'sweep' }],
      ['rate(1 hour)', { errand: 'find', repositories: [], patterns: ['*'] }],
    ]);
  });

  test('no event is lost: every rule has a dead letter queue', () => {
    const one = gate();

    const heard = one.deadLetterQueues.find(({ node }) => node.path.includes('Watch'))!;
    for (const { Targets } of properties('AWS::Events::Rule')) {
      for (const each of Targets) expect(each.DeadLetterConfig).toEqual({ Arn: new DeployedStack(stack).arn(heard) });
    }
    expect(one.deadLetterQueues).toHaveLength(2);
  });

  test('is the same twice', () => {
    const once = () => {
      const fresh = new Stack(new App(), 'Stack', { env: ENV });
      new InspectorGate(fresh, 'Gate', { repositories: [new SecureEcrRepository(fresh, 'Images')] });
      return Template.fromStack(fresh).toJSON();
    };
    expect(once()).toEqual(once());
  });
});

describe('policy and exceptions', () => {
  const exceptions = ['one', 'two'].map((packageName) => FindingException.of('CVE-2026-0001', {
    packageName, owner: 'shop', reason: 'not reachable', expires: new Date('2027-01-01T00:00:00Z'),
  }));

  /** What is in the layers, once the app is written. */
  function layers() {
    const { directory } = app.synth();
    const { files } = JSON.parse(readFileSync(join(directory, 'Stack.assets.json'), 'utf8'));
    const keys = properties('AWS::Lambda::LayerVersion').map(({ Content: { S3Key } }) => S3Key.replace('.zip', ''));
    return [...new Set(keys)].map((key) => join(directory, files[key].source.path, 'nodejs', 'node_modules', 'gate-judgement', 'index.json'))
      .map((path) => JSON.parse(readFileSync(path, 'utf8')));
  }

  test('are what the layer holds, as the judgement reads them', () => {
    gate({ policy: FindingPolicy.strict(), exceptions });

    expect(layers()).toEqual([{
      policy: JSON.parse(FindingPolicy.strict().toJson()), exceptions: JSON.parse(FindingException.listToJson(exceptions)).exceptions,
    }]);
    template().hasResourceProperties('AWS::Lambda::LayerVersion', { Description: 'The policy strict and 2 exceptions, for an InspectorGate' });
  });

  test('are the standard policy and none by default', () => {
    gate();

    expect(layers()).toEqual([{ policy: JSON.parse(FindingPolicy.standard().toJson()), exceptions: [] }]);
  });

  test('have a fingerprint: another one for any others, the same for the same', () => {
    const fingerprint = (props: InspectorGateProps) => {
      stack = new Stack(new App(), 'Stack', { env: ENV });
      gate(props);
      return environment(judging).FINGERPRINT;
    };
    const all = [{}, { policy: FindingPolicy.strict() }, { exceptions }, { exceptions: exceptions.slice(1) }].map(fingerprint);

    expect(new Set(all).size).toBe(4);
    expect(fingerprint({ policy: FindingPolicy.standard(), exceptions: [] })).toBe(all[0]);
  });

  test('of any length reach the function', () => {
    const many = Array.from({ length: 500 }, (_, index) => FindingException.of(`CVE-2026-${1_000 + index}`, {
      packageName: 'zlib', owner: 'shop', reason: 'r'.repeat(200), expires: new Date('2027-01-01T00:00:00Z'),
    }));
    gate({ exceptions: many });

    expect(layers()[0].exceptions).toHaveLength(500);
    expect(JSON.stringify(environment(judging)).length).toBeLessThan(4_096);
  });

  test('of two gates are theirs', () => {
    gate({ policy: FindingPolicy.strict() }, 'A');
    gate({ policy: FindingPolicy.exploited() }, 'B');
    gate({ policy: FindingPolicy.exploited() }, 'C');

    expect(layers().map(({ policy }) => policy.name).sort()).toEqual(['exploited', 'strict']); // the same asset serves two
  });

  test('are written in a stage, too', () => {
    const stage = new Stage(app, 'Prod', { env: ENV });
    new InspectorGate(new Stack(stage, 'Stack'), 'Gate');

    expect(synthesized()).toBe('synthesized');
  });

  test('that approve what nobody could scan raise a warning', () => {
    gate({ policy: FindingPolicy.standard({ dangerouslyApproveUnscannable: true }) });

    Annotations.fromStack(stack).hasWarning('/Stack/Gate', Match.stringLikeRegexp(
      '^images that no scanner can judge are approved: an attacker who makes an image unscannable passes \\[ack: [Aa]nnotation::cdk-secure-ecr:imagesApprovedUnscanned\\]$'));
  });
});

describe('options', () => {
  test('the scanner of ECR needs nothing of Amazon Inspector', () => {
    gate({ scanner: ImageScanner.ECR_BASIC });

    expect(environment(judging).SCANNER).toBe('BASIC');
    expect(JSON.stringify(template().toJSON())).not.toContain('inspector2');
  });

  test('durations', () => {
    gate({
      judgeAgainAfter: Duration.hours(6),
      listEvery: Duration.minutes(90),
      lookBack: Duration.hours(36),
      verdictRetention: Duration.days(90),
      pendingAlarmAfter: Duration.hours(3),
    });

    expect(environment(judging)).toMatchObject({ REFRESH_SECONDS: '21600', RETENTION_SECONDS: '7776000' });
    expect(environment(answering)).toMatchObject({ REFRESH_SECONDS: '21600' });
    expect(environment(watching)).toMatchObject({ LOOK_BACK_DAYS: '1.5' });
    template().hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(90 minutes)' });
    template().hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'MinutesPending', Threshold: 180 });
  });

  test('how many images are judged at once', () => {
    gate({ maxConcurrency: 50, handlerOptions: { reservedConcurrentExecutions: 50 } });

    expect(properties('AWS::Lambda::EventSourceMapping').map(({ ScalingConfig }) => ScalingConfig.MaximumConcurrency)).toEqual([50, 50]);
    template().allResourcesProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 50 });
  });

  test('the table goes with the stack', () => {
    gate({ removalPolicy: RemovalPolicy.DESTROY });

    template().hasResource('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete' });
  });

  test('what a regulated team asks for', () => {
    const encryptionKey = new kms.Key(stack, 'Key');
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1'] });
    const options = {
      encryptionKey,
      vpc,
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
      logRetention: logs.RetentionDays.TEN_YEARS,
      permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', 'arn:aws:iam::111111111111:policy/boundary'),
      reservedConcurrentExecutions: 7,
    };
    const one = gate({ handlerOptions: options });

    const key = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] };
    template().allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: key });
    template().allResourcesProperties('AWS::DynamoDB::Table', { SSESpecification: { KMSMasterKeyId: key, SSEEnabled: true, SSEType: 'KMS' } });
    template().allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: key, RetentionInDays: 3653 });
    template().allResourcesProperties('AWS::Lambda::Function', {
      KmsKeyArn: key, VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] }, ReservedConcurrentExecutions: 7,
    });
    template().allResourcesProperties('AWS::IAM::Role', { PermissionsBoundary: 'arn:aws:iam::111111111111:policy/boundary' });
    expect(one.handlerOptions).toBe(options);
  });
});

describe('repositories', () => {
  test('of another stack of the app', () => {
    const images = new SecureEcrRepository(new Stack(app, 'Images', { env: ENV }), 'Images');
    gate({ repositories: [images] });
    app.synth();

    template().hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { 'repository-name': [{ 'Fn::ImportValue': Match.stringLikeRegexp('^Images:ExportsOutputRefImages') }] } },
    });
  });

  test.each([
    ['one made elsewhere', () => ecr.Repository.fromRepositoryName(stack, 'Theirs', 'shop/web')],
    ['one by attributes', () => ecr.Repository.fromRepositoryAttributes(stack, 'Theirs', {
      repositoryName: 'shop/web', repositoryArn: 'arn:aws:ecr:eu-west-1:111111111111:repository/shop/web',
    })],
    ['an L2', () => new ecr.Repository(stack, 'L2', { repositoryName: 'shop/web' })],
    ['an L1', () => new ecr.CfnRepository(stack, 'L1', { repositoryName: 'shop/web' })],
  ])('%s', (_name, make) => {
    gate({ repositories: [make()] });

    expect(synthesized()).toBe('synthesized');
    expect(properties('AWS::Events::Rule').some(({ EventPattern }) => JSON.stringify(EventPattern?.detail) === '{"repository-name":["shop/web"]}')).toBe(true);
  });

  test('a name that a parameter gives', () => {
    gate({ repositoryNames: [new CfnParameter(stack, 'Name').valueAsString] });

    expect(synthesized()).toBe('synthesized');
    template().hasResourceProperties('AWS::Events::Rule', { EventPattern: { detail: { 'repository-name': [{ Ref: 'Name' }] } } });
  });

  test('in another partition', () => {
    stack = new Stack(app, 'Gov', { env: { account: ENV.account, region: 'us-gov-west-1' } });
    gate({ repositoryNames: ['shop/*'] });

    expect(JSON.stringify(template().toJSON())).not.toContain('arn:aws:');
  });

  test('wherever the stack is deployed', () => {
    stack = new Stack(app, 'Anywhere');
    const one = gate();
    one.onEvent('Heard');

    const text = JSON.stringify(template().toJSON());
    expect(text).not.toContain(ENV.account);
    template().hasResourceProperties('AWS::Events::Rule', { EventPattern: { account: [{ Ref: 'AWS::AccountId' }], region: [{ Ref: 'AWS::Region' }] } });
    template().hasResourceProperties('AWS::Events::Rule', { EventPattern: { account: [{ Ref: 'AWS::AccountId' }], source: ['cdk-secure-ecr.gate'] } });
  });

  test('two gates in one stack share nothing', () => {
    const [a, b] = [gate({ repositoryNames: ['a/*'] }, 'A'), gate({ repositoryNames: ['b/*'] }, 'B')];

    expect(synthesized()).toBe('synthesized');
    expect(a.gateName).not.toBe(b.gateName);
    const names = properties('AWS::Events::Rule').map(({ Name }) => Name);
    expect(new Set(names).size).toBe(12);
    const accepted = properties('AWS::SQS::QueuePolicy').flatMap(({ PolicyDocument: { Statement } }) => Statement)
      .flatMap(({ Condition: { ArnLike } }) => ArnLike ? [ArnLike['aws:SourceArn'].split('/')[1].slice(0, -1)] : []);
    expect(new Set(accepted).size).toBe(2);
    for (const name of names) expect(accepted.filter((prefix) => name.startsWith(prefix))).toHaveLength(2); // its queue, and the dead letter queue of that
  });
});

describe('the registry', () => {
  const continuous = () => properties('AWS::ECR::RegistryScanningConfiguration').flatMap(({ Rules }) => Rules)
    .filter(({ ScanFrequency }) => ScanFrequency === 'CONTINUOUS_SCAN').flatMap(({ RepositoryFilters }) => RepositoryFilters).map(({ Filter }) => Filter);
  const registry = () => new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: [], onPush: ['*'] }) });

  test.each([['before', true], ['after', false]])('made %s the gate has its repositories scanned continuously', (_name, isBefore) => {
    if (isBefore) registry();
    gate({ repositories: [ecr.Repository.fromRepositoryName(stack, 'Web', 'shop/web')], repositoryNames: ['team/*'] });
    if (!isBefore) registry();

    expect(continuous().sort()).toEqual(['shop/web', 'team/*']);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('is asked for everything by a gate of everything', () => {
    registry();
    gate();

    expect(continuous()).toEqual(['*']);
  });

  test('that nobody sets up raises a warning', () => {
    gate({ repositoryNames: ['team/*'] });
    app.synth();

    Annotations.fromStack(stack).hasWarning('/Stack/Gate', Match.stringLikeRegexp('^repositories "?team/\\*"? have to be scanned continuously, but no EcrRegistry'));
  });

  test('is not asked by a gate of basic scanning', () => {
    new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.basic() });
    gate({ scanner: ImageScanner.ECR_BASIC });

    expect(synthesized()).toBe('synthesized');
    Annotations.fromStack(stack).hasNoWarning('/Stack/Gate', Match.anyValue());
  });

  test.each(['before', 'after'])('by Amazon Inspector, set up %s a gate of basic scanning, raises a warning', (when) => {
    const elsewhere = () => new EcrRegistry(new Stack(app, 'Elsewhere', { env: ENV }), 'Registry');
    if (when === 'before') elsewhere();
    gate({ scanner: ImageScanner.ECR_BASIC });
    if (when === 'after') elsewhere();

    expect(synthesized()).toBe('synthesized');
    Annotations.fromStack(stack).hasWarning('/Stack/Gate', Match.stringLikeRegexp('^judges by basic scanning, but the EcrRegistry .*cdk-secure-ecr:gateScannerBasic'));
  });

  test.each<[string, () => void]>([
    ['where it is acknowledged', () => {
      new EcrRegistry(stack, 'Registry');
      Validations.of(gate({ scanner: ImageScanner.ECR_BASIC })).acknowledge({ id: 'cdk-secure-ecr:gateScannerBasic', reason: 'both for a while' });
    }],
    ['in another Region', () => {
      new EcrRegistry(new Stack(app, 'Elsewhere', { env: { ...ENV, region: 'us-east-1' } }), 'Registry');
      gate({ scanner: ImageScanner.ECR_BASIC });
    }],
    ['where somebody else sets up scanning', () => {
      new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.unmanaged() });
      gate({ scanner: ImageScanner.ECR_BASIC });
    }],
  ])('raises none %s', (_where, make) => {
    make();

    expect(synthesized()).toBe('synthesized');
    Annotations.fromStack(stack).hasNoWarning('/Stack/Gate', Match.stringLikeRegexp('gateScannerBasic'));
  });

  test('of basic scanning contradicts a gate of Amazon Inspector', () => {
    new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.basic() });
    gate();

    expect(synthesized()).toContain('cdk-secure-ecr:registryScanningContradiction');
  });
});

describe('events', () => {
  test.each<[string, (one: InspectorGate, id: string, options?: events.OnEventOptions) => events.Rule, string[]]>([
    ['onImageApproved', (one, ...rest) => one.onImageApproved(...rest), [VerdictEventType.APPROVED]],
    ['onImageRejected', (one, ...rest) => one.onImageRejected(...rest), [VerdictEventType.REJECTED]],
    ['onVerdictChanged', (one, ...rest) => one.onVerdictChanged(...rest), [VerdictEventType.CHANGED]],
    ['onEvent', (one, ...rest) => one.onEvent(...rest), ['Image Approved', 'Image Rejected', 'Image Verdict Changed']],
  ])('%s makes a rule for those of this gate', (_name, on, types) => {
    const one = gate();
    on(one, 'Heard', { target: new targets.SqsQueue(new sqs.Queue(stack, 'Queue')), description: 'heard' });
    on(one, 'WithoutTarget');

    template().hasResourceProperties('AWS::Events::Rule', {
      Description: 'heard',
      EventPattern: { 'source': ['cdk-secure-ecr.gate'], 'detail-type': types, 'account': [ENV.account], 'detail': { gate: [one.gateName] } },
      Targets: [Match.objectLike({ Arn: Match.anyValue() })],
    });
  });

  test('can be narrowed down', () => {
    gate().onImageRejected('Heard', { eventPattern: { detail: { repository: [{ prefix: 'shop/' }] } } });

    template().hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { 'detail-type': ['Image Rejected'], 'detail': { repository: [{ prefix: 'shop/' }], gate: Match.anyValue() } },
    });
  });
});

describe('metrics', () => {
  test.each<[string, (one: InspectorGate, options?: cloudwatch.MetricOptions) => cloudwatch.Metric, string, string, number]>([
    ['metricApproved', (one, options) => one.metricApproved(options), 'Approved', 'Sum', 300],
    ['metricRejected', (one, options) => one.metricRejected(options), 'Rejected', 'Sum', 300],
    ['metricRevoked', (one, options) => one.metricRevoked(options), 'Revoked', 'Sum', 300],
    ['metricCleared', (one, options) => one.metricCleared(options), 'Cleared', 'Sum', 300],
    ['metricMinutesToVerdict', (one, options) => one.metricMinutesToVerdict(options), 'MinutesToVerdict', 'Average', 300],
    ['metricMinutesPending', (one, options) => one.metricMinutesPending(options), 'MinutesPending', 'Maximum', 3_600],
    ['metricSweeps', (one, options) => one.metricSweeps(options), 'Sweeps', 'Sum', 300],
    ['metricRequests', (one, options) => one.metricRequests(options), 'Requests', 'Sum', 300],
  ])('%s is one that the functions emit', (_name, metric, metricName, statistic, seconds) => {
    const one = gate();

    expect(stack.resolve(metric(one))).toMatchObject({ namespace: 'SecureEcr/Gate', metricName, statistic, dimensions: { Gate: one.gateName } });
    expect(metric(one).period.toSeconds()).toBe(seconds);
    expect(metric(one, { statistic: 'p90', period: Duration.days(1) })).toMatchObject({ statistic: 'p90', period: Duration.days(1) });
  });
});

describe('alarms', () => {
  const alarms = () => properties('AWS::CloudWatch::Alarm');

  test('tell when an approval is revoked, an image waits, nothing is swept, something is lost', () => {
    const { gateName } = gate();

    const ours = (name: string) => alarms().find(({ MetricName }) => MetricName === name);
    const dimensions = { Namespace: 'SecureEcr/Gate', Dimensions: [{ Name: 'Gate', Value: gateName }] };
    expect(ours('Revoked')).toMatchObject({ ...dimensions, Threshold: 1, Statistic: 'Sum', Period: 300, EvaluationPeriods: 1, TreatMissingData: 'notBreaching' });
    // Looked at every hour or a little later: a period without data must not end the alarm.
    expect(ours('MinutesPending')).toMatchObject({
      ...dimensions, Threshold: 1_440, Statistic: 'Maximum', Period: 3_600, EvaluationPeriods: 2, DatapointsToAlarm: 1, TreatMissingData: 'notBreaching',
    });
    expect(ours('Sweeps')).toMatchObject({
      ...dimensions, Threshold: 1, ComparisonOperator: 'LessThanThreshold', Period: 900, EvaluationPeriods: 2, TreatMissingData: 'breaching',
    });
    expect(alarms().filter(({ Namespace }) => Namespace === 'AWS/SQS')).toHaveLength(2);
  });

  test('say which paragraph of the page is about them, and it is there', () => {
    gate();

    const headings = [...readFileSync(join(ROOT, 'docs', 'gate.md'), 'utf8').matchAll(/^#+ (.+)$/gm)]
      .map(([, heading]) => heading.toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-'));
    const links = alarms().map(({ AlarmDescription }) => /\S+$/.exec(AlarmDescription)![0]);
    expect(links.sort()).toEqual(['lost', 'lost', 'pending', 'revoked', 'silent'].map((name) => `${PAGE}#${name}`));
    for (const link of links) expect(headings).toContain(link.split('#')[1]);
    for (const { AlarmDescription } of alarms()) expect(AlarmDescription.length).toBeLessThanOrEqual(1_024);
  });

  test('do what they are told to', () => {
    const topic = new sns.Topic(stack, 'Pager');
    const alarmActions = [new actions.SnsAction(topic)];
    const one = gate({ alarmActions });

    for (const { AlarmActions } of alarms()) expect(AlarmActions).toEqual([expect.stringMatching(/^Pager/)]);
    expect(one.alarmActions).toBe(alarmActions);
  });

  test('do nothing by default, and can be used', () => {
    const one = gate();
    one.revokedAlarm.alarmArn;

    for (const alarm of alarms()) expect(alarm).not.toHaveProperty('AlarmActions');
    const arns = [one.revokedAlarm, one.pendingAlarm, one.silentAlarm].map(({ alarmArn }) => stack.resolve(alarmArn)['Fn::GetAtt'][0]);
    expect(arns).toEqual([/Revoked/, /Pending/, /Silent/].map((name) => expect.stringMatching(name)));
  });

  test('of what is lost are one for each dead letter queue, those of actions too', () => {
    const one = gate({ actions: [new NotifyAction()] });
    one.addAction(new NotifyAction({ id: 'OnCall' }));

    const ids = [one.deadLetterQueues.map(({ queueArn }) => queueArn), one.lostAlarms.map(({ alarmArn }) => alarmArn)]
      .map((arns) => arns.map((arn) => stack.resolve(arn)['Fn::GetAtt'][0]).sort());
    expect(ids).toEqual(['DeadLetters', 'Lost'].map((name) => [
      'GateActionsNotifyNotifierEvents', 'GateActionsOnCallNotifierEvents', 'GateJudgeRequests', 'GateWatchEvents',
    ].map((path) => expect.stringMatching(`^${path}${name}`))));
    expect(alarms().filter(({ Namespace }) => Namespace === 'AWS/SQS')).toHaveLength(4);
  });
});

describe('actions', () => {
  /** Keeps what it is given. */
  class Recorder implements IGateAction {
    public readonly bound: Array<{ scope: Construct; gate: InspectorGate }> = [];

    constructor(public readonly id: string) {}

    public bind(scope: Construct, of: InspectorGate): void {
      this.bound.push({ scope, gate: of });
      of.onImageRejected(`${scope.node.id}Rejected`, { target: new targets.SqsQueue(new sqs.Queue(scope, 'Queue')) });
    }
  }

  test('are bound once to each gate, with a scope of their own', () => {
    const [one, other] = [new Recorder('One'), new Recorder('Other')];
    const [a, b] = [gate({ actions: [one, other, one] }, 'A'), gate({ actions: [one] }, 'B')];
    a.addAction(one);
    b.addAction(other);

    expect(one.bound.map(({ scope, gate: of }) => [scope.node.path, of])).toEqual([['Stack/A/Actions/One', a], ['Stack/B/Actions/One', b]]);
    expect(other.bound.map(({ scope, gate: of }) => [scope.node.path, of])).toEqual([['Stack/A/Actions/Other', a], ['Stack/B/Actions/Other', b]]);
    expect(synthesized()).toBe('synthesized');
  });

  test('keep what they make, whichever others come before them', () => {
    const topics = (...given: IGateAction[]) => {
      const of = new Stack(new App(), 'Stack', { env: ENV });
      new InspectorGate(of, 'Gate', { actions: given });
      return Object.keys(Template.fromStack(of).findResources('AWS::SNS::Topic')).sort();
    };
    const [notify] = topics(new NotifyAction());

    expect(topics({ id: 'Own', bind: () => undefined }, new NotifyAction())).toEqual([notify]);
    expect(topics(new NotifyAction({ id: 'OnCall' }), new NotifyAction())).toEqual([notify, expect.stringContaining('OnCall')].sort());
    expect(topics(new NotifyAction({ id: 'OnCall' }))).not.toContain(notify);
  });

  test('have an id each', () => {
    const refusal = "[Stack/Gate] 'actions' must have an id of its own for each, got [\"Notify\"]: give all but one another id, as in new NotifyAction({ id: 'OnCall' });"
      + ' that of what is deployed already stays (cdk-secure-ecr:gateActionTwice)';

    expect(() => gate({ actions: [new NotifyAction(), new NotifyAction()] }, 'Gate')).toThrow(refusal);
    expect(stack.node.tryFindChild('Gate')).toBeUndefined();
    const made = gate({ actions: [new NotifyAction()] }, 'Gate');
    expect(() => made.addAction(new NotifyAction())).toThrow(refusal);
  });

  test.each(['', 'On Call', 'a/b', Lazy.string({ produce: () => 'late' })])('with an id that no construct has: %j', (id) => {
    expect(() => gate({ actions: [new NotifyAction({ id })] })).toThrow("'actions' must have ids of letters, digits and dashes");
  });

  test('find a gate that is complete', () => {
    gate({
      actions: [{
        id: 'Own',
        bind: (_scope, of) => {
          const made = [of.verdicts, of.verdictFunction, of.deadLetterQueues, of.revokedAlarm, of.gateName, of.metricApproved()];
          for (const each of made) expect(each).toBeDefined();
          of.grantAskForVerdict(new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() }));
        },
      }],
    });

    expect.assertions(6);
  });
});
