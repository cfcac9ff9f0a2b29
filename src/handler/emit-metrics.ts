import { MetricUnit, Metrics } from '@aws-lambda-powertools/metrics';

/** What CloudWatch makes metrics of: names and values, and the dimensions they are about. */
export interface MetricValues {
  readonly namespace: string;
  readonly values: Readonly<Record<string, number>>;
  /** Counted both for these together and without any. */
  readonly dimensions?: Record<string, string>;
  /** Names of values that are bytes; the others are counts. */
  readonly bytes?: readonly string[];
}

/** Writes metrics to the log in CloudWatch's embedded metric format: no permission, no call that could be throttled. */
export function emitMetrics({ namespace, values, dimensions, bytes = [] }: MetricValues, now: Date): void {
  const metrics = new Metrics({ namespace });
  metrics.clearDefaultDimensions(); // the name of a service is one
  metrics.setTimestamp(now);
  if (dimensions) metrics.addDimensions(dimensions);
  metrics.addDimensions({}); // one set more, that is empty
  for (const [name, value] of Object.entries(values)) {
    metrics.addMetric(name, bytes.includes(name) ? MetricUnit.Bytes : MetricUnit.Count, value);
  }
  metrics.publishStoredMetrics();
}
