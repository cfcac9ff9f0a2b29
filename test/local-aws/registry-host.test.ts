import { once } from 'node:events';
import { connect } from 'node:net';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { Actors, ECR, OTHER_ACCOUNT } from './actors';
import { type Credentials, LocalAws, makeImage, type Network, push } from './index';
import { TemplateStack } from './stack';

const [OURS, THEIRS] = [makeImage({ version: 'ours' }), makeImage({ version: 'theirs' })];
const MANIFEST = 'team/app/manifests/v1';

let aws: LocalAws;
let actors: Actors;
let network: Network;
let names = 0;

beforeAll(async () => {
  aws = await LocalAws.start();
  actors = new Actors(aws);
  network = await aws.network();
  // The same name in both registries, so that only the registry makes the difference.
  for (const [account, image] of [[aws.account, OURS], [OTHER_ACCOUNT, THEIRS]] as const) {
    await push(aws.client(ECRClient, aws.rootOf(account)), await actors.repository('team/app', { account }), image, 'v1');
  }
}, 180_000);

afterAll(() => aws.stop());

const unique = () => `n${(names += 1)}`;

async function tokenOf(who: Credentials) {
  const { authorizationData: [token] = [] } = await aws.client(ECRClient, who).send(new GetAuthorizationTokenCommand({}));
  return { headers: { authorization: `Basic ${token.authorizationToken}` }, proxyEndpoint: token.proxyEndpoint };
}

/** A GET as an OCI client does it: by the name of the registry, through the network. */
async function get(who: Credentials, account: string, path: string, through = network) {
  const { headers } = await tokenOf(who);
  return aws.request(`https://${aws.registryHost(account)}/v2/${path}`, { headers }, through);
}

const statusOf = async (...asked: Parameters<typeof get>) => (await get(...asked)).status;

describe('the name of the host', () => {
  test('says whose registry is meant, whoever fetched the token', async () => {
    await actors.setPolicy('team/app', [{ Effect: 'Allow', Principal: { AWS: OTHER_ACCOUNT }, Action: ECR.pull }]);
    const theirs = await actors.session(unique(), [ECR.everything], { account: OTHER_ACCOUNT });

    const [ours, own] = [await get(theirs, aws.account, MANIFEST), await get(theirs, OTHER_ACCOUNT, MANIFEST)];

    expect([ours.body.toString(), own.body.toString()]).toEqual([OURS.manifest, THEIRS.manifest]);
    const layer = await get(theirs, aws.account, `team/app/blobs/${OURS.layers[0].digest}`);
    expect(layer.body.equals(OURS.layers[0].content)).toBe(true);
  });

  test('may as well be the header of a request to the endpoint', async () => {
    const { headers } = await tokenOf(aws.rootOf(OTHER_ACCOUNT));
    const ask = async (host?: string) => (await aws.request(`${aws.endpoint}/v2/${MANIFEST}`, {
      headers: { ...headers, ...(host && { host }) },
    })).body.toString();

    expect(await ask(aws.registryHost(OTHER_ACCOUNT))).toBe(THEIRS.manifest);
    expect(await ask()).toBe(THEIRS.manifest); // nothing is named: the registry of who asks
  });

  test('is what a login names', async () => {
    const { proxyEndpoint } = await tokenOf(aws.rootOf(OTHER_ACCOUNT));
    const asked = await aws.request(`${proxyEndpoint}/v2/`, {}, network);

    expect(proxyEndpoint).toBe(`https://${aws.registryHost(OTHER_ACCOUNT)}`);
    expect(asked.status).toBe(401);
    expect(asked.headers['www-authenticate']).toBe(`Basic realm="${proxyEndpoint}/",service="ecr.amazonaws.com"`);
  });

  test('of another Region needs a token of that Region', async () => {
    const { headers } = await tokenOf(aws.rootOf(aws.account));
    const host = aws.registryHost().replace('us-east-1', 'eu-west-1');

    expect((await aws.request(`https://${host}/v2/`, { headers }, network)).status).toBe(400);
  });

  test('decides, and no parameter beside it', async () => {
    const theirs = await actors.session(unique(), [ECR.everything], { account: OTHER_ACCOUNT });
    await actors.repository('team/private');
    await push(aws.client(ECRClient), { repositoryName: 'team/private' }, OURS, 'v1');
    await actors.repository('team/private', { account: OTHER_ACCOUNT });

    const path = `team/private/manifests/v1?ns=${aws.registryHost()}`;

    // Of their own repository, which is empty.
    expect(await statusOf(theirs, OTHER_ACCOUNT, path)).toBe(404);
    expect((await aws.request(`${aws.endpoint}/v2/${path}`, { headers: (await tokenOf(theirs)).headers })).status).toBe(404);
  });
});

describe('across accounts', () => {
  const allow = { Effect: 'Allow', Action: ECR.pull };

  test.each<[string, object[] | undefined, object[], number]>([
    ['both sides allow', [{ ...allow, Principal: { AWS: OTHER_ACCOUNT } }], [{ ...allow, Resource: '*' }], 200],
    ['only the repository allows', [{ ...allow, Principal: { AWS: OTHER_ACCOUNT } }], [], 403],
    ['only the caller allows', undefined, [{ ...allow, Resource: '*' }], 403],
    ['the repository allows a third account', [{ ...allow, Principal: { AWS: '333333333333' } }], [{ ...allow, Resource: '*' }], 403],
    ['the repository denies', [
      { ...allow, Principal: { AWS: OTHER_ACCOUNT } }, { ...allow, Effect: 'Deny', Principal: '*' },
    ], [{ ...allow, Resource: '*' }], 403],
  ])('%s', async (_, policy, statements, status) => {
    const repository = await actors.repository(unique(), { policy });
    await push(aws.client(ECRClient), repository, OURS, 'v1');
    const theirs = await actors.session(unique(), [ECR.login, ...statements], { account: OTHER_ACCOUNT });

    expect(await statusOf(theirs, aws.account, `${repository.repositoryName}/manifests/v1`)).toBe(status);
  });

  test('nobody learns which repositories there are', async () => {
    const theirs = await actors.session(unique(), [ECR.everything], { account: OTHER_ACCOUNT });

    expect(await statusOf(theirs, aws.account, 'no/such/repository/manifests/v1')).toBe(403);
  });

  test('a user with a group is asked about in the account of the user', async () => {
    const { repositoryName } = await actors.repository(unique(), { policy: [{ ...allow, Principal: { AWS: OTHER_ACCOUNT } }] });
    await push(aws.client(ECRClient), { repositoryName }, OURS, 'v1');
    const { credentials } = await actors.user('member', [], OTHER_ACCOUNT);
    await actors.group('pullers', [ECR.login, { ...allow, Resource: '*' }], ['member'], OTHER_ACCOUNT);

    expect(await statusOf(credentials, aws.account, `${repositoryName}/manifests/v1`)).toBe(200);
  });
});

describe('a network', () => {
  /** What the proxy says to a client that wants to go there. */
  async function ask(first: string): Promise<string> {
    const { hostname, port } = new URL(network.url);
    const socket = connect(Number(port), hostname).setEncoding('utf8');
    socket.write(`${first} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const [answer] = await once(socket, 'data');
    socket.destroy();
    return answer.split('\r\n')[0];
  }

  test.each([
    ['CONNECT example.com:443', 403],
    ['CONNECT 123456789012.dkr.ecr.us-east-1.amazonaws.com:80', 403],
    ['CONNECT 123456789012.dkr.ecr.us-east-1.amazonaws.com.example.com:443', 403],
    ['CONNECT 127.0.0.1:22', 403],
    ['CONNECT localhost:443', 403],
    ['GET http://example.com/', 405],
    ['CONNECT 123456789012.dkr.ecr.us-east-1.amazonaws.com:443', 200],
  ])('answers %s with %i', async (first, status) => {
    expect(await ask(first)).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
  });

  test('is on this machine only, and closed with the AWS it leads to', async () => {
    const other = await LocalAws.start();
    const { url } = await other.network();
    expect(new URL(url).hostname).toBe('127.0.0.1');

    await other.stop();

    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await expect(once(socket, 'connect')).rejects.toThrow(/ECONNREFUSED/);
  }, 30_000);

  test('with a VPC endpoint carries the registry protocol through it', async () => {
    const { Endpoint } = await new TemplateStack(aws, 'network').create({
      Resources: {
        Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
        Endpoint: {
          Type: 'AWS::EC2::VPCEndpoint',
          Properties: { VpcId: { Ref: 'Vpc' }, ServiceName: 'com.amazonaws.us-east-1.ecr.dkr', VpcEndpointType: 'Interface' },
        },
      },
      Outputs: { Endpoint: { Value: { Ref: 'Endpoint' } } },
    });
    const repository = await actors.repository(unique());
    await push(aws.client(ECRClient), repository, OURS, 'v1');
    const session = await actors.session(unique(), [
      ECR.login, { Effect: 'Allow', Action: ECR.pull, Resource: '*', Condition: { StringEquals: { 'aws:SourceVpce': Endpoint } } },
    ]);
    const path = `${repository.repositoryName}/manifests/v1`;

    expect(await statusOf(session, aws.account, path, await aws.network({ vpcEndpoint: Endpoint }))).toBe(200);
    expect(await statusOf(session, aws.account, path)).toBe(403);
  });
});
