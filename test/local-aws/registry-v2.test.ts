import { CreateRepositoryCommand, ECRClient, GetAuthorizationTokenCommand, ListImageReferrersCommand } from '@aws-sdk/client-ecr';
import { Actors, ECR } from './actors';
import { LocalAws, makeImage, push } from './index';
import { sha256 } from './oci-image';

let aws: LocalAws;
let actors: Actors;
let admin: ECRClient;

beforeAll(async () => {
  aws = await LocalAws.start();
  actors = new Actors(aws);
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

test.each(['AWS:ministack-auth-token', 'AWS:', 'root:x', 'nonsense'])('%p is no token', async (token) => {
  const authorization = `Basic ${Buffer.from(token).toString('base64')}`;

  const answer = await aws.request(`${aws.endpoint}/v2/`, { headers: { authorization } });

  expect([answer.status, JSON.parse(answer.body.toString()).errors[0].code]).toEqual([400, 'DENIED']);
});

test('a token is for the user AWS', async () => {
  const { authorizationData } = await admin.send(new GetAuthorizationTokenCommand({}));
  const [, password] = Buffer.from(authorizationData![0].authorizationToken!, 'base64').toString().split(':');
  const statusAs = async (user: string) => (await aws.request(`${aws.endpoint}/v2/`, {
    headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
  })).status;

  expect([await statusAs('AWS'), await statusAs('root')]).toEqual([200, 400]);
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
  const reader = aws.client(ECRClient, await actors.session('reader', [
    ECR.login, { Effect: 'Allow', Action: 'ecr:BatchGetImage', Resource: actors.arnOf('team/app') },
  ]));

  expect((await registry('GET', 'team/app/manifests/permitted', { as: reader })).status).toBe(200);
  expect((await registry('POST', 'team/app/blobs/uploads/', { as: reader })).status).toBe(403);
  expect((await registry('PUT', 'team/app/manifests/x', { as: reader, body: makeImage().manifest })).status).toBe(403);
});

test('a refusal says who may not do what, and where', async () => {
  const stranger = aws.client(ECRClient, await actors.session('stranger', [ECR.login]));

  const answer = await registry('POST', 'team/app/blobs/uploads/', { as: stranger });

  expect(answer.status).toBe(403);
  expect(JSON.parse(answer.body.toString())).toEqual({
    errors: [{
      code: 'DENIED',
      message: `User: arn:aws:sts::${aws.account}:assumed-role/stranger/session is not authorized to perform: ecr:InitiateLayerUpload `
        + `on resource: ${actors.arnOf('team/app')} because no identity-based policy allows the ecr:InitiateLayerUpload action`,
    }],
  });
});

test('permissions are asked for with every request, also of a token that was fetched before they changed', async () => {
  await push(admin, { repositoryName: 'team/app' }, makeImage({ version: 'q' }), 'asked');
  const leaver = aws.client(ECRClient, await actors.session('leaver', [ECR.everything]));
  const { authorizationData } = await leaver.send(new GetAuthorizationTokenCommand({}));
  const get = async () => (await aws.request(`${aws.endpoint}/v2/team/app/manifests/asked`, {
    headers: { authorization: `Basic ${authorizationData![0].authorizationToken}` },
  })).status;
  expect(await get()).toBe(200);

  await actors.removePolicy('leaver');

  expect(await get()).toBe(403);
});

test('an upload in fewer requests needs the same permissions', async () => {
  const { content, digest } = makeImage({ greeting: 'in one request' }).layers[0];
  const uploader = aws.client(ECRClient, await actors.session('uploader', [
    ECR.login, { Effect: 'Allow', Action: ['ecr:InitiateLayerUpload', 'ecr:CompleteLayerUpload'], Resource: '*' },
  ]));

  const post = await registry('POST', `team/app/blobs/uploads/?digest=${digest}`, { as: uploader, body: content });
  const put = await registry('PUT', `${aws.endpoint}${post.headers.location}?digest=${digest}`, { as: uploader, body: content });

  expect([post.status, put.status]).toEqual([202, 403]);
  expect(put.body.toString()).toContain('ecr:UploadLayerPart');
  expect((await registry('HEAD', `team/app/blobs/${digest}`, { as: admin })).status).toBe(404);
});

test('a layer of another repository is not mounted', async () => {
  const { digest } = makeImage({ greeting: 'of another repository' }).layers[0];
  await actors.repository('team/secret');
  await push(admin, { repositoryName: 'team/secret' }, makeImage({ greeting: 'of another repository' }), 'v1');

  const answer = await registry('POST', `team/app/blobs/uploads/?mount=${digest}&from=team/secret`, { as: admin });

  expect(answer.status).toBe(202); // the client has to upload it, so it must have it
  expect((await registry('HEAD', `team/app/blobs/${digest}`, { as: admin })).status).toBe(404);
});

test('a token lives for twelve hours', async () => {
  const { authorizationData: [token] = [] } = await admin.send(new GetAuthorizationTokenCommand({}));
  const headers = { authorization: `Basic ${token.authorizationToken}` };
  expect(token.expiresAt!.getTime() - Date.now()).toBeGreaterThan(11.9 * 3600_000);
  expect(token.expiresAt!.getTime() - Date.now()).toBeLessThanOrEqual(12 * 3600_000);
  expect((await aws.request(`${aws.endpoint}/v2/`, { headers })).status).toBe(200);

  await aws.expireTokens();

  const answer = await aws.request(`${aws.endpoint}/v2/`, { headers });
  expect(answer.status).toBe(403);
  expect(answer.body.toString()).toContain('Your authorization token has expired');
});
