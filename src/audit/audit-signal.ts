import type { AuditCondition } from './audit-condition';
import type { FieldCondition } from './contract';
import { checkAdjustment, checkCustom } from './signal-checks';
import type { SignalDefinition } from './signals/definition';
import { isGlobalService } from './signals/global-services';
import { REGISTRY_SIGNALS } from './signals/registry-signals';
import { REPOSITORY_SIGNALS } from './signals/repository-signals';

/** How much a signal matters. */
export enum AuditSeverity {
  /** Look at it now, at night too. */
  CRITICAL = 'CRITICAL',
  /** Look at it today. */
  HIGH = 'HIGH',
  /** Look at it this week. */
  MEDIUM = 'MEDIUM',
  /** Worth knowing. */
  LOW = 'LOW',
  /** Counted and shown. Nobody is told, and no alarm is raised. */
  INFORMATIONAL = 'INFORMATIONAL',
}

/** What an audit can change about a signal. */
export interface AuditSignalAdjustment {
  /**
   * How much it matters.
   *
   * @default - as it is
   */
  readonly severity?: AuditSeverity;

  /**
   * How often it has to happen within five minutes for somebody to be told and the alarm to be raised: at least once.
   *
   * @default - as it is
   */
  readonly threshold?: number;
}

/** Properties of a signal of your own. */
export interface CustomAuditSignalProps extends AuditSignalAdjustment {
  /** What happened, in the past tense: the heading of every message about it. */
  readonly title: string;

  /**
   * The service whose calls it is about.
   *
   * IAM, AWS Organizations, Account Management, Route 53, CloudFront and Shield are recorded in one Region, us-east-1 mostly.
   * Elsewhere an audit hears of them by the log of a trail of all Regions.
   *
   * @see https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html
   * @default 'ecr.amazonaws.com'
   */
  readonly eventSource?: string;

  /** The calls, as CloudTrail names them: `CreateRepository`. */
  readonly eventNames: string[];

  /**
   * What else must be true of the record: all of it.
   *
   * @default - nothing
   */
  readonly conditions?: AuditCondition[];

  /**
   * Calls that failed count too.
   *
   * @default false
   */
  readonly includeFailures?: boolean;

  /** What to do first, for whoever is told. */
  readonly runbook: string;

  /**
   * The page to read on.
   *
   * @default - the runbook of the library, at the heading of signals of your own
   */
  readonly runbookUrl?: string;

  /**
   * The controls that ask for it, such as `NIST 800-53 AU-12`.
   *
   * @default - none
   */
  readonly controls?: string[];
}

type Standard = keyof typeof REPOSITORY_SIGNALS | keyof typeof REGISTRY_SIGNALS;

/**
 * Something that happens to a registry and that a person should know of. One definition makes both the metric filter on
 * the log of the trail and the EventBridge rule, so what is counted and what is told is the same.
 *
 * "Outside the deployment" means: by anybody but the roles that deploy (`deployers` of the trail). No signal relies on
 * the address of the client, which CloudTrail does not know of what comes by docker.
 *
 * @example
 * declare const images: SecureEcrRepository;
 * new EcrAuditTrail(this, 'Audit', {
 *   repositories: [images],
 *   signals: [AuditSignal.PUSHED_AROUND_PIPELINE, AuditSignal.CALLS_DENIED.adjusted({ threshold: 50 })],
 * });
 */
export class AuditSignal {
  /** An image was pushed by somebody who is no pusher of its repository. */
  public static readonly PUSHED_AROUND_PIPELINE = AuditSignal.standard('pushedAroundPipeline');
  /** An image was pushed with the credentials of an IAM user. */
  public static readonly PUSHED_WITH_LONG_TERM_KEY = AuditSignal.standard('pushedWithLongTermKey');
  /** Images were deleted by a call, outside the deployment, not by a lifecycle policy. */
  public static readonly IMAGE_DELETED = AuditSignal.standard('imageDeleted');
  /** An image was archived by a call, outside the deployment: it cannot be pulled until it is restored. */
  public static readonly IMAGE_ARCHIVED = AuditSignal.standard('imageArchived');
  /** A repository was deleted, by whomever. */
  public static readonly REPOSITORY_DELETED = AuditSignal.standard('repositoryDeleted');
  /** The policy of a repository was changed or deleted outside the deployment. */
  public static readonly REPOSITORY_POLICY_CHANGED = AuditSignal.standard('repositoryPolicyChanged');
  /** A policy of a repository or the registry lets in every AWS account, whoever wrote it. */
  public static readonly OPENED_TO_WORLD = AuditSignal.standard('openedToWorld');
  /** A policy of a repository or the registry names an account that is none of `knownAccounts`, whoever wrote it. */
  public static readonly OPENED_TO_UNKNOWN_ACCOUNT = AuditSignal.standard('openedToUnknownAccount');
  /** Tags of a repository can be moved, all or some, whoever made it so. */
  public static readonly TAGS_MADE_MUTABLE = AuditSignal.standard('tagsMadeMutable');
  /** Scan on push of a repository was turned off. */
  public static readonly SCAN_ON_PUSH_TURNED_OFF = AuditSignal.standard('scanOnPushTurnedOff');
  /** A lifecycle policy was changed or deleted outside the deployment. */
  public static readonly LIFECYCLE_POLICY_CHANGED = AuditSignal.standard('lifecyclePolicyChanged');
  /** A lifecycle policy deleted images. Counted, not told. */
  public static readonly IMAGES_EXPIRED = AuditSignal.standard('imagesExpired');
  /** An image was asked for that is not there, by somebody who is no pusher. */
  public static readonly MISSING_IMAGE_PULLED = AuditSignal.standard('missingImagePulled');
  /** An image was pulled by an account that is none of `knownAccounts`. */
  public static readonly PULLED_BY_UNKNOWN_ACCOUNT = AuditSignal.standard('pulledByUnknownAccount');
  /** The policy of the registry was changed or deleted outside the deployment. */
  public static readonly REGISTRY_POLICY_CHANGED = AuditSignal.standard('registryPolicyChanged');
  /** The scanning of the registry was changed outside the deployment. */
  public static readonly REGISTRY_SCANNING_CHANGED = AuditSignal.standard('registryScanningChanged');
  /** What ECR signs, or who may use a signing profile, was changed outside the deployment. */
  public static readonly SIGNING_CHANGED = AuditSignal.standard('signingChanged');
  /** A signature or a signing profile was revoked or cancelled. */
  public static readonly SIGNATURE_REVOKED = AuditSignal.standard('signatureRevoked');
  /** The replication of the registry was changed outside the deployment. */
  public static readonly REPLICATION_CHANGED = AuditSignal.standard('replicationChanged');
  /** A pull-through cache rule or a repository creation template was changed outside the deployment. */
  public static readonly PULL_THROUGH_CHANGED = AuditSignal.standard('pullThroughChanged');
  /** An account setting of ECR was changed by anybody but a deployer. CloudFormation has no resource for it. */
  public static readonly ACCOUNT_SETTING_CHANGED = AuditSignal.standard('accountSettingChanged');
  /** Ten calls of ECR or more were denied within five minutes. */
  public static readonly CALLS_DENIED = AuditSignal.standard('callsDenied');
  /** A KMS key was disabled or scheduled for deletion: one of `keys`, or any of the account. */
  public static readonly KEY_DISABLED = AuditSignal.standard('keyDisabled');
  /** An OIDC provider was made, changed or deleted outside the deployment. */
  public static readonly OIDC_PROVIDER_CHANGED = AuditSignal.standard('oidcProviderChanged');
  /** The trust policy of a pusher's role was changed outside the deployment. */
  public static readonly PUSHER_TRUST_CHANGED = AuditSignal.standard('pusherTrustChanged');
  /** Scanning by Amazon Inspector was turned off for a type of resource, a member account, or by its administrator. */
  public static readonly INSPECTOR_DISABLED = AuditSignal.standard('inspectorDisabled');
  /** A filter of findings was created or changed outside the deployment. One that suppresses hides them. */
  public static readonly FINDING_FILTER_CHANGED = AuditSignal.standard('findingFilterChanged');
  /** A trail was stopped or deleted. */
  public static readonly TRAIL_STOPPED = AuditSignal.standard('trailStopped');
  /** A trail was changed outside the deployment. */
  public static readonly TRAIL_CHANGED = AuditSignal.standard('trailChanged');
  /** The root user of the account did anything, in any Region that the trail records, by docker too. */
  public static readonly ROOT_USED = AuditSignal.standard('rootUsed');

  /** All signals of the library. */
  public static all(): AuditSignal[] {
    return [...Object.values(REPOSITORY_SIGNALS), ...Object.values(REGISTRY_SIGNALS)].map((each) => new AuditSignal(each));
  }

  /**
   * A signal of your own.
   *
   * @param id up to 32 letters and digits, which name its metric, rule and alarm
   */
  public static of(id: string, props: CustomAuditSignalProps): AuditSignal {
    const { eventSource = 'ecr.amazonaws.com' } = props;
    const conditions: FieldCondition[] = [
      { field: 'eventSource', is: [eventSource] },
      { field: 'eventName', is: props.eventNames },
      ...props.includeFailures ? [] : [{ field: 'errorCode', orMissing: true }],
    ];
    const lists = (props.conditions ?? []).map((each) => each._render());
    checkCustom(id, props, [...conditions, ...lists]);
    const { title, severity = AuditSeverity.MEDIUM, threshold, runbook, controls = [], runbookUrl } = props;
    const global = isGlobalService(eventSource);
    return new AuditSignal({ id, title, severity, threshold, runbook, controls, global, match: () => ({ conditions, lists }) }, runbookUrl);
  }

  private static standard(id: Standard): AuditSignal {
    return new AuditSignal({ ...REPOSITORY_SIGNALS, ...REGISTRY_SIGNALS }[id]);
  }

  /** Names the metric, the rule and the alarm. */
  public readonly id: string;
  /** What happened. */
  public readonly title: string;
  /** How much it matters. */
  public readonly severity: AuditSeverity;
  /** How often it has to happen within five minutes. */
  public readonly threshold: number;
  /** What to do first, for whoever is told. */
  public readonly runbook: string;
  /** What asks for it: CIS AWS Foundations Benchmark (3.0), NIST SP 800-53 (revision 5), PCI DSS (4.0.1), Security Hub. */
  public readonly controls: string[];

  private constructor(
    /** @internal */
    public readonly _definition: SignalDefinition,
    /** @internal */
    public readonly _runbookUrl?: string,
  ) {
    this.id = _definition.id;
    this.title = _definition.title;
    this.severity = _definition.severity as AuditSeverity;
    this.threshold = _definition.threshold ?? 1;
    this.runbook = _definition.runbook;
    this.controls = [..._definition.controls];
  }

  /** The same signal with another severity or threshold. */
  public adjusted(adjustment: AuditSignalAdjustment): AuditSignal {
    checkAdjustment(this.id, adjustment);
    const { severity = this.severity, threshold = this.threshold } = adjustment;
    return new AuditSignal({ ...this._definition, severity, threshold }, this._runbookUrl);
  }
}
