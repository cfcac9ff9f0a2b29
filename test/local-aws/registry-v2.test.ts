import { CreateRepositoryCommand, ECRClient, GetAuthorizationTokenCommand, ListImageReferrersCommand } from '@aws-sdk/client-ecr';
import { LocalAws, makeImage, push } from './index';
import { sha256 } from './oci-image';
import { TemplateStack } from './stack';

let aws: LocalAws;
let admin: ECRClient;

beforeAll(async () => {
  aws = await LocalAws.start();
  admin = aws.client(ECRClient);
  await admin.send(new CreateRepositoryCommand({ repositoryName: 'team/app', imageTagMutability: 'IMMUTABLE' }));
}, 180_000);

afterAll(() => aws.stop());

/** One request of the registry protocol, with the token of whoever the client is. */
async function registry(method: string, path: string, options: { as?: ECRClient; body?: Buffer | string; type?: string } = {}) {
  const token = options.as && await options.as.send(new GetAuthorizationTokenCommand({}));
  return aws.request(path.startsWith('https:') ? path : `${aws.endpoint}/v2/${path}`, {
    method,
    body: options.body,
    headers: {
      ...(token && { authorization: `Basic ${token.authorizationData![0].authorizationToken}` }),
      ...(options.type && { 'content-type': options.type }),
    },
  });
}

test('without a token nobody gets in', async () => {
  await push(admin, { repositoryName: 'team/app' }, makeImage(), 'seen');

  for (const path of ['', 'team/app/manifests/seen', `team/app/blobs/${makeImage().config.digest}`, 'team/app/tags/list']) {
    const answer = await registry('GET', path);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('Basic');
  }
});

test('a made up token is none', async () => {
  const answer = await aws.request(`${aws.endpoint}/v2/`, { headers: { authorization: `Basic ${Buffer.from('AWS:ministack-auth-token').toString('base64')}` } });

  expect(answer.status).toBe(401);
});

test('a client pushes and pulls, and the push is an event', async () => {
  const image = makeImage({ version: 'v2' });
  for (const blob of [...image.layers, image.config]) {
    const start = await registry('POST', 'team/app/blobs/uploads/', { as: admin });
    const location = `${aws.endpoint}${start.headers.location}?digest=${blob.digest}`;
    expect((await registry('PUT', location, { as: admin, body: blob.content })).status).toBe(201);
  }

  const put = await registry('PUT', 'team/app/manifests/v2', { as: admin, body: image.manifest, type: image.mediaType });

  expect(put.status).toBe(201);
  expect(put.headers['docker-content-digest']).toBe(image.digest);
  const got = await registry('GET', 'team/app/manifests/v2', { as: admin });
  expect(got.body.toString()).toBe(image.manifest);
  expect(got.headers['content-type']).toBe(image.mediaType);
  const layer = await registry('GET', `team/app/blobs/${image.layers[0].digest}`, { as: admin });
  expect(layer.body.equals(image.layers[0].content)).toBe(true);
  expect((await aws.events()).at(-1)).toMatchObject({ 'detail-type': 'ECR Image Action', 'detail': { 'action-type': 'PUSH', 'image-digest': image.digest, 'image-tag': 'v2' } });
});

test('the same again is no error, another image under an immutable tag is', async () => {
  const [one, two] = [makeImage({ version: 'a' }), makeImage({ version: 'b' })];
  await push(admin, { repositoryName: 'team/app' }, one, 'fixed');
  await push(admin, { repositoryName: 'team/app' }, two, 'other');
  const put = (manifest: string) => registry('PUT', 'team/app/manifests/fixed', { as: admin, body: manifest, type: one.mediaType });

  expect((await put(one.manifest)).status).toBe(201);

  const refused = await put(two.manifest);
  expect(refused.status).toBe(400);
  expect(JSON.parse(refused.body.toString()).errors[0].code).toBe('TAG_INVALID');
});

test('a manifest without its layers is refused', async () => {
  const strange = makeImage({ greeting: 'never uploaded' });

  const answer = await registry('PUT', 'team/app/manifests/strange', { as: admin, body: strange.manifest, type: strange.mediaType });

  expect(answer.status).toBe(400);
});

test('what refers to an image is found by the registry protocol and by the API', async () => {
  const image = makeImage({ version: 'signed' });
  await push(admin, { repositoryName: 'team/app' }, image, 'signed');
  const signature = JSON.stringify({
    ...JSON.parse(image.manifest),
    artifactType: 'application/vnd.example.signature',
    subject: { mediaType: image.mediaType, digest: image.digest, size: image.manifest.length },
    annotations: { by: 'us' },
  });

  const put = await registry('PUT', `team/app/manifests/${sha256(signature)}`, { as: admin, body: signature, type: image.mediaType });
  expect(put.status).toBe(201);
  expect(put.headers['oci-subject']).toBe(image.digest);

  const expected = {
    mediaType: image.mediaType,
    digest: sha256(signature),
    size: signature.length,
    artifactType: 'application/vnd.example.signature',
    annotations: { by: 'us' },
  };
  const index = await registry('GET', `team/app/referrers/${image.digest}`, { as: admin });
  expect(JSON.parse(index.body.toString()).manifests).toEqual([expected]);
  const { referrers } = await admin.send(new ListImageReferrersCommand({
    repositoryName: 'team/app', subjectId: { imageDigest: image.digest },
  }));
  expect(referrers).toEqual([{ ...expected, artifactStatus: 'ACTIVE' }]);
  const none = await registry('GET', `team/app/referrers/${image.digest}?artifactType=other`, { as: admin });
  expect(JSON.parse(none.body.toString()).manifests).toEqual([]);
});

test('the token carries the permissions of the role that fetched it', async () => {
  await push(admin, { repositoryName: 'team/app' }, makeImage({ version: 'p' }), 'permitted');
  const { Arn } = await new TemplateStack(aws, 'reader').create({
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${aws.account}:root` }, Action: 'sts:AssumeRole' }],
          },
          Policies: [{
            PolicyName: 'p',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
                { Effect: 'Allow', Action: 'ecr:BatchGetImage', Resource: `arn:aws:ecr:*:${aws.account}:repository/team/app` },
              ],
            },
          }],
        },
      },
    },
    Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  });
  const reader = aws.client(ECRClient, await aws.assumeRole(Arn));

  expect((await registry('GET', 'team/app/manifests/permitted', { as: reader })).status).toBe(200);
  expect((await registry('POST', 'team/app/blobs/uploads/', { as: reader })).status).toBe(403);
  expect((await registry('PUT', 'team/app/manifests/x', { as: reader, body: makeImage().manifest })).status).toBe(403);
});
