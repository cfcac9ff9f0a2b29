import { DeleteItemCommand, DynamoDBClient, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { BatchDeleteImageCommand, BatchGetImageCommand, DescribeImagesCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { DisableRuleCommand, EnableRuleCommand, EventBridgeClient, ListTargetsByRuleCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { Inspector2Client, ListFindingsCommand } from '@aws-sdk/client-inspector2';
import { GetQueueAttributesCommand, SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import { EXCEPTED, UNWATCHED, WATCHED } from './gate-stack';
import { type GateFunction, LocalGate, PATIENCE_MS, type Told, until } from './local-gate';
import { EVENT_SOURCE } from '../../../src/inspector/gate/contract';
import { makeImage, makeIndex } from '../../local-aws';
import { indexManifest } from '../../stand-in/samples';

let gate: LocalGate;
/** An image that could not be read when it was pushed. */
let unreadable: string;

/** A few waits for each test. */
jest.setTimeout(3 * PATIENCE_MS);

beforeAll(async () => {
  gate = await LocalGate.deploy();
  unreadable = await pushUnreadable(); // first, because it is tried again after half a minute
}, 300_000);

afterAll(() => gate?.stop());

const image = (name: string) => makeImage({ version: name });
const typesOf = (told: Told[]) => told.map(({ type }) => type).sort();

/** Pushes an image while the judge may not read findings, until that was noticed. */
async function pushUnreadable(): Promise<string> {
  const iam = gate.aws.client(IAMClient);
  const RoleName = gate.roleOf('Judge');
  const [PolicyName] = (await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames!;
  const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
  const document = decodeURIComponent(PolicyDocument!);
  const without = document.replace('inspector2:ListFindings', 'inspector2:ListFilters');
  expect(without).not.toBe(document);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: without }));

  const digest = await gate.push(image('unreadable'));
  await gate.scan(digest);
  await until('refusals', async () =>
    (await gate.accessesOf('Judge')).some(({ action, allowed }) => action === 'inspector2:ListFindings' && !allowed) || undefined);

  expect(await gate.told(digest)).toEqual([]);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: document }));
  return digest;
}

describe('what the world is told', () => {
  test('an image with a vulnerability is rejected, with the reasons', async () => {
    const digest = await gate.push(image('vulnerable'), { tag: 'vulnerable' });
    await gate.scan(digest, [{ id: 'CVE-2026-1' }, { id: 'CVE-2026-2', severity: 'LOW' }]);

    expect(await gate.toldOf(digest, 1)).toMatchObject([{
      type: 'Image Rejected',
      repository: WATCHED,
      status: 'REJECTED',
      gate: gate.output('GateName'),
      counts: { HIGH: 1, LOW: 1 },
      reasons: [{ code: 'CVE-2026-1', remedy: 'upgrade openssl to 0:3.0.13-1~deb12u1 or later' }],
    }]);
  });

  test('a clean image is approved once it was scanned, and not before', async () => {
    const digest = await gate.push(image('clean'), { tag: 'clean' });
    const table = await gate.table();
    const known = await until('verdict that is pending', async () => {
      const state = await table.get({ repository: WATCHED, digest });
      return state?.status && state;
    });
    expect(known).toMatchObject({ status: 'PENDING', pushedAt: expect.any(String), pushedBy: { arn: `arn:aws:iam::${gate.aws.account}:root` } });

    await gate.scan(digest);

    const told = await gate.toldOf(digest, 1);
    expect(told).toMatchObject([{ type: 'Image Approved', status: 'APPROVED', reasons: [], pushedBy: known.pushedBy }]);
    expect(told[0]).not.toHaveProperty('previousStatus');
  });

  test('an index is as good as the worst of its platforms, and is judged again when they are', async () => {
    const [good, bad] = [image('good'), image('bad')];
    const index = makeIndex(indexManifest({ digest: good.digest }, { digest: bad.digest, architecture: 'arm64' }), good);
    for (const one of [good, bad, index]) await gate.push(one);
    await gate.scan(good.digest);
    await gate.scan(bad.digest, [{ id: 'CVE-2026-3' }]);

    expect(await gate.toldOf(good.digest, 1)).toMatchObject([{ type: 'Image Approved' }]);
    expect(await gate.toldOf(bad.digest, 1)).toMatchObject([{ type: 'Image Rejected' }]);
    expect(await gate.toldOf(index.digest, 1)).toMatchObject([
      { type: 'Image Rejected', reasons: [{ code: 'CVE-2026-3' }], platforms: [good.digest, bad.digest] },
    ]);

    const finding = gate.standIn.world.findings.find(({ packageVulnerabilityDetails: found }) => found?.vulnerabilityId === 'CVE-2026-3')!;
    await gate.settle(finding, 'CLOSED');

    expect(typesOf(await gate.toldOf(bad.digest, 3))).toEqual(['Image Approved', 'Image Rejected', 'Image Verdict Changed']);
    const told = await gate.toldOf(index.digest, 3);
    expect(typesOf(told)).toEqual(['Image Approved', 'Image Rejected', 'Image Verdict Changed']);
    expect(told[2]).toMatchObject({ status: 'APPROVED', previousStatus: 'REJECTED', cause: 'PLATFORM' });
  });

  test('what cannot be scanned is rejected', async () => {
    const digest = await gate.push(image('unscannable'));
    await gate.scan(digest, [], 'UNSUPPORTED_OS');

    expect(await gate.toldOf(digest, 1)).toMatchObject([{ type: 'Image Rejected', reasons: [{ kind: 'UNSCANNABLE', code: 'UNSUPPORTED_OS' }] }]);
  });

  test('what is excepted is approved, and the record says by whom', async () => {
    const digest = await gate.push(image('excepted'));
    await gate.scan(digest, [{ id: EXCEPTED, severity: 'CRITICAL', exploitAvailable: 'YES', packages: [{ name: 'zlib1g', version: '1.2', packageManager: 'OS', fixedInVersion: 'NotAvailable' }] }]);

    const [{ type, decidedAt }] = await gate.toldOf(digest, 1);
    expect(type).toBe('Image Approved');
    const record = await (await gate.table()).verdict({ repository: WATCHED, digest }, decidedAt);
    expect(record!.verdict).toMatchObject({ tolerated: [{ id: EXCEPTED, disposition: 'EXCEPTED' }], exceptions: [{ state: 'USED', exception: { owner: 'shop team' } }] });
  });

  test.each([
    ['is mended', 'CLOSED'],
    ['is suppressed', 'SUPPRESSED'],
  ] as const)('an approved image is rejected once a vulnerability becomes known, and approved once that %s', async (_, status) => {
    const digest = await gate.push(image(status), { tag: status });
    await gate.scan(digest);
    await gate.toldOf(digest, 1);

    const finding = await gate.find(digest, { id: 'CVE-2026-4' });

    const [, ...late] = await gate.toldOf(digest, 3);
    expect(typesOf(late)).toEqual(['Image Rejected', 'Image Verdict Changed']);
    expect(late).toEqual(Array(2).fill(expect.objectContaining({ status: 'REJECTED', previousStatus: 'APPROVED', reasons: [expect.objectContaining({ code: 'CVE-2026-4' })] })));

    await gate.settle(finding, status);

    const settled = (await gate.toldOf(digest, 5)).slice(3);
    expect(typesOf(settled)).toEqual(['Image Approved', 'Image Verdict Changed']);
    expect(settled).toEqual(Array(2).fill(expect.objectContaining({ status: 'APPROVED', previousStatus: 'REJECTED' })));
    expect(new Set(settled.map(({ id }) => id)).size).toBe(1);
  });

  test('nothing of an image that is deleted, and later on it is forgotten', async () => {
    const digest = await gate.push(image('deleted'), { tag: 'deleted' });
    await gate.scan(digest);
    await gate.toldOf(digest, 1);
    const table = await gate.table();

    await gate.aws.client(ECRClient).send(new BatchDeleteImageCommand({ repositoryName: WATCHED, imageIds: [{ imageDigest: digest }] }));
    const { missingSince, version } = await until('note that it is missing', async () => {
      const state = await table.get({ repository: WATCHED, digest });
      return state?.missingSince ? state : undefined;
    });
    expect(missingSince).toBeDefined();

    // WHEN ten minutes have passed, and something is heard of it
    const asAdministrator = await gate.table(gate.aws.client(DynamoDBClient));
    await asAdministrator.commit({ repository: WATCHED, digest }, version, {
      status: 'APPROVED', announced: 'APPROVED', missingSince: new Date(Date.now() - 601_000).toISOString(), dueAt: new Date().toISOString(),
    });
    await gate.find(digest, { id: 'CVE-2026-5' });

    // It may have been looked at before the finding is heard, which is noted anew then.
    await until('end of it', async () => (await table.get({ repository: WATCHED, digest }))?.status === undefined || undefined);
    expect(await gate.told(digest)).toHaveLength(1);
  });

  test('each image by itself once, however many are pushed at once and however often it is announced', async () => {
    const digests = await Promise.all(Array.from({ length: 12 }, (_, number) => gate.push(image(`many ${number}`))));
    for (const digest of [...digests, ...digests]) await gate.scan(digest);

    const told = await Promise.all(digests.map((digest) => gate.toldOf(digest, 1)));

    expect(told.map((one) => typesOf(one))).toEqual(digests.map(() => ['Image Approved']));
  });

  test('nothing of a repository that the gate does not watch', async () => {
    const elsewhere = await gate.push(image('elsewhere'), { repositoryName: UNWATCHED });
    const digest = await gate.push(image('after elsewhere'));
    await gate.scan(digest);
    await gate.toldOf(digest, 1);

    expect(await gate.told(elsewhere)).toEqual([]);
    expect(await (await gate.table()).get({ repository: UNWATCHED, digest: elsewhere })).toBeUndefined();
  });
});

describe('what people are told', () => {
  test('of a rejected image, in a sentence with who pushed it and why', async () => {
    const [{ sentence }] = await gate.messagesOf(image('vulnerable').digest, 1);

    expect(sentence).toMatch(/^shop\/web@sha256:[0-9a-f]{12} \(pushed .*\) is rejected: high CVE-2026-1 in openssl 3\.0\.11-1~deb12u1/);
  });

  test('of one that was approved before, and once it is again; not that it was approved at first', async () => {
    const messages = await gate.messagesOf(image('CLOSED').digest, 2);

    expect(messages.map(({ event }) => event!.status)).toEqual(['REJECTED', 'APPROVED']);
    expect(messages[0].sentence).toContain('was approved and is rejected now: high CVE-2026-4');
    expect(messages[1].sentence).toContain('was rejected and is approved now');
  });
});

describe('what nobody told the gate of', () => {
  /** Pushes an image while events get lost. */
  async function pushUnheard(name: string): Promise<string> {
    const events = gate.aws.client(EventBridgeClient);
    const rules = ['Images', 'Pushers'].map((id) => gate.physical('AWS::Events::Rule', `GateWatch${id}`));
    await Promise.all(rules.map((Name) => events.send(new DisableRuleCommand({ Name }))));
    const digest = await gate.push(image(name), { tag: name });
    await Promise.all(rules.map((Name) => events.send(new EnableRuleCommand({ Name }))));
    return digest;
  }

  /** Has a schedule come due. */
  async function comesDue(id: string): Promise<void> {
    const Rule = gate.physical('AWS::Events::Rule', `GateWatch${id}`);
    const { Targets } = await gate.aws.client(EventBridgeClient).send(new ListTargetsByRuleCommand({ Rule }));
    const QueueUrl = gate.physical('AWS::SQS::Queue', 'GateWatchEventsQueue');
    for (const { Input } of Targets!) await gate.aws.client(SQSClient).send(new SendMessageCommand({ QueueUrl, MessageBody: Input }));
  }

  test('is judged when somebody asks for it', async () => {
    const digest = await pushUnheard('asked');
    gate.cover(digest);

    expect(await gate.ask({ repository: WATCHED, digest })).toEqual({ schemaVersion: 1, status: 'UNKNOWN' });

    expect(await gate.toldOf(digest, 1)).toMatchObject([{ type: 'Image Approved', cause: 'ASKED' }]);
  });

  test('is found when repositories are listed, and judged by the next sweep', async () => {
    const digest = await pushUnheard('listed');
    gate.cover(digest);

    await comesDue('List'); // notes it as due
    const table = await gate.table();
    await until('image', () => table.get({ repository: WATCHED, digest }));
    await comesDue('Sweep');

    expect(await gate.toldOf(digest, 1)).toMatchObject([{ type: 'Image Approved', cause: 'SWEEP' }]);
  });

  test('is judged again by a sweep when it is due', async () => {
    const table = await gate.table(gate.aws.client(DynamoDBClient));
    const clean = { repository: WATCHED, digest: image('clean').digest };
    const before = await table.get(clean);
    await table.postpone(clean, '2026-01-01T00:00:00.000Z');

    await comesDue('Sweep');

    const after = await until('judgement', async () => {
      const state = await table.get(clean);
      return state!.confirmedAt === before!.confirmedAt ? undefined : state;
    });
    expect(after).toMatchObject({ status: 'APPROVED', decidedAt: before!.decidedAt });
  });
});

describe('who may ask', () => {
  test('whoever is granted it has the verdict', async () => {
    const digest = await gate.push(image('asked for'));
    await gate.scan(digest);
    await gate.toldOf(digest, 1);

    const answer = await gate.ask({ repository: WATCHED, digest });

    expect(answer).toMatchObject({ status: 'APPROVED', verdict: { status: 'APPROVED', image: { repository: WATCHED, digest } } });
    expect(Date.parse(answer.validUntil!) - Date.parse(answer.confirmedAt!)).toBe(2 * 86_400_000);
  });

  test.each(['Auditor', 'Stranger'] as const)('%s may not', async (who) => {
    await expect(gate.ask({ repository: WATCHED, digest: image('clean').digest }, who)).rejects.toThrow(/not authorized to perform: lambda:InvokeFunction/);
  });

  test('a tag is no digest', async () => {
    await expect(gate.ask({ repository: WATCHED, digest: 'latest' })).rejects.toThrow(/'digest' must be the digest of an image/);
  });

  test('whoever may read the table finds the verdicts of a repository, and changes none', async () => {
    const dynamo = await gate.as('Auditor', DynamoDBClient);
    const TableName = gate.output('TableName');

    const { Items } = await dynamo.send(new QueryCommand({
      TableName,
      IndexName: 'ByRepository',
      KeyConditionExpression: 'ofRepository = :it',
      ExpressionAttributeValues: { ':it': { S: WATCHED } },
    }));
    expect(Items).toContainEqual(expect.objectContaining({ digest: { S: image('clean').digest }, status: { S: 'APPROVED' } }));

    const Key = { digest: { S: image('clean').digest }, record: { S: `image#${WATCHED}` } };
    await expect(dynamo.send(new DeleteItemCommand({ TableName, Key }))).rejects.toThrow(/not authorized to perform: dynamodb:DeleteItem/);
    const stranger = await gate.as('Stranger', DynamoDBClient);
    await expect(stranger.send(new ScanCommand({ TableName }))).rejects.toThrow(/not authorized to perform: dynamodb:Scan/);
  });
});

describe('what the functions may do', () => {
  const ids = [{ imageDigest: image('clean').digest }];
  const event = (Source: string, EventBusName?: string) =>
    new PutEventsCommand({ Entries: [{ Source, DetailType: 'Nothing', Detail: '{}', EventBusName }] });

  test('the judge reads images of its repositories and speaks as the gate, and no more', async () => {
    const [ecr, events] = [await gate.asFunction('Judge', ECRClient), await gate.asFunction('Judge', EventBridgeClient)];
    await expect(ecr.send(new BatchGetImageCommand({ repositoryName: WATCHED, imageIds: ids }))).resolves.toMatchObject({ failures: [] });
    await expect(events.send(event(EVENT_SOURCE))).resolves.toMatchObject({ FailedEntryCount: 0 });

    await expect(ecr.send(new BatchGetImageCommand({ repositoryName: UNWATCHED, imageIds: ids }))).rejects.toThrow(/not authorized/);
    await expect(ecr.send(new PutImageCommand({ repositoryName: WATCHED, imageManifest: image('clean').manifest, imageTag: 'mine' }))).rejects.toThrow(/not authorized/);
    await expect(ecr.send(new BatchDeleteImageCommand({ repositoryName: WATCHED, imageIds: ids }))).rejects.toThrow(/not authorized/);
    await expect(events.send(event('somebody.else'))).rejects.toThrow(/not authorized/);
    await expect((await gate.asFunction('Judge', DynamoDBClient)).send(new ScanCommand({ TableName: gate.output('TableName') }))).rejects.toThrow(/not authorized/);
  });

  test('the watch lists images of its repositories, and reads no findings, speaks for nobody and deletes nothing', async () => {
    const ecr = await gate.asFunction('Watch', ECRClient);
    await expect(ecr.send(new DescribeImagesCommand({ repositoryName: WATCHED, imageIds: ids }))).resolves.toBeDefined();

    await expect(ecr.send(new DescribeImagesCommand({ repositoryName: UNWATCHED }))).rejects.toThrow(/not authorized/);
    await expect(ecr.send(new BatchGetImageCommand({ repositoryName: WATCHED, imageIds: ids }))).rejects.toThrow(/not authorized/);
    await expect((await gate.asFunction('Watch', Inspector2Client)).send(new ListFindingsCommand({}))).rejects.toThrow(/not authorized/);
    await expect((await gate.asFunction('Watch', EventBridgeClient)).send(event(EVENT_SOURCE))).rejects.toThrow(/not authorized/);
    await expect((await gate.asFunction('Watch', DynamoDBClient)).send(
      new DeleteItemCommand({ TableName: gate.output('TableName'), Key: { digest: { S: ids[0].imageDigest! }, record: { S: `image#${WATCHED}` } } }))).rejects.toThrow(/not authorized/);
  });

  test('what answers writes nothing', async () => {
    const table = await gate.table(await gate.asFunction('Answers', DynamoDBClient));
    await expect(table.get({ repository: WATCHED, digest: image('clean').digest })).resolves.toMatchObject({ status: 'APPROVED' });

    await expect(table.postpone({ repository: WATCHED, digest: image('clean').digest }, '2026-01-01T00:00:00.000Z')).rejects.toThrow(/not authorized to perform: dynamodb:UpdateItem/);
    await expect(table.forget({ repository: WATCHED, digest: image('clean').digest }, 1)).rejects.toThrow(/not authorized to perform: dynamodb:DeleteItem/);
    await expect((await gate.asFunction('Answers', ECRClient)).send(new DescribeImagesCommand({ repositoryName: WATCHED }))).rejects.toThrow(/not authorized/);
  });

  test('without a permission nothing is approved; as soon as it is there again, what waited is judged', async () => {
    // half a minute after it failed, and not half an hour: so soon the queue delivers it again
    expect(await gate.toldOf(unreadable, 1)).toMatchObject([{ type: 'Image Approved' }]);
  });

  /** Lambda polls the queue and writes the log in a function's name; nothing here does so through IAM. */
  const OF_LAMBDA = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueUrl', 'sqs:GetQueueAttributes', 'logs:CreateLogStream', 'logs:PutLogEvents'];

  test.each<[GateFunction, string[]]>([
    // What a function of this gate has no need of, and one that fails or watches names has.
    ['Watch', ['sqs:ChangeMessageVisibility']],
    ['Judge', []],
    ['Answers', []],
    ['ActionsNotifyNotifier', ['sqs:ChangeMessageVisibility', 'sqs:SendMessage']],
  ])('%s has used everything that it is granted, and asked for nothing else', async (name, unused) => {
    const granted = await gate.grantedTo(name);
    const used = (await gate.accessesOf(name)).filter(({ principal }) => !principal.endsWith('/test')); // not what was tried above

    const ofLambda = OF_LAMBDA.filter((action) => granted.includes(action));
    expect([...new Set(used.map(({ action }) => action)), ...unused, ...ofLambda].sort()).toEqual(granted);
    expect(used.filter(({ allowed }) => !allowed).map(({ action }) => action)).toEqual(name === 'Judge' ? ['inspector2:ListFindings'] : []);
  });
});

describe('at the end', () => {
  test('nothing was told twice, and nothing was lost', async () => {
    const told = (await gate.aws.events()).filter(({ source, detail }) => source === EVENT_SOURCE && detail.id)
      .map(({ 'detail-type': type, detail }) => `${type} ${detail.id}`);
    expect(told).toEqual([...new Set(told)]);

    for (const id of ['GateWatchEventsDeadLetters', 'GateJudgeRequestsDeadLetters', 'GateActionsNotifyNotifierEventsDeadLetters']) {
      const { Attributes } = await gate.aws.client(SQSClient).send(
        new GetQueueAttributesCommand({ QueueUrl: gate.physical('AWS::SQS::Queue', id), AttributeNames: ['ApproximateNumberOfMessages'] }));
      expect(Attributes).toEqual({ ApproximateNumberOfMessages: '0' });
    }
  });

  test('of a stack that is deleted, the verdicts and the scanning of the registry stay, and nothing else', async () => {
    expect(await gate.destroy()).toEqual(['AWS::DynamoDB::Table', 'AWS::ECR::RegistryScanningConfiguration']);
  });
});
