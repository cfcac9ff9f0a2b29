import { aws_iam as iam, aws_kms as kms, type aws_lambda as lambda, aws_sns as sns } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { HandlerOptions } from './handler-options';

/** A topic on which a function tells people: encrypted, and for TLS only. */
export function messageTopic(scope: Construct, id: string, displayName: string, { encryptionKey }: HandlerOptions): sns.Topic {
  return new sns.Topic(scope, id, {
    displayName,
    enforceSSL: true,
    masterKey: encryptionKey ?? kms.Alias.fromAliasName(scope, `${id}Key`, 'alias/aws/sns'),
  });
}

/** Lets a function tell people there. The key of its options it may use already, as narrowly as `allowKey` says. */
export function allowPublishing(handler: lambda.Function, topic: sns.ITopic, { encryptionKey }: HandlerOptions): void {
  if (topic.masterKey && topic.masterKey !== encryptionKey) topic.grantPublish(handler);
  else iam.Grant.addToPrincipalOrResource({ grantee: handler, actions: ['sns:Publish'], resourceArns: [topic.topicArn], resource: topic });
}
