/** What CloudWatch makes metrics of: names and values, and the dimensions they are about. */
export interface Metrics {
  readonly namespace: string;
  readonly values: Readonly<Record<string, number>>;
  /** Counted both for these together and without any. */
  readonly dimensions?: Readonly<Record<string, string>>;
  /** Names of values that are bytes; the others are counts. */
  readonly bytes?: readonly string[];
}

/**
 * Writes metrics to the log in CloudWatch's embedded metric format: no permission, no call that could be throttled.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emitMetrics({ namespace, values, dimensions = {}, bytes = [] }: Metrics, now: Date): void {
  const names = Object.keys(dimensions);
  const line = JSON.stringify({
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [{
        Namespace: namespace,
        Dimensions: names.length > 0 ? [names, []] : [[]],
        Metrics: Object.keys(values).map((Name) => ({ Name, Unit: bytes.includes(Name) ? 'Bytes' : 'Count' })),
      }],
    },
    ...dimensions,
    ...values,
  });
  process.stdout.write(`${line}\n`); // the console would wrap it
}
