import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand, ListDashboardsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand, DescribeMetricFiltersCommand, DescribeSubscriptionFiltersCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient, ListOpenIDConnectProvidersCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import {
  LambdaClient, ListEventSourceMappingsCommand, ListFunctionsCommand, ListLayerVersionsCommand, ListLayersCommand,
} from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListSubscriptionsCommand, ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ClientSettings, LocalAws } from './index';

/** Something that an account has. */
export interface Resource {
  readonly account: string;
  readonly type: string;
  /** The physical name, as CloudFormation has it. */
  readonly id: string;
  readonly state?: string;
}

/** A client of an account. */
type ClientOf = <T>(type: new (settings: ClientSettings) => T) => T;

/**
 * How an account lists what it has, by type. A type of the example app that is missing here fails the check
 * `inventory-complete` of the demo; types that the local AWS only records need no line.
 */
const LISTINGS: Record<string, (client: ClientOf) => Promise<Pick<Resource, 'id' | 'state'>[]>> = {
  'AWS::CloudFormation::Stack': async (client) => {
    const { Stacks = [] } = await client(CloudFormationClient).send(new DescribeStacksCommand({}));
    return Stacks.map(({ StackName, StackStatus }) => ({ id: StackName!, state: StackStatus }));
  },
  'AWS::CloudWatch::Alarm': async (client) => {
    const { MetricAlarms = [] } = await client(CloudWatchClient).send(new DescribeAlarmsCommand({ MaxRecords: 100 }));
    return MetricAlarms.map(({ AlarmName }) => ({ id: AlarmName! }));
  },
  'AWS::CloudWatch::Dashboard': async (client) => {
    const { DashboardEntries = [] } = await client(CloudWatchClient).send(new ListDashboardsCommand({}));
    return DashboardEntries.map(({ DashboardName }) => ({ id: DashboardName! }));
  },
  'AWS::DynamoDB::Table': async (client) => {
    const { TableNames = [] } = await client(DynamoDBClient).send(new ListTablesCommand({}));
    return TableNames.map((id) => ({ id }));
  },
  'AWS::ECR::Repository': async (client) => {
    const { repositories = [] } = await client(ECRClient).send(new DescribeRepositoriesCommand({ maxResults: 1000 }));
    return repositories.map(({ repositoryName }) => ({ id: repositoryName! }));
  },
  'AWS::Events::Rule': async (client) => {
    const { Rules = [] } = await client(EventBridgeClient).send(new ListRulesCommand({ Limit: 100 }));
    return Rules.map(({ Name }) => ({ id: Name! }));
  },
  'AWS::IAM::OIDCProvider': async (client) => {
    const { OpenIDConnectProviderList = [] } = await client(IAMClient).send(new ListOpenIDConnectProvidersCommand({}));
    return OpenIDConnectProviderList.map(({ Arn }) => ({ id: Arn! }));
  },
  'AWS::IAM::Role': async (client) => {
    const { Roles = [] } = await client(IAMClient).send(new ListRolesCommand({ MaxItems: 1000 }));
    return Roles.map(({ RoleName }) => ({ id: RoleName! }));
  },
  'AWS::KMS::Key': async (client) => {
    const kms = client(KMSClient);
    const { Keys = [] } = await kms.send(new ListKeysCommand({ Limit: 1000 }));
    return Promise.all(Keys.map(async ({ KeyId }) => {
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
      return { id: KeyId!, state: KeyMetadata?.KeyState };
    }));
  },
  'AWS::Lambda::EventSourceMapping': async (client) => {
    const { EventSourceMappings = [] } = await client(LambdaClient).send(new ListEventSourceMappingsCommand({}));
    return EventSourceMappings.map(({ UUID }) => ({ id: UUID! }));
  },
  'AWS::Lambda::Function': async (client) => {
    const { Functions = [] } = await client(LambdaClient).send(new ListFunctionsCommand({}));
    return Functions.map(({ FunctionName }) => ({ id: FunctionName! }));
  },
  'AWS::Lambda::LayerVersion': async (client) => {
    const lambda = client(LambdaClient);
    const { Layers = [] } = await lambda.send(new ListLayersCommand({}));
    const versions = await Promise.all(Layers.map(({ LayerName }) => lambda.send(new ListLayerVersionsCommand({ LayerName }))));
    return versions.flatMap(({ LayerVersions = [] }) => LayerVersions.map(({ LayerVersionArn }) => ({ id: LayerVersionArn! })));
  },
  'AWS::Logs::LogGroup': async (client) => {
    const { logGroups = [] } = await client(CloudWatchLogsClient).send(new DescribeLogGroupsCommand({}));
    return logGroups.map(({ logGroupName }) => ({ id: logGroupName! }));
  },
  'AWS::Logs::MetricFilter': async (client) => {
    const { metricFilters = [] } = await client(CloudWatchLogsClient).send(new DescribeMetricFiltersCommand({ limit: 50 }));
    return metricFilters.map(({ filterName }) => ({ id: filterName! }));
  },
  'AWS::Logs::SubscriptionFilter': async (client) => {
    const logs = client(CloudWatchLogsClient);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    const answers = await Promise.all(logGroups.map(({ logGroupName }) => logs.send(new DescribeSubscriptionFiltersCommand({ logGroupName }))));
    return answers.flatMap(({ subscriptionFilters = [] }) => subscriptionFilters.map(({ filterName }) => ({ id: filterName! })));
  },
  'AWS::S3::Bucket': async (client) => {
    const { Buckets = [] } = await client(S3Client).send(new ListBucketsCommand({}));
    return Buckets.map(({ Name }) => ({ id: Name! }));
  },
  'AWS::SNS::Subscription': async (client) => {
    const { Subscriptions = [] } = await client(SNSClient).send(new ListSubscriptionsCommand({}));
    return Subscriptions.map(({ SubscriptionArn }) => ({ id: SubscriptionArn! }));
  },
  'AWS::SNS::Topic': async (client) => {
    const { Topics = [] } = await client(SNSClient).send(new ListTopicsCommand({}));
    return Topics.map(({ TopicArn }) => ({ id: TopicArn! }));
  },
  'AWS::SQS::Queue': async (client) => {
    const { QueueUrls = [] } = await client(SQSClient).send(new ListQueuesCommand({ MaxResults: 1000 }));
    return QueueUrls.map((id) => ({ id }));
  },
};

/** Everything that an account has. */
export async function inventory(aws: LocalAws, account = aws.account): Promise<Resource[]> {
  const client: ClientOf = (type) => aws.client(type, aws.rootOf(account));
  const [recorded, ...listed] = await Promise.all([
    aws.resources(),
    ...Object.entries(LISTINGS).map(async ([type, list]) => (await list(client)).map((resource) => ({ account, type, ...resource }))),
  ]);
  return [...listed.flat(), ...recorded.filter((resource) => resource.account === account)];
}
