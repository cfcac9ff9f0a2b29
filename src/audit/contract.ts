/** What the constructs and the handlers of the audit share. */

/** The namespace of the metrics of an audit, unless it is given another. */
export const DEFAULT_NAMESPACE = 'SecureEcr/Audit';

/** The source and the type of the events that tell of a signal. */
export const EVENT_SOURCE = 'cdk-secure-ecr.audit';
export const EVENT_TYPE = 'ECR Audit Signal';

/** How long signals are counted together: the period of the alarms, and the window of messages (`handler/burst.ts`). */
export const WINDOW_SECONDS = 300;

/** The metrics of a repository, and of all repositories together. */
export enum RepositoryMetric {
  BYTES = 'RepositoryBytes',
  IMAGES = 'Images',
  TAGGED = 'TaggedImages',
  UNTAGGED = 'UntaggedImages',
  ARCHIVED = 'ArchivedImages',
  UNSCANNED = 'UnscannedImages',
  STALE = 'StaleImages',
}

/** The dimension of the metrics of one repository. */
export const REPOSITORY_DIMENSION = 'RepositoryName';

/**
 * What one field of a CloudTrail record must be. A comparison with a field that is missing is false, as it is in a filter
 * pattern of CloudWatch Logs and in an event pattern of EventBridge.
 */
export interface FieldCondition {
  /** With dots; `[0]` is the first entry of a list, `[*]` any of them. */
  readonly field: string;
  /** One of these. */
  readonly is?: readonly (string | boolean)[];
  /** There, and none of these. */
  readonly isNot?: readonly string[];
  /** Missing will do too; alone: it has to be missing. */
  readonly orMissing?: boolean;
}

/**
 * Who may push, by the ARN of the repository; `*` stands for every repository. ARNs of roles and users, with `*` and `?`
 * for what varies, and numbers of accounts that may as a whole.
 */
export type Pushers = Readonly<Record<string, readonly string[]>>;

/** What only code can judge. */
export interface Judgement {
  /** The policy in the request lets in principals of every AWS account. */
  readonly policyIsPublic?: boolean;
  /** The policy in the request names an account that is none of these. */
  readonly policyNamesOthersThan?: readonly string[];
  /** Where the record names a repository, it is one of these ARNs; a record may be about the registry as a whole. */
  readonly repositories?: readonly string[];
  /** Whoever made the call is no pusher of the repository. */
  readonly byOthersThan?: Pushers;
  /** The call is about a role that pushes. */
  readonly aboutRoleOf?: Pushers;
}

export type Severity = 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW' | 'INFORMATIONAL';

/** What a rule tells the handler about the signal behind an event. */
export interface SignalFacts {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** So many in a window, and a person is told. */
  readonly threshold: number;
  /** What to do first. */
  readonly runbook: string;
  readonly runbookUrl: string;
  readonly controls: readonly string[];
  /** The rule may let through more than the signal: these conditions decide. */
  readonly conditions?: readonly FieldCondition[];
  readonly judgement?: Judgement;
  /** No metric filter counts it, so the handler does. */
  readonly counted?: boolean;
}

/** A record of CloudTrail, as far as it is read; any part may be missing. */
export interface CloudTrailRecord {
  readonly eventID?: string;
  readonly eventTime?: string;
  readonly eventSource?: string;
  readonly eventName?: string;
  readonly eventType?: string;
  readonly awsRegion?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly recipientAccountId?: string;
  readonly userIdentity?: UserIdentity;
  readonly requestParameters?: Record<string, any> | null;
  readonly responseElements?: Record<string, any> | null;
  readonly serviceEventDetails?: Record<string, any> | null;
  readonly resources?: readonly { readonly ARN?: string; readonly accountId?: string; readonly type?: string }[];
}

export interface UserIdentity {
  readonly type?: string;
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  readonly invokedBy?: string;
  readonly identityProvider?: string;
  readonly sessionContext?: {
    readonly sessionIssuer?: { readonly type?: string; readonly arn?: string; readonly userName?: string; readonly accountId?: string };
    readonly webIdFederationData?: { readonly federatedProvider?: string };
  };
}

/** An event as a rule delivers it. */
export interface CloudTrailEvent {
  readonly 'id': string;
  readonly 'account': string;
  readonly 'region': string;
  readonly 'time': string;
  readonly 'detail-type': string;
  readonly 'detail': CloudTrailRecord;
}

/** The workflow of GitHub Actions behind a session. */
export interface GitHubRun {
  /** `owner/name`. */
  readonly repository: string;
  /** What the subject says after the repository: a branch, a tag, an environment, a pull request. */
  readonly context: string;
  readonly workflow?: string;
  readonly runId?: string;
  readonly url?: string;
}

/** What stands for the occurrences of a window that were not told of one by one; beside `SignalReport`, what a machine is sent. */
export interface SignalSummary {
  readonly schemaVersion: 1;
  readonly audit: string;
  readonly signal: string;
  readonly title: string;
  readonly severity: Severity;
  readonly account: string;
  readonly region: string;
  /** When the five minutes began, and how many more there were. */
  readonly summary: { readonly from: string; readonly more: number };
  readonly runbook: string;
  readonly runbookUrl: string;
}

/** The detail of an `ECR Audit Signal` event, and what a machine is sent; `schemaVersion` grows when a field changes its meaning. */
export interface SignalReport {
  readonly schemaVersion: 1;
  /** Which audit it is, by the namespace of its metrics. */
  readonly audit: string;
  readonly signal: string;
  readonly title: string;
  readonly severity: Severity;
  /** Who did what to which repository. */
  readonly sentence: string;
  readonly account: string;
  readonly region: string;
  readonly time: string;
  readonly eventId: string;
  readonly eventName: string;
  readonly errorCode?: string;
  readonly principal: { readonly kind: string; readonly name: string; readonly account?: string; readonly session?: string };
  readonly github?: GitHubRun;
  readonly repository?: string;
  readonly imageTag?: string;
  readonly imageDigest?: string;
  readonly runbook: string;
  readonly runbookUrl: string;
  readonly controls: readonly string[];
}
