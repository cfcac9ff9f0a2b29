import {
  Duration, Stack, Token, aws_cloudwatch as cloudwatch, type aws_events as events, aws_iam as iam, type aws_lambda as lambda, aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledgeFunction } from './handler-function';
import { allowRules } from './handler-key';
import type { HandlerOptions } from './handler-options';
import { acknowledge } from '../private/acknowledge';

/** Properties of a `BufferedHandler`. */
export interface BufferedHandlerProps {
  /** Answers a batch with the messages that failed (partial batch response). Made with `functionProps`, so it has a time-out. */
  readonly handler: lambda.Function;
  readonly options?: HandlerOptions;
  /** How often a message is tried before it counts as lost. */
  readonly maxReceiveCount?: number;
  /** How many batches are handled at once at most, 2 to 1,000; fewer where fewer copies of the function are reserved. */
  readonly maxConcurrency?: number;
  /** Messages in a batch, 1 to 10. */
  readonly batchSize?: number;
  /**
   * Keeps messages of one group in their order, one at a time, and drops those it has had; each waits for so long.
   *
   * Not for events: rules of EventBridge give a queue one group.
   */
  readonly inOrderAfter?: Duration;
  /** The page with the heading that says what to do about lost messages; the alarm links to it. */
  readonly whenLost?: string;
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
    const common: Partial<sqs.QueueProps> = {
      fifo: props.inOrderAfter ? true : undefined,
      retentionPeriod: Duration.days(14),
      encryption: options.encryptionKey ? sqs.QueueEncryption.KMS : sqs.QueueEncryption.SQS_MANAGED,
      encryptionMasterKey: options.encryptionKey,
      enforceSSL: true,
    };
    this.deadLetterQueue = new sqs.Queue(this, 'DeadLetters', common);
    acknowledge(this.deadLetterQueue, 'SQSRedrivePolicy', 'It is where messages end; an alarm watches it.');
    this.queue = new sqs.Queue(this, 'Queue', {
      ...common,
      deliveryDelay: props.inOrderAfter,
      // AWS asks for six times the time-out, so that no message is handled twice while its batch waits for a throttled function.
      visibilityTimeout: Duration.seconds(handler.timeout!.toSeconds() * 6),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: props.maxReceiveCount ?? 5 },
    });
    if (options.encryptionKey) allowRules(this, options.encryptionKey);
    // By hand, because the event source would give the function the key for any use.
    this.queue.grant(handler, 'sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes', 'sqs:DeleteMessage');
    handler.addEventSourceMapping('Messages', {
      eventSourceArn: this.queue.queueArn,
      batchSize: props.batchSize ?? 10,
      maxConcurrency: withinReserved(props.maxConcurrency, options.reservedConcurrentExecutions),
      reportBatchItemFailures: true,
    });
    this.lost = this.deadLetterQueue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }).createAlarm(this, 'Lost', {
      alarmDescription: `${handler.node.path} could not handle a message; it waits in ${this.deadLetterQueue.node.path}${props.whenLost ? `. ${props.whenLost}` : ''}`,
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

  /**
   * Lets in all rules whose names begin so, by one statement: the policy of a queue has room for 20.
   *
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
   */
  public acceptRules(namePrefix: string): void {
    this.accept(Stack.of(this).formatArn({ service: 'events', resource: 'rule', resourceName: `${namePrefix}-*` }), 'Rules');
  }

  /** What a rule sends its events to that `acceptRules` has let in, or a message of its own. */
  public acceptedTarget(input?: events.RuleTargetInput): events.IRuleTarget {
    return { bind: () => ({ arn: this.queue.queueArn, deadLetterConfig: { arn: this.deadLetterQueue.queueArn }, input }) };
  }

  /** What any rule sends its events to, or a message of its own in place of the event; it is let in by its ARN. */
  public target(input?: events.RuleTargetInput): events.IRuleTarget {
    // By hand, because the target of the CDK would give EventBridge the key of the queue without a condition.
    return {
      bind: (rule, id) => {
        this.accept(rule.ruleRef.ruleArn);
        return this.acceptedTarget(input).bind(rule, id);
      },
    };
  }

  private accept(rules: string, sid?: string): void {
    for (const queue of [this.queue, this.deadLetterQueue]) {
      queue.addToResourcePolicy(new iam.PolicyStatement({
        sid,
        principals: [new iam.ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { ArnLike: { 'aws:SourceArn': rules } },
      }));
    }
  }
}

/**
 * What a queue hands over to a function that has no room for it counts as tried. Lambda takes no fewer than two.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
function withinReserved(most?: number, reserved?: number): number | undefined {
  if (most === undefined || reserved === undefined || Token.isUnresolved(most) || Token.isUnresolved(reserved)) return most;
  return Math.max(2, Math.min(most, reserved));
}
