import { Duration, aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { GATE_DIMENSION, GateMetric, METRIC_NAMESPACE } from './contract';
import { acknowledge } from '../../private/acknowledge';

/** What to do about each alarm. */
const OPERATIONS = 'https://github.com/cdk-secure-ecr/cdk-secure-ecr/blob/main/docs/gate.md';
export const LOST = `${OPERATIONS}#lost`;

/** The metrics of one gate. */
export class GateMetrics {
  constructor(private readonly gate: Construct, private readonly gateName: string) {}

  public of(metricName: GateMetric, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { [GATE_DIMENSION]: this.gateName },
      statistic: cloudwatch.Stats.SUM,
      period: Duration.minutes(5),
      ...options,
    }).attachTo(this.gate);
  }
}

/** What people should hear of although nothing was lost. */
export class GateAlarms extends Construct {
  public readonly revoked: cloudwatch.Alarm;
  public readonly pending: cloudwatch.Alarm;
  public readonly silent: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, metrics: GateMetrics, pendingAfter: Duration, private readonly actions: cloudwatch.IAlarmAction[]) {
    super(scope, id);
    this.revoked = this.add('Revoked', metrics.of(GateMetric.REVOKED), {
      alarmDescription: 'An image that was approved is not any more',
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    this.pending = this.add('Pending', metrics.of(GateMetric.MINUTES_PENDING, { statistic: cloudwatch.Stats.MAXIMUM, period: Duration.hours(1) }), {
      alarmDescription: `An image has waited for its verdict for ${pendingAfter.toHumanString()}`,
      threshold: pendingAfter.toMinutes(),
      evaluationPeriods: 2, // an image is looked at every hour or a little later, so not in each
      datapointsToAlarm: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING, // none is pending
    });
    this.silent = this.add('Silent', metrics.of(GateMetric.SWEEPS, { period: Duration.minutes(15) }), {
      alarmDescription: 'The gate has not looked for images that are due for half an hour: verdicts grow old',
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 2,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }

  private add(id: string, metric: cloudwatch.Metric, options: cloudwatch.CreateAlarmOptions): cloudwatch.Alarm {
    const { alarmDescription } = options;
    const alarm = metric.createAlarm(this, id, { ...options, alarmDescription: `${alarmDescription}. ${OPERATIONS}#${id.toLowerCase()}` });
    alarm.addAlarmAction(...this.actions);
    if (this.actions.length === 0) acknowledge(alarm, 'CloudWatchAlarmAction', 'The app says where alarms go.');
    return alarm;
  }
}
