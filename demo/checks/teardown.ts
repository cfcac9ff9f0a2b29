import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand, ListDashboardsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand, DescribeMetricFiltersCommand, DescribeSubscriptionFiltersCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient, ListOpenIDConnectProvidersCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { LambdaClient, ListEventSourceMappingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListSubscriptionsCommand, ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Capability, Picture } from './check';
import type { CheckContext } from './context';
import type { ClientSettings } from '../../test/local-aws';

interface Resource {
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
 * `inventory-complete`; types that the local AWS only records need no line.
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

/** These are stored in another resource and go with it. */
const PARTS = new Set([
  'AWS::IAM::Policy', 'AWS::Lambda::EventInvokeConfig', 'AWS::Lambda::Permission', 'AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
]);

async function inventory({ aws }: CheckContext, account: string): Promise<Resource[]> {
  const client: ClientOf = (type) => aws.client(type, aws.rootOf(account));
  const [recorded, ...listed] = await Promise.all([
    aws.resources(),
    ...Object.entries(LISTINGS).map(async ([type, list]) => (await list(client)).map((resource) => ({ account, type, ...resource }))),
  ]);
  return [...listed.flat(), ...recorded.filter((resource) => resource.account === account)];
}

/** The accounts to which the example apps were deployed. */
function accountsOf({ deployment }: CheckContext): string[] {
  return [...new Set(deployment.deployed.map(({ account }) => account))];
}

const TOOLKIT = 'CDKToolkit';

/** What is left, and why AWS would have kept it too; without a reason it should not be there. */
async function leftovers(context: CheckContext): Promise<(Resource & { reason?: string })[]> {
  return (await Promise.all(accountsOf(context).map((account) => leftoversOf(context, account)))).flat();
}

async function leftoversOf(context: CheckContext, account: string): Promise<(Resource & { reason?: string })[]> {
  const toolkit = await context.resources({ name: TOOLKIT, account });
  const reasonFor = ({ type, id, state }: Resource) => {
    if (type === 'AWS::CloudFormation::Stack' && id === TOOLKIT) return 'cdk bootstrap prepares an account once, for all apps';
    if (toolkit.some((resource) => resource.type === type && resource.id === id)) return `belongs to ${TOOLKIT}`;
    if (state === 'PendingDeletion') return 'KMS waits 7 to 30 days before it deletes a key, so that it can be kept after all';
    if (type === 'AWS::ECR::RegistryScanningConfiguration') return 'deleting it would switch Amazon Inspector off for everybody in the account';
    return undefined;
  };
  const known = await inventory(context, account);
  const alsoOfToolkit = toolkit.filter(({ type, id }) =>
    !PARTS.has(type) && !known.some((resource) => resource.type === type && resource.id === id));
  return [...known, ...alsoOfToolkit.map((resource) => ({ account, ...resource }))]
    .map((resource) => ({ ...resource, reason: reasonFor(resource) }));
}

/** Runs last; what it leaves is listed. */
export const teardown: Capability = {
  title: 'What is left after cdk destroy',
  notProven: [],
  checks: [
    {
      id: 'inventory-complete',
      tried: 'before they are destroyed, every resource of the apps is looked for in the inventory of its account',
      expected: 'all found',
      run: async (context) => {
        const known = (await Promise.all(accountsOf(context).map((account) => inventory(context, account)))).flat();
        const ofApps = await Promise.all(context.deployment.deployed.map(async (stack) =>
          (await context.resources(stack)).map((resource) => ({ account: stack.account, ...resource }))));
        const wanted = ofApps.flat().filter(({ type }) => !PARTS.has(type));
        const missing = wanted.filter(({ account, type, id }) =>
          !known.some((one) => one.account === account && one.type === type && one.id === id));
        const answer = wanted.length > 0 ? 'all found' : 'the apps have no resources';
        return {
          answer: missing.map(({ type, id }) => `no ${type} ${id}`).join(', ') || answer,
          detail: `${wanted.length} resources of the apps, ${known.length} in the accounts`,
        };
      },
    },
    {
      id: 'destroyed',
      tried: 'cdk destroy of each app, images included',
      expected: 'done',
      run: async (context) => {
        await context.roles.remove();
        await context.deployment.destroy();
        return { answer: 'done' };
      },
    },
    {
      id: 'nothing-left',
      tried: 'everything that is left is listed',
      expected: 'only what AWS keeps too',
      run: async (context) => {
        const unexpected = (await leftovers(context)).filter(({ reason }) => !reason);
        return { answer: unexpected.map(({ type, id }) => `${type} ${id}`).join(', ') || 'only what AWS keeps too' };
      },
    },
  ],
  pictures: async (context): Promise<Picture[]> => [{
    title: 'What is left, and why AWS keeps it too',
    columns: ['Account', 'Type', 'Name', 'State', 'Why'],
    rows: (await leftovers(context)).map(({ account, type, id, state = '', reason = 'UNEXPECTED' }) =>
      [account, type, id, state, reason]),
  }],
};
