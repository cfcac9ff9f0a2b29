import type { aws_lambda as lambda } from 'aws-cdk-lib';
import type { HandlerOptions } from './handler-options';
import { acknowledge } from '../private/acknowledge';

/** What queues, tables and topics do with a key, they do as whoever calls them. */
export function allowKey(handler: lambda.Function, { encryptionKey }: HandlerOptions): void {
  if (!encryptionKey) return;
  encryptionKey.grantEncryptDecrypt(handler);
  for (const action of ['kms:GenerateDataKey*', 'kms:ReEncrypt*']) {
    acknowledge(handler.role!, `IAM5[Action::${action}]`, 'Ways of using one key, with and without plaintext.');
  }
}
