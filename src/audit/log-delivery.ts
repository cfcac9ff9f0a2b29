import { gunzipSync } from 'node:zlib';
import type { CloudTrailRecord } from './contract';

/** What a subscription of CloudWatch Logs gives to a function. */
export interface LogDelivery {
  readonly awslogs: { readonly data: string };
}

/**
 * The records in a delivery; none in one that only tries whether the function is there.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample
 */
export function recordsIn({ awslogs }: LogDelivery): CloudTrailRecord[] {
  const { messageType, logEvents } = JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')).toString());
  if (messageType !== 'DATA_MESSAGE') return [];
  return logEvents.map(({ message }: { message: string }) => JSON.parse(message));
}
