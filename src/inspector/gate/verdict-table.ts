import { RemovalPolicy, aws_dynamodb as dynamodb } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BY_DUE, BY_REPOSITORY } from './contract';
import type { HandlerOptions } from '../../functions/handler-options';
import { acknowledge } from '../../private/acknowledge';

export interface VerdictTableProps {
  readonly removalPolicy?: RemovalPolicy;
  readonly options: HandlerOptions;
}

/** What a gate knows: every image that it watches, and every verdict on it. */
export class VerdictTable extends Construct {
  public readonly table: dynamodb.Table;

  constructor(scope: Construct, id: string, { removalPolicy, options: { encryptionKey } }: VerdictTableProps) {
    super(scope, id);
    this.table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: 'digest', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'record', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: encryptionKey ? dynamodb.TableEncryption.CUSTOMER_MANAGED : dynamodb.TableEncryption.AWS_MANAGED,
      encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expires',
      removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: BY_DUE,
      partitionKey: { name: 'watched', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'dueAt', type: dynamodb.AttributeType.STRING },
      projectionType: dynamodb.ProjectionType.INCLUDE,
      nonKeyAttributes: ['repository', 'judgedBy'],
    });
    this.table.addGlobalSecondaryIndex({
      indexName: BY_REPOSITORY,
      partitionKey: { name: 'ofRepository', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'decidedAt', type: dynamodb.AttributeType.STRING },
      projectionType: dynamodb.ProjectionType.INCLUDE,
      nonKeyAttributes: ['status'],
    });
    acknowledge(this.table, 'DynamoDBInBackupPlan', 'It can be restored to any second of 35 days; a plan for longer is the app\'s to choose.');
  }

  /** Lets somebody do so much with the table and its indexes; ARNs, no wildcard. */
  public get arns(): string[] {
    return [this.table.tableArn, this.indexArn(BY_DUE), this.indexArn(BY_REPOSITORY)];
  }

  public indexArn(index: string): string {
    return `${this.table.tableArn}/index/${index}`;
  }
}
