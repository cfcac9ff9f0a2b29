import {
  Duration, Names, Stack, type aws_cloudwatch as cloudwatch, type aws_dynamodb as dynamodb, aws_events as events,
  type aws_iam as iam, type aws_lambda as lambda, type aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { EVENT_SOURCE, GateMetric, VerdictEventType } from './contract';
import type { IGateAction } from './gate-action';
import { MAX_CONCURRENCY, checkActions, checkProps, warnOfScanner } from './gate-checks';
import { GateAlarms, GateMetrics } from './gate-metrics';
import { ImageJudge } from './image-judge';
import { ImageWatch } from './image-watch';
import { ImageScanner, type InspectorGateProps } from './inspector-gate-props';
import { JudgementLayer } from './judgement-layer';
import { VerdictAnswers } from './verdict-answers';
import { VerdictTable } from './verdict-table';
import { WatchedRepositories } from './watched-repositories';
import { BufferedHandler } from '../../functions/buffered-handler';
import type { HandlerOptions } from '../../functions/handler-options';
import { LIMITS } from '../../private/limits';
import { Problems } from '../../private/problems';
import { rulesOnDefaultBus } from '../../private/resources-around';
import { warn } from '../../private/warn';
import { EcrRegistry } from '../../registry';
import { FindingPolicy } from '../finding-policy';

/**
 * Judges every image of a registry by its vulnerabilities, before anything relies on it and again whenever something about
 * it changes: a push, a scan, a finding that comes or goes, an exception that ends.
 *
 * Every verdict is recorded, and one that is another than before is announced on the default event bus as `Image Approved`,
 * `Image Rejected` and, if something else was announced before, `Image Verdict Changed`. What is not known to be good is
 * never approved: an image that cannot be scanned is rejected, one whose scan takes long is pending for as long.
 *
 * The gate itself stops nothing. Whoever deploys asks for the verdict (`grantAskForVerdict`), or reacts to events.
 *
 * When it is deleted, the table of the verdicts stays (`removalPolicy`), and so does the scanning of the registry; all else
 * goes.
 *
 * Costs, for 1,000 images of two platforms each: about 0.80 USD when they are pushed, 2.25 USD for each month that they are
 * kept, because each is judged again every day, and 0.09 USD for a finding that changes in all of them. The gate itself: 0.50 USD a
 * month for alarms, 0.60 USD for queues, 0.60 to 4.80 USD for metrics. Amazon Inspector bills scans of its own.
 *
 * @see https://docs.aws.amazon.com/inspector/latest/user/scanning-ecr.html
 * @example
 * declare const images: SecureEcrRepository;
 * declare const deployer: iam.Role;
 * const gate = new InspectorGate(this, 'Gate', {
 *   repositories: [images],
 *   policy: FindingPolicy.strict(),
 *   actions: [new NotifyAction()],
 * });
 * gate.grantAskForVerdict(deployer);
 */
export class InspectorGate extends Construct {
  /** Tells gates apart: in events (`detail.gate`) and in the dimension `Gate` of metrics. */
  public readonly gateName: string;
  /** The verdicts: by digest, and in the index `ByRepository` by repository and time. */
  public readonly verdicts: dynamodb.ITable;
  /** Answers `{ repository, digest }` with the verdict that holds, if `grantAskForVerdict` lets somebody ask. */
  public readonly verdictFunction: lambda.IFunction;
  /** In alarm when an image that was approved is not any more. */
  public readonly revokedAlarm: cloudwatch.IAlarm;
  /** In alarm while an image waits for its verdict for too long. */
  public readonly pendingAlarm: cloudwatch.IAlarm;
  /** In alarm when the gate does not look for what is due. */
  public readonly silentAlarm: cloudwatch.IAlarm;
  /** How the functions run. Those of actions run so too. */
  public readonly handlerOptions: HandlerOptions;
  /** What alarms do. Those of actions do so too. */
  public readonly alarmActions: cloudwatch.IAlarmAction[];

  private readonly metrics: GateMetrics;
  private readonly table: VerdictTable;
  private readonly actions = new Set<IGateAction>();
  private readonly actionScope: Construct;

  /**
   * @param scope what it is part of, such as a stack: `this` in the constructor of one
   * @param id what it is called in there, unlike everything else
   * @param props what differs from the defaults
   */
  constructor(scope: Construct, id: string, props: InspectorGateProps = {}) {
    checkProps(scope, id, props); // before super(), so that a refused gate leaves nothing in the tree
    super(scope, id);
    const {
      alarmActions = [], exceptions = [], handlerOptions: options = {}, maxConcurrency = MAX_CONCURRENCY, scanner = ImageScanner.INSPECTOR,
    } = props;
    const policy = props.policy ?? FindingPolicy.standard();
    const judgeAgainAfter = props.judgeAgainAfter ?? Duration.days(1);
    const gateName = Names.uniqueResourceName(this, { maxLength: 100, separator: '-' });
    this.gateName = gateName;
    this.handlerOptions = options;
    this.alarmActions = alarmActions;
    this.metrics = new GateMetrics(this, gateName);
    for (const warning of policy._warnings()) warn(this, warning);

    const repositories = new WatchedRepositories(this, props.repositories ?? [], props.repositoryNames ?? []);
    if (scanner === ImageScanner.INSPECTOR) EcrRegistry.of(this).scanContinuously(...repositories.names, ...repositories.patterns);
    const layer = new JudgementLayer(this, 'Judgement', policy, exceptions);
    const table = new VerdictTable(this, 'Verdicts', { removalPolicy: props.removalPolicy, options });
    const common = { gateName, repositories, table, scanner, maxConcurrency, alarmActions, options };
    const judge = new ImageJudge(this, 'Judge', {
      ...common, layer, judgeAgainAfter, verdictRetention: props.verdictRetention ?? Duration.days(400),
    });
    const watch = new ImageWatch(this, 'Watch', {
      ...common,
      requests: judge.buffer.queue,
      fingerprint: layer.fingerprint,
      lookBack: props.lookBack ?? Duration.days(180),
      listEvery: props.listEvery ?? Duration.hours(1),
    });
    judge.remindBy(watch.buffer.queue);
    this.table = table;
    this.verdicts = table.table;
    this.verdictFunction = new VerdictAnswers(this, 'Answers', {
      ...common, requests: judge.buffer.queue, fingerprint: layer.fingerprint, judgeAgainAfter,
    }).function;
    const alarms = new GateAlarms(this, 'Alarms', this.metrics, props.pendingAlarmAfter ?? Duration.days(1), alarmActions);
    [this.revokedAlarm, this.pendingAlarm, this.silentAlarm] = [alarms.revoked, alarms.pending, alarms.silent];
    this.actionScope = new Construct(this, 'Actions');
    props.actions?.forEach((action) => this.addAction(action));
    this.node.addValidation({ validate: () => this.validate(scanner) });
  }

  /** What could not be heard or judged, and what actions of the library could not do. */
  public get deadLetterQueues(): sqs.IQueue[] {
    return this.buffers.map(({ deadLetterQueue }) => deadLetterQueue);
  }

  /** In alarm while a message waits in one of `deadLetterQueues`, one alarm for each queue. */
  public get lostAlarms(): cloudwatch.IAlarm[] {
    return this.buffers.map(({ lost }) => lost);
  }

  /** Has something done about verdicts. An action that the gate has already is not added again. */
  public addAction(action: IGateAction): void {
    if (this.actions.has(action)) return;
    const problems = new Problems(this.node.path);
    checkActions([...this.actions, action], problems);
    problems.throwIfAny();
    this.actions.add(action);
    action.bind(new Construct(this.actionScope, action.id), this);
  }

  /**
   * Rule that matches when an image is approved: for the first time, or again. The detail is `schema/gate-event-v1.json`.
   *
   * @param id of the rule
   */
  public onImageApproved(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.onTypes(id, [VerdictEventType.APPROVED], options);
  }

  /**
   * Rule that matches when an image is rejected: for the first time, or again.
   *
   * @param id of the rule
   */
  public onImageRejected(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.onTypes(id, [VerdictEventType.REJECTED], options);
  }

  /**
   * Rule that matches when the verdict on an image is another than what was announced before, also when it could not be
   * confirmed for too long (`status` is `PENDING` then). The event of the new verdict comes beside it.
   *
   * @param id of the rule
   */
  public onVerdictChanged(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.onTypes(id, [VerdictEventType.CHANGED], options);
  }

  /**
   * Rule that matches every event of the gate.
   *
   * @param id of the rule
   */
  public onEvent(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.onTypes(id, Object.values(VerdictEventType), options);
  }

  /**
   * Lets somebody read the verdicts and their history from the table. Somebody of another account is let in by the policy of
   * the table, and by that of `handlerOptions.encryptionKey`, without which DynamoDB lets in no other account.
   *
   * @param grantee a role, a user, a function, an account
   */
  public grantReadVerdicts(grantee: iam.IGrantable): iam.Grant {
    return this.table.grantRead(grantee);
  }

  /**
   * Lets somebody ask for the verdict on a digest, and have an image judged that has none which holds. The answer is
   * `VerdictAnswer` of the documentation; anything but `APPROVED` means not to deploy.
   *
   * @param grantee a role, a user, a function
   */
  public grantAskForVerdict(grantee: iam.IGrantable): iam.Grant {
    return this.verdictFunction.grantInvokeLatestVersion(grantee); // it has no other versions
  }

  /**
   * How many images were approved that were not before.
   *
   * @default - sum over 5 minutes
   */
  public metricApproved(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.of(GateMetric.APPROVED, options);
  }

  /**
   * How many images were rejected that were not before.
   *
   * @default - sum over 5 minutes
   */
  public metricRejected(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.of(GateMetric.REJECTED, options);
  }

  /**
   * How many images were approved and are not any more.
   *
   * @default - sum over 5 minutes
   */
  public metricRevoked(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.of(GateMetric.REVOKED, options);
  }

  /**
   * How many images were rejected and are approved now.
   *
   * @default - sum over 5 minutes
   */
  public metricCleared(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.of(GateMetric.CLEARED, options);
  }

  /**
   * How many minutes passed from the push of an image to its first verdict.
   *
   * @default - average over 5 minutes
   */
  public metricMinutesToVerdict(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.of(GateMetric.MINUTES_TO_VERDICT, { statistic: 'Average', ...options });
  }

  /**
   * For how many minutes images have been pending when they are looked at, which is every hour at least.
   *
   * @default - maximum over an hour
   */
  public metricMinutesPending(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.of(GateMetric.MINUTES_PENDING, { statistic: 'Maximum', period: Duration.hours(1), ...options });
  }

  /**
   * How many requests of Amazon ECR and Amazon Inspector the judgements took.
   *
   * @default - sum over 5 minutes
   */
  public metricRequests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.of(GateMetric.REQUESTS, options);
  }

  /**
   * How many sweeps came to their end: three or so in 15 minutes. None for half an hour is what `silentAlarm` tells of.
   *
   * @default - sum over 5 minutes
   */
  public metricSweeps(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.of(GateMetric.SWEEPS, options);
  }

  private get buffers(): BufferedHandler[] {
    return this.node.findAll().filter((each) => each instanceof BufferedHandler);
  }

  private onTypes(id: string, types: VerdictEventType[], options: events.OnEventOptions): events.Rule {
    const rule = new events.Rule(this, id, options);
    rule.addEventPattern({ source: [EVENT_SOURCE], detailType: types, account: [Stack.of(this).account], detail: { gate: [this.gateName] } });
    rule.addTarget(options.target);
    return rule;
  }

  private validate(scanner: ImageScanner): string[] {
    warnOfScanner(this, scanner);
    const problems = new Problems(this.node.path);
    const { rulesPerBus } = LIMITS.events;
    const rules = rulesOnDefaultBus(this).length;
    problems.unless(rules <= rulesPerBus, {
      prop: 'repositories',
      must: `leave at most ${rulesPerBus} rules on the default event bus`,
      got: rules,
      remedy: 'name them by repositoryNames, with * for what they share, or move other rules to another bus',
      code: 'gateRules',
    });
    return problems.messages();
  }
}
