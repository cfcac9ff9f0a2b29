import { RemovalPolicy, aws_dynamodb as dynamodb, type aws_lambda as lambda } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { HandlerOptions } from './handler-options';
import { acknowledge } from '../private/acknowledge';

/** The table of a ledger (`handler/ledger.ts`), which a function keeps; to keep more than what is done takes `dynamodb:PutItem`. */
export function ledgerTable(scope: Construct, id: string, keeper: lambda.Function, { encryptionKey }: HandlerOptions): dynamodb.Table {
  const table = new dynamodb.Table(scope, id, {
    partitionKey: { name: 'key', type: dynamodb.AttributeType.STRING },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    encryption: encryptionKey ? dynamodb.TableEncryption.CUSTOMER_MANAGED : dynamodb.TableEncryption.AWS_MANAGED,
    encryptionKey,
    timeToLiveAttribute: 'expires',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy: RemovalPolicy.DESTROY, // what it knows is worth something for two weeks
  });
  acknowledge(table, 'DynamoDBInBackupPlan', 'It keeps what was told for two weeks, so that nothing is told twice; the record is elsewhere.');
  keeper.addEnvironment('TABLE', table.tableName);
  table.grant(keeper, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
  return table;
}
