import { type Stack, aws_cloudwatch_actions as actions, aws_logs as cloudwatchLogs, aws_sns as sns } from 'aws-cdk-lib';
import { type Claim, change, gap, met } from './claim';
import { CIS_ROOT, CIS_UNAUTHORIZED } from './controls';
import { LETS_IN_EVERYBODY, TAGS, handlers, keys, logs, withTags } from './shared-claims';
import { EcrAuditTrail, type EcrAuditTrailProps } from '../../src';

const [BUCKET, TRAIL, TOPIC] = ['AWS::S3::Bucket', 'AWS::CloudTrail::Trail', 'AWS::SNS::Topic'];

const build = (stack: Stack, props?: EcrAuditTrailProps) => new EcrAuditTrail(stack, 'Audit', props);

/** As the page shows it. */
const withCisFilter = (filterPattern: string) => (stack: Stack) => {
  const { logGroup } = build(stack);
  const filter = new cloudwatchLogs.MetricFilter(stack, 'Cis', {
    logGroup: logGroup!,
    filterPattern: cloudwatchLogs.FilterPattern.literal(filterPattern),
    metricNamespace: 'LogMetrics',
    metricName: 'Cis',
    defaultValue: 0,
  });
  const alarm = filter.metric({ statistic: 'Sum' }).createAlarm(stack, 'CisAlarm', { threshold: 1, evaluationPeriods: 1 });
  alarm.addAlarmAction(new actions.SnsAction(new sns.Topic(stack, 'Pager')));
};

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
  gap('CloudTrail.9', TAGS, withTags(build)),
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

export const AUDIT = {
  build,
  claims: [
    ...trail,
    logs('A year; `logRetention` and `handlerOptions` keep them longer.'),
    met('SNS.1', 'A key of AWS; `topic` brings one with a key of yours.', change(TOPIC, 'KmsMasterKeyId', undefined)),
    met('SNS.4', 'Its policy denies what comes without TLS, and allows nothing.',
      change('AWS::SNS::TopicPolicy', 'PolicyDocument.Statement', LETS_IN_EVERYBODY)),
    ...handlers({
      build,
      inVpc: (stack, vpc) => build(stack, { handlerOptions: { vpc } }),
      withActions: (stack, alarmActions) => build(stack, { alarmActions }),
      table: {
        noBackup: 'The table keeps what was told for two weeks, so that nothing is told twice; the record is the trail.',
        noProtection: 'The same.',
      },
    }),
    gap('CloudWatch.1', '`rootUsed` sees it, with a filter of its own; the control takes that of CIS only. Add [the filter](#filters-of-cis).',
      withCisFilter(CIS_ROOT)),
    gap('CloudWatch.2', '`callsDenied` counts those of ECR. Add [the filter](#filters-of-cis) for those of everything.', withCisFilter(CIS_UNAUTHORIZED)),
    gap('SNS.3', TAGS, withTags(build)),
  ],
};
