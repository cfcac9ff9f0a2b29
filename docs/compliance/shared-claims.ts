import {
  type Stack, Tags, aws_backup as backup, aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions, aws_dynamodb as dynamodb, aws_ec2 as ec2,
  aws_iam as iam, aws_lambda as lambda, aws_sns as sns,
} from 'aws-cdk-lib';
import { type Build, type Claim, change, gap, met } from './claim';
import { EcrRegistry, RegistryScanning, SecureEcrRepository } from '../../src';

export const TAGS = 'The tags of a company are its own: `Tags.of(app).add(...)`.';
export const LETS_IN_EVERYBODY = [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: '*' }];
const [KEY, QUEUE, TABLE, FUNCTION] = ['AWS::KMS::Key', 'AWS::SQS::Queue', 'AWS::DynamoDB::Table', 'AWS::Lambda::Function'];

export const withTags = (build: Build) => (stack: Stack) => {
  build(stack);
  Tags.of(stack).add('owner', 'platform');
};

const allows = (Action: string) => change('AWS::IAM::Policy', 'PolicyDocument.Statement', [{ Effect: 'Allow', Action, Resource: '*' }]);
const aVpc = (stack: Stack) => ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-1a2b3c4d', availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1a2b3c4d'],
});

export const keys = (stays: string): Claim[] => [
  met('KMS.3', stays, change(KEY, '.DeletionPolicy', 'Delete')),
  met('KMS.4', 'AWS makes new key material every year.', change(KEY, 'EnableKeyRotation', false)),
  met('KMS.5', 'Its policy names the account and the services that use it.', change(KEY, 'KeyPolicy.Statement', LETS_IN_EVERYBODY)),
];

export const roles = (build: Build): Claim[] => [
  met('IAM.1', 'Actions are named, one by one. The control reads managed policies; the inline ones here hold to it as well.', allows('*')),
  met('IAM.21', 'The same.', allows('ecr:*')),
  met('KMS.2', 'It allows decryption with no key.', allows('kms:Decrypt')),
  gap('IAM.24', TAGS, withTags(build)),
];

export const withoutUsers = met('IAM.3', 'There is no key to rotate: a session of GitHub Actions lasts an hour.',
  (stack) => void new SecureEcrRepository(stack, 'Images').grantPush(new iam.User(stack, 'Ci')));

export const scanning: Claim[] = [
  met('ECR.1', 'One rule scans every repository, those to come too.',
    (stack) => new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.basic({ onPush: ['prod/*'] }) })),
  met('Inspector.2', 'Amazon Inspector scans; `RegistryScanning.basic(...)` does without.',
    (stack) => new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.basic({ onPush: ['*'] }) })),
];

export const logs = (says: string) => met('CloudWatch.16', says, change('AWS::Logs::LogGroup', 'RetentionInDays', 90));

/** Of what has functions. */
export const functions = (build: Build): Claim[] => [
  met('Lambda.1', 'No policy of a function lets in everybody.', (stack) => build(stack).node.root.node.findAll()
    .filter((each) => each instanceof lambda.Function).forEach((each) => each.addPermission('All', { principal: new iam.AnyPrincipal() }))),
  met('Lambda.2', 'nodejs24.x.', change(FUNCTION, 'Runtime', 'nodejs18.x')),
  ...roles(build),
  gap('Lambda.6', TAGS, withTags(build)),
  gap('Lambda.7', 'What a function decides is in its structured log.', change(FUNCTION, 'TracingConfig', { Mode: 'Active' })),
];

/** Of what takes `HandlerOptions`: functions behind queues, a table, and alarms. */
export interface Handlers {
  readonly build: Build;
  readonly inVpc: (stack: Stack, vpc: ec2.IVpc) => void;
  readonly withActions: (stack: Stack, alarmActions: cloudwatch.IAlarmAction[]) => void;
  /** Why the table is in no backup plan, and may be deleted. */
  readonly table: { readonly noBackup: string; readonly noProtection: string };
}

export function handlers({ build, inVpc, withActions, table }: Handlers): Claim[] {
  const acting = (stack: Stack) => withActions(stack, [new actions.SnsAction(new sns.Topic(stack, 'Pager'))]);
  const backedUp = (stack: Stack) => {
    const tables = build(stack).node.findAll().filter((each) => each instanceof dynamodb.Table);
    const resources = tables.map((each) => backup.BackupResource.fromDynamoDbTable(each));
    backup.BackupPlan.daily35DayRetention(stack, 'Backup').addSelection('Tables', { resources });
  };
  return [
    met('SQS.1', 'Keys of SQS; `handlerOptions.encryptionKey` gives one of yours.', change(QUEUE, 'SqsManagedSseEnabled', false)),
    met('SQS.3', 'Its policy lets the rules of the construct send, and nobody else.',
      change('AWS::SQS::QueuePolicy', 'PolicyDocument.Statement', LETS_IN_EVERYBODY)),
    met('DynamoDB.1', 'Billed by request.', change(TABLE, 'BillingMode', 'PROVISIONED')),
    met('DynamoDB.2', 'On.', change(TABLE, 'PointInTimeRecoverySpecification', undefined)),
    ...functions(build),
    gap('CloudWatch.15', 'Name where alarms go: `alarmActions`.', acting),
    gap('CloudWatch.17', 'The same.', acting),
    gap('DynamoDB.4', table.noBackup, backedUp),
    gap('DynamoDB.6', table.noProtection, change(TABLE, 'DeletionProtectionEnabled', true)),
    gap('Lambda.3', 'They call AWS APIs only. `handlerOptions.vpc` puts them into yours.', (stack) => inVpc(stack, aVpc(stack))),
    gap('SQS.2', TAGS, withTags(build)),
    gap('DynamoDB.5', TAGS, withTags(build)),
  ];
}
