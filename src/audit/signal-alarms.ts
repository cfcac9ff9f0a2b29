import { aws_cloudwatch as cloudwatch, aws_logs as logs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AuditSignal } from './audit-signal';
import type { AuditMetrics } from './metrics';
import type { Runbook } from './runbook';
import type { ResolvedSignal } from './signals/resolved-signal';
import { acknowledge } from '../private/acknowledge';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const DESCRIPTION = 1_024;

export interface SignalAlarmsProps {
  readonly signals: ResolvedSignal[];
  readonly logGroup?: logs.ILogGroup;
  readonly metrics: AuditMetrics;
  readonly runbook: Runbook;
  readonly alarmActions: cloudwatch.IAlarmAction[];
}

/** A metric filter for each signal that a pattern can tell, an alarm for each that matters, and one above them. */
export class SignalAlarms extends Construct {
  /** In alarm while that of a critical or high signal is. */
  public readonly any: cloudwatch.CompositeAlarm;
  private readonly alarms = new Map<string, cloudwatch.Alarm>();

  constructor(scope: Construct, id: string, private readonly props: SignalAlarmsProps) {
    super(scope, id);
    for (const resolved of props.signals) {
      this.count(resolved);
      if (resolved.facts.severity !== 'INFORMATIONAL') this.alarms.set(resolved.signal.id, this.alarm(resolved));
    }
    const grave = props.signals.filter(({ facts }) => ['CRITICAL', 'HIGH'].includes(facts.severity)).map(({ signal }) => this.of(signal)!);
    const watched = grave.length > 0 ? grave : this.all;
    this.any = new cloudwatch.CompositeAlarm(this, 'Any', {
      alarmDescription: `A critical or high signal of the ECR audit trail; its own alarm says which. ${props.runbook.anySignal}`,
      alarmRule: cloudwatch.AlarmRule.anyOf(...watched.map((alarm) => cloudwatch.AlarmRule.fromAlarm(alarm, cloudwatch.AlarmState.ALARM))),
    });
  }

  public get all(): cloudwatch.Alarm[] {
    return [...this.alarms.values()];
  }

  public of(signal: AuditSignal): cloudwatch.IAlarm | undefined {
    return this.alarms.get(signal.id);
  }

  private count({ signal, filterPattern }: ResolvedSignal): void {
    if (filterPattern === undefined) return;
    new logs.MetricFilter(this, `${signal.id}Filter`, {
      logGroup: this.props.logGroup!,
      filterPattern: logs.FilterPattern.literal(filterPattern),
      metricNamespace: this.props.metrics.namespace,
      metricName: signal.id,
      metricValue: '1',
    });
  }

  private alarm({ signal, facts }: ResolvedSignal): cloudwatch.Alarm {
    const { metrics, alarmActions } = this.props;
    const link = ` ${facts.runbookUrl}`;
    const alarm = metrics.signal(signal.id).createAlarm(this, `${signal.id}Alarm`, {
      alarmDescription: `[${facts.severity}] ${facts.title}. ${facts.runbook}`.slice(0, DESCRIPTION - link.length) + link,
      threshold: facts.threshold,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING, // nothing happened
    });
    alarm.addAlarmAction(...alarmActions);
    if (alarmActions.length === 0) acknowledge(alarm, 'CloudWatchAlarmAction', 'The app says where alarms go.');
    return alarm;
  }
}
