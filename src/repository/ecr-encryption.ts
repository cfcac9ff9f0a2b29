import { type RemovalPolicy, type Stack, Token, type aws_ecr as ecr, type aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { RepositoryKey } from './repository-key';
import type { Problems } from '../private/problems';
import type { Warning } from '../private/warn';

/**
 * What encrypts the layers of a repository at rest. Not for extension: the factories are all that ECR has.
 *
 * Chosen once: ECR cannot change the encryption of a repository, so CloudFormation replaces the repository (its images
 * are not copied). With a fixed `repositoryName` CloudFormation refuses the update, because the new repository would
 * need the name while the old one still has it: give the new one another name, copy the images, then drop the old one.
 *
 * A customer managed key costs 1 USD a month, and 1 USD more after each of the first two yearly rotations. KMS deletes
 * a key 30 days after it was told to, and charges nothing for these.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
 * @example
 * new SecureEcrRepository(this, 'Payments', { encryption: EcrEncryption.ownKey() });
 */
export abstract class EcrEncryption {
  /**
   * One rotating customer managed key for all repositories of the stack. The default.
   *
   * It is retained when the stack is deleted, whatever becomes of its repositories: images that were retained earlier
   * are lost without it. `RemovalPolicies.of(stack).destroy()` makes it erasable together with everything else. Tags of
   * a repository do not reach it; tag the stack.
   */
  public static sharedKey(): EcrEncryption {
    return new KmsEncryption('KMS');
  }

  /**
   * A rotating customer managed key for this repository alone, for instance where disabling the key must cut off one
   * repository and no other. It has the removal policy of the repository.
   */
  public static ownKey(): EcrEncryption {
    return new OwnKeyEncryption();
  }

  /**
   * A key you have.
   *
   * It must be a symmetric key for encryption in the Region of the repository, and whoever creates the repository needs
   * `kms:CreateGrant`, `kms:RetireGrant` and `kms:DescribeKey` on it by way of ECR (`kms:ViaService`). Who pushes and
   * pulls needs nothing: ECR uses grants of its own. The policy of the key is left as it is.
   *
   * A key of the same app must not be deleted with its stack while the repository is retained.
   */
  public static key(key: kms.IKeyRef): EcrEncryption {
    return new KmsEncryption('KMS', key);
  }

  /**
   * Keys that ECR owns, free of charge. Nobody can audit, rotate or disable them.
   *
   * The template says nothing of encryption then, as that of a plain `ecr.Repository` does: for CloudFormation a repository that
   * spells `AES256` out is another one, and would replace it.
   *
   * Raises the warning `cdk-secure-ecr:repositoryWithoutCustomerKey`; Security Hub control ECR.5 fails.
   */
  public static aes256(): EcrEncryption {
    return new Aes256Encryption();
  }

  /**
   * Two layers of encryption (DSSE-KMS), which ECR offers in the AWS GovCloud (US) Regions only, at additional cost.
   *
   * @param key the key of the second layer, or left out for the key that the repositories of the stack share
   */
  public static dualLayer(key?: kms.IKeyRef): EcrEncryption {
    return new DualLayerEncryption('KMS_DSSE', key);
  }

  protected constructor() {}

  /**
   * What is wrong with this choice for a repository of that stack.
   *
   * @internal
   */
  public _validate(_stack: Stack, _problems: Problems): void {}

  /** @internal */
  public abstract _bind(scope: Construct, removalPolicy: RemovalPolicy): BoundEncryption;
}

/** What an encryption comes to, for one repository. */
export interface BoundEncryption {
  /** None where ECR does what it does by default. */
  readonly configuration?: ecr.CfnRepository.EncryptionConfigurationProperty;
  readonly key?: kms.IKeyRef;
  /** The key, if it was made for this repository alone. */
  readonly ownKey?: kms.Key;
  readonly warning?: Warning;
}

class KmsEncryption extends EcrEncryption {
  constructor(private readonly encryptionType: string, private readonly given?: kms.IKeyRef) {
    super();
  }

  public _validate(stack: Stack, problems: Problems): void {
    if (!this.given) return;
    const [here, there] = [stack.region, this.given.env.region];
    problems.unless(Token.isUnresolved(here) || Token.isUnresolved(there) || here === there, {
      prop: 'encryption',
      must: `use a key in the Region of the repository, ${here}`,
      got: there,
      remedy: 'use a key of this Region, or a replica of a multi-Region key',
      code: 'repositoryKeyRegion',
    });
  }

  public _bind(scope: Construct): BoundEncryption {
    const key = this.given ?? RepositoryKey.shared(scope);
    return { configuration: { encryptionType: this.encryptionType, kmsKey: key.keyRef.keyArn }, key };
  }
}

class DualLayerEncryption extends KmsEncryption {
  public _validate(stack: Stack, problems: Problems): void {
    super._validate(stack, problems);
    problems.unless(Token.isUnresolved(stack.region) || stack.region.startsWith('us-gov-'), {
      prop: 'encryption',
      must: 'be of one layer outside the AWS GovCloud (US) Regions',
      got: `dualLayer in ${stack.region}`,
      remedy: 'use EcrEncryption.sharedKey(), .ownKey() or .key()',
      code: 'repositoryDualLayerRegion',
    });
  }
}

class OwnKeyEncryption extends EcrEncryption {
  constructor() {
    super();
  }

  public _bind(scope: Construct, removalPolicy: RemovalPolicy): BoundEncryption {
    const key = RepositoryKey.own(scope, removalPolicy);
    return { configuration: { encryptionType: 'KMS', kmsKey: key.keyArn }, key, ownKey: key };
  }
}

class Aes256Encryption extends EcrEncryption {
  constructor() {
    super();
  }

  public _bind(): BoundEncryption {
    return {
      warning: {
        code: 'repositoryWithoutCustomerKey',
        message: 'images are encrypted with a key that nobody can audit, rotate or disable; Security Hub ECR.5 fails',
      },
    };
  }
}
