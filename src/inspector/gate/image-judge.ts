import { Duration, Stack, aws_iam as iam, type aws_cloudwatch as cloudwatch, type aws_sqs as sqs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { EVENT_SOURCE, REQUEST_DELAY_SECONDS, WINDOW_SECONDS } from './contract';
import { LOST } from './gate-metrics';
import { ImageScanner } from './inspector-gate-props';
import { JudgeImageFunction } from './judge-image-function';
import type { JudgementLayer } from './judgement-layer';
import type { VerdictTable } from './verdict-table';
import type { WatchedRepositories } from './watched-repositories';
import { BufferedHandler } from '../../functions/buffered-handler';
import { functionProps } from '../../functions/handler-function';
import { allowKey } from '../../functions/handler-key';
import type { HandlerOptions } from '../../functions/handler-options';
import { acknowledge } from '../../private/acknowledge';

/** An image with 100,000 findings is read in 1,000 pages. */
const TIMEOUT = Duration.minutes(5);

export interface ImageJudgeProps {
  readonly gateName: string;
  readonly repositories: WatchedRepositories;
  readonly table: VerdictTable;
  readonly layer: JudgementLayer;
  readonly scanner: ImageScanner;
  readonly judgeAgainAfter: Duration;
  readonly verdictRetention: Duration;
  readonly maxConcurrency: number;
  readonly alarmActions: cloudwatch.IAlarmAction[];
  readonly options: HandlerOptions;
}

/** Judges images: one decision at a time for each, and so many images at once. */
export class ImageJudge extends Construct {
  public readonly function: JudgeImageFunction;
  public readonly buffer: BufferedHandler;

  constructor(scope: Construct, id: string, props: ImageJudgeProps) {
    super(scope, id);
    const { table, layer, options, alarmActions, maxConcurrency } = props;
    this.function = new JudgeImageFunction(this, 'Function', {
      ...functionProps(this, 'Function', {
        description: 'Judges images for an InspectorGate',
        timeout: TIMEOUT,
        memorySize: 1_024, // 200,000 findings take 250 MB, and half the processor is twice the time
        environment: {
          ...layer.environment,
          ACCOUNT: Stack.of(this).account,
          GATE: props.gateName,
          REFRESH_SECONDS: String(props.judgeAgainAfter.toSeconds()),
          RETENTION_SECONDS: String(props.verdictRetention.toSeconds()),
          SCANNER: props.scanner,
          TABLE: table.table.tableName,
          WINDOW_SECONDS: String(WINDOW_SECONDS),
        },
      }, options),
    });
    layer.addTo(this.function);
    this.buffer = new BufferedHandler(this, 'Requests', {
      handler: this.function,
      options,
      alarmActions,
      whenLost: LOST,
      maxConcurrency,
      batchSize: 1, // an image has the memory and the time for itself
      maxReceiveCount: 10, // more than an hour, by the pauses between
      inOrderAfter: Duration.seconds(REQUEST_DELAY_SECONDS),
    });
    this.function.addEnvironment('REQUESTS', this.buffer.queue.queueUrl);

    this.allowReading(props);
    iam.Grant.addToPrincipal({
      grantee: this.function,
      actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
      resourceArns: [table.table.tableArn],
    });
    this.buffer.queue.grant(this.function, 'sqs:SendMessage');
    allowKey(this.function, options);
    iam.Grant.addToPrincipal({
      grantee: this.function,
      actions: ['events:PutEvents'],
      resourceArns: [Stack.of(this).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })],
      conditions: { 'ForAllValues:StringEquals': { 'events:source': EVENT_SOURCE }, 'Null': { 'events:source': 'false' } },
    });
  }

  /** Which queue gives back what is to be judged later. */
  public remindBy(queue: sqs.IQueue): void {
    this.function.addEnvironment('WATCH', queue.queueUrl);
    queue.grant(this.function, 'sqs:SendMessage');
  }

  private allowReading({ repositories, scanner }: ImageJudgeProps): void {
    const isBasic = scanner === ImageScanner.ECR_BASIC;
    repositories.allow(this.function, ['ecr:BatchGetImage', 'ecr:DescribeImages', ...isBasic ? ['ecr:DescribeImageScanFindings'] : []]);
    if (isBasic) return;
    iam.Grant.addToPrincipal({
      grantee: this.function,
      actions: ['inspector2:ListCoverage', 'inspector2:ListFindings', 'inspector2:BatchGetFindingDetails'],
      resourceArns: ['*'],
    });
    acknowledge(this.function.role!, 'IAM5[Resource::*]', 'AWS defines no resource for reading findings and coverage: they are of the account.');
  }
}
