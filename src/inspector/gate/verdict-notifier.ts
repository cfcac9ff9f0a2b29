import { Duration, aws_iam as iam, type aws_sns as sns } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { VerdictEventType } from './contract';
import { LOST } from './gate-metrics';
import type { InspectorGate } from './inspector-gate';
import { NotifyVerdictFunction } from './notify-verdict-function';
import { BufferedHandler } from '../../functions/buffered-handler';
import { functionProps } from '../../functions/handler-function';
import { allowKey } from '../../functions/handler-key';
import { ledgerTable } from '../../functions/ledger-table';
import { allowPublishing, messageTopic } from '../../functions/message-topic';
import { acknowledge } from '../../private/acknowledge';

export interface VerdictNotifierProps {
  readonly gate: InspectorGate;
  readonly topic?: sns.ITopic;
  readonly events: VerdictEventType[];
  readonly runbookUrl?: string;
}

/** Tells people of the verdicts of one gate: of each once, and not of all of a burst. */
export class VerdictNotifier extends Construct {
  public readonly topic: sns.ITopic;

  constructor(scope: Construct, id: string, { gate, topic, events, runbookUrl }: VerdictNotifierProps) {
    super(scope, id);
    const { handlerOptions: options, alarmActions } = gate;
    this.topic = topic ?? messageTopic(this, 'Topic', 'Verdicts on images', options);
    const handler = new NotifyVerdictFunction(this, 'Function', {
      ...functionProps(this, 'Function', {
        description: 'Tells people of verdicts on images',
        timeout: Duration.seconds(60),
        memorySize: 256,
        environment: { EVENTS: events.join(','), TOPIC: this.topic.topicArn, ...runbookUrl && { RUNBOOK_URL: runbookUrl } },
      }, options),
    });
    const buffer = new BufferedHandler(this, 'Events', { handler, options, alarmActions, whenLost: LOST, maxConcurrency: 5 });
    handler.addEnvironment('QUEUE', buffer.queue.queueUrl);
    gate.onEvent(`${scope.node.id}Events`, { target: buffer.target(), description: 'Tells people of verdicts on images' });

    ledgerTable(this, 'Ledger', handler, options);
    allowPublishing(handler, this.topic, options);
    buffer.queue.grant(handler, 'sqs:SendMessage');
    allowKey(handler, options);
    iam.Grant.addToPrincipal({ grantee: handler, actions: ['inspector2:GetClustersForImage'], resourceArns: ['*'] });
    acknowledge(handler.role!, 'IAM5[Resource::*]', 'Amazon Inspector knows no resources for GetClustersForImage, which reads.');
  }
}
