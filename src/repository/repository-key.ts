import { RemovalPolicy, Stack, aws_iam as iam, aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Problems } from '../private/problems';
import { viaService } from '../private/via-service';

/** Where a stack keeps the key that its repositories share. */
const SHARED_ID = 'SecureEcrRepositoryKey';

/**
 * A customer managed key that serves ECR and nothing else: the account administers it, but nobody decrypts with it by
 * hand, not even an administrator of the account, unless the key policy is changed first.
 */
export class RepositoryKey extends kms.Key {
  /**
   * The key of the stack of `scope`, made when it is first asked for. It outlives the stack whatever becomes of single
   * repositories: one that left the app before and was retained still needs it.
   */
  public static shared(scope: Construct): RepositoryKey {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(SHARED_ID);
    const problems = new Problems(scope.node.path);
    problems.unless(existing === undefined || existing instanceof RepositoryKey, {
      prop: 'encryption',
      must: `find the id ${SHARED_ID} free in its stack`,
      got: existing?.node.path,
      remedy: 'give that construct another id, or this repository EcrEncryption.ownKey()',
      code: 'repositoryKeyId',
    });
    problems.throwIfAny();
    return existing as RepositoryKey | undefined ?? new RepositoryKey(stack, SHARED_ID, RemovalPolicy.RETAIN);
  }

  /** A key below a repository, with the fate of the repository. */
  public static own(scope: Construct, removalPolicy: RemovalPolicy): RepositoryKey {
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

/**
 * What creating and deleting a repository takes; pushing and pulling go through the grants that ECR makes for itself.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html#encryption-customer-managed-key
 */
function useThroughEcr(stack: Stack): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'UseThroughEcr',
    principals: [new iam.AccountRootPrincipal()],
    actions: ['kms:CreateGrant', 'kms:RetireGrant', 'kms:DescribeKey'],
    resources: ['*'],
    conditions: viaService(stack, 'ecr'),
  });
}
