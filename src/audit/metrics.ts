import { Duration, aws_cloudwatch as cloudwatch, type aws_ecr as ecr } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { REPOSITORY_DIMENSION, type RepositoryMetric, WINDOW_SECONDS } from './contract';

export const DEFAULT_INTERVAL = Duration.days(1);

/** The longest period that an alarm takes. */
const LONGEST = Duration.days(1);

/** The metrics of an audit, and those that AWS has of a registry. */
export class AuditMetrics {
  constructor(private readonly audit: Construct, public readonly namespace: string, private readonly interval: Duration) {}

  public signal(id: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric({ namespace: this.namespace, metricName: id }, options);
  }

  /** Of the account and Region: https://docs.aws.amazon.com/AmazonECR/latest/userguide/monitoring-usage.html */
  public usage(call: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const dimensionsMap = { Service: 'ECR', Type: 'API', Class: 'None', Resource: call };
    return this.metric({ namespace: 'AWS/Usage', metricName: 'CallCount', dimensionsMap }, options);
  }

  public pulls(repository: ecr.IRepositoryRef, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const dimensionsMap = { RepositoryName: repository.repositoryRef.repositoryName };
    return this.metric({ namespace: 'AWS/ECR', metricName: 'RepositoryPullCount', dimensionsMap }, options);
  }

  /** Every repository is measured once in an interval, so their sum over one is that of all. */
  public inventory(name: RepositoryMetric, repository?: ecr.IRepositoryRef, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const period = this.interval.toSeconds() > LONGEST.toSeconds() ? LONGEST : this.interval;
    return repository
      ? this.metric({
        namespace: this.namespace,
        metricName: name,
        period,
        statistic: cloudwatch.Stats.MAXIMUM,
        dimensionsMap: { [REPOSITORY_DIMENSION]: repository.repositoryRef.repositoryName },
      }, options)
      : this.metric({ namespace: this.namespace, metricName: name, period }, options);
  }

  private metric(props: cloudwatch.MetricProps, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const defaults = { statistic: cloudwatch.Stats.SUM, period: Duration.seconds(WINDOW_SECONDS) };
    return new cloudwatch.Metric({ ...defaults, ...props, ...options }).attachTo(this.audit);
  }
}
