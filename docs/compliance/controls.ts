import { type Check, blocksPublicAccess, bucketOfTrails, cisAlarm, every, none, noneAllowed, notPublic, some, tagged } from './template';

/** A control of AWS Security Hub CSPM, what asks for it, and whether a template meets it. */
export interface Control {
  readonly title: string;
  /** CIS AWS Foundations Benchmark 5.0.0, unless it says which. */
  readonly cis?: string;
  /** NIST SP 800-53, revision 5. */
  readonly nist?: string;
  /** PCI DSS 4.0.1. */
  readonly pci?: string;
  readonly check: Check;
}

const LEAST_PRIVILEGE = 'AC-2, AC-2(1), AC-3, AC-3(7), AC-3(15), AC-5, AC-6, AC-6(3)';
const ENCRYPTED = 'CA-9(1), CM-3(6), SC-7(10), SC-13, SC-28, SC-28(1), SI-7(6)';
const RECORDED = 'AC-2(4), AC-4(26), AC-6(9), AU-2, AU-3, AU-6(3), AU-6(4), AU-10, AU-12, CA-7, SC-7(9), SI-3(8), SI-4(20), SI-7(8)';
const PRIVATE = 'AC-3, AC-3(7), AC-4, AC-4(21), AC-6, AC-21, SC-7, SC-7(3), SC-7(4), SC-7(9), SC-7(11), SC-7(16), SC-7(20), SC-7(21)';
const HEARD = 'AU-6(1), AU-6(5), CA-7, SI-2, SI-4(12)';

const [TRAIL, BUCKET, KEY, QUEUE, TOPIC] = ['AWS::CloudTrail::Trail', 'AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::SQS::Queue', 'AWS::SNS::Topic'];
const [FUNCTION, TABLE, ALARM, REPOSITORY] = ['AWS::Lambda::Function', 'AWS::DynamoDB::Table', 'AWS::CloudWatch::Alarm', 'AWS::ECR::Repository'];

/** https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html */
export const CIS_ROOT = '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}';
export const CIS_UNAUTHORIZED = '{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}';

/** Runtimes that Lambda.2 takes, of those that run JavaScript. */
const RUNTIMES = ['nodejs22.x', 'nodejs24.x'];

const scansEverything = some('AWS::ECR::RegistryScanningConfiguration', ({ Rules = [] }) =>
  Rules.some(({ RepositoryFilters, ScanFrequency }: Record<string, any>) => ScanFrequency !== 'MANUAL'
    && RepositoryFilters.some(({ Filter }: { Filter: string }) => Filter === '*')));
const scansOnPush = every(REPOSITORY, ({ ImageScanningConfiguration }) => ImageScanningConfiguration?.ScanOnPush === true);

/** A trail without selectors records all management events. */
const recordsManagementEvents = ({ IsLogging, EventSelectors = [], AdvancedEventSelectors }: Record<string, any>) =>
  IsLogging && !AdvancedEventSelectors && (EventSelectors.length === 0 || EventSelectors.some(
    ({ ReadWriteType = 'All', IncludeManagementEvents = true }) => ReadWriteType === 'All' && IncludeManagementEvents,
  ));

/** In the order of the page. Titles and mappings: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html */
export const CONTROLS = {
  'ECR.1': {
    title: 'Private repositories have image scanning configured',
    nist: 'RA-5',
    pci: '6.2.3, 6.2.4',
    check: (resources) => scansEverything(resources) || scansOnPush(resources),
  },
  'ECR.2': {
    title: 'Private repositories have tag immutability configured',
    nist: 'CA-9(1), CM-2, CM-8(1)',
    check: every(REPOSITORY, ({ ImageTagMutability }) => ImageTagMutability === 'IMMUTABLE'),
  },
  'ECR.3': {
    title: 'Repositories have a lifecycle policy',
    nist: 'CA-9(1), CM-2, CM-2(2)',
    check: every(REPOSITORY, ({ LifecyclePolicy }) => JSON.parse(LifecyclePolicy?.LifecyclePolicyText ?? '{"rules":[]}').rules.length > 0),
  },
  'ECR.5': {
    title: 'Repositories are encrypted with customer managed keys',
    nist: `${ENCRYPTED}, AU-9, SC-12(2)`,
    check: every(REPOSITORY, ({ EncryptionConfiguration: { EncryptionType, KmsKey } = {} as Record<string, unknown> }) =>
      /^KMS/.test(String(EncryptionType)) && KmsKey !== undefined),
  },
  'KMS.2': {
    title: 'Inline policies do not allow decryption with every key',
    nist: LEAST_PRIVILEGE,
    check: noneAllowed((action, resource) => resource === '*' && /^(\*|kms:\*|kms:(Decrypt|ReEncrypt)\w*\*?)$/.test(action)),
  },
  'KMS.3': {
    title: 'Keys are not deleted unintentionally',
    nist: 'SC-12, SC-12(2)',
    check: every(KEY, (_, { DeletionPolicy, UpdateReplacePolicy }) => DeletionPolicy === 'Retain' && UpdateReplacePolicy === 'Retain'),
  },
  'KMS.4': {
    title: 'Keys are rotated',
    cis: '3.6',
    nist: 'SC-12, SC-12(2), SC-28(3)',
    pci: '3.7.4',
    check: every(KEY, ({ EnableKeyRotation }) => EnableKeyRotation === true),
  },
  'KMS.5': { title: 'Keys are not publicly accessible', check: notPublic(KEY, 'KeyPolicy') },
  'Inspector.2': {
    title: 'Amazon Inspector scans ECR',
    pci: '11.3.1',
    check: some('AWS::ECR::RegistryScanningConfiguration', ({ ScanType }) => ScanType === 'ENHANCED'),
  },
  'IAM.1': {
    title: 'Policies do not allow everything',
    cis: '1.4.0: 1.16',
    nist: `${LEAST_PRIVILEGE}, AC-6(2), AC-6(10)`,
    check: noneAllowed((action) => action === '*'),
  },
  'IAM.3': {
    title: 'Access keys of users are rotated every 90 days or less',
    cis: '1.13',
    nist: 'AC-2(1), AC-2(3), AC-3(15)',
    pci: '8.3.9, 8.6.3',
    check: none('AWS::IAM::User', 'AWS::IAM::AccessKey'),
  },
  'IAM.21': {
    title: 'Policies do not allow every action of a service',
    nist: `${LEAST_PRIVILEGE}, AC-6(2), AC-6(10)`,
    check: noneAllowed((action) => /^\*$|:\*$/.test(action)),
  },
  'IAM.24': { title: 'Roles are tagged', check: tagged('AWS::IAM::Role') },
  'CloudTrail.1': {
    title: 'A multi-Region trail records management events, read and write',
    cis: '3.1',
    nist: `${RECORDED}, AU-14(1), SA-8(22)`,
    check: some(TRAIL, (trail) => trail.IsMultiRegionTrail && recordsManagementEvents(trail)),
  },
  'CloudTrail.2': {
    title: 'Trails are encrypted with a key of KMS',
    cis: '3.5',
    nist: `${ENCRYPTED}, AU-9`,
    pci: '10.3.2',
    check: every(TRAIL, ({ KMSKeyId }) => KMSKeyId !== undefined),
  },
  'CloudTrail.3': { title: 'A trail is enabled', pci: '10.2.1', check: some(TRAIL, ({ IsLogging }) => IsLogging === true) },
  'CloudTrail.4': {
    title: 'Log files can be validated',
    cis: '3.2',
    nist: 'AU-9, SI-4, SI-7(1), SI-7(3), SI-7(7)',
    pci: '10.3.2',
    check: every(TRAIL, ({ EnableLogFileValidation }) => EnableLogFileValidation === true),
  },
  'CloudTrail.5': {
    title: 'Trails are integrated with CloudWatch Logs',
    cis: '3.4',
    nist: `${RECORDED}, AU-6(1), AU-6(5), AU-7(1), SI-4(5), SI-20`,
    check: every(TRAIL, ({ CloudWatchLogsLogGroupArn }) => CloudWatchLogsLogGroupArn !== undefined),
  },
  'CloudTrail.6': { title: 'The bucket of a trail is not publicly accessible', cis: '1.4.0: 3.3', pci: '1.4.4', check: bucketOfTrails(blocksPublicAccess) },
  'CloudTrail.7': {
    title: 'Access to the bucket of a trail is logged',
    cis: '3.0.0: 3.4',
    pci: '10.2.1',
    check: bucketOfTrails(({ LoggingConfiguration }) => LoggingConfiguration !== undefined),
  },
  'CloudTrail.9': { title: 'Trails are tagged', check: tagged(TRAIL) },
  'CloudWatch.1': {
    title: 'A metric filter and alarm exist for the root user',
    cis: '1.4.0: 1.7, 4.3',
    check: cisAlarm(CIS_ROOT),
  },
  'CloudWatch.2': {
    title: 'A metric filter and alarm exist for unauthorized calls',
    cis: '1.2.0: 3.1',
    check: cisAlarm(CIS_UNAUTHORIZED),
  },
  'CloudWatch.15': {
    title: 'Alarms have an action',
    nist: `${HEARD}, IR-4(1), IR-4(5), SI-4(5), SI-20`,
    check: every(ALARM, ({ AlarmActions = [] }) => AlarmActions.length > 0),
  },
  'CloudWatch.16': {
    title: 'Log groups are retained for a year',
    nist: 'AU-6(3), AU-6(4), AU-10, AU-11, CA-7, SI-12',
    check: every('AWS::Logs::LogGroup', ({ RetentionInDays }) => RetentionInDays >= 365),
  },
  'CloudWatch.17': {
    title: 'Actions of alarms are activated',
    nist: HEARD,
    check: every(ALARM, ({ ActionsEnabled, AlarmActions = [] }) => ActionsEnabled !== false && AlarmActions.length > 0),
  },
  'S3.5': {
    title: 'Buckets require TLS',
    cis: '2.1.1',
    nist: 'AC-4, AC-17(2), IA-5(1), SC-7(4), SC-8, SC-8(1), SC-8(2), SC-12(3), SC-13, SC-23, SC-23(3), SI-7(6)',
    pci: '4.2.1',
    check: (resources) => every(BUCKET, (_, bucket) => some('AWS::S3::BucketPolicy', ({ Bucket, PolicyDocument }) => resources[Bucket.Ref] === bucket
      && PolicyDocument.Statement.some(({ Effect, Action, Condition }: Record<string, any>) =>
        Effect === 'Deny' && Action === 's3:*' && Condition?.Bool?.['aws:SecureTransport'] === 'false'))(resources))(resources),
  },
  'S3.7': {
    title: 'Buckets are replicated to another Region',
    nist: 'AU-9(2), CP-6, CP-6(1), CP-6(2), CP-9, CP-10, SC-5(2), SC-36(2), SI-13(5)',
    check: every(BUCKET, ({ ReplicationConfiguration }) => ReplicationConfiguration !== undefined),
  },
  'S3.8': { title: 'Buckets block public access', cis: '2.1.4', nist: PRIVATE, pci: '1.4.4', check: every(BUCKET, blocksPublicAccess) },
  'S3.9': {
    title: 'Access to buckets is logged',
    nist: RECORDED,
    pci: '10.2.1',
    check: every(BUCKET, ({ LoggingConfiguration }) => LoggingConfiguration !== undefined),
  },
  'S3.11': {
    title: 'Buckets have event notifications',
    nist: 'CA-7, SI-3(8), SI-4, SI-4(4)',
    check: every(BUCKET, ({ NotificationConfiguration }) => NotificationConfiguration !== undefined),
  },
  'S3.12': {
    title: 'No ACL manages access to buckets',
    nist: 'AC-2(1), AC-3, AC-3(7), AC-3(15), AC-6',
    check: every(BUCKET, ({ AccessControl, OwnershipControls }) => AccessControl === undefined
      && OwnershipControls?.Rules?.[0]?.ObjectOwnership === 'BucketOwnerEnforced'),
  },
  'S3.13': {
    title: 'Buckets have lifecycle rules',
    nist: 'CP-6(2), CP-9, CP-10, SC-5(2), SI-13(5)',
    check: every(BUCKET, ({ LifecycleConfiguration }) => (LifecycleConfiguration?.Rules ?? []).some(({ Status }: { Status: string }) => Status === 'Enabled')),
  },
  'S3.14': {
    title: 'Buckets have versions',
    nist: 'AU-9(2), CP-6, CP-6(1), CP-6(2), CP-9, CP-10, SC-5(2), SI-12, SI-13(5)',
    check: every(BUCKET, ({ VersioningConfiguration }) => VersioningConfiguration?.Status === 'Enabled'),
  },
  'S3.15': { title: 'Buckets have Object Lock', nist: 'CP-6(2)', pci: '10.5.1', check: every(BUCKET, ({ ObjectLockEnabled }) => ObjectLockEnabled === true) },
  'S3.17': {
    title: 'Buckets are encrypted with a key of KMS',
    nist: `${ENCRYPTED}, AU-9, SC-12(2)`,
    pci: '3.5.1',
    check: every(BUCKET, ({ BucketEncryption }) =>
      /^aws:kms/.test(BucketEncryption?.ServerSideEncryptionConfiguration?.[0]?.ServerSideEncryptionByDefault?.SSEAlgorithm)),
  },
  'SNS.1': { title: 'Topics are encrypted with a key of KMS', nist: ENCRYPTED, check: every(TOPIC, ({ KmsMasterKeyId }) => KmsMasterKeyId !== undefined) },
  'SNS.3': { title: 'Topics are tagged', check: tagged(TOPIC) },
  'SNS.4': { title: 'Policies of topics do not allow public access', check: notPublic('AWS::SNS::TopicPolicy') },
  'SQS.1': {
    title: 'Queues are encrypted',
    nist: ENCRYPTED,
    check: every(QUEUE, ({ SqsManagedSseEnabled, KmsMasterKeyId }) => SqsManagedSseEnabled === true || KmsMasterKeyId !== undefined),
  },
  'SQS.2': { title: 'Queues are tagged', check: tagged(QUEUE) },
  'SQS.3': { title: 'Policies of queues do not allow public access', check: notPublic('AWS::SQS::QueuePolicy') },
  'DynamoDB.1': {
    title: 'Tables scale with demand',
    nist: 'CP-2(2), CP-6(2), CP-10, SC-5(2), SC-36, SI-13(5)',
    check: every(TABLE, ({ BillingMode }) => BillingMode === 'PAY_PER_REQUEST'),
  },
  'DynamoDB.2': {
    title: 'Tables have point-in-time recovery',
    nist: 'CP-6(2), CP-9, CP-10, SC-5(2), SI-12, SI-13(5)',
    check: every(TABLE, ({ PointInTimeRecoverySpecification }) => PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled === true),
  },
  'DynamoDB.4': {
    title: 'Tables are in a backup plan',
    nist: 'CP-6, CP-6(1), CP-6(2), CP-9, CP-10, SC-5(2), SI-12, SI-13(5)',
    check: some('AWS::Backup::BackupSelection'),
  },
  'DynamoDB.5': { title: 'Tables are tagged', check: tagged(TABLE) },
  'DynamoDB.6': {
    title: 'Tables have deletion protection',
    nist: 'CA-9(1), CM-2, CM-2(2), CM-3, SC-5(2)',
    check: every(TABLE, ({ DeletionProtectionEnabled }) => DeletionProtectionEnabled === true),
  },
  'Lambda.1': {
    title: 'Policies of functions prohibit public access',
    nist: PRIVATE,
    pci: '7.2.1',
    check: (resources) => every(FUNCTION, () => true)(resources) && !some('AWS::Lambda::Permission', ({ Principal }) => Principal === '*')(resources),
  },
  'Lambda.2': {
    title: 'Functions use supported runtimes',
    nist: 'CA-9(1), CM-2, SI-2, SI-2(2), SI-2(4), SI-2(5)',
    pci: '12.3.4',
    check: every(FUNCTION, ({ Runtime }) => RUNTIMES.includes(Runtime)),
  },
  'Lambda.3': { title: 'Functions are in a VPC', nist: PRIVATE, check: every(FUNCTION, ({ VpcConfig }) => VpcConfig !== undefined) },
  'Lambda.6': { title: 'Functions are tagged', check: tagged(FUNCTION) },
  'Lambda.7': { title: 'Functions are traced with X-Ray', nist: 'CA-7', check: every(FUNCTION, ({ TracingConfig }) => TracingConfig?.Mode === 'Active') },
} satisfies Record<string, Control>;

export type ControlId = keyof typeof CONTROLS;

/** The page of AWS that a control is on. */
export function pageOf(id: ControlId): string {
  const [service] = id.split('.');
  return `https://docs.aws.amazon.com/securityhub/latest/userguide/${service.toLowerCase()}-controls.html#${id.toLowerCase().replace('.', '-')}`;
}
