import {
  Stack, type aws_cloudwatch as cloudwatch, type aws_ecr as ecr, aws_events as events, type aws_lambda as lambda,
  type aws_logs as logs, type aws_sns as sns, type aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkProps, checkSignal } from './audit-checks';
import { AuditDashboard } from './audit-dashboard';
import { saveQueries } from './audit-queries';
import { AuditSignal } from './audit-signal';
import { AuditSource } from './audit-source';
import { DEFAULT_NAMESPACE, EVENT_SOURCE, EVENT_TYPE, RepositoryMetric } from './contract';
import type { EcrAuditTrailProps, OnSignalOptions } from './ecr-audit-trail-props';
import { limitProblems } from './limit-checks';
import { AuditMetrics, DEFAULT_INTERVAL } from './metrics';
import { RepositoryInventory, STALE_AFTER } from './repository-inventory';
import { Runbook } from './runbook';
import { SignalAlarms } from './signal-alarms';
import { SignalTeller } from './signal-teller';
import { resolveAll, warnOfSilence } from './signals/resolve-all';
import { type ResolvedSignal, patternOfElsewhere } from './signals/resolved-signal';

/**
 * Records every call of a registry, counts what matters, raises alarms, and tells people who did what.
 *
 * Each signal has a metric filter on the log of the trail and an EventBridge rule, made from one definition. The alarm
 * follows the metric, within minutes of CloudTrail's delivery (about five). The message follows the rule: once for each
 * event, five in five minutes at most and then a summary, with the GitHub workflow behind a role session. What cannot be
 * told is kept in a dead letter queue with an alarm.
 *
 * EventBridge tells of what happens in its own Region, and of IAM and the root user in another: us-east-1 mostly. That is taken
 * from the log of the trail instead, by one of the two subscription filters that a log group may have.
 *
 * Costs a month, beside the trail (see `AuditSource`): 3.10 USD for 31 alarms and 0.50 USD for the one above them; up to 0.30 USD
 * for each signal, by the hours in which it occurs; cents for messages, the table and the functions.
 *
 * Fulfils the Security Hub controls CloudTrail.1 to CloudTrail.7 (with a trail of its own), CloudWatch.15 to
 * CloudWatch.17 (with `alarmActions`).
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/logging-using-cloudtrail.html
 * @example
 * declare const images: SecureEcrRepository;
 * declare const pager: sns.Topic;
 * const audit = new EcrAuditTrail(this, 'Audit', {
 *   repositories: [images],
 *   alarmActions: [new actions.SnsAction(pager)],
 * });
 * audit.topic.addSubscription(new subscriptions.EmailSubscription('registry@example.com'));
 */
export class EcrAuditTrail extends Construct {
  /** Where people are told. */
  public readonly topic: sns.ITopic;
  /** The log of the trail, unless it is in another account. */
  public readonly logGroup?: logs.ILogGroup;
  /** In alarm while the alarm of any critical or high signal is. It does nothing itself, so that nobody is called twice. */
  public readonly anyAlarm: cloudwatch.CompositeAlarm;
  /** The page with everything on it, unless none was wanted. */
  public readonly dashboard?: cloudwatch.Dashboard;
  /** The function that sends the messages of signals. */
  public readonly handler: lambda.IFunction;
  /** The queue of messages that could not be sent. */
  public readonly deadLetterQueue: sqs.IQueue;

  /** @internal */
  public readonly _metricNamespace: string;
  private readonly signals: ResolvedSignal[];
  private readonly alarms: SignalAlarms;
  private readonly metrics: AuditMetrics;

  /**
   * @param scope what it is part of, such as a stack: `this` in the constructor of one
   * @param id what it is called in there, unlike everything else
   * @param props what differs from the defaults
   */
  constructor(scope: Construct, id: string, props: EcrAuditTrailProps = {}) {
    // Before super(), so that a refused audit leaves nothing in the tree.
    checkProps(scope, id, props);
    const source = props.source ?? AuditSource.ownTrail();
    const runbook = new Runbook(props.runbookUrl);
    const signals = resolveAll(scope, id, props, runbook, source);
    super(scope, id);
    this.signals = signals;
    const { repositories = [], alarmActions = [], handlerOptions: options = {} } = props;
    const namespace = props.metricNamespace ?? DEFAULT_NAMESPACE;
    this._metricNamespace = namespace;
    this.metrics = new AuditMetrics(this, namespace, props.inventoryInterval ?? DEFAULT_INTERVAL);
    this.logGroup = source._bind(this, signals).logGroup;
    if (props.signals === undefined) warnOfSilence(this, signals);

    const teller = new SignalTeller(this, 'Teller', { topic: props.topic, namespace, runbook, alarmActions, options });
    this.topic = teller.topic;
    this.handler = teller.function;
    this.deadLetterQueue = teller.buffer.deadLetterQueue;
    const rules = this.signals.map((signal) => teller.tellOf(signal));
    const elsewhere = patternOfElsewhere(Stack.of(this), this.signals);
    if (this.logGroup && elsewhere) teller.forward(this.logGroup, elsewhere);
    this.alarms = new SignalAlarms(this, 'Signals', { signals: this.signals, logGroup: this.logGroup, metrics: this.metrics, runbook, alarmActions });
    this.anyAlarm = this.alarms.any;

    const hasInventory = props.inventory ?? true;
    if (hasInventory) {
      const [every, staleAfter] = [props.inventoryInterval ?? DEFAULT_INTERVAL, props.staleAfter ?? STALE_AFTER];
      new RepositoryInventory(this, 'Inventory', { repositories, namespace, every, staleAfter, runbook, alarmActions, options });
    }
    if (this.logGroup) saveQueries(this, this.logGroup);
    if (props.dashboard ?? true) {
      this.dashboard = new AuditDashboard(this, 'Dashboard', {
        audit: this, signals: this.signals.map(({ signal }) => signal), alarms: this.alarms.all, repositories, hasInventory, logGroup: this.logGroup,
      }).dashboard;
    }
    this.node.addValidation({ validate: () => limitProblems(this, this.logGroup, rules) });
  }

  /**
   * Rule that matches when a signal occurred: each of them, however few people are told of. The event is
   * `ECR Audit Signal` of the source `cdk-secure-ecr.audit`; its detail is what machines are told by the topic.
   *
   * An event comes at least once: where people could not be told at first, it comes again. `eventId` is the same then.
   *
   * @param id of the rule
   */
  public onSignal(id: string, options: OnSignalOptions = {}): events.Rule {
    options.signals?.forEach((signal) => this.check(signal));
    const rule = new events.Rule(this, id, options);
    rule.addEventPattern({
      source: [EVENT_SOURCE],
      detailType: [EVENT_TYPE],
      account: [Stack.of(this).account],
      detail: { audit: [this._metricNamespace], signal: (options.signals ?? this.signals.map(({ signal }) => signal)).map((signal) => signal.id) },
    });
    rule.addTarget(options.target);
    return rule;
  }

  /** The alarm of a signal. There is none for what is only counted. */
  public alarmOf(signal: AuditSignal): cloudwatch.IAlarm | undefined {
    this.check(signal);
    return this.alarms.of(signal);
  }

  /**
   * How often a signal occurred.
   *
   * @default - sum over 5 minutes
   */
  public metricSignal(signal: AuditSignal, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    this.check(signal);
    return this.metrics.signal(signal.id, options);
  }

  /**
   * How often calls of ECR were denied.
   *
   * @default - sum over 5 minutes
   */
  public metricDeniedCalls(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metricSignal(AuditSignal.CALLS_DENIED, options);
  }

  /**
   * How often images were deleted by a call, outside the deployment.
   *
   * @default - sum over 5 minutes
   */
  public metricDeletions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metricSignal(AuditSignal.IMAGE_DELETED, options);
  }

  /**
   * How often an image was pushed to this registry, as CloudWatch counts calls for their quotas.
   *
   * @default - sum over 5 minutes
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/monitoring-usage.html
   */
  public metricPushes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.usage('PutImage', options);
  }

  /**
   * How often images of a repository were pulled, or of all of the registry.
   *
   * @default - sum over 5 minutes
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-repository-metrics.html
   */
  public metricPulls(repository?: ecr.IRepositoryRef, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return repository ? this.metrics.pulls(repository, options) : this.metrics.usage('BatchGetImage', options);
  }

  /**
   * How many bytes a pull of every image of a repository would take, or of all repositories. Layers that images share
   * count for each of them, so it is more than ECR bills.
   *
   * @default - the last measurement
   */
  public metricRepositoryBytes(repository?: ecr.IRepositoryRef, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.inventory(RepositoryMetric.BYTES, repository, options);
  }

  /**
   * How many images there are, the archived included: in a repository, or in all of them.
   *
   * @default - the last measurement
   */
  public metricImages(repository?: ecr.IRepositoryRef, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.inventory(RepositoryMetric.IMAGES, repository, options);
  }

  /**
   * How many images have a tag.
   *
   * @default - the last measurement
   */
  public metricTaggedImages(repository?: ecr.IRepositoryRef, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.inventory(RepositoryMetric.TAGGED, repository, options);
  }

  /**
   * How many images have no tag: the platform images of an index, signatures, and what was replaced.
   *
   * @default - the last measurement
   */
  public metricUntaggedImages(repository?: ecr.IRepositoryRef, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.inventory(RepositoryMetric.UNTAGGED, repository, options);
  }

  /**
   * How many images are archived.
   *
   * @default - the last measurement
   */
  public metricArchivedImages(repository?: ecr.IRepositoryRef, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.inventory(RepositoryMetric.ARCHIVED, repository, options);
  }

  /**
   * How many images that can run were not scanned, by what ECR says of them. Archived ones are left out.
   *
   * @default - the last measurement
   */
  public metricUnscannedImages(repository?: ecr.IRepositoryRef, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.inventory(RepositoryMetric.UNSCANNED, repository, options);
  }

  /**
   * How many images were neither pushed nor pulled for `staleAfter`. Archived ones are left out.
   *
   * @default - the last measurement
   */
  public metricStaleImages(repository?: ecr.IRepositoryRef, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.inventory(RepositoryMetric.STALE, repository, options);
  }

  private check(signal: AuditSignal): void {
    checkSignal(this, signal, this.signals.map((each) => each.signal.id));
  }
}
