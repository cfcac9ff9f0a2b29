import { App, Stack, aws_ecr as ecr, aws_iam as iam, aws_kms as kms, type aws_sqs as sqs } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ImageScanner, InspectorGate, type InspectorGateProps } from '../../../src';
import { EVENT_SOURCE } from '../../../src/inspector/gate/contract';
import { ImageJudge } from '../../../src/inspector/gate/image-judge';
import { ImageWatch } from '../../../src/inspector/gate/image-watch';
import { VerdictAnswers } from '../../../src/inspector/gate/verdict-answers';
import { DeployedStack } from '../../support/deployed-stack';
import { simulate } from '../../support/simulate';

const ACCOUNT = '111111111111';
const repository = (name: string, account = ACCOUNT) => `arn:aws:ecr:eu-west-1:${account}:repository/${name}`;
const [WATCHED, MATCHING, OTHER, FOREIGN] = [repository('shop/web'), repository('team/api'), repository('shop/website'), repository('team/api', '222222222222')];

/** A gate of one repository and a pattern, and what it is after deployment. */
function made(props: (stack: Stack) => InspectorGateProps = () => ({})) {
  const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: 'eu-west-1' } });
  const gate = new InspectorGate(stack, 'Gate', {
    repositories: [ecr.Repository.fromRepositoryName(stack, 'Web', 'shop/web')], repositoryNames: ['team/*'], ...props(stack),
  });
  const find = <T extends IConstruct>(type: new (...args: any[]) => T) => gate.node.children.find((each): each is T => each instanceof type)!;
  const [judge, watch, answers] = [find(ImageJudge), find(ImageWatch), find(VerdictAnswers)];
  const roles = { judge: judge.function.role!, watch: watch.function.role!, answers: answers.function.role! };
  return { stack, gate, judge, watch, roles };
}
type Made = ReturnType<typeof made>;
type Who = keyof Made['roles'];

/** What a role of the gate may do, by its own policies and those of keys. */
function asker({ stack, gate, roles }: Made) {
  const deployment = new DeployedStack(stack);
  const { encryptionKey } = gate.handlerOptions;
  const askAs = (role: iam.IRole, action: string, resource: string, context?: Record<string, string | string[]>) => simulate({
    principal: deployment.arn(role),
    action,
    resource,
    context,
    identityPolicies: deployment.identityPolicies(role),
    resourcePolicy: encryptionKey && action.startsWith('kms:') ? deployment.resourcePolicy(encryptionKey) : undefined,
  });
  return {
    deployment,
    askAs,
    ask: (who: Who, action: string, resource: string, context?: Record<string, string | string[]>) => askAs(roles[who], action, resource, context),
  };
}

describe('the functions by Amazon Inspector', () => {
  const world = made();
  const { deployment, ask } = asker(world);
  const { gate, judge, watch } = world;
  const table = deployment.arn(gate.verdicts);
  const [requests, heard] = [judge.buffer.queue, watch.buffer.queue].map((queue) => deployment.arn(queue));
  const [lostRequests, lostEvents] = [judge.buffer.deadLetterQueue, watch.buffer.deadLetterQueue].map((queue) => deployment.arn(queue));

  test.each<[Who, string, string]>([
    ['judge', 'ecr:BatchGetImage', WATCHED],
    ['judge', 'ecr:BatchGetImage', MATCHING],
    ['judge', 'ecr:DescribeImages', WATCHED],
    ['judge', 'ecr:DescribeImages', MATCHING],
    ['judge', 'inspector2:ListCoverage', '*'],
    ['judge', 'inspector2:ListFindings', '*'],
    ['judge', 'inspector2:BatchGetFindingDetails', '*'],
    ...['GetItem', 'BatchGetItem', 'UpdateItem', 'PutItem', 'DeleteItem'].map((action): [Who, string, string] => ['judge', `dynamodb:${action}`, table]),
    ['judge', 'sqs:ReceiveMessage', requests],
    ['judge', 'sqs:DeleteMessage', requests],
    ['judge', 'sqs:ChangeMessageVisibility', requests],
    ['judge', 'sqs:SendMessage', requests],
    ['judge', 'sqs:SendMessage', heard],
    ['watch', 'ecr:DescribeImages', WATCHED],
    ['watch', 'ecr:DescribeImages', MATCHING],
    ['watch', 'ecr:DescribeRepositories', repository('*')],
    ...['BatchGetItem', 'UpdateItem'].map((action): [Who, string, string] => ['watch', `dynamodb:${action}`, table]),
    ['watch', 'dynamodb:Query', `${table}/index/ByDue`],
    ['watch', 'sqs:ReceiveMessage', heard],
    ['watch', 'sqs:ChangeMessageVisibility', heard],
    ['watch', 'sqs:SendMessage', heard],
    ['watch', 'sqs:SendMessage', requests],
    ['answers', 'dynamodb:GetItem', table],
    ['answers', 'sqs:SendMessage', requests],
  ])('%s may %s on %s', async (who, action, resource) => {
    expect(await ask(who, action, resource)).toBe('Allowed');
  });

  const everybody: Who[] = ['judge', 'watch', 'answers'];
  test.each<[Who, string, string]>([
    ['judge', 'ecr:BatchGetImage', OTHER],
    ['judge', 'ecr:DescribeImages', OTHER],
    ['judge', 'ecr:BatchGetImage', FOREIGN],
    ['judge', 'ecr:BatchGetImage', repository('team')],
    ['judge', 'ecr:DescribeImageScanFindings', WATCHED],
    ['judge', 'dynamodb:Query', table],
    ['judge', 'sqs:ReceiveMessage', heard],
    ['judge', 'inspector2:CreateFilter', `arn:aws:inspector2:eu-west-1:${ACCOUNT}:owner/${ACCOUNT}/filter/*`],
    ['judge', 'inspector2:Disable', '*'],
    ['watch', 'ecr:DescribeImages', OTHER],
    ['watch', 'ecr:DescribeImages', FOREIGN],
    ['watch', 'ecr:BatchGetImage', WATCHED],
    ['watch', 'dynamodb:PutItem', table],
    ['watch', 'dynamodb:Query', `${table}/index/ByRepository`],
    ['watch', 'inspector2:ListFindings', '*'],
    ['watch', 'sqs:ReceiveMessage', requests],
    ['answers', 'dynamodb:Query', table],
    ['answers', 'dynamodb:UpdateItem', table],
    ['answers', 'ecr:BatchGetImage', WATCHED],
    ['answers', 'sqs:SendMessage', heard],
    ['answers', 'sqs:ReceiveMessage', requests],
    ...everybody.flatMap((who): Array<[Who, string, string]> => [
      [who, 'ecr:PutImage', WATCHED],
      [who, 'ecr:BatchDeleteImage', WATCHED],
      [who, 'ecr:GetDownloadUrlForLayer', WATCHED],
      [who, 'ecr:SetRepositoryPolicy', WATCHED],
      [who, 'dynamodb:Scan', table],
      [who, 'dynamodb:DeleteTable', table],
      [who, 'dynamodb:GetItem', table.replace(/[^/]+$/, 'Other')],
      [who, 'sqs:ReceiveMessage', lostRequests],
      [who, 'sqs:PurgeQueue', lostEvents],
      [who, 'kms:Decrypt', `arn:aws:kms:eu-west-1:${ACCOUNT}:key/any`],
      [who, 'iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/Admin`],
      [who, 'sns:Publish', `arn:aws:sns:eu-west-1:${ACCOUNT}:Any`],
    ]),
  ])('%s may not %s on %s', async (who, action, resource) => {
    expect(await ask(who, action, resource)).toBe('ImplicitlyDenied');
  });

  test.each<[Who, string, string[] | undefined, string]>([
    ['judge', 'default', [EVENT_SOURCE], 'Allowed'],
    ['judge', 'default', ['aws.ecr.fake'], 'ImplicitlyDenied'],
    ['judge', 'default', [EVENT_SOURCE, 'another'], 'ImplicitlyDenied'],
    ['judge', 'default', undefined, 'ImplicitlyDenied'],
    ['judge', 'other', [EVENT_SOURCE], 'ImplicitlyDenied'],
    ['watch', 'default', [EVENT_SOURCE], 'ImplicitlyDenied'],
    ['answers', 'default', [EVENT_SOURCE], 'ImplicitlyDenied'],
  ])('%s puts events on the bus %s as %j: %s', async (who, bus, source, expected) => {
    const context = source && { 'events:source': source };
    expect(await ask(who, 'events:PutEvents', `arn:aws:events:eu-west-1:${ACCOUNT}:event-bus/${bus}`, context)).toBe(expected);
  });

  test.each(everybody)('%s writes its own log', async (who) => {
    const log = deployment.arn({ judge, watch, answers: gate.verdictFunction.node.scope! }[who].node.findChild('FunctionLogs'));

    expect(await ask(who, 'logs:PutLogEvents', `${log.slice(0, -1)}log-stream:any`)).toBe('Allowed');
    expect(await ask(who, 'logs:PutLogEvents', `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:other:log-stream:any`)).toBe('ImplicitlyDenied');
    expect(await ask(who, 'logs:DeleteLogGroup', log)).toBe('ImplicitlyDenied');
  });

  test('there is no other wildcard than Amazon Inspector has, and patterns of names', () => {
    const resources: string[] = Object.values(world.roles).flatMap((role) => deployment.identityPolicies(role))
      .flatMap(({ Statement }) => Statement).flatMap(({ Resource }) => Resource);
    const wild = resources.filter((resource) => resource.includes('*') && !resource.includes(':log-group:')); // streams of their logs

    expect([...new Set(wild)].sort()).toEqual(['*', repository('*'), repository('team/*')]);
  });
});

test('basic scanning takes no permission of Amazon Inspector', async () => {
  const { ask } = asker(made(() => ({ scanner: ImageScanner.ECR_BASIC })));

  expect(await ask('judge', 'ecr:DescribeImageScanFindings', WATCHED)).toBe('Allowed');
  expect(await ask('judge', 'ecr:DescribeImageScanFindings', OTHER)).toBe('ImplicitlyDenied');
  expect(await ask('judge', 'inspector2:ListFindings', '*')).toBe('ImplicitlyDenied');
});

test('without patterns no repository is listed but those that are watched', async () => {
  const { ask } = asker(made(() => ({ repositoryNames: undefined })));

  expect(await ask('watch', 'ecr:DescribeRepositories', repository('*'))).toBe('ImplicitlyDenied');
  expect(await ask('watch', 'ecr:DescribeImages', WATCHED)).toBe('Allowed');
  expect(await ask('watch', 'ecr:DescribeImages', MATCHING)).toBe('ImplicitlyDenied');
});

test('a gate of everything reads all repositories of the account and Region', async () => {
  const { ask } = asker(made(() => ({ repositories: undefined, repositoryNames: undefined })));

  expect(await ask('judge', 'ecr:BatchGetImage', OTHER)).toBe('Allowed');
  expect(await ask('judge', 'ecr:BatchGetImage', FOREIGN)).toBe('ImplicitlyDenied');
  expect(await ask('judge', 'ecr:BatchGetImage', OTHER.replace('eu-west-1', 'us-east-1'))).toBe('ImplicitlyDenied');
});

test('120 repositories fit into the policies of the roles', async () => {
  const name = (index: number) => `team-of-several-words/service-with-a-long-name/component-${index}`;
  const world = made((stack) => ({
    repositories: Array.from({ length: 120 }, (_, index) => ecr.Repository.fromRepositoryName(stack, `R${index}`, name(index))),
  }));
  const { deployment, ask } = asker(world);

  const lengths = (type: string) => deployment.properties(type).map(({ PolicyDocument }) => JSON.stringify(PolicyDocument).length);
  expect(Math.max(...lengths('AWS::IAM::Policy'))).toBeLessThanOrEqual(10_240);
  expect(lengths('AWS::IAM::ManagedPolicy')).not.toEqual([]);
  expect(Math.max(...lengths('AWS::IAM::ManagedPolicy'))).toBeLessThanOrEqual(6_144);
  for (const index of [0, 60, 119]) expect(await ask('judge', 'ecr:BatchGetImage', repository(name(index)))).toBe('Allowed');
  expect(await ask('judge', 'ecr:BatchGetImage', repository(name(120)))).toBe('ImplicitlyDenied');
  expect(await ask('watch', 'ecr:DescribeImages', repository(name(119)))).toBe('Allowed');
});

describe('grants', () => {
  const world = made((stack) => ({ handlerOptions: { encryptionKey: new kms.Key(stack, 'Key') } }));
  const { stack, gate } = world;
  const role = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
  const [reader, asking, stranger] = ['Reader', 'Asker', 'Stranger'].map(role);
  gate.grantReadVerdicts(reader);
  gate.grantAskForVerdict(asking);
  const { deployment, ask: askFunction, askAs: ask } = asker(world);
  const [table, answers] = [deployment.arn(gate.verdicts), deployment.arn(gate.verdictFunction)];
  const key = deployment.arn(gate.handlerOptions.encryptionKey!);

  test.each<[string, string, iam.Role]>([
    ['dynamodb:GetItem', table, reader],
    ['dynamodb:BatchGetItem', table, reader],
    ['dynamodb:Query', table, reader],
    ['dynamodb:Query', `${table}/index/ByRepository`, reader],
    ['lambda:InvokeFunction', answers, asking],
  ])('let do %s on %s, and nobody else', async (action, resource, who) => {
    expect(await ask(who, action, resource)).toBe('Allowed');
    for (const other of [reader, asking, stranger].filter((each) => each !== who)) expect(await ask(other, action, resource)).toBe('ImplicitlyDenied');
  });

  test.each<[string, string]>([
    ['dynamodb:PutItem', table], ['dynamodb:UpdateItem', table], ['dynamodb:DeleteItem', table], ['dynamodb:Scan', table],
    ['dynamodb:Query', `${table}/index/ByDue`], ['lambda:UpdateFunctionCode', answers], ['lambda:AddPermission', answers], ['kms:Encrypt', key], ['kms:ScheduleKeyDeletion', key],
  ])('let nobody do %s on %s', async (action, resource) => {
    for (const who of [reader, asking, stranger]) expect(await ask(who, action, resource)).toBe('ImplicitlyDenied');
  });

  test('a reader decrypts with the key of the table', async () => {
    const [byTable, byQueue] = ['dynamodb', 'sqs'].map((service) => ({ 'kms:ViaService': `${service}.eu-west-1.amazonaws.com` }));

    expect(await ask(reader, 'kms:Decrypt', key, byTable)).toBe('Allowed');
    expect(await ask(reader, 'kms:Decrypt', key)).toBe('ImplicitlyDenied');
    expect(await ask(reader, 'kms:Decrypt', key, byQueue)).toBe('ImplicitlyDenied');
    expect(await ask(asking, 'kms:Decrypt', key, byTable)).toBe('ImplicitlyDenied');
  });

  test.each<Who>(['judge', 'watch', 'answers'])('%s uses the key, as whoever calls queues and tables does', async (who) => {
    const via = (service: string) => ({ 'kms:ViaService': `${service}.eu-west-1.amazonaws.com` });
    for (const service of ['dynamodb', 'sqs']) {
      expect(await askFunction(who, 'kms:Decrypt', key, via(service))).toBe('Allowed');
      expect(await askFunction(who, 'kms:GenerateDataKey', key, via(service))).toBe('Allowed');
    }
    expect(await askFunction(who, 'kms:Decrypt', key)).toBe('ImplicitlyDenied');
    expect(await askFunction(who, 'kms:Decrypt', key, via('s3'))).toBe('ImplicitlyDenied');
    expect(await askFunction(who, 'kms:ScheduleKeyDeletion', key)).toBe('ImplicitlyDenied');
  });
});

describe('readers of another account', () => {
  const THEIRS = '222222222222';
  const own = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['dynamodb:*', 'kms:*'], Resource: '*' }] };

  test('are let in by the policies of the table and of its key, to read', async () => {
    const { stack, gate } = made((of) => ({ handlerOptions: { encryptionKey: new kms.Key(of, 'Key') } }));
    const grant = gate.grantReadVerdicts(new iam.AccountPrincipal(THEIRS));
    const deployment = new DeployedStack(stack);
    const askFrom = (account: string, action: string, on: IConstruct, context?: Record<string, string>) => simulate({
      principal: `arn:aws:iam::${account}:role/reader`, action, resource: deployment.arn(on), resourcePolicy: deployment.resourcePolicy(on), identityPolicy: own, context,
    });
    const [table, key] = [gate.verdicts, gate.handlerOptions.encryptionKey!];
    const via = (service: string) => ({ 'kms:ViaService': `${service}.eu-west-1.amazonaws.com` });

    expect(grant.success).toBe(true);
    for (const action of ['GetItem', 'BatchGetItem', 'Query']) {
      expect(await askFrom(THEIRS, `dynamodb:${action}`, table)).toBe('Allowed');
      expect(await askFrom('333333333333', `dynamodb:${action}`, table)).toBe('ImplicitlyDenied');
    }
    for (const action of ['PutItem', 'DeleteItem', 'Scan', 'DeleteTable']) expect(await askFrom(THEIRS, `dynamodb:${action}`, table)).toBe('ImplicitlyDenied');
    expect(await askFrom(THEIRS, 'kms:Decrypt', key, via('dynamodb'))).toBe('Allowed');
    expect(await askFrom(THEIRS, 'kms:Decrypt', key, via('s3'))).toBe('ImplicitlyDenied');
    expect(await askFrom(THEIRS, 'kms:Decrypt', key)).toBe('ImplicitlyDenied');
    expect(await askFrom('333333333333', 'kms:Decrypt', key, via('dynamodb'))).toBe('ImplicitlyDenied');
    expect(await askFrom(THEIRS, 'kms:GenerateDataKey', key, via('dynamodb'))).toBe('ImplicitlyDenied');
  });

  test('are refused where the key is that of AWS, which lets nobody in', () => {
    const { stack, gate } = made();

    expect(() => gate.grantReadVerdicts(new iam.AccountPrincipal(THEIRS))).toThrow(
      "[Stack/Gate] 'grantReadVerdicts' must be given somebody of the account of the gate, unless handlerOptions.encryptionKey is set, got \"222222222222\": set one, whose policy can let"
      + ' in another account: that of the key that AWS manages for DynamoDB cannot (cdk-secure-ecr:gateReaderElsewhere)');
    expect(gate.grantReadVerdicts(new iam.AccountPrincipal(ACCOUNT)).success).toBe(true);
    expect(JSON.stringify(new DeployedStack(stack).properties('AWS::DynamoDB::Table'))).not.toContain(THEIRS);
  });
});

describe('queues', () => {
  const { stack, judge, watch } = made();
  const deployment = new DeployedStack(stack);
  const rule = deployment.properties('AWS::Events::Rule')[0].Name;
  const send = (queue: sqs.IQueue, source: string, context: Record<string, string> = {}) => simulate({
    principal: 'events.amazonaws.com',
    action: 'sqs:SendMessage',
    resource: deployment.arn(queue),
    resourcePolicy: deployment.queuePolicy(queue),
    context: { 'aws:SourceArn': source, ...context },
  });
  const arn = (name: string, account = ACCOUNT, region = 'eu-west-1') => `arn:aws:events:${region}:${account}:rule/${name}`;

  test.each<[string, sqs.IQueue]>([['events', watch.buffer.queue], ['what is lost of them', watch.buffer.deadLetterQueue]])('of %s takes it from rules of the gate only', async (_name, queue) => {
    expect(await send(queue, arn(rule))).toBe('Allowed');
    expect(await send(queue, arn('Another'))).toBe('ImplicitlyDenied');
    expect(await send(queue, arn(rule, '222222222222'))).toBe('ImplicitlyDenied');
    expect(await send(queue, arn(rule, ACCOUNT, 'us-east-1'))).toBe('ImplicitlyDenied');
    expect(await send(queue, arn(rule), { 'aws:SecureTransport': 'false' })).toBe('ExplicitlyDenied');
  });

  test.each<[string, sqs.IQueue]>([['requests', judge.buffer.queue], ['what is lost of them', judge.buffer.deadLetterQueue]])('of %s takes it from no rule', async (_name, queue) => {
    expect(await send(queue, arn(rule))).toBe('ImplicitlyDenied');
  });
});
