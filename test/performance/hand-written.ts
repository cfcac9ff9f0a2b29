import {
  Duration, RemovalPolicy, type Stack, aws_ecr as ecr, aws_iam as iam, aws_kms as kms,
} from 'aws-cdk-lib';

/**
 * What somebody would write who wants the template of `SecureEcrRepository` without this library: constructs of CDK, and
 * L1s where those fall short.
 */
export function handWritten(stack: Stack, count: number): void {
  const key = new kms.Key(stack, 'RepositoryKey', {
    description: 'Encrypts container images in Amazon ECR',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
    policy: keyPolicy(stack),
  });
  for (let at = 0; at < count; at++) repository(stack, `Images${at}`, key);
}

function repository(stack: Stack, id: string, encryptionKey: kms.IKey): ecr.Repository {
  const made = new ecr.Repository(stack, id, {
    encryption: ecr.RepositoryEncryption.KMS,
    encryptionKey,
    imageTagMutability: ecr.TagMutability.IMMUTABLE,
    imageScanOnPush: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  made.addToResourcePolicy(new iam.PolicyStatement({
    sid: 'DenyWithoutTls',
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['ecr:*'],
    conditions: { Bool: { 'aws:SecureTransport': 'false' } },
  }));
  made.addLifecycleRule({ description: 'keep v*', tagPatternList: ['v*'], maxImageCount: 999_999 });
  for (const prefix of ['gitsha_', 'gitbranch_', 'gitpr_']) {
    made.addLifecycleRule({
      description: `images tagged ${prefix}* are deleted 7 days after their push`, tagPrefixList: [prefix], maxImageAge: Duration.days(7),
    });
  }
  made.addLifecycleRule({
    description: 'images without a tag are deleted, but for the newest 5', tagStatus: ecr.TagStatus.UNTAGGED, maxImageCount: 5,
  });
  return made;
}

function keyPolicy(stack: Stack): iam.PolicyDocument {
  return new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({
        sid: 'AdministerKey',
        principals: [new iam.AccountRootPrincipal()],
        actions: [
          'kms:CancelKeyDeletion', 'kms:CreateAlias', 'kms:DeleteAlias', 'kms:DescribeKey', 'kms:DisableKey', 'kms:DisableKeyRotation',
          'kms:EnableKey', 'kms:EnableKeyRotation', 'kms:GetKeyPolicy', 'kms:GetKeyRotationStatus', 'kms:ListGrants', 'kms:ListKeyPolicies',
          'kms:ListKeyRotations', 'kms:ListResourceTags', 'kms:PutKeyPolicy', 'kms:RevokeGrant', 'kms:RotateKeyOnDemand',
          'kms:ScheduleKeyDeletion', 'kms:TagResource', 'kms:UntagResource', 'kms:UpdateAlias', 'kms:UpdateKeyDescription',
        ],
        resources: ['*'],
      }),
      new iam.PolicyStatement({
        sid: 'UseThroughEcr',
        principals: [new iam.AccountRootPrincipal()],
        actions: ['kms:CreateGrant', 'kms:RetireGrant', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'kms:ViaService': [`ecr.${stack.region}.amazonaws.com`] } },
      }),
    ],
  });
}
