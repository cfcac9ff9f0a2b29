import {
  Duration, Names, RemovalPolicy, Stack, aws_cloudtrail as cloudtrail, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_s3 as s3,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { OwnTrailOptions } from './audit-source';
import { acknowledge } from '../private/acknowledge';

const SEVEN_YEARS = Duration.days(2555);
const AT_HAND = Duration.days(90);
const ARCHIVED = { storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: AT_HAND };

/**
 * A trail whose files nobody can read, change or lose unnoticed. Every statement for a service names this trail or this
 * log group, so that nobody can have the service act on them for another account.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html
 */
export class OwnTrail extends Construct {
  public readonly logGroup: logs.LogGroup;
  public readonly bucket: s3.Bucket;
  public readonly key: kms.IKey;
  private readonly name = Names.uniqueResourceName(this, { maxLength: 100, allowedSpecialCharacters: '-_' });

  constructor(scope: Construct, id: string, options: OwnTrailOptions) {
    super(scope, id);
    this.key = options.encryptionKey ?? this.makeKey();
    this.allowServices();
    this.logGroup = new logs.LogGroup(this, 'Log', {
      logGroupName: this.name,
      encryptionKey: this.key,
      retention: options.logRetention ?? logs.RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.bucket = this.makeBucket(options.fileRetention ?? SEVEN_YEARS);
    this.makeTrail();
  }

  private makeKey(): kms.Key {
    return new kms.Key(this, 'Key', {
      description: 'Encrypts the records of CloudTrail',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private allowServices(): void {
    const { region, account, partition } = Stack.of(this);
    this.key.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'EncryptFiles',
      principals: [new iam.ServicePrincipal('cloudtrail.amazonaws.com')],
      actions: ['kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceArn': this.trailArn } },
    }));
    this.key.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'EncryptLog',
      principals: [new iam.ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'],
      conditions: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:${this.name}` } },
    }));
  }

  private makeBucket(expiration: Duration): s3.Bucket {
    const shut = {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
      versioned: true,
    };
    const accessLogs = new s3.Bucket(this, 'AccessLogs', {
      ...shut,
      encryption: s3.BucketEncryption.S3_MANAGED, // S3 can write them with no other
      lifecycleRules: [{ expiration, noncurrentVersionExpiration: AT_HAND }],
    });
    acknowledge(accessLogs, 'S3DefaultEncryptionKMS', 'S3 delivers access logs only to a bucket that it encrypts with its own keys.');
    const bucket = new s3.Bucket(this, 'Files', {
      ...shut,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      lifecycleRules: [{
        ...(expiration.toDays() > AT_HAND.toDays() && { transitions: [ARCHIVED] }),
        expiration,
        noncurrentVersionExpiration: AT_HAND,
      }],
    });
    this.logAccess(bucket, accessLogs);
    for (const each of [accessLogs, bucket]) {
      acknowledge(each, 'S3BucketDefaultLockEnabled', 'Files can be validated and old versions stay; bring a trail of yours for a lock.');
      acknowledge(each, 'S3BucketReplicationEnabled', 'The same records are in the log group; replicate the bucket where a second Region is asked for.');
    }
    bucket.addToResourcePolicy(this.forTrail('CheckBucket', ['s3:GetBucketAcl'], bucket.bucketArn));
    bucket.addToResourcePolicy(this.forTrail('WriteFiles', ['s3:PutObject'], bucket.arnForObjects(`AWSLogs/${Stack.of(this).account}/*`), {
      's3:x-amz-acl': 'bucket-owner-full-control',
    }));
    return bucket;
  }

  /** By hand, because the L2 writes an ACL, unless a feature flag is set, and this bucket takes none. */
  private logAccess(bucket: s3.Bucket, accessLogs: s3.Bucket): void {
    (bucket.node.defaultChild as s3.CfnBucket).loggingConfiguration = { destinationBucketName: accessLogs.bucketName };
    accessLogs.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'WriteAccessLogs',
      principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [accessLogs.arnForObjects('*')],
      conditions: { ArnLike: { 'aws:SourceArn': bucket.bucketArn }, StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    }));
  }

  private forTrail(sid: string, actions: string[], resource: string, also: Record<string, string> = {}): iam.PolicyStatement {
    return new iam.PolicyStatement({
      sid,
      principals: [new iam.ServicePrincipal('cloudtrail.amazonaws.com')],
      actions,
      resources: [resource],
      conditions: { StringEquals: { 'aws:SourceArn': this.trailArn, ...also } },
    });
  }

  private makeTrail(): void {
    const writer = new iam.Role(this, 'Writer', {
      // Without a condition: CloudTrail names no trail when it takes this role.
      // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
      assumedBy: new iam.ServicePrincipal('cloudtrail.amazonaws.com'),
      description: 'Sends the records of CloudTrail to the log group',
    });
    const grant = this.logGroup.grantWrite(writer);
    acknowledge(writer, 'IAMNoInlinePolicy', 'The policy is about this one role and goes with it.');
    const trail = new cloudtrail.CfnTrail(this, 'Resource', {
      trailName: this.name,
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      kmsKeyId: this.key.keyArn,
      s3BucketName: this.bucket.bucketName,
      cloudWatchLogsLogGroupArn: this.logGroup.logGroupArn,
      cloudWatchLogsRoleArn: writer.roleArn,
    });
    trail.node.addDependency(this.bucket.policy!);
    grant.applyBefore(trail);
  }

  /** Put together from its name, because the bucket has to know it before there is a trail. */
  private get trailArn(): string {
    return Stack.of(this).formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: this.name });
  }
}
