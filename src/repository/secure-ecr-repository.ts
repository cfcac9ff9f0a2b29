import {
  ArnFormat, RemovalPolicy, aws_cloudwatch as cloudwatch, aws_ecr as ecr, aws_events as events,
  aws_iam as iam, type aws_kms as kms,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { EcrEncryption } from './ecr-encryption';
import { ImageTagMutability } from './image-tag-mutability';
import { checkImageTags, checkProps, removalProblems } from './repository-checks';
import { ImageRetention } from './retention';
import { watchStackSize } from './stack-size';
import { RepositoryAccess } from '../access/repository-access';
import { RepositoryPolicy, namesEverybody } from '../access/repository-policy';
import { acknowledge } from '../private/acknowledge';
import { warn } from '../private/warn';

/** A value that cannot change, so one is enough for all repositories. */
const STANDARD_RETENTION = ImageRetention.standard();

/** Properties of a `SecureEcrRepository`. */
export interface SecureEcrRepositoryProps {
  /**
   * Name of the repository: 2 to 256 lower-case letters and digits, with single `.`, `_` or `-` between them, and `/`
   * between namespaces.
   *
   * @default - a name that CloudFormation makes
   */
  readonly repositoryName?: string;

  /**
   * What encrypts the images at rest. Changing it later replaces the repository; see `EcrEncryption`.
   *
   * @default EcrEncryption.sharedKey()
   */
  readonly encryption?: EcrEncryption;

  /**
   * Whether a pushed tag may be moved to another image.
   *
   * @default ImageTagMutability.immutable()
   */
  readonly tagMutability?: ImageTagMutability;

  /**
   * Which images are kept, and for how long.
   *
   * ECR does not know which images run: one that carries a temporary tag, such as `gitsha_...`, and no protected one is
   * deleted after 7 days by default, deployed or not. Name the tags you deploy by in `protectedTags`.
   *
   * @default ImageRetention.standard()
   */
  readonly retention?: ImageRetention;

  /**
   * What happens to the repository when it leaves the stack or the stack is deleted.
   *
   * The key that the repositories of a stack share is retained all the same; `RemovalPolicies.of(app).destroy()` makes
   * everything of an app erasable. A repository that holds images is deleted only with `emptyOnDelete`.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Delete the images together with the repository. Takes `removalPolicy: RemovalPolicy.DESTROY`.
   *
   * @default false - deleting a repository that holds images fails, and so does deleting its stack
   */
  readonly emptyOnDelete?: boolean;
}

/** Options of rules that react to what happens to an image. */
export interface OnImageEventOptions extends events.OnEventOptions {
  /**
   * React only to images with one of these tags.
   *
   * @default - images with any tag or none
   */
  readonly imageTags?: string[];
}

/**
 * A container image repository with the settings that an audit asks for: encrypted with a key of yours, tags that
 * cannot be moved, scan on push, TLS only, temporary and untagged images expired, releases kept.
 *
 * It is an `ecr.IRepository` and goes wherever one goes. Nobody but this account's own IAM policies grants access to
 * it until one of the `grant` methods is called.
 *
 * Costs: 1 USD a month for the key that all repositories of the stack share, and ECR's storage and transfer.
 * Fulfils the Security Hub controls ECR.1, ECR.2, ECR.3 and ECR.5.
 *
 * @resource AWS::ECR::Repository
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/Repositories.html
 * @example
 * declare const ci: iam.Role;
 * const images = new SecureEcrRepository(this, 'Images', {
 *   retention: ImageRetention.standard({ protectedTags: ['release-*'] }),
 * });
 * images.access.push(ci);
 * images.access.pull(RegistryPrincipal.role('222222222222', 'production'));
 * images.access.pushOnlyBy([ci]);
 */
export class SecureEcrRepository extends ecr.RepositoryBase {
  /**
   * The key that encrypts the images; none where ECR's own keys do.
   *
   * The policy of a key that this library made lets nobody use it but ECR, so granting somebody its use by an IAM policy
   * has no effect.
   */
  public readonly encryptionKey?: kms.IKeyRef;

  /** Who may do what with the images: grants by level of access, and guards that no other policy can overrule. */
  public readonly access: RepositoryAccess;

  private readonly policy: RepositoryPolicy;
  private readonly resource: ecr.CfnRepository;
  private readonly ownKey?: kms.Key;
  private nameAttribute?: string;
  private arnAttribute?: string;

  /**
   * @param scope what it is part of, such as a stack: `this` in the constructor of one
   * @param id what it is called in there, unlike everything else
   * @param props what differs from the defaults
   */
  constructor(scope: Construct, id: string, props: SecureEcrRepositoryProps = {}) {
    // Before super(), so that a refused repository leaves nothing in the tree.
    checkProps(scope, id, props);
    super(scope, id, { physicalName: props.repositoryName });

    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const tagMutability = props.tagMutability ?? ImageTagMutability.immutable();
    const encryption = (props.encryption ?? EcrEncryption.sharedKey())._bind(this, removalPolicy);
    this.encryptionKey = encryption.key;
    this.ownKey = encryption.ownKey;

    this.policy = new RepositoryPolicy(this);
    this.policy.add(denyWithoutTls());
    this.resource = new ecr.CfnRepository(this, 'Resource', {
      repositoryName: this.physicalName,
      encryptionConfiguration: encryption.configuration,
      ...tagMutability._render(),
      imageScanningConfiguration: { scanOnPush: true },
      lifecyclePolicy: (props.retention ?? STANDARD_RETENTION)._bind(this),
      repositoryPolicyText: this.policy.text,
      emptyOnDelete: props.emptyOnDelete,
    });
    this.resource.applyRemovalPolicy(removalPolicy);
    this.access = RepositoryAccess.fromRepository(this);

    watchStackSize(this);
    this.node.addValidation({ validate: () => [...this.policy.validate(), ...removalProblems(this.resource, this.encryptionKey)] });
    for (const warning of [encryption.warning, tagMutability._warning()]) {
      if (warning) warn(this, warning);
    }
  }

  // Made when first asked for, as in CDK's own constructs: for each, CDK makes a class.
  public get repositoryName(): string {
    return this.nameAttribute ??= this.getResourceNameAttribute(this.resource.ref);
  }

  public get repositoryArn(): string {
    return this.arnAttribute ??= this.getResourceArnAttribute(this.resource.attrArn, {
      service: 'ecr',
      resource: 'repository',
      resourceName: this.physicalName,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }

  /**
   * Apply the given removal policy to this repository, and to the key that it has to itself.
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    super.applyRemovalPolicy(policy);
    this.ownKey?.applyRemovalPolicy(policy);
  }

  /**
   * Adds a statement to the policy of the repository.
   *
   * A statement here names a principal, no resource (it can only be this repository), and never
   * `ecr:GetAuthorizationToken`, which is granted on the registry. ECR would refuse it at deployment, so it is refused
   * here, and so is a statement that lets in every AWS account. One for a service that does not say for whom the service
   * may act gets the condition that it is this account.
   */
  public addToResourcePolicy(statement: iam.PolicyStatement): iam.AddToResourcePolicyResult {
    this.policy.add(statement);
    if (namesEverybody(statement)) {
      acknowledge(this, 'ECR1', 'A statement that names every principal has a condition, such as aws:PrincipalOrgID; without one it is refused.');
    }
    return { statementAdded: true, policyDependable: this.resource };
  }

  /**
   * Grant the given actions to the given principal.
   *
   * `access` grants by level, and says of each what it contains.
   *
   * @param grantee a role, a user, an account, a service
   * @param actions of ECR about a repository, such as `ecr:BatchGetImage`
   */
  public grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return this.access._grant(grantee, actions);
  }

  /**
   * Grant the given principal to push images, as `access.push` does: no layer can be fetched, so it is no right to pull.
   */
  public grantPush(grantee: iam.IGrantable): iam.Grant {
    return this.access.push(grantee);
  }

  /**
   * Rule that matches when an image has been pushed, or a tag added to one.
   *
   * @param id of the rule
   */
  public onImagePushed(id: string, options: OnImageEventOptions = {}): events.Rule {
    return this.onImageAction(id, 'PUSH', options);
  }

  /**
   * Rule that matches when an image or one of its tags has been deleted.
   *
   * @param id of the rule
   */
  public onImageDeleted(id: string, options: OnImageEventOptions = {}): events.Rule {
    return this.onImageAction(id, 'DELETE', options);
  }

  /**
   * Rule that matches when a scan of an image is complete: every basic scan, and the first scan that Amazon Inspector
   * makes of an image where enhanced scanning is on.
   *
   * The two events differ in shape: Inspector's carries the ARN of the repository in `repository-name`.
   *
   * @param id of the rule
   */
  public onImageScanCompleted(id: string, options: ecr.OnImageScanCompletedOptions = {}): events.Rule {
    return this.onImageEvent(id, options, {
      source: ['aws.ecr', 'aws.inspector2'],
      detailType: ['ECR Image Scan', 'Inspector2 Scan'],
      detail: {
        'repository-name': [this.repositoryName, this.repositoryArn],
        'scan-status': ['COMPLETE', 'INITIAL_SCAN_COMPLETE'],
        'image-tags': options.imageTags,
      },
    });
  }

  /**
   * A metric of this repository in the namespace `AWS/ECR`.
   *
   * @param metricName as ECR publishes it
   * @default - sum over 5 minutes
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-repository-metrics.html
   */
  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'AWS/ECR',
      metricName,
      dimensionsMap: { RepositoryName: this.repositoryName },
      statistic: cloudwatch.Stats.SUM,
      ...options,
    }).attachTo(this);
  }

  /**
   * How often images were pulled. The only metric that ECR publishes for a repository.
   *
   * @default - sum over 5 minutes
   */
  public metricPullCount(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('RepositoryPullCount', options);
  }

  private onImageAction(id: string, action: string, options: OnImageEventOptions): events.Rule {
    return this.onImageEvent(id, options, {
      source: ['aws.ecr'],
      detailType: ['ECR Image Action'],
      detail: {
        'repository-name': [this.repositoryName],
        'action-type': [action],
        'result': ['SUCCESS'],
        'image-tag': options.imageTags,
      },
    });
  }

  private onImageEvent(id: string, options: OnImageEventOptions, pattern: events.EventPattern): events.Rule {
    checkImageTags(`${this.node.path}/${id}`, options.imageTags);
    const rule = new events.Rule(this, id, options);
    rule.addEventPattern(pattern);
    rule.addTarget(options.target);
    return rule;
  }
}

function denyWithoutTls(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'DenyWithoutTls',
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['ecr:*'],
    conditions: { Bool: { 'aws:SecureTransport': 'false' } },
  });
}
