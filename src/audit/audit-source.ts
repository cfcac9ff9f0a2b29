import { type Duration, Stack, aws_cloudtrail as cloudtrail, type aws_kms as kms, aws_logs as logs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { OwnTrail } from './own-trail';
import type { ResolvedSignal } from './signals/resolved-signal';
import { excludedSources } from './trail-selectors';
import { Problems } from '../private/problems';
import { isElsewhere, sameEnvironment } from '../private/resources-around';
import { warnLate } from '../private/warn';

/** What can be said about a trail that an audit makes for itself. */
export interface OwnTrailOptions {
  /**
   * The key that encrypts the log files, their bucket and the log group. CloudTrail and CloudWatch Logs are let in by its
   * policy; that of an imported key has to do so already.
   *
   * @default - a rotating key of its own (1 USD a month)
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How long the log group keeps what happened, for alarms and queries.
   *
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * How long the bucket keeps the log files, at least 90 days. After 90 days they move to the archive (S3 Glacier Instant
   * Retrieval).
   *
   * @default Duration.days(2555) - seven years
   */
  readonly fileRetention?: Duration;
}

/**
 * Where an audit reads the records of CloudTrail. EventBridge tells of calls in an account where any trail records them, so there has
 * to be one.
 *
 * @example
 * declare const log: logs.LogGroup;
 * new EcrAuditTrail(this, 'Audit', { source: AuditSource.logGroup(log) });
 */
export abstract class AuditSource {
  /**
   * A trail of its own: all management events of every Region, files that are encrypted and can be validated, in a private
   * bucket that keeps versions and says who read them, and in a log group.
   *
   * The first trail of an account that records management events costs nothing; another one costs 2 USD for 100,000 events.
   * CloudWatch Logs takes about 0.50 USD a GB. Use `trail` or `organizationTrail` where there is one already.
   *
   * One for an account: a second one records the same again.
   */
  public static ownTrail(options: OwnTrailOptions = {}): AuditSource {
    return new OwnTrailSource(options);
  }

  /**
   * A trail of this app, which sends to a log group (`sendToCloudWatchLogs`) and records every Region. With
   * `isMultiRegionTrail: false` or `includeGlobalServiceEvents: false` it is as with `organizationTrail` about IAM and the root
   * user.
   *
   * Signals of IAM and of the root user take one of the two subscription filters that a log group may have.
   */
  public static trail(trail: cloudtrail.Trail): AuditSource {
    return new TrailSource(trail);
  }

  /**
   * The log group that a trail sends to, in this account and Region. The trail may be that of an organization.
   *
   * Signals of IAM and of the root user take one of the two subscription filters that a log group may have.
   */
  public static logGroup(logGroup: logs.ILogGroup): AuditSource {
    return new LogGroupSource(logGroup);
  }

  /**
   * A trail elsewhere that records this account, such as that of the organization. There is no log to count in and to ask,
   * so the handler counts and no query is saved.
   *
   * Outside us-east-1 nothing tells of IAM then: `OIDC_PROVIDER_CHANGED` and `PUSHER_TRUST_CHANGED` are left out, which raises a
   * warning. `ROOT_USED` tells of what the root user did in this Region.
   */
  public static organizationTrail(): AuditSource {
    return new TrailElsewhere();
  }

  /**
   * Whether there is a log to count in.
   *
   * @internal
   */
  public readonly _hasLog: boolean = true;

  /**
   * Whether the log has what is recorded in other Regions.
   *
   * @internal
   */
  public get _hasOtherRegions(): boolean {
    return this._hasLog;
  }

  protected constructor() {}

  /** @internal */
  public abstract _validate(scope: Construct, problems: Problems): void;

  /** @internal */
  public abstract _bind(scope: Construct, signals: readonly ResolvedSignal[]): BoundSource;
}

/** What there is to read. */
export interface BoundSource {
  readonly logGroup?: logs.ILogGroup;
}

class OwnTrailSource extends AuditSource {
  constructor(private readonly options: OwnTrailOptions) {
    super();
  }

  public _validate(scope: Construct, problems: Problems): void {
    const { fileRetention: time } = this.options;
    problems.unless(time === undefined || time.isUnresolved() || time.toDays({ integral: false }) >= 90, {
      prop: 'source',
      must: 'keep files for at least 90 days',
      got: time?.toHumanString(),
      remedy: 'leave fileRetention out for seven years: what is found late is looked for in old files',
      code: 'auditFileRetention',
    });
    const others = scope.node.root.node.findAll().filter((other) => other instanceof OwnTrail && sameEnvironment(other, scope));
    problems.unless(others.length === 0, {
      prop: 'source',
      must: 'make one trail for an account and Region',
      got: others.map(({ node }) => node.path),
      remedy: 'use AuditSource.logGroup with the log group of the first audit: a second trail records the same again, and is billed',
      code: 'auditTrailTwice',
    });
  }

  public _bind(scope: Construct): BoundSource {
    return { logGroup: new OwnTrail(scope, 'Trail', this.options).logGroup };
  }
}

class LogGroupSource extends AuditSource {
  constructor(private readonly logGroup: logs.ILogGroup) {
    super();
  }

  public _validate(scope: Construct, problems: Problems): void {
    const [here, there] = [Stack.of(scope), this.logGroup.env];
    problems.unless(!isElsewhere(scope, there), {
      prop: 'source',
      must: `name a log group of account ${here.account} and Region ${here.region}`,
      got: `${there.account}, ${there.region}`,
      remedy: 'make the audit where the log group is, or use AuditSource.organizationTrail(): nobody may add metric filters to a log group of another account',
      code: 'auditLogGroupForeign',
    });
  }

  public _bind(): BoundSource {
    return { logGroup: this.logGroup };
  }
}

class TrailSource extends AuditSource {
  constructor(private readonly trail: cloudtrail.Trail) {
    super();
  }

  public get _hasOtherRegions(): boolean {
    const { isMultiRegionTrail, includeGlobalServiceEvents } = this.trail.node.defaultChild as cloudtrail.CfnTrail;
    return isMultiRegionTrail !== false && includeGlobalServiceEvents !== false;
  }

  public _validate(scope: Construct, problems: Problems): void {
    if (this.trail.logGroup) return new LogGroupSource(this.trail.logGroup)._validate(scope, problems);
    problems.add({
      prop: 'source',
      must: 'be a trail that sends to CloudWatch Logs',
      got: this.trail.node.path,
      remedy: 'add sendToCloudWatchLogs: true to the trail, or use AuditSource.organizationTrail(): the handler counts then',
      code: 'auditTrailWithoutLog',
    });
  }

  public _bind(scope: Construct, signals: readonly ResolvedSignal[]): BoundSource {
    scope.node.addValidation({ validate: () => selectorProblems(scope, this.trail, signals) });
    return { logGroup: this.trail.logGroup };
  }
}

class TrailElsewhere extends AuditSource {
  public readonly _hasLog = false;

  constructor() {
    super();
  }

  public _validate(): void {}

  public _bind(): BoundSource {
    return {};
  }
}

/** What a trail leaves out that an audit is about. */
function selectorProblems(audit: Construct, trail: cloudtrail.Trail, signals: readonly ResolvedSignal[]): string[] {
  const problems = new Problems(audit.node.path);
  const excluded = excludedSources(trail);
  problems.unless(excluded !== undefined, {
    prop: 'source',
    must: 'be a trail that records management events, read and write',
    got: trail.node.path,
    remedy: 'set managementEvents: ReadWriteType.ALL on the trail: every call of ECR is a management event, and a pull is a read',
    code: 'auditTrailSelectors',
  });
  const deaf = signals.filter(({ services }) => services.length > 0 && services.every((service) => excluded?.includes(service)));
  if (deaf.length > 0) {
    warnLate(audit, {
      code: 'auditTrailExcludes',
      message: `the trail records nothing of ${excluded!.join(', ')}, so ${deaf.map(({ signal }) => signal.id).join(', ')} raises no alarm: take excludeManagementEventSources off the trail, or leave the signal out`,
    });
  }
  return problems.messages();
}
