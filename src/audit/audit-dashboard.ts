import { Duration, aws_cloudwatch as cloudwatch, type aws_ecr as ecr, type aws_logs as logs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AuditSignal } from './audit-signal';
import type { EcrAuditTrail } from './ecr-audit-trail';

const [HALF, FULL, HEIGHT, TALL] = [12, 24, 6, 10];
/** A graph shows no more lines than can be told apart. */
const MOST_LINES = 20;

export interface AuditDashboardProps {
  readonly audit: EcrAuditTrail;
  readonly signals: AuditSignal[];
  readonly alarms: cloudwatch.IAlarm[];
  readonly repositories: ecr.IRepositoryRef[];
  readonly hasInventory: boolean;
  readonly logGroup?: logs.ILogGroup;
}

/** One page: what is wrong now, what happened, who used the registry, what is in it. */
export class AuditDashboard extends Construct {
  public readonly dashboard: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, props: AuditDashboardProps) {
    super(scope, id);
    this.dashboard = new cloudwatch.Dashboard(this, 'Resource', { defaultInterval: Duration.days(7) });
    this.dashboard.addWidgets(...alarmRow(props));
    this.dashboard.addWidgets(...signalRow(props));
    this.dashboard.addWidgets(...useRow(props));
    if (props.hasInventory) this.dashboard.addWidgets(...contentRow(props));
    if (props.logGroup) this.dashboard.addWidgets(latest(props.logGroup));
  }
}

function alarmRow({ alarms }: AuditDashboardProps): cloudwatch.IWidget[] {
  return [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms, width: FULL, height: Math.ceil(alarms.length / 6) + 1 })];
}

function signalRow({ audit, signals }: AuditDashboardProps): cloudwatch.IWidget[] {
  const [grave, other] = [['CRITICAL', 'HIGH'], ['MEDIUM', 'LOW', 'INFORMATIONAL']].map((severities) => signals.filter(({ severity }) => severities.includes(severity)));
  return ([['Critical and high signals', grave], ['Other signals', other]] as const).map(([title, some]) => new cloudwatch.GraphWidget({
    title,
    width: HALF,
    height: TALL,
    stacked: true,
    leftYAxis: { min: 0 },
    left: some.map((signal) => audit.metricSignal(signal, { label: signal.id, period: Duration.hours(1) })),
  }));
}

function useRow({ audit, repositories }: AuditDashboardProps): cloudwatch.IWidget[] {
  const pulls = repositories.slice(0, MOST_LINES).map((repository) =>
    audit.metricPulls(repository, { label: repository.repositoryRef.repositoryName, period: Duration.hours(1) }));
  return [
    new cloudwatch.GraphWidget({ title: 'Pushes', width: HALF, height: HEIGHT, leftYAxis: { min: 0 }, left: [audit.metricPushes({ label: 'pushes', period: Duration.hours(1) })] }),
    new cloudwatch.GraphWidget({
      title: 'Pulls',
      width: HALF,
      height: HEIGHT,
      leftYAxis: { min: 0 },
      left: pulls.length > 0 ? pulls : [audit.metricPulls(undefined, { label: 'pulls', period: Duration.hours(1) })],
    }),
  ];
}

function contentRow({ audit }: AuditDashboardProps): cloudwatch.IWidget[] {
  return [
    new cloudwatch.GraphWidget({ title: 'Size of all images', width: HALF, height: HEIGHT, leftYAxis: { min: 0 }, left: [audit.metricRepositoryBytes(undefined, { label: 'bytes' })] }),
    new cloudwatch.GraphWidget({
      title: 'Images',
      width: HALF,
      height: HEIGHT,
      leftYAxis: { min: 0 },
      left: [
        audit.metricTaggedImages(undefined, { label: 'tagged' }),
        audit.metricUntaggedImages(undefined, { label: 'untagged' }),
        audit.metricArchivedImages(undefined, { label: 'archived' }),
        audit.metricUnscannedImages(undefined, { label: 'not scanned' }),
        audit.metricStaleImages(undefined, { label: 'stale' }),
      ],
    }),
  ];
}

function latest(logGroup: logs.ILogGroup): cloudwatch.IWidget {
  return new cloudwatch.LogQueryWidget({
    title: 'The latest changes',
    width: FULL,
    height: HEIGHT,
    logGroupNames: [logGroup.logGroupName],
    queryLines: [
      'fields @timestamp, eventName, coalesce(userIdentity.sessionContext.sessionIssuer.userName, userIdentity.userName, userIdentity.type) as who, requestParameters.repositoryName as repository, errorCode',
      'filter eventSource = "ecr.amazonaws.com" and readOnly = 0',
      'sort @timestamp desc',
      'limit 50',
    ],
  });
}
