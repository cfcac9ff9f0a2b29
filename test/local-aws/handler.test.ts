import { execFileSync } from 'node:child_process';
import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { LocalAws, makeImage, push } from './index';
import { ensurePython } from './python';
import { TemplateStack } from './stack';

let aws: LocalAws;

beforeAll(async () => {
  aws = await LocalAws.start();
}, 180_000);

afterAll(() => aws.stop());

const HANDLER = `
const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');
const findable = (name) => { try { require.resolve(name); return true; } catch { return false; } };
exports.handler = async ({ detail }) => {
  const seen = { detail, node: process.version, findsOurPackages: findable('constructs') };
  const message = { QueueUrl: process.env.QUEUE_URL, MessageBody: JSON.stringify(seen) };
  await new SQSClient({}).send(new SendMessageCommand(message));
};`;

const trust = (service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
});

/** A handler that is run by pushes to one repository and may do one thing with a queue. */
const template = (repository: string, action: string) => ({
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue' },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trust('lambda.amazonaws.com'),
        Policies: [{
          PolicyName: 'p',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: action, Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] } }],
          },
        }],
      },
    },
    Handler: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Timeout: 20,
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: { ZipFile: HANDLER },
        Environment: { Variables: { QUEUE_URL: { Ref: 'Queue' } } },
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: ['aws.ecr'], detail: { 'repository-name': [repository] } },
        Targets: [{ Id: 'handler', Arn: { 'Fn::GetAtt': ['Handler', 'Arn'] } }],
      },
    },
  },
  Outputs: { QueueUrl: { Value: { Ref: 'Queue' } } },
});

async function whatTheHandlerSends(repositoryName: string, action: string, WaitTimeSeconds: number) {
  const { QueueUrl } = await new TemplateStack(aws, repositoryName).create(template(repositoryName, action));
  const ecr = aws.client(ECRClient);
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  await push(ecr, { repositoryName }, makeImage(), 'v1');
  const { Messages } = await aws.client(SQSClient).send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds }));
  return Messages?.map(({ Body }) => JSON.parse(Body!));
}

test('a push runs a handler, on the Node it is made for and with the SDK but not our packages', async () => {
  expect(await whatTheHandlerSends('handled', 'sqs:SendMessage', 20)).toEqual([{
    detail: expect.objectContaining({ 'action-type': 'PUSH', 'repository-name': 'handled' }),
    node: expect.stringMatching(/^v24\./),
    findsOurPackages: false,
  }]);
}, 30_000);

test('a handler may do only what its role may', async () => {
  expect(await whatTheHandlerSends('denied', 'sqs:GetQueueUrl', 3)).toBeUndefined();
}, 30_000);

/** A handler has written its log; on a machine with other work, the thread that reads it has its turn later. */
const LATE = `
import queue, subprocess, threading, time
from launcher import mends, private

def log():
    worker = Worker.__new__(Worker)
    worker._stderr_queue = queue.Queue()
    worker._proc = subprocess.Popen(["sh", "-c", "echo one >&2; echo two >&2; sleep 1"], stderr=subprocess.PIPE, text=True)
    threading.Thread(target=lambda: (time.sleep(0.3), worker._read_stderr())).start()
    time.sleep(0.1)
    return worker._drain_stderr_bounded()

Worker = private.lambda_runtime.Worker
print([log(), mends.install() or log()])
`;

test('what a handler has logged is kept when it is read late, which ministack alone does not', async () => {
  const python = await ensurePython();

  const env = { ...process.env, AWS_ACCESS_KEY_ID: aws.account, AWS_REGION: aws.region };
  expect(execFileSync(python, ['-c', LATE], { cwd: __dirname, env }).toString()).toBe("['', 'one\\ntwo']\n");
}, 60_000);

test('the processes of handlers end with it', async () => {
  const workers = () => execFileSync('ps', ['-eo', 'args']).toString().split('\n')
    .filter((line) => line.includes(aws.env.TMPDIR) && line.includes('_worker.js'));
  expect(workers()).not.toEqual([]);

  await aws.stop();

  expect(workers()).toEqual([]);
});
