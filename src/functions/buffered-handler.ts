import {
  Duration, aws_cloudwatch as cloudwatch, aws_events as events, aws_events_targets as targets, aws_iam as iam,
  aws_lambda as lambda, aws_lambda_event_sources as sources, aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledgeFunction } from './handler-function';
import type { HandlerOptions } from './handler-options';
import { acknowledge } from '../private/acknowledge';

/** Properties of a `BufferedHandler`. */
export interface BufferedHandlerProps {
  /** Answers a batch with the messages that failed (partial batch response). Made with `functionProps`, so it has a time-out. */
  readonly handler: lambda.Function;
  readonly options?: HandlerOptions;
  /** How often a message is tried before it counts as lost. */
  readonly maxReceiveCount?: number;
  /** How many batches are handled at once, 2 to 1,000. */
  readonly maxConcurrency?: number;
  /** Messages in a batch, 1 to 10. */
  readonly batchSize?: number;
  /** What happens when a message is lost. */
  readonly alarmActions?: cloudwatch.IAlarmAction[];
}

/**
 * A queue before a function, so that no event is lost: what fails is tried again, what keeps failing is kept for 14 days
 * and raises an alarm.
 */
export class BufferedHandler extends Construct {
  public readonly queue: sqs.Queue;
  public readonly deadLetterQueue: sqs.Queue;
  /** In alarm while a message waits in the dead letter queue. */
  public readonly lost: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, props: BufferedHandlerProps) {
    super(scope, id);
    const { handler, options = {} } = props;
    const encryption: Partial<sqs.QueueProps> = {
      encryption: options.encryptionKey ? sqs.QueueEncryption.KMS : sqs.QueueEncryption.SQS_MANAGED,
      encryptionMasterKey: options.encryptionKey,
      enforceSSL: true,
    };
    this.deadLetterQueue = new sqs.Queue(this, 'DeadLetters', { ...encryption, retentionPeriod: Duration.days(14) });
    acknowledge(this.deadLetterQueue, 'SQSRedrivePolicy', 'It is where messages end; an alarm watches it.');
    this.queue = new sqs.Queue(this, 'Queue', {
      ...encryption,
      retentionPeriod: Duration.days(14),
      // AWS asks for six times the time-out, so that no message is handled twice while its batch waits for a throttled function.
      visibilityTimeout: Duration.seconds(handler.timeout!.toSeconds() * 6),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: props.maxReceiveCount ?? 5 },
    });
    options.encryptionKey?.grantEncryptDecrypt(new iam.ServicePrincipal('events.amazonaws.com'));
    handler.addEventSource(new sources.SqsEventSource(this.queue, {
      batchSize: props.batchSize ?? 10,
      maxConcurrency: props.maxConcurrency,
      reportBatchItemFailures: true,
    }));
    this.lost = this.deadLetterQueue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }).createAlarm(this, 'Lost', {
      alarmDescription: `${handler.node.path} could not handle a message; it waits in ${this.deadLetterQueue.node.path}`,
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    this.lost.addAlarmAction(...props.alarmActions ?? []);
    if (!props.alarmActions?.length) {
      acknowledge(this.lost, 'CloudWatchAlarmAction', 'The app says where alarms go.');
    }
    acknowledgeFunction(handler, options, 'A queue is before it: what fails goes to the dead letter queue of that.');
  }

  /** What a rule sends its events to. */
  public get target(): events.IRuleTarget {
    return this.targetWith();
  }

  /** What a rule sends a message of its own to, in place of the event. */
  public targetWith(message?: events.RuleTargetInput): events.IRuleTarget {
    return new targets.SqsQueue(this.queue, { deadLetterQueue: this.deadLetterQueue, message });
  }
}
