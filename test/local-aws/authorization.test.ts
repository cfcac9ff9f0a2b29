import {
  BatchGetImageCommand, CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient, InitiateLayerUploadCommand,
  ListImageReferrersCommand, ListImagesCommand, ListTagsForResourceCommand, TagResourceCommand, UntagResourceCommand,
} from '@aws-sdk/client-ecr';
import { AddUserToGroupCommand, RemoveUserFromGroupCommand, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Actors, ECR, OTHER_ACCOUNT } from './actors';
import { type Credentials, LocalAws, makeImage, pull, push } from './index';

const PUSH = ['BatchCheckLayerAvailability', 'InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload', 'PutImage'];
const PULL = ['BatchGetImage', 'GetDownloadUrlForLayer'];

let aws: LocalAws;
let actors: Actors;
let admin: ECRClient;

beforeAll(async () => {
  aws = await LocalAws.start();
  actors = new Actors(aws);
  admin = aws.client(ECRClient);
}, 180_000);

afterAll(() => aws.stop());

const arnOf = (repositoryName: string) => actors.arnOf(repositoryName);
const ecrActions = (actions: string[]) => actions.map((action) => `ecr:${action}`);
const denied = { name: 'AccessDeniedException' };

async function repository(repositoryName: string, ...policy: object[]) {
  await actors.repository(repositoryName, { policy: policy.length ? policy : undefined });
  return { repositoryName };
}

/** The ECR of a role which may do just this, in our account or in another one. */
async function roleClient(name: string, statements: object[], account?: string): Promise<ECRClient> {
  return aws.client(ECRClient, await actors.session(name, statements, { account }));
}

describe('who one is', () => {
  test.each<[string, () => Partial<Credentials>, string]>([
    ['a wrong secret of the root user', () => ({ secretAccessKey: 'wrong' }), 'SignatureDoesNotMatch'],
    ['a key which ministack would take for the root user', () => ({ accessKeyId: 'test' }), 'UnrecognizedClientException'],
    ['an unknown key', () => ({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }), 'UnrecognizedClientException'],
  ])('%s is refused', async (_, wrong, name) => {
    const ecr = aws.client(ECRClient, { ...aws.rootOf(aws.account), ...wrong() });

    await expect(ecr.send(new DescribeRepositoriesCommand({}))).rejects.toMatchObject({ name: expect.stringMatching(new RegExp(`${name}|InvalidSignatureException|InvalidClientTokenId`)) });
  });

  test('a wrong secret of a role is refused', async () => {
    const session = await actors.session('wrong-secret', [{ Effect: 'Allow', Action: '*', Resource: '*' }]);
    const ecr = aws.client(ECRClient, { ...session, secretAccessKey: 'wrong' });

    await expect(ecr.send(new DescribeRepositoriesCommand({}))).rejects.toThrow(/signature/i);
  });

  test.each([['GET'], ['POST']])('an unsigned %s is refused', async (method) => {
    const answer = await aws.request(`${aws.endpoint}/`, { method, headers: { 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.DescribeRepositories' } });

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body.toString()).toMatch(/MissingAuthenticationToken|Missing Authentication Token|AccessDenied/);
  });

  test.each(['Bearer x', 'AWS4-HMAC-SHA256 nonsense', 'AWS test:x'])('the authorization %p is refused', async (authorization) => {
    const headers = { authorization, 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.DescribeRepositories' };

    const answer = await aws.request(aws.endpoint, { method: 'POST', headers, body: '{}' });

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body.toString()).not.toContain('repositories');
  });

  test('every account has its root user', async () => {
    const sts = aws.client(STSClient, aws.rootOf(OTHER_ACCOUNT));

    const identity = await sts.send(new GetCallerIdentityCommand({}));

    expect(identity.Arn).toBe(`arn:aws:iam::${OTHER_ACCOUNT}:root`);
  });
});

describe('an identity policy', () => {
  test('lets through what it names, in the repository it names', async () => {
    const [mine, other] = [await repository('identity/mine'), await repository('identity/other')];
    const ecr = await roleClient('pusher', [
      { Effect: 'Allow', Action: ecrActions(PUSH), Resource: arnOf('identity/mine') },
    ]);

    await push(ecr, mine, makeImage(), 'v1');

    await expect(push(ecr, other, makeImage(), 'v1')).rejects.toMatchObject(denied);
    await expect(pull(ecr, mine, { imageTag: 'v1' }, (url) => aws.download(url))).rejects.toMatchObject(denied);
  });

  test.each(PUSH)('without %s nobody pushes', async (missing) => {
    const name = missing.toLowerCase();
    const repo = await repository(`without/${name}`);
    const ecr = await roleClient(`without-${name}`, [
      { Effect: 'Allow', Action: ecrActions(PUSH.filter((action) => action !== missing)), Resource: arnOf(`without/${name}`) },
    ]);

    await expect(push(ecr, repo, makeImage(), 'v1')).rejects.toMatchObject(
      { ...denied, message: expect.stringContaining(`ecr:${missing}`) });
  });

  test.each(PULL)('without %s nobody pulls', async (missing) => {
    const name = missing.toLowerCase();
    const repo = await repository(`without/${name}`);
    await push(admin, repo, makeImage(), 'v1');
    const ecr = await roleClient(`without-${name}`, [
      { Effect: 'Allow', Action: ecrActions(PULL.filter((action) => action !== missing)), Resource: arnOf(`without/${name}`) },
    ]);

    await expect(pull(ecr, repo, { imageTag: 'v1' }, (url) => aws.download(url))).rejects.toMatchObject(
      { ...denied, message: expect.stringContaining(`ecr:${missing}`) });
  });

  test('an operation that takes an ARN is decided on that ARN', async () => {
    await repository('arn/mine');
    await repository('arn/other');
    const ecr = await roleClient('tagger', [{ Effect: 'Allow', Action: 'ecr:TagResource', Resource: arnOf('arn/mine') }]);
    const tag = (name: string) => ecr.send(new TagResourceCommand({ resourceArn: arnOf(name), tags: [{ Key: 'a', Value: 'b' }] }));

    await tag('arn/mine');

    await expect(tag('arn/other')).rejects.toMatchObject(denied);
  });

  test('referrers are listed with the permission to get an image', async () => {
    const repo = await repository('referrers');
    const list = async (name: string, action: string) => (await roleClient(name, [
      { Effect: 'Allow', Action: action, Resource: arnOf('referrers') },
    ])).send(new ListImageReferrersCommand({ ...repo, subjectId: { imageDigest: makeImage().digest } }));

    expect((await list('getter', 'ecr:BatchGetImage')).referrers).toEqual([]);

    await expect(list('lister', 'ecr:ListImageReferrers')).rejects.toMatchObject(denied);
  });

  test('describing one repository does not let one describe all', async () => {
    await repository('describe/mine');
    const ecr = await roleClient('describer', [
      { Effect: 'Allow', Action: 'ecr:DescribeRepositories', Resource: arnOf('describe/mine') },
    ]);

    await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ['describe/mine'] }));

    await expect(ecr.send(new DescribeRepositoriesCommand({}))).rejects.toMatchObject(denied);
  });
});

describe('a repository policy', () => {
  test('lets through a role of the account that has no policy of its own', async () => {
    const ecr = await roleClient('named', []);
    const repo = await repository('policy/named', { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${aws.account}:role/named` }, Action: ecrActions([...PUSH, ...PULL]) });

    await push(ecr, repo, makeImage(), 'v1');

    expect(await pull(ecr, repo, { imageTag: 'v1' }, (url) => aws.download(url))).toEqual(makeImage());
  });

  test('that denies wins over an identity policy that allows', async () => {
    const repo = await repository('policy/denied', {
      Effect: 'Deny',
      Principal: '*',
      Action: 'ecr:PutImage',
      Condition: { StringNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/somebody' } },
    });
    const ecr = await roleClient('anybody', [{ Effect: 'Allow', Action: 'ecr:*', Resource: '*' }]);

    await expect(push(ecr, repo, makeImage(), 'v1')).rejects.toMatchObject(
      { ...denied, message: expect.stringContaining('explicit deny') });
  });

  test('that wants TLS refuses a request without it', async () => {
    const repo = await repository('policy/tls', { Effect: 'Deny', Principal: '*', Action: 'ecr:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    const ecr = await roleClient('secure', [{ Effect: 'Allow', Action: 'ecr:ListImages', Resource: '*' }]);
    await ecr.send(new ListImagesCommand(repo));

    // There is no plain port here: this is how a proxy says that the client came without TLS.
    ecr.middlewareStack.add((next) => (args: any) => {
      args.request.headers['x-forwarded-proto'] = 'http';
      return next(args);
    }, { step: 'build' });

    await expect(ecr.send(new ListImagesCommand(repo))).rejects.toMatchObject(denied);
  });

  describe('and another account', () => {
    const allowAll = [{ Effect: 'Allow', Action: 'ecr:*', Resource: '*' }];
    const trust = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` }, Action: ecrActions(PULL) };

    test('both sides allow: it pulls, and nothing more', async () => {
      const repo = { ...await repository('cross/both', trust), registryId: aws.account };
      await push(admin, repo, makeImage(), 'v1');
      const ecr = await roleClient('cross-both', allowAll, OTHER_ACCOUNT);

      expect(await pull(ecr, repo, { imageTag: 'v1' }, (url) => aws.download(url))).toEqual(makeImage());

      await expect(ecr.send(new InitiateLayerUploadCommand(repo))).rejects.toMatchObject(denied);
    });

    test('only the caller allows: refused', async () => {
      const repo = { ...await repository('cross/identity'), registryId: aws.account };
      const ecr = await roleClient('cross-identity', allowAll, OTHER_ACCOUNT);

      await expect(ecr.send(new BatchGetImageCommand({ ...repo, imageIds: [{ imageTag: 'v1' }] })))
        .rejects.toMatchObject(denied);
    });

    test('only the repository allows: refused', async () => {
      const repo = { ...await repository('cross/resource', trust), registryId: aws.account };
      const ecr = await roleClient('cross-resource', [], OTHER_ACCOUNT);

      await expect(ecr.send(new BatchGetImageCommand({ ...repo, imageIds: [{ imageTag: 'v1' }] })))
        .rejects.toMatchObject(denied);
    });
  });
});

describe('in another registry', () => {
  const somewhere = (account: string) => ({ registryId: account, repositoryName: 'another/new' });

  test('nobody makes, describes or looks for repositories by identity policies alone', async () => {
    const ecr = await roleClient('explorer', [ECR.everything], OTHER_ACCOUNT);

    await ecr.send(new CreateRepositoryCommand(somewhere(OTHER_ACCOUNT)));

    await expect(ecr.send(new CreateRepositoryCommand(somewhere(aws.account)))).rejects.toMatchObject(denied);
    await expect(ecr.send(new DescribeRepositoriesCommand({ registryId: aws.account }))).rejects.toMatchObject(denied);
    await expect(ecr.send(new ListImagesCommand({ registryId: aws.account, repositoryName: 'another/unknown' }))).rejects.toMatchObject(denied);
  });

  test('an operation that takes an ARN finds the repository there', async () => {
    const policy = [{ Effect: 'Allow', Principal: { AWS: OTHER_ACCOUNT }, Action: ['ecr:ListTagsForResource', 'ecr:TagResource'] }];
    const resourceArn = arnOf((await repository('arn/shared', ...policy)).repositoryName);
    const theirs = await roleClient('arn-theirs', [ECR.everything], OTHER_ACCOUNT);
    await theirs.send(new TagResourceCommand({ resourceArn, tags: [{ Key: 'a', Value: 'b' }] }));

    expect((await theirs.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([{ Key: 'a', Value: 'b' }]);
    expect((await admin.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([{ Key: 'a', Value: 'b' }]);
    await expect(theirs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }))).rejects.toMatchObject(denied);
  });

  test('a refusal says which side did not allow it', async () => {
    const repo = { ...await repository('another/told'), registryId: aws.account };
    const ecr = await roleClient('told', [ECR.everything], OTHER_ACCOUNT);

    await expect(ecr.send(new ListImagesCommand(repo))).rejects.toThrow(
      `User: arn:aws:sts::${OTHER_ACCOUNT}:assumed-role/told/session is not authorized to perform: ecr:ListImages on resource: `
      + `${arnOf('another/told')} because no resource-based policy allows the ecr:ListImages action`);
  });
});

describe('a root user', () => {
  const list = (account: string, repositoryName: string) =>
    aws.client(ECRClient, aws.rootOf(account)).send(new ListImagesCommand({ repositoryName, registryId: aws.account }));

  test('may do everything in the own account, but not what a repository policy denies', async () => {
    await repository('root/open');
    await repository('root/denied', { Effect: 'Deny', Principal: '*', Action: 'ecr:ListImages' });

    await list(aws.account, 'root/open');

    await expect(list(aws.account, 'root/denied')).rejects.toThrow(/with an explicit deny in a resource-based policy/);
  });

  test('may do in another account what the repository policy allows', async () => {
    await repository('root/theirs', { Effect: 'Allow', Principal: { AWS: OTHER_ACCOUNT }, Action: 'ecr:ListImages' });
    await repository('root/ours');

    await list(OTHER_ACCOUNT, 'root/theirs');

    await expect(list(OTHER_ACCOUNT, 'root/ours')).rejects.toMatchObject(denied);
  });
});

describe.each([['our account', '123456789012'], ['another account', OTHER_ACCOUNT]])('users of %s', (_, account) => {
  const list = (who: Credentials, repositoryName: string) =>
    aws.client(ECRClient, who).send(new ListImagesCommand({ repositoryName, registryId: account }));
  const statement = (repositoryName: string) => ({ Effect: 'Allow', Action: 'ecr:ListImages', Resource: actors.arnOf(repositoryName, account) });

  test('have what their policies and those of their groups allow', async () => {
    await actors.repository('users/one', { account });
    await actors.repository('users/two', { account });
    await actors.repository('users/three', { account });
    const member = await actors.user('member', [statement('users/one')], account);
    const outsider = await actors.user('outsider', [], account);
    await actors.group('team', [statement('users/two')], ['member'], account);

    await list(member.credentials, 'users/one');
    await list(member.credentials, 'users/two');

    await expect(list(member.credentials, 'users/three')).rejects.toMatchObject(denied);
    await expect(list(outsider.credentials, 'users/two')).rejects.toMatchObject(denied);
  });

  test('lose it with the group, and with the key', async () => {
    await actors.repository('users/four', { account });
    const leaver = await actors.user('leaver', [], account);
    await actors.group('leavers', [statement('users/four')], ['leaver'], account);
    await list(leaver.credentials, 'users/four');
    const iam = actors.iam(account);

    await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'leavers', UserName: 'leaver' }));
    await expect(list(leaver.credentials, 'users/four')).rejects.toMatchObject(denied);

    await iam.send(new AddUserToGroupCommand({ GroupName: 'leavers', UserName: 'leaver' }));
    await iam.send(new UpdateAccessKeyCommand({ UserName: 'leaver', AccessKeyId: leaver.credentials.accessKeyId, Status: 'Inactive' }));
    await expect(list(leaver.credentials, 'users/four')).rejects.toMatchObject({ name: expect.stringMatching(/Unrecognized|InvalidClientTokenId/) });
  });
});
