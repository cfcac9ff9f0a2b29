import { aws_kms as kms, aws_sns as sns } from 'aws-cdk-lib';
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
