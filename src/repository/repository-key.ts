import { CfnDeletionPolicy, RemovalPolicy, Stack, aws_iam as iam, aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Where a stack keeps the key that its repositories share. */
const SHARED_ID = 'SecureEcrRepositoryKey';

/**
 * A customer managed key that serves ECR and nothing else: the account administers it, but nobody decrypts with it by
 * hand, not even an administrator of the account, unless the key policy is changed first.
 */
export class RepositoryKey extends kms.Key {
  /** The key of the stack of `scope`, made when it is first asked for. */
  public static shared(this: void, scope: Construct, removalPolicy: RemovalPolicy): RepositoryKey {
    const stack = Stack.of(scope);
    const key = stack.node.tryFindChild(SHARED_ID) as RepositoryKey | undefined
      ?? new RepositoryKey(stack, SHARED_ID, removalPolicy);
    key.keepFor(removalPolicy);
    return key;
  }

  /** A key below the repository itself. */
  public static own(this: void, scope: Construct, removalPolicy: RemovalPolicy): RepositoryKey {
    return new RepositoryKey(scope, 'Key', removalPolicy);
  }

  private constructor(scope: Construct, id: string, removalPolicy: RemovalPolicy) {
    super(scope, id, {
      description: 'Encrypts container images in Amazon ECR',
      enableKeyRotation: true,
      removalPolicy,
      policy: new iam.PolicyDocument({ statements: [administration(), useThroughEcr(Stack.of(scope))] }),
    });
  }

  /** Images that stay are lost without their key, so one repository that stays keeps the key for all. */
  public keepFor(removalPolicy: RemovalPolicy): void {
    if (removalPolicy !== RemovalPolicy.DESTROY) this.applyRemovalPolicy(removalPolicy);
  }

  /** Whether it outlives its stack. */
  public stays(): boolean {
    return (this.node.defaultChild as kms.CfnKey).cfnOptions.deletionPolicy !== CfnDeletionPolicy.DELETE;
  }
}

/** Everything but encrypting, decrypting and granting, for those whose own policies allow it. */
function administration(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'AdministerKey',
    principals: [new iam.AccountRootPrincipal()],
    actions: [
      'kms:CancelKeyDeletion', 'kms:CreateAlias', 'kms:DeleteAlias', 'kms:DescribeKey', 'kms:DisableKey',
      'kms:DisableKeyRotation', 'kms:EnableKey', 'kms:EnableKeyRotation', 'kms:GetKeyPolicy',
      'kms:GetKeyRotationStatus', 'kms:ListGrants', 'kms:ListKeyPolicies', 'kms:ListKeyRotations',
      'kms:ListResourceTags', 'kms:PutKeyPolicy', 'kms:RevokeGrant', 'kms:RotateKeyOnDemand',
      'kms:ScheduleKeyDeletion', 'kms:TagResource', 'kms:UntagResource', 'kms:UpdateAlias',
      'kms:UpdateKeyDescription',
    ],
    resources: ['*'], // in a key policy: this key
  });
}

/** What creating a repository takes; pushing and pulling go through the grants that ECR makes for itself. */
function useThroughEcr(stack: Stack): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'UseThroughEcr',
    principals: [new iam.AccountRootPrincipal()],
    actions: ['kms:CreateGrant', 'kms:RetireGrant', 'kms:DescribeKey'],
    resources: ['*'],
    conditions: { StringEquals: { 'kms:ViaService': `ecr.${stack.region}.amazonaws.com` } },
  });
}
