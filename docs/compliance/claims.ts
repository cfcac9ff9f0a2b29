import {
  type Stack, Tags, aws_backup as backup, aws_cloudwatch_actions as actions, aws_dynamodb as dynamodb, aws_ec2 as ec2, aws_ecr as ecr, aws_iam as iam,
  aws_lambda as lambda, aws_logs as logs, aws_sns as sns,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CIS_ROOT, CIS_UNAUTHORIZED, type ControlId } from './controls';
import {
  EcrAuditTrail, type EcrAuditTrailProps, EcrEncryption, EcrRegistry, GitHubOidcDeployer, GitHubOidcPusher, GitHubRepository, GitHubSubject,
  ImageRetention, ImageTagMutability, InspectorRescan, RegistryScanning, SecureEcrRepository,
} from '../../src';

/** A property, of every resource of a type, that is changed behind the back of the construct. */
export interface Change {
  readonly type: string;
  /** Names, separated by dots; below `Properties`, unless it begins with a dot. */
  readonly path: string;
  readonly value: unknown;
}

/** What is said of a control for a construct with its defaults, and the opposite of it, so that nothing is said in vain. */
export interface Claim {
  readonly control: ControlId;
  readonly met: boolean;
  /** How it is met; or why it is not, and what to do. */
  readonly says: string;
  /** Of what is met, a stack that does not meet it; of what is not, one that follows the advice. */
  readonly otherwise: ((stack: Stack) => void) | Change;
}

export interface Subject {
  readonly name: string;
  /** With its defaults. */
  readonly build: (stack: Stack) => void;
  readonly claims: readonly Claim[];
}

const change = (type: string, path: string, value: unknown): Change => ({ type, path, value });
const met = (control: ControlId, says: string, otherwise: Claim['otherwise']): Claim => ({ control, met: true, says, otherwise });
const gap = (control: ControlId, says: string, otherwise: Claim['otherwise']): Claim => ({ control, met: false, says, otherwise });

const repository = (stack: Stack) => new SecureEcrRepository(stack, 'Images');
const subjects = [GitHubSubject.branch(GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002' }), 'main')];
const pusher = (stack: Stack) => new GitHubOidcPusher(stack, 'Pusher', {
  repositories: [ecr.Repository.fromRepositoryName(stack, 'Images', 'shop/web')], subjects,
});
const deployer = (stack: Stack) => new GitHubOidcDeployer(stack, 'Deployer', { subjects, targets: [{ account: '111111111111', region: 'eu-west-1' }] });
const audit = (stack: Stack, props?: EcrAuditTrailProps) => new EcrAuditTrail(stack, 'Audit', props);
const withTags = (build: (stack: Stack) => void) => (stack: Stack) => {
  build(stack);
  Tags.of(stack).add('owner', 'platform');
};
const withActions = (stack: Stack) => audit(stack, { alarmActions: [new actions.SnsAction(new sns.Topic(stack, 'Pager'))] });
const withVpc = (stack: Stack) => {
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1a2b3c4d', availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1a2b3c4d'] });
  audit(stack, { handlerOptions: { vpc } });
};
const withBackup = (stack: Stack) => {
  const tables = audit(stack).node.findAll().filter((each) => each instanceof dynamodb.Table);
  backup.BackupPlan.daily35DayRetention(stack, 'Backup').addSelection('Tables', { resources: tables.map((each) => backup.BackupResource.fromDynamoDbTable(each)) });
};
/** As the page shows it. */
const withCisFilter = (filterPattern: string) => (stack: Stack) => {
  const { logGroup } = audit(stack);
  const filter = new logs.MetricFilter(stack, 'Cis', {
    logGroup: logGroup!, filterPattern: logs.FilterPattern.literal(filterPattern), metricNamespace: 'LogMetrics', metricName: 'Cis', defaultValue: 0,
  });
  const alarm = filter.metric({ statistic: 'Sum' }).createAlarm(stack, 'CisAlarm', { threshold: 1, evaluationPeriods: 1 });
  alarm.addAlarmAction(new actions.SnsAction(new sns.Topic(stack, 'Pager')));
};
const TAGS = 'The tags of a company are its own: `Tags.of(app).add(...)`.';
const allows = (Action: string) => change('AWS::IAM::Policy', 'PolicyDocument.Statement', [{ Effect: 'Allow', Action, Resource: '*' }]);
const KEY = 'AWS::KMS::Key';
const LETS_IN_EVERYBODY = [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: '*' }];

const keys = (stays: string): Claim[] => [
  met('KMS.3', stays, change(KEY, '.DeletionPolicy', 'Delete')),
  met('KMS.4', 'AWS makes new key material every year.', change(KEY, 'EnableKeyRotation', false)),
  met('KMS.5', 'Its policy names the account and the services that use it.', change(KEY, 'KeyPolicy.Statement', LETS_IN_EVERYBODY)),
];

const roles = (build: (stack: Stack) => void): Claim[] => [
  met('IAM.1', 'Actions are named, one by one. The control reads managed policies; the inline ones here hold to it as well.', allows('*')),
  met('IAM.21', 'The same.', allows('ecr:*')),
  met('KMS.2', 'It allows decryption with no key.', allows('kms:Decrypt')),
  gap('IAM.24', TAGS, withTags(build)),
];

const withoutUsers = met('IAM.3', 'There is no key to rotate: a session of GitHub Actions lasts an hour.',
  (stack) => void repository(stack).grantPush(new iam.User(stack, 'Ci')));

const [BUCKET, TRAIL, QUEUE, TABLE, FUNCTION, TOPIC] = [
  'AWS::S3::Bucket', 'AWS::CloudTrail::Trail', 'AWS::SQS::Queue', 'AWS::DynamoDB::Table', 'AWS::Lambda::Function', 'AWS::SNS::Topic',
];

const trail: Claim[] = [
  met('CloudTrail.1', 'The trail is in every Region, with all management events.', change(TRAIL, 'IsMultiRegionTrail', false)),
  met('CloudTrail.2', 'A key of the trail, or yours, encrypts files and log.', change(TRAIL, 'KMSKeyId', undefined)),
  met('CloudTrail.3', 'It records from the beginning.', change(TRAIL, 'IsLogging', false)),
  met('CloudTrail.4', 'CloudTrail signs a digest of the files every hour.', change(TRAIL, 'EnableLogFileValidation', false)),
  met('CloudTrail.5', 'The log group that the metric filters read.', change(TRAIL, 'CloudWatchLogsLogGroupArn', undefined)),
  met('CloudTrail.6', 'Public access is blocked in all four ways.', change(BUCKET, 'PublicAccessBlockConfiguration.BlockPublicAcls', false)),
  met('CloudTrail.7', 'A second bucket holds the access logs.', change(BUCKET, 'LoggingConfiguration', undefined)),
  met('S3.5', 'Both buckets deny what comes without TLS, and below 1.2.', change('AWS::S3::BucketPolicy', 'PolicyDocument.Statement', [])),
  met('S3.8', 'Public access is blocked in all four ways.', change(BUCKET, 'PublicAccessBlockConfiguration', undefined)),
  met('S3.12', 'ACLs are off: the owner of the bucket owns its objects.', change(BUCKET, 'OwnershipControls', undefined)),
  met('S3.13', 'Files are archived after 90 days and expire after seven years.', change(BUCKET, 'LifecycleConfiguration', undefined)),
  met('S3.14', 'What is overwritten or deleted stays for 90 days.', change(BUCKET, 'VersioningConfiguration', undefined)),
  ...keys('Its key stays when the stack goes.'),
  gap('CloudTrail.9', TAGS, withTags(audit)),
  gap('S3.7', 'The same records are in the log group. Bring a trail whose bucket is replicated: `AuditSource.trail(...)`.',
    change(BUCKET, 'ReplicationConfiguration', { Role: 'role', Rules: [] })),
  gap('S3.9', 'The files\' bucket is logged, the one that holds these logs is not. AWS says to suppress the finding of such a bucket.',
    change(BUCKET, 'LoggingConfiguration', { DestinationBucketName: 'other' })),
  gap('S3.11', 'CloudTrail tells of files by itself. Bring a trail whose bucket does: `AuditSource.trail(...)`.',
    change(BUCKET, 'NotificationConfiguration', { EventBridgeConfiguration: {} })),
  gap('S3.15', 'Files can be validated and old versions stay. Where PCI DSS 10.5.1 asks for a lock, bring a trail whose bucket has one.',
    change(BUCKET, 'ObjectLockEnabled', true)),
  gap('S3.17', 'The files are; access logs are not, because S3 delivers them to no bucket with such a key.',
    change(BUCKET, 'BucketEncryption.ServerSideEncryptionConfiguration', [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }])),
];

const signals: Claim[] = [
  met('CloudWatch.16', 'A year; `logRetention` and `handlerOptions` keep them longer.', change('AWS::Logs::LogGroup', 'RetentionInDays', 90)),
  gap('CloudWatch.15', 'Name where alarms go: `alarmActions`.', withActions),
  gap('CloudWatch.17', 'The same.', withActions),
  gap('CloudWatch.1', '`rootUsed` sees it, with a filter of its own; the control takes that of CIS only. Add [the filter](#filters-of-cis).', withCisFilter(CIS_ROOT)),
  gap('CloudWatch.2', '`callsDenied` counts those of ECR. Add [the filter](#filters-of-cis) for those of everything.', withCisFilter(CIS_UNAUTHORIZED)),
];

const functions = (build: (stack: Stack) => Construct): Claim[] => [
  met('Lambda.1', 'No policy of a function lets in anybody else than its service.', (stack) => build(stack).node.findAll()
    .filter((each) => each instanceof lambda.Function).forEach((each) => each.addPermission('All', { principal: new iam.AnyPrincipal() }))),
  met('Lambda.2', 'nodejs24.x.', change(FUNCTION, 'Runtime', 'nodejs18.x')),
  ...roles(build),
  gap('Lambda.6', TAGS, withTags(build)),
  gap('Lambda.7', 'What a function decides is in its structured log.', change(FUNCTION, 'TracingConfig', { Mode: 'Active' })),
];

const handlers: Claim[] = [
  met('SNS.1', 'A key of AWS; `topic` brings one with a key of yours.', change(TOPIC, 'KmsMasterKeyId', undefined)),
  met('SNS.4', 'Its policy denies what comes without TLS, and allows nothing.', change('AWS::SNS::TopicPolicy', 'PolicyDocument.Statement', LETS_IN_EVERYBODY)),
  met('SQS.1', 'Keys of SQS; `handlerOptions.encryptionKey` gives one of yours.', change(QUEUE, 'SqsManagedSseEnabled', false)),
  met('SQS.3', 'Its policy lets the rules of the construct send, and nobody else.', change('AWS::SQS::QueuePolicy', 'PolicyDocument.Statement', LETS_IN_EVERYBODY)),
  met('DynamoDB.1', 'Billed by request.', change(TABLE, 'BillingMode', 'PROVISIONED')),
  met('DynamoDB.2', 'On.', change(TABLE, 'PointInTimeRecoverySpecification', undefined)),
  ...functions(audit),
  gap('DynamoDB.4', 'The table keeps what was told for two weeks, so that nothing is told twice; the record is the trail.', withBackup),
  gap('DynamoDB.6', 'The same.', change(TABLE, 'DeletionProtectionEnabled', true)),
  gap('Lambda.3', 'They call AWS APIs only, and nothing can call them: `handlerOptions.vpc`.', withVpc),
  ...(['SNS.3', 'SQS.2', 'DynamoDB.5'] as const).map((control) => gap(control, TAGS, withTags(audit))),
];

const scanning: Claim[] = [
  met('ECR.1', 'One rule scans every repository, those to come too.',
    (stack) => new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.basic({ onPush: ['prod/*'] }) })),
  met('Inspector.2', 'Amazon Inspector scans; `RegistryScanning.basic(...)` does without.',
    (stack) => new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.basic({ onPush: ['*'] }) })),
];
/** A setting that CloudFormation does not have, and so a function of the CDK makes. */
const rescanning = (stack: Stack) => {
  new EcrRegistry(stack, 'Registry', { rescan: InspectorRescan.whilePulled() });
  return stack;
};

export const SUBJECTS: readonly Subject[] = [
  {
    name: 'SecureEcrRepository',
    build: repository,
    claims: [
      met('ECR.1', 'Scan on push is on, and no option turns it off.', change('AWS::ECR::Repository', 'ImageScanningConfiguration', undefined)),
      met('ECR.2', 'No tag can be moved. With `immutableExcept(...)` the control fails: AWS says that it passes for `IMMUTABLE` alone.',
        (stack) => new SecureEcrRepository(stack, 'Images', { tagMutability: ImageTagMutability.immutableExcept('latest') })),
      met('ECR.3', '`ImageRetention.standard()`; every retention is a lifecycle policy.', change('AWS::ECR::Repository', 'LifecyclePolicy', undefined)),
      met('ECR.5', 'A key that the repositories of the stack share; `EcrEncryption.aes256()` does without.',
        (stack) => new SecureEcrRepository(stack, 'Images', { encryption: EcrEncryption.aes256() })),
      ...keys('The key stays when the stack goes; a key that one repository has to itself (`ownKey()`) follows its `removalPolicy`.'),
    ],
  },
  {
    name: 'ImageRetention',
    build: (stack) => Object.entries({
      development: ImageRetention.development(), production: ImageRetention.production(), standard: ImageRetention.standard(),
    }).forEach(([id, retention]) => new SecureEcrRepository(stack, id, { retention })),
    claims: [
      met('ECR.3', 'Every one of them has rules: [what they say](retention.md).', change('AWS::ECR::Repository', 'LifecyclePolicy.LifecyclePolicyText', '{"rules":[]}')),
    ],
  },
  { name: 'EcrRegistry', build: (stack) => new EcrRegistry(stack, 'Registry'), claims: scanning },
  {
    name: 'EcrRegistry with rescan',
    build: rescanning,
    claims: [
      ...scanning,
      met('CloudWatch.16', 'A year.', change('AWS::Logs::LogGroup', 'RetentionInDays', 90)),
      ...functions(rescanning),
      gap('Lambda.3', 'CloudFormation alone calls it, and it calls one API of AWS.', change(FUNCTION, 'VpcConfig', {})),
    ],
  },
  { name: 'GitHubOidcPusher', build: pusher, claims: [withoutUsers, ...roles(pusher)] },
  { name: 'GitHubOidcDeployer', build: deployer, claims: [withoutUsers, ...roles(deployer)] },
  { name: 'EcrAuditTrail', build: audit, claims: [...trail, ...signals, ...handlers] },
];
