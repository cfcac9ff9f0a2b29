import { randomUUID } from 'node:crypto';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient, CreateLogStreamCommand, DescribeSubscriptionFiltersCommand, FilterLogEventsCommand, PutLogEventsCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetQueueUrlCommand, ReceiveMessageCommand, SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import { App, Stack, aws_ecr as ecr, aws_iam as iam, aws_sns_subscriptions as subscriptions, aws_sqs as sqs } from 'aws-cdk-lib';
import { ADMINISTRATOR, asEvent, call, onRepository, root } from './records/build';
import { AuditSignal, AuditSource, EcrAuditTrail } from '../../src';
import type { CloudTrailRecord } from '../../src/audit/contract';
import { LocalAws, makeImage, push } from '../local-aws';
import { matchesFilter } from '../support/filter-pattern';

const REGION = 'eu-west-1';
let aws: LocalAws;
/** Physical ids by the beginnings of logical ones. */
let deployed: (logicalId: string) => string;


beforeAll(async () => {
  aws = await LocalAws.start({ account: '111111111111', region: REGION });
  const app = new App();
  const stack = new Stack(app, 'Watched', { env: { account: aws.account, region: REGION } });
  const [web] = ['shop/web', 'sandbox'].map((repositoryName) => new ecr.Repository(stack, repositoryName, { repositoryName }));
  const pushers = [iam.Role.fromRoleName(stack, 'Ci', 'Pipeline')];
  const one = new EcrAuditTrail(stack, 'One', { repositories: [web], pushers });
  const heard = new sqs.Queue(stack, 'Heard');
  one.topic.addSubscription(new subscriptions.SqsSubscription(heard, { rawMessageDelivery: true }));
  new EcrAuditTrail(stack, 'All', { source: AuditSource.organizationTrail(), signals: [AuditSignal.IMAGE_DELETED], metricNamespace: 'All' });
  const { directory } = app.synth();
  await aws.cdk(['bootstrap']);
  await aws.cdk(['deploy'], { app: directory });
  const stacks = aws.client(CloudFormationClient);
  const { StackResources } = await stacks.send(new DescribeStackResourcesCommand({ StackName: 'Watched' }));
  deployed = (logicalId) => StackResources!.find(({ LogicalResourceId }) => LogicalResourceId!.startsWith(logicalId))!.PhysicalResourceId!;
  const images = aws.client(ECRClient);
  for (const [repositoryName, count] of [['shop/web', 2], ['sandbox', 1]] as const) {
    for (let index = 0; index < count; index++) await push(images, { repositoryName }, makeImage({ version: `${index}` }), `v${index}`);
  }
}, 240_000);

afterAll(() => aws.stop());

/** A function begins within a second, on a machine that has no other work. */
const PATIENCE_MS = 100_000;
jest.setTimeout(PATIENCE_MS + 20_000);

async function eventually<T>(what: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const found = await what();
    if (found !== undefined) return found;
  }
  throw new Error('It did not happen');
}

/** Lines of JSON that a function wrote. */
async function logOf(logicalId: string): Promise<any[]> {
  const log = aws.client(CloudWatchLogsClient);
  const { events = [] } = await log.send(new FilterLogEventsCommand({ logGroupName: deployed(logicalId) }));
  return events.flatMap(({ message }) => message!.startsWith('{') ? [JSON.parse(message!)] : []);
}

const measured = async (audit: string) => Object.fromEntries((await logOf(`${audit}InventoryFunctionLogs`))
  .filter(({ RepositoryName }) => RepositoryName)
  .map(({ RepositoryName, Images, RepositoryBytes }) => [RepositoryName, [Images, RepositoryBytes > 0]]));

describe('the function that measures, as its role', () => {
  /** Sends what the schedule sends. */
  async function onSchedule(audit: string, instead?: object): Promise<void> {
    const rule = { Rule: deployed(`${audit}InventorySchedule`).split('/').at(-1) };
    const { Targets } = await aws.client(EventBridgeClient).send(new ListTargetsByRuleCommand(rule));
    const [{ Arn, Input }] = Targets!;
    const queues = aws.client(SQSClient);
    const { QueueUrl } = await queues.send(new GetQueueUrlCommand({ QueueName: Arn!.split(':').at(-1) }));
    await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: instead ? JSON.stringify(instead) : Input }));
  }

  test('measures the repositories that are watched', async () => {
    await onSchedule('One');

    expect(await eventually(async () => Object.keys(await measured('One')).length > 0 ? measured('One') : undefined)).toEqual({ 'shop/web': [2, true] });
  });

  test('may read no other', async () => {
    await onSchedule('One', { repository: 'sandbox' });

    const failed = await eventually(async () => (await logOf('OneInventoryFunctionLogs')).find(({ level }) => level === 'ERROR'));
    const error = { name: 'AccessDeniedException', message: expect.stringContaining('ecr:DescribeImages') };
    expect(failed).toMatchObject({ message: 'A message failed', function_request_id: expect.any(String), error });
    expect(await measured('One')).not.toHaveProperty('sandbox');
  });

  test('finds and measures every repository of the account where none is named', async () => {
    await onSchedule('All');

    const sizes = await eventually(async () => Object.keys(await measured('All')).length > 2 ? measured('All') : undefined);
    const ofBootstrap = `cdk-hnb659fds-container-assets-${aws.account}-${REGION}`;
    expect(sizes).toEqual({ 'shop/web': [2, true], 'sandbox': [1, true], [ofBootstrap]: [0, false] });
    expect((await logOf('AllInventoryFunctionLogs')).filter(({ level }) => level === 'ERROR')).toEqual([]);
  });
});

describe('the function that tells, as its role', () => {
  let pattern: string;

  beforeAll(async () => {
    const log = aws.client(CloudWatchLogsClient);
    const logGroupName = deployed('OneTrailLog');
    const { subscriptionFilters } = await log.send(new DescribeSubscriptionFiltersCommand({ logGroupName }));
    const [{ filterPattern, filterName, destinationArn }] = subscriptionFilters!;
    pattern = filterPattern!;
    // ministack looks for words and reads no pattern: `record` does that in its place.
    await log.send(new PutSubscriptionFilterCommand({ logGroupName, filterName, destinationArn, filterPattern: '' }));
  });

  /** As CloudTrail writes to the log. */
  async function record(...records: CloudTrailRecord[]): Promise<void> {
    const to = { logGroupName: deployed('OneTrailLog'), logStreamName: randomUUID() };
    const log = aws.client(CloudWatchLogsClient);
    await log.send(new CreateLogStreamCommand(to));
    const logEvents = records.filter((each) => matchesFilter(pattern, each))
      .map((each) => ({ timestamp: Date.now(), message: JSON.stringify(each) }));
    await log.send(new PutLogEventsCommand({ ...to, logEvents }));
  }

  /** What is told of a Region, or of all others. */
  async function hear(of?: string): Promise<any[]> {
    const { Messages = [] } = await aws.client(SQSClient).send(
      new ReceiveMessageCommand({ QueueUrl: deployed('Heard'), WaitTimeSeconds: 2, MaxNumberOfMessages: 10 }));
    return Messages.map(({ Body }) => JSON.parse(Body!)).filter(({ region }) => of ? region === of : region !== REGION);
  }

  test('tells of what the log alone knows: IAM, and the root user in another Region', async () => {
    const trust = call('iam', 'UpdateAssumeRolePolicy', { by: ADMINISTRATOR, request: { roleName: 'Pipeline' }, region: 'us-east-1' });
    const here = call('ec2', 'RunInstances', { by: root() }); // the rule hears of that
    const another = call('iam', 'UpdateAssumeRolePolicy', { by: ADMINISTRATOR, request: { roleName: 'App' }, region: 'us-east-1' });
    const machine = call('ec2', 'RunInstances', { by: root(), region: 'ap-southeast-2' });
    await record(trust, another, here, machine);

    const told: any[] = [];
    await eventually(async () => told.push(...await hear()) >= 2 || undefined);
    await record(machine, trust); // a subscription may deliver twice
    told.push(...await hear(), ...await hear());

    expect(told.map(({ signal, region, sentence }) => ({ signal, region, sentence }))).toEqual(expect.arrayContaining([
      {
        signal: 'pusherTrustChanged',
        region: 'us-east-1',
        sentence: 'Role AWSReservedSSO_Admin_0123456789abcdef (session alice@example.com) changed who may assume the role Pipeline.',
      },
      { signal: 'rootUsed', region: 'ap-southeast-2', sentence: expect.stringMatching(/^The root user of account 111111111111 /) },
    ]));
    expect(told).toHaveLength(2);
  });

  test('tells once of what a rule could not deliver, when it comes back out of the dead letter queue', async () => {
    const deletion = onRepository('BatchDeleteImage', { by: ADMINISTRATOR, request: { imageIds: [{ imageTag: 'v0' }] } });
    const givenBack = { QueueUrl: deployed('OneTellerEventsQueue'), MessageBody: JSON.stringify(asEvent(deletion)) };
    for (let times = 0; times < 2; times++) await aws.client(SQSClient).send(new SendMessageCommand(givenBack));

    const told: any[] = [];
    await eventually(async () => told.push(...await hear(REGION)) >= 1 || undefined);
    told.push(...await hear(REGION));

    expect(told.map(({ signal, sentence }) => ({ signal, sentence }))).toEqual([
      { signal: 'imageDeleted', sentence: 'Role AWSReservedSSO_Admin_0123456789abcdef (session alice@example.com) deleted v0 from shop/web.' },
    ]);
  });
});
