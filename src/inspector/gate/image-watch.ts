import {
  Duration, Names, Stack, aws_events as events, aws_iam as iam, type aws_cloudwatch as cloudwatch, type aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BY_DUE, type Errand, WINDOW_SECONDS } from './contract';
import { LOST } from './gate-metrics';
import { ImageScanner } from './inspector-gate-props';
import type { VerdictTable } from './verdict-table';
import { WatchImagesFunction } from './watch-images-function';
import type { WatchedRepositories } from './watched-repositories';
import { BufferedHandler } from '../../functions/buffered-handler';
import { functionProps } from '../../functions/handler-function';
import { allowKey } from '../../functions/handler-key';
import type { HandlerOptions } from '../../functions/handler-options';
import { acknowledgeResources } from '../../private/acknowledge';
import { LIMITS } from '../../private/limits';

/** A repository of 100,000 images is listed in 100 calls. */
const TIMEOUT = Duration.minutes(5);
const SWEEP_EVERY = Duration.minutes(5);

export interface ImageWatchProps {
  readonly gateName: string;
  readonly repositories: WatchedRepositories;
  readonly table: VerdictTable;
  /** Of what is to be judged. */
  readonly requests: sqs.IQueue;
  readonly scanner: ImageScanner;
  readonly fingerprint: string;
  readonly lookBack: Duration;
  readonly listEvery: Duration;
  readonly maxConcurrency: number;
  readonly alarmActions: cloudwatch.IAlarmAction[];
  readonly options: HandlerOptions;
}

/** Hears what happens to images, and looks for what nobody told of. */
export class ImageWatch extends Construct {
  public readonly function: WatchImagesFunction;
  public readonly buffer: BufferedHandler;
  private readonly rulePrefix = Names.uniqueResourceName(this, { maxLength: 40, separator: '-' });

  constructor(scope: Construct, id: string, private readonly props: ImageWatchProps) {
    super(scope, id);
    const { table, requests, options, alarmActions, maxConcurrency, gateName, fingerprint, lookBack } = props;
    this.function = new WatchImagesFunction(this, 'Function', {
      ...functionProps(this, 'Function', {
        description: 'Hears of images for an InspectorGate',
        timeout: TIMEOUT,
        memorySize: 256,
        environment: {
          FINGERPRINT: fingerprint,
          GATE: gateName,
          LOOK_BACK_DAYS: String(lookBack.toDays({ integral: false })),
          REQUESTS: requests.queueUrl,
          TABLE: table.table.tableName,
          WINDOW_SECONDS: String(WINDOW_SECONDS),
        },
      }, options),
    });
    this.buffer = new BufferedHandler(this, 'Events', {
      handler: this.function, options, alarmActions, whenLost: LOST, maxConcurrency, maxReceiveCount: 10,
    });
    this.buffer.acceptRules(this.rulePrefix);
    this.function.addEnvironment('QUEUE', this.buffer.queue.queueUrl);

    const { tableArn } = table.table;
    iam.Grant.addToPrincipal({ grantee: this.function, actions: ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], resourceArns: [tableArn] });
    iam.Grant.addToPrincipal({ grantee: this.function, actions: ['dynamodb:Query'], resourceArns: [table.indexArn(BY_DUE)] });
    this.buffer.queue.grant(this.function, 'sqs:SendMessage');
    requests.grant(this.function, 'sqs:SendMessage');
    allowKey(this.function, options);
    this.allowListing();
    this.listen();
    this.sweep();
  }

  private listen(): void {
    const { repositories, scanner } = this.props;
    const isBasic = scanner === ImageScanner.ECR_BASIC;
    const { account, region } = Stack.of(this);
    const here = { account: [account], region: [region] }; // a bus may be given events of others, which have the same names
    repositories.byName().forEach((names, index) => {
      this.addRule(`Images${index || ''}`, 'Tells an InspectorGate of images that are pushed, deleted, archived and restored', {
        ...here,
        source: ['aws.ecr'],
        detailType: ['ECR Image Action', ...isBasic ? ['ECR Image Scan'] : []],
        detail: { 'repository-name': names },
      });
      this.addRule(`Pushers${index || ''}`, 'Tells an InspectorGate who pushes images', {
        ...here,
        source: ['aws.ecr'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: { eventName: ['PutImage'], requestParameters: { repositoryName: names } },
      });
    });
    if (isBasic) return;
    repositories.byArn().forEach((resources, index) => {
      this.addRule(`Scans${index || ''}`, 'Tells an InspectorGate of scans', {
        ...here, source: ['aws.inspector2'], detailType: ['Inspector2 Scan'], resources,
      });
    });
    repositories.byImageArn().forEach((resources, index) => {
      this.addRule(`Findings${index || ''}`, 'Tells an InspectorGate of findings, and of what is scanned no longer', {
        ...here, source: ['aws.inspector2'], detailType: ['Inspector2 Finding', 'Inspector2 Coverage'], resources,
      });
    });
  }

  private sweep(): void {
    this.addRule('Sweep', 'Has an InspectorGate judge what is due', undefined, [{ errand: 'sweep' }], SWEEP_EVERY);
    const { errands } = this.props.repositories;
    const most = LIMITS.events.targetsPerRule;
    for (let first = 0; first < errands.length; first += most) {
      const id = `List${first / most || ''}`;
      this.addRule(id, 'Has an InspectorGate look for images that no event told of', undefined, errands.slice(first, first + most), this.props.listEvery);
    }
  }

  private addRule(id: string, description: string, eventPattern?: events.EventPattern, errands?: Errand[], every?: Duration): void {
    const rule = new events.Rule(this, id, {
      ruleName: `${this.rulePrefix}-${id}`, description, eventPattern, schedule: every && events.Schedule.rate(every),
    });
    if (errands) errands.forEach((errand) => rule.addTarget(this.buffer.acceptedTarget(events.RuleTargetInput.fromObject(errand))));
    else rule.addTarget(this.buffer.acceptedTarget());
  }

  private allowListing(): void {
    const { repositories } = this.props;
    repositories.allow(this.function, ['ecr:DescribeImages']);
    if (!repositories.errands.some((errand) => errand.patterns.length > 0)) return;
    const all = Stack.of(this).formatArn({ service: 'ecr', resource: 'repository', resourceName: '*' });
    iam.Grant.addToPrincipal({ grantee: this.function, actions: ['ecr:DescribeRepositories'], resourceArns: [all] });
    acknowledgeResources(this.function.role!, [all], 'To find the repositories whose names match, all of them are listed.');
  }
}
