import {
  Duration, Stack, aws_events as events, aws_iam as iam, type aws_cloudwatch as cloudwatch, type aws_ecr as ecr,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MeasureRepositoriesFunction } from './measure-repositories-function';
import type { Runbook } from './runbook';
import { BufferedHandler } from '../functions/buffered-handler';
import { functionProps } from '../functions/handler-function';
import { allowKey } from '../functions/handler-key';
import type { HandlerOptions } from '../functions/handler-options';
import { acknowledge } from '../private/acknowledge';

export const STALE_AFTER = Duration.days(90);

export interface RepositoryInventoryProps {
  /** None: all of the registry. */
  readonly repositories: ecr.IRepositoryRef[];
  readonly namespace: string;
  readonly every: Duration;
  readonly staleAfter: Duration;
  readonly runbook: Runbook;
  readonly alarmActions: cloudwatch.IAlarmAction[];
  readonly options: HandlerOptions;
}

/** Measures repositories on a schedule, one message for each: two at a time, which the limits of ECR's API bear. */
export class RepositoryInventory extends Construct {
  public readonly function: MeasureRepositoriesFunction;

  constructor(scope: Construct, id: string, props: RepositoryInventoryProps) {
    super(scope, id);
    const { repositories, namespace, every, staleAfter, runbook, alarmActions, options } = props;
    this.function = new MeasureRepositoriesFunction(this, 'Function', {
      ...functionProps(this, 'Function', {
        description: 'Measures repositories for the ECR audit trail',
        timeout: Duration.minutes(5), // a repository of 100,000 images is read in 100 calls
        memorySize: 256,
        environment: { NAMESPACE: namespace, STALE_DAYS: String(staleAfter.toDays()) },
      }, options),
    });
    const buffer = new BufferedHandler(this, 'Requests', {
      handler: this.function, options, alarmActions, whenLost: runbook.lostMessages, batchSize: 1, maxConcurrency: 2,
    });
    this.function.addEnvironment('QUEUE', buffer.queue.queueUrl);
    buffer.queue.grant(this.function, 'sqs:SendMessage');
    allowKey(this.function, options);
    this.allowReading(repositories);

    const names = repositories.map(({ repositoryRef }) => repositoryRef.repositoryName);
    new events.Rule(this, 'Schedule', {
      description: 'Has the repositories measured for the ECR audit trail',
      schedule: events.Schedule.rate(every),
      targets: [buffer.target(events.RuleTargetInput.fromObject({ repositories: names }))],
    });
  }

  private allowReading(repositories: ecr.IRepositoryRef[]): void {
    const resourceArns = repositories.map(({ repositoryRef }) => repositoryRef.repositoryArn);
    if (resourceArns.length > 0) {
      iam.Grant.addToPrincipal({ grantee: this.function, actions: ['ecr:DescribeImages'], resourceArns });
      return;
    }
    iam.Grant.addToPrincipal({
      grantee: this.function,
      actions: ['ecr:DescribeImages', 'ecr:DescribeRepositories'],
      resourceArns: ['*'],
      conditions: { StringEquals: { 'aws:ResourceAccount': Stack.of(this).account } },
    });
    acknowledge(this.function.role!, 'IAM5[Resource::*]', 'Every repository of the account is measured, those to come too (aws:ResourceAccount).');
  }
}
