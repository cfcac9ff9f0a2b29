import { Duration, aws_iam as iam, type aws_sqs as sqs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { AnswerVerdictFunction } from './answer-verdict-function';
import { WINDOW_SECONDS } from './contract';
import type { VerdictTable } from './verdict-table';
import type { WatchedRepositories } from './watched-repositories';
import { acknowledgeFunction, functionProps } from '../../functions/handler-function';
import { allowKey } from '../../functions/handler-key';
import type { HandlerOptions } from '../../functions/handler-options';

export interface VerdictAnswersProps {
  readonly repositories: WatchedRepositories;
  readonly table: VerdictTable;
  /** Of the layer that images are judged by. */
  readonly fingerprint: string;
  readonly requests: sqs.IQueue;
  readonly judgeAgainAfter: Duration;
  readonly options: HandlerOptions;
}

/** Answers for verdicts, to whoever may ask. */
export class VerdictAnswers extends Construct {
  public readonly function: AnswerVerdictFunction;

  constructor(scope: Construct, id: string, { repositories, table, fingerprint, requests, judgeAgainAfter, options }: VerdictAnswersProps) {
    super(scope, id);
    this.function = new AnswerVerdictFunction(this, 'Function', {
      ...functionProps(this, 'Function', {
        description: 'Answers for the verdicts of an InspectorGate',
        timeout: Duration.seconds(15),
        memorySize: 512,
        environment: {
          FINGERPRINT: fingerprint,
          REFRESH_SECONDS: String(judgeAgainAfter.toSeconds()),
          REQUESTS: requests.queueUrl,
          TABLE: table.table.tableName,
          WINDOW_SECONDS: String(WINDOW_SECONDS),
          ...repositories.environment,
        },
      }, options),
    });
    acknowledgeFunction(this.function, options, 'Whoever asks waits for the answer.');
    iam.Grant.addToPrincipal({ grantee: this.function, actions: ['dynamodb:GetItem'], resourceArns: [table.table.tableArn] });
    requests.grant(this.function, 'sqs:SendMessage');
    allowKey(this.function, options);
  }
}
