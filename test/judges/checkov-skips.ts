/** A check of checkov that says nothing about what we make. Anything else is mended, not skipped. */
export interface Skip {
  readonly check: string;
  /** What checkov says of it. */
  readonly title: string;
  /** The types of the resources. */
  readonly type: string;
  /** The stacks of the variations; without it, any. */
  readonly in?: RegExp;
  readonly reason: string;
}

/** Stacks in which all `HandlerOptions` are given have names that end so. */
const WITH_OPTIONS = /-Regulated$/;
const WITHOUT_OPTIONS = /^(?!.*-Regulated$)/;

/** The page of docs/ shows them, because whoever runs checkov on templates of their own meets them. */
export const SKIPS: readonly Skip[] = [
  {
    check: 'CKV_AWS_32',
    title: 'Ensure ECR policy is not set to public',
    type: 'AWS::ECR::Repository',
    reason: 'It takes every statement that names everybody for an opening. The one there by default denies what comes without TLS; '
      + 'others have a condition, such as `aws:PrincipalOrgID`, or are refused.',
  },
  {
    check: 'CKV_AWS_136',
    title: 'Ensure that ECR repositories are encrypted using KMS',
    type: 'AWS::ECR::Repository',
    in: /^Encryption-(aes256|dualLayer)$/,
    reason: 'Asked for by `EcrEncryption.aes256()`; and it does not know the two layers of KMS of `EcrEncryption.dualLayer()`.',
  },
  {
    check: 'CKV_AWS_51',
    title: 'Ensure ECR Image Tags are immutable',
    type: 'AWS::ECR::Repository',
    in: /^Tags-(immutableExcept|dangerouslyMutable|dangerouslyMutableExcept)$/,
    reason: 'Asked for by the name of the factory. `ImageTagMutability.immutable()` is the default.',
  },
  {
    check: 'CKV_AWS_18',
    title: 'Ensure the S3 bucket has access logging enabled',
    type: 'AWS::S3::Bucket',
    reason: 'The bucket that holds the access logs of the trail; its own would never end.',
  },
  {
    check: 'CKV_AWS_27',
    title: 'Ensure all data stored in the SQS queue is encrypted',
    type: 'AWS::SQS::Queue',
    in: WITHOUT_OPTIONS,
    reason: 'It is, with keys of SQS (`SqsManagedSseEnabled`), which the check does not know. `handlerOptions.encryptionKey` gives a key of yours.',
  },
  {
    check: 'CKV_AWS_119',
    title: 'Ensure DynamoDB Tables are encrypted using a KMS Customer Managed CMK',
    type: 'AWS::DynamoDB::Table',
    in: WITHOUT_OPTIONS,
    reason: 'It is encrypted with the key of AWS in KMS. `handlerOptions.encryptionKey` gives one of yours.',
  },
  {
    check: 'CKV_AWS_158',
    title: 'Ensure that CloudWatch Log Group is encrypted by KMS',
    type: 'AWS::Logs::LogGroup',
    in: WITHOUT_OPTIONS,
    reason: 'CloudWatch Logs encrypts with a key of its own. `handlerOptions.encryptionKey` gives one of yours.',
  },
  {
    check: 'CKV_AWS_173',
    title: 'Check encryption settings for Lambda environment variable',
    type: 'AWS::Lambda::Function',
    in: WITHOUT_OPTIONS,
    reason: 'Lambda encrypts them; names of queues and tables are in them, and no secret. `handlerOptions.encryptionKey` gives a key of yours.',
  },
  {
    check: 'CKV_AWS_115',
    title: 'Ensure that AWS Lambda function is configured for function-level concurrent execution limit',
    type: 'AWS::Lambda::Function',
    in: WITHOUT_OPTIONS,
    reason: 'Bounded by the queue before it, or called by CloudFormation alone. `handlerOptions.reservedConcurrentExecutions` takes some off the account.',
  },
  {
    check: 'CKV_AWS_116',
    title: 'Ensure that AWS Lambda function is configured for a Dead Letter Queue(DLQ)',
    type: 'AWS::Lambda::Function',
    reason: 'The queue before it has one, with an alarm: Lambda has none for what it reads from a queue. CloudFormation waits for the answer of the others.',
  },
  {
    check: 'CKV_AWS_117',
    title: 'Ensure that AWS Lambda function is configured inside a VPC',
    type: 'AWS::Lambda::Function',
    in: WITHOUT_OPTIONS,
    reason: 'It calls AWS APIs only, and nothing can call it. `handlerOptions.vpc` puts it into a VPC.',
  },
  {
    check: 'CKV_AWS_111',
    title: 'Ensure IAM policies does not allow write access without constraints',
    type: 'AWS::IAM::Policy',
    in: WITH_OPTIONS,
    reason: 'Lambda makes the network interfaces of a function in a VPC; AWS documents no narrower resource.',
  },
];
