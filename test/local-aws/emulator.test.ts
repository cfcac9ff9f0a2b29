import { join } from 'node:path';
import { CreateRepositoryCommand, DescribeRegistryCommand, DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateAccessKeyCommand, DeleteAccessKeyCommand, IAMClient, ListAttachedGroupPoliciesCommand, ListGroupPoliciesCommand,
} from '@aws-sdk/client-iam';
import { CreateQueueCommand, DeleteMessageBatchCommand, SQSClient, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Actors } from './actors';
import { run } from './guarded-process';
import { LocalAws } from './index';
import { ensurePython } from './python';
import { TemplateStack } from './stack';

let aws: LocalAws;

jest.setTimeout(30_000); // these wait for stacks, on machines that do other things too

beforeAll(async () => {
  aws = await LocalAws.start();
}, 180_000);

afterAll(() => aws.stop());

/** What botocore, which is installed beside the launcher, answers: no SDK client of ours is needed for these services. */
async function ask(service: string, operation: string, parameters: object): Promise<any> {
  const script = `import json, sys, botocore.session
client = botocore.session.get_session().create_client(sys.argv[1])
print(json.dumps(getattr(client, sys.argv[2])(**json.loads(sys.argv[3])), default=str))`;
  const python = await ensurePython();
  const lines: string[] = [];
  await run([python, '-c', script, service, operation, JSON.stringify(parameters)], { python, cwd: __dirname, env: aws.env, onLine: (line) => lines.push(line), title: operation });
  return JSON.parse(lines.at(-1)!);
}

test('a group has the policies that its template says, until the next one', async () => {
  const stack = new TemplateStack(aws, 'groups');
  const list = { Statement: [{ Effect: 'Allow', Action: 'ecr:DescribeRepositories', Resource: '*' }] };
  const managed = 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly';
  const template = (properties: object) => ({
    Resources: {
      Group: { Type: 'AWS::IAM::Group', Properties: { GroupName: 'auditors', Path: '/team/', ...properties } },
      User: { Type: 'AWS::IAM::User', Properties: { UserName: 'auditor', Groups: [{ Ref: 'Group' }] } },
    },
    Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Group', 'Arn'] } } },
  });
  const iam = aws.client(IAMClient);

  const { Arn } = await stack.create(template({ Policies: [{ PolicyName: 'list', PolicyDocument: list }] }));

  expect(Arn).toBe(`arn:aws:iam::${aws.account}:group/team/auditors`);
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'auditor' }));
  const auditor = aws.client(ECRClient, { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! });
  expect((await auditor.send(new DescribeRepositoriesCommand({}))).repositories).toEqual([]);
  await expect(auditor.send(new DescribeRegistryCommand({}))).rejects.toThrow(/no identity-based policy allows/);

  await stack.update(template({ ManagedPolicyArns: [managed] }));

  expect((await iam.send(new ListGroupPoliciesCommand({ GroupName: 'auditors' }))).PolicyNames).toEqual([]);
  expect((await iam.send(new ListAttachedGroupPoliciesCommand({ GroupName: 'auditors' }))).AttachedPolicies).toMatchObject([{ PolicyArn: managed }]);

  await iam.send(new DeleteAccessKeyCommand({ UserName: 'auditor', AccessKeyId: AccessKey!.AccessKeyId! }));
  await stack.delete();
  await expect(iam.send(new ListGroupPoliciesCommand({ GroupName: 'auditors' }))).rejects.toThrow(/cannot be found/);
});

test('an account and a Region of one\'s own are those of the AWS', async () => {
  const own = await LocalAws.start({ account: '111111111111', region: 'eu-west-1' });
  try {
    const { repository } = await own.client(ECRClient).send(new CreateRepositoryCommand({ repositoryName: 'app' }));

    expect(repository!.repositoryArn).toBe('arn:aws:ecr:eu-west-1:111111111111:repository/app');
    expect(own.registryHost()).toBe('111111111111.dkr.ecr.eu-west-1.amazonaws.com');
  } finally {
    await own.stop();
  }
});

test('a Lambda function keeps its dead letter queue and a topic its key', async () => {
  const stack = new TemplateStack(aws, 'mends');
  const { FunctionName, QueueArn, TopicArn } = await stack.create({
    Resources: {
      Queue: { Type: 'AWS::SQS::Queue' },
      Topic: { Type: 'AWS::SNS::Topic', Properties: { KmsMasterKeyId: 'alias/topics' } },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
          },
        },
      },
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Code: { ZipFile: 'exports.handler = async () => {}' },
          DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
        },
      },
    },
    Outputs: {
      FunctionName: { Value: { Ref: 'Function' } },
      QueueArn: { Value: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
      TopicArn: { Value: { Ref: 'Topic' } },
    },
  });

  const { DeadLetterConfig } = await ask('lambda', 'get_function_configuration', { FunctionName });
  expect(DeadLetterConfig).toEqual({ TargetArn: QueueArn });
  const { Attributes } = await ask('sns', 'get_topic_attributes', { TopicArn });
  expect(Attributes.KmsMasterKeyId).toBe('alias/topics');
  await stack.delete();
});

test('an OpenID Connect provider of a template decides who assumes a role', async () => {
  const stack = new TemplateStack(aws, 'oidc');
  const issuer = 'token.actions.example.com';
  const { RoleArn } = await stack.create({
    Resources: {
      Provider: {
        Type: 'AWS::IAM::OIDCProvider',
        Properties: { Url: `https://${issuer}`, ClientIdList: ['sts.amazonaws.com'] },
      },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [{
              Effect: 'Allow',
              Principal: { Federated: { Ref: 'Provider' } },
              Action: 'sts:AssumeRoleWithWebIdentity',
              Condition: { StringEquals: { [`${issuer}:sub`]: 'repo:acme/shop:ref:refs/heads/main', [`${issuer}:aud`]: 'sts.amazonaws.com' } },
            }],
          },
        },
      },
    },
    Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  });
  const sts = aws.client(STSClient);
  const assume = (claims: object) => sts.send(new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 's', WebIdentityToken: token({ iss: `https://${issuer}`, ...claims }) }));
  const right = { sub: 'repo:acme/shop:ref:refs/heads/main', aud: 'sts.amazonaws.com' };

  expect((await assume(right)).Credentials).toBeDefined();

  await expect(assume({ ...right, sub: 'repo:acme/shop:ref:refs/heads/other' })).rejects.toThrow();
  await expect(assume({ ...right, aud: 'somebody else' })).rejects.toThrow();
  await expect(assume({ ...right, iss: 'https://evil.example.com' })).rejects.toThrow();
  await stack.delete();
  await expect(assume(right)).rejects.toThrow();
});

test('the CDK CLI bootstraps, deploys and destroys', async () => {
  const app = `node ${join(__dirname, 'fixture-app.js')}`;

  await aws.cdk(['bootstrap']);
  await aws.cdk(['deploy', '--all'], { app });
  expect(await aws.resources('AWS::ECR::RegistryPolicy')).toHaveLength(1);

  await aws.cdk(['destroy', '--all'], { app });
  expect(await aws.resources()).toEqual([]);
}, 120_000);

/** ministack checks the claims of a token, not its signature. */
function token(claims: object): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'RS256', kid: 'k' }), part({ iat: now, exp: now + 300, ...claims }), 'c2lnbmF0dXJl'].join('.');
}

test('a service tells the default bus, where nobody else may speak for it', async () => {
  const event = { 'source': 'aws.inspector2', 'detail-type': 'Inspector2 Scan', 'resources': ['arn:aws:ecr:us-east-1:123456789012:repository/app'], 'detail': { 'scan-status': 'INITIAL_SCAN_COMPLETE' } };

  await aws.announce(event);

  expect(await aws.events()).toContainEqual(expect.objectContaining({ ...event, bus: 'default', account: aws.account }));
  const { FailedEntryCount } = await aws.client(EventBridgeClient).send(
    new PutEventsCommand({ Entries: [{ Source: event.source, DetailType: event['detail-type'], Detail: '{}' }] }));
  expect(FailedEntryCount).toBe(1);
});

test('whoever may send a message may send ten, and what was asked is known', async () => {
  const role = await new Actors(aws).role('sender', [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }]);
  const { QueueUrl } = await aws.client(SQSClient).send(new CreateQueueCommand({ QueueName: 'ten' }));
  const sqs = aws.client(SQSClient, await aws.assumeRole(role));

  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'one', MessageBody: 'one' }, { Id: 'two', MessageBody: 'two' }] }));
  await expect(sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'one', ReceiptHandle: 'none' }] }))).rejects.toThrow(/sqs:DeleteMessage action/);

  const asked = (await aws.accesses()).filter(({ principal }) => principal.includes(':assumed-role/sender/'));
  expect(asked.map(({ action, resource, allowed }) => ({ action, resource, allowed }))).toEqual([
    { action: 'sqs:SendMessage', resource: expect.stringMatching(/:ten$/), allowed: true },
    { action: 'sqs:DeleteMessage', resource: expect.stringMatching(/:ten$/), allowed: false },
  ]);
});

test('a service takes on roles that trust it, and no others', async () => {
  const role = await new Actors(aws).role('of-lambda', [], { trust: { Principal: { Service: 'lambda.amazonaws.com' } } });

  const session = await aws.assumeRole(role, 'test', await aws.asService('lambda.amazonaws.com'));

  const { Arn } = await aws.client(STSClient, session).send(new GetCallerIdentityCommand({}));
  expect(Arn).toBe(`arn:aws:sts::${aws.account}:assumed-role/of-lambda/test`);
  await expect(aws.assumeRole(role, 'test', await aws.asService('ecs.amazonaws.com'))).rejects.toThrow(/not authorized to perform: sts:AssumeRole/);
});
