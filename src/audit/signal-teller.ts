import {
  ArnFormat, Duration, Names, Stack, aws_events as events, aws_iam as iam, aws_logs as logs,
  aws_logs_destinations as destinations, type aws_cloudwatch as cloudwatch, type aws_sns as sns,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { EVENT_SOURCE, type SignalFacts } from './contract';
import type { Runbook } from './runbook';
import type { ResolvedSignal } from './signals/resolved-signal';
import { TellSignalsFunction } from './tell-signals-function';
import { BufferedHandler } from '../functions/buffered-handler';
import { functionProps } from '../functions/handler-function';
import { allowKey } from '../functions/handler-key';
import type { HandlerOptions } from '../functions/handler-options';
import { ledgerTable } from '../functions/ledger-table';
import { allowPublishing, messageTopic } from '../functions/message-topic';

export interface SignalTellerProps {
  readonly topic?: sns.ITopic;
  readonly namespace: string;
  readonly runbook: Runbook;
  readonly alarmActions: cloudwatch.IAlarmAction[];
  readonly options: HandlerOptions;
}

/** Tells people and machines of signals: each once, and not all of a burst. */
export class SignalTeller extends Construct {
  public readonly topic: sns.ITopic;
  public readonly function: TellSignalsFunction;
  public readonly buffer: BufferedHandler;
  private readonly rulePrefix = Names.uniqueResourceName(this, { maxLength: 30, separator: '-' });

  constructor(scope: Construct, id: string, { topic, namespace, runbook, alarmActions, options }: SignalTellerProps) {
    super(scope, id);
    this.topic = topic ?? messageTopic(this, 'Topic', 'ECR audit', options);
    this.function = new TellSignalsFunction(this, 'Function', {
      ...functionProps(this, 'Function', {
        description: 'Tells of signals of the ECR audit trail',
        timeout: Duration.seconds(60),
        memorySize: 256,
        environment: { NAMESPACE: namespace, TOPIC: this.topic.topicArn },
      }, options),
    });
    this.buffer = new BufferedHandler(this, 'Events', {
      handler: this.function, options, alarmActions, whenLost: runbook.lostMessages, maxConcurrency: 5,
    });
    this.function.addEnvironment('QUEUE', this.buffer.queue.queueUrl);

    ledgerTable(this, 'Ledger', this.function, options).grant(this.function, 'dynamodb:PutItem'); // sessions of GitHub
    allowPublishing(this.function, this.topic, options);
    this.buffer.queue.grant(this.function, 'sqs:SendMessage');
    allowKey(this.function, options);
    iam.Grant.addToPrincipal({
      grantee: this.function,
      actions: ['events:PutEvents'],
      resourceArns: [Stack.of(this).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default', arnFormat: ArnFormat.SLASH_RESOURCE_NAME })],
      conditions: { 'ForAllValues:StringEquals': { 'events:source': EVENT_SOURCE }, 'Null': { 'events:source': 'false' } },
    });
    this.buffer.acceptRules(this.rulePrefix);
    this.rememberSessions();
  }

  /** A rule that tells this of a signal, with what is to be known of it. */
  public tellOf({ signal, eventPattern, facts }: ResolvedSignal): events.Rule {
    const { source, 'detail-type': detailType, detail } = eventPattern as Record<string, any>;
    return this.addRule(signal.id, signal.title, { source, detailType, detail }, facts);
  }

  /** Brings onto the bus what is in the log and EventBridge tells in another Region only, so that the same rules tell of it. */
  public forward(logGroup: logs.ILogGroup, filterPattern: string): void {
    const { deadLetterQueue } = this.buffer;
    // By hand, because the destination of the CDK would give the function the key for any use.
    deadLetterQueue.grant(this.function, 'sqs:SendMessage');
    this.function.configureAsyncInvoke({ onFailure: { bind: () => ({ destination: deadLetterQueue.queueArn }) } });
    new logs.SubscriptionFilter(this, 'Elsewhere', {
      logGroup,
      filterPattern: logs.FilterPattern.literal(filterPattern),
      destination: new destinations.LambdaDestination(this.function),
    });
  }

  private addRule(id: string, description: string, eventPattern: events.EventPattern, facts?: SignalFacts): events.Rule {
    const rule = new events.Rule(this, `${id}Rule`, { ruleName: `${this.rulePrefix}-${id}`, description, eventPattern });
    rule.addTarget(this.buffer.acceptedTarget(facts && new WithFacts(facts)));
    // CloudTrail marks what changes nothing as read-only, runs of lifecycle policies too; the L2 knows no state that delivers it.
    (rule.node.defaultChild as events.CfnRule).state = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
    return rule;
  }

  /** Which workflow of GitHub Actions a session of a role belongs to is told only when the session begins. */
  private rememberSessions(): void {
    this.addRule('sessions', 'Tells the ECR audit which workflows of GitHub Actions take roles', {
      source: ['aws.sts'],
      detailType: ['AWS API Call via CloudTrail'],
      detail: { eventName: ['AssumeRoleWithWebIdentity'], userIdentity: { userName: events.Match.prefix('repo:') } },
    });
  }
}

class WithFacts extends events.RuleTargetInput {
  constructor(private readonly facts: SignalFacts) {
    super();
  }

  public bind(rule: events.IRule): events.RuleTargetInputProperties {
    return { inputTemplate: templateOf(Stack.of(rule), this.facts), inputPathsMap: {} };
  }
}

/** The event goes in as it is; so the template is no JSON. */
export function templateOf(stack: Stack, facts: SignalFacts): string {
  return `{"signal":${stack.toJsonString(facts)},"event":<aws.events.event.json>}`;
}
