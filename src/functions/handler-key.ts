import { Stack, aws_iam as iam, type aws_kms as kms, type aws_lambda as lambda } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { HandlerOptions } from './handler-options';
import { acknowledge } from '../private/acknowledge';
import { viaService } from '../private/via-service';

/** What queues, tables, topics and logs do with a key, they do as whoever calls them; by hand the function may not use it. */
export function allowKey(handler: lambda.Function, { encryptionKey: key }: HandlerOptions): void {
  if (!key) return;
  const actions = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'];
  grantKey(handler, key, actions, viaService(Stack.of(handler), 'dynamodb', 'logs', 'sns', 'sqs'));
  for (const action of ['kms:GenerateDataKey*', 'kms:ReEncrypt*']) {
    acknowledge(handler.role!, `IAM5[Action::${action}]`, 'Ways of using one key, with and without plaintext, by way of four services only.');
  }
}

/** Lets somebody use a key under conditions, which the CDK writes into policies of principals, but not into that of the key. */
export function grantKey(grantee: iam.IGrantable, key: kms.IKey, actions: string[], conditions: ReturnType<typeof viaService>): iam.Grant {
  const { env } = key;
  const addToResourcePolicy = (statement: iam.PolicyStatement) => {
    statement.addConditions(conditions);
    return key.addToResourcePolicy(statement);
  };
  return iam.Grant.addToPrincipalOrResource({
    grantee, actions, conditions, resourceArns: [key.keyArn], resourceSelfArns: ['*'], resource: { env, addToResourcePolicy },
  });
}

/**
 * Lets CloudWatch Logs encrypt the log groups of this account and Region. No narrower, because a log group that has its name
 * from CloudFormation cannot be named in the key that it needs first.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function allowLogGroups(scope: IConstruct, key: kms.IKey): void {
  const stack = Stack.of(scope);
  key.addToResourcePolicy(new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
    actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
    resources: ['*'],
    conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:*` } },
  }));
}

/**
 * Lets EventBridge send to queues for the rules of this account and Region. No narrower: the queue needs the key first, and
 * the rule needs the queue.
 *
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
export function allowRules(scope: IConstruct, key: kms.IKey): void {
  const stack = Stack.of(scope);
  key.addToResourcePolicy(new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal('events.amazonaws.com')],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: ['*'],
    conditions: {
      ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'events', resource: 'rule', resourceName: '*' }) },
      StringEquals: { 'aws:SourceAccount': stack.account },
    },
  }));
}
