import { RemovalPolicy, Stack, aws_dynamodb as dynamodb, aws_iam as iam, type aws_kms as kms } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BY_DUE, BY_REPOSITORY } from './contract';
import { grantKey } from '../../functions/handler-key';
import type { HandlerOptions } from '../../functions/handler-options';
import { acknowledge } from '../../private/acknowledge';
import { Problems } from '../../private/problems';
import { isElsewhere } from '../../private/resources-around';
import { viaService } from '../../private/via-service';

export interface VerdictTableProps {
  readonly removalPolicy?: RemovalPolicy;
  readonly options: HandlerOptions;
}

/** What a gate knows: every image that it watches, and every verdict on it. */
export class VerdictTable extends Construct {
  public readonly table: dynamodb.Table;
  private readonly encryptionKey?: kms.IKey;

  constructor(scope: Construct, id: string, { removalPolicy, options: { encryptionKey } }: VerdictTableProps) {
    super(scope, id);
    this.encryptionKey = encryptionKey;
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

  /** Lets somebody read verdicts and their history; with the key, if it is one of yours. */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    this.checkReader(grantee);
    const { table, encryptionKey: key } = this;
    const grant = iam.Grant.addToPrincipalOrResource({
      grantee,
      actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
      resourceArns: [table.tableArn, this.indexArn(BY_REPOSITORY)],
      resource: table,
      resourceSelfArns: ['*'], // in its own policy: this table
    });
    if (!key || !grant.success) return grant;
    return grant.combine(grantKey(grantee, key, ['kms:Decrypt'], viaService(Stack.of(this), 'dynamodb')));
  }

  public indexArn(index: string): string {
    return `${this.table.tableArn}/index/${index}`;
  }

  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html */
  private checkReader({ grantPrincipal: { principalAccount } }: iam.IGrantable): void {
    const { account, region } = Stack.of(this);
    const problems = new Problems(this.node.scope!.node.path);
    problems.unless(this.encryptionKey !== undefined || !isElsewhere(this, { account: principalAccount ?? account, region }), {
      prop: 'grantReadVerdicts',
      must: 'be given somebody of the account of the gate, unless handlerOptions.encryptionKey is set',
      got: principalAccount,
      remedy: 'set one, whose policy can let in another account: that of the key that AWS manages for DynamoDB cannot',
      code: 'gateReaderElsewhere',
    });
    problems.throwIfAny();
  }
}
