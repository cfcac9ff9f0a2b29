import {
  BatchGetImageCommand, CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient, InitiateLayerUploadCommand,
  ListImageReferrersCommand, ListImagesCommand, SetRepositoryPolicyCommand, TagResourceCommand,
} from '@aws-sdk/client-ecr';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Credentials, LocalAws, makeImage, pull, push } from './index';
import { TemplateStack } from './stack';

const PUSH = ['BatchCheckLayerAvailability', 'InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload', 'PutImage'];
const PULL = ['BatchGetImage', 'GetDownloadUrlForLayer'];
const OTHER_ACCOUNT = '222222222222';

let aws: LocalAws;
let admin: ECRClient;

beforeAll(async () => {
  aws = await LocalAws.start();
  admin = aws.client(ECRClient);
}, 180_000);

afterAll(() => aws.stop());

const arnOf = (repositoryName: string) => `arn:aws:ecr:${aws.region}:${aws.account}:repository/${repositoryName}`;
const ecrActions = (actions: string[]) => actions.map((action) => `ecr:${action}`);
const denied = { name: 'AccessDeniedException' };

async function repository(repositoryName: string, ...policy: object[]) {
  await admin.send(new CreateRepositoryCommand({ repositoryName }));
  if (policy.length) {
    await admin.send(new SetRepositoryPolicyCommand({ repositoryName, policyText: JSON.stringify({ Version: '2012-10-17', Statement: policy }) }));
  }
  return { repositoryName };
}

/** The ECR of a role which may do just this, in our account or in another one. */
async function roleClient(name: string, statements: object[], account = aws.account): Promise<ECRClient> {
  return aws.client(ECRClient, await role(name, statements, account));
}

async function role(name: string, statements: object[], account = aws.account): Promise<Credentials> {
  const root = aws.rootOf(account);
  const { Arn } = await new TemplateStack(aws, `role-${name}`, root).create({
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: name,
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' }],
          },
          Policies: statements.length
            ? [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement: statements } }]
            : [],
        },
      },
    },
    Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  });
  return aws.assumeRole(Arn, 'session', root);
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
    const session = await role('wrong-secret', [{ Effect: 'Allow', Action: '*', Resource: '*' }]);
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
