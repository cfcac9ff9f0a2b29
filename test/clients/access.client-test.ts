import { Deeds, Scene, told } from './scene';
import { ECR, OTHER_ACCOUNT } from '../local-aws/actors';

/** As AWS grants them: whoever pulls or pushes may ask which layers there are, and whoever pushes may read manifests. */
const RIGHTS = {
  pull: [...ECR.pull, 'ecr:BatchCheckLayerAvailability'],
  push: [...ECR.push, 'ecr:BatchGetImage'],
  metadata: ['ecr:DescribeRepositories', 'ecr:DescribeImages', 'ecr:ListImages'],
  login: [],
};

const DEEDS = ['manifest', 'pull', 'push', 'list', 'delete', 'attach', 'discover'] as const;

let scene: Scene;
let deeds: Deeds;

beforeAll(async () => {
  scene = await Scene.open();
  deeds = new Deeds(scene);
}, 900_000);

afterAll(() => scene?.close());

describe.each<[keyof typeof RIGHTS, Record<typeof DEEDS[number], string>]>([
  ['pull', {
    manifest: 'done',
    pull: 'done',
    push: 'ecr:InitiateLayerUpload',
    list: 'ecr:ListImages',
    delete: 'ecr:BatchDeleteImage',
    attach: 'ecr:InitiateLayerUpload',
    discover: 'done',
  }],
  ['push', {
    manifest: 'done',
    pull: 'ecr:GetDownloadUrlForLayer',
    push: 'done',
    list: 'ecr:ListImages',
    delete: 'ecr:BatchDeleteImage',
    attach: 'done',
    discover: 'done',
  }],
  ['metadata', {
    manifest: 'ecr:BatchGetImage',
    pull: 'ecr:BatchGetImage',
    push: '403',
    list: 'done',
    delete: 'ecr:BatchDeleteImage',
    attach: '403',
    discover: '403',
  }],
  ['login', {
    manifest: 'ecr:BatchGetImage',
    pull: 'ecr:BatchGetImage',
    push: '403',
    list: 'ecr:ListImages',
    delete: 'ecr:BatchDeleteImage',
    attach: '403',
    discover: '403',
  }],
])('with the rights to %s', (rights, expected) => {
  test.each(DEEDS.map((deed) => [deed, expected[deed]] as const))('%s: %s', async (deed, outcome) => {
    const where = await scene.repository();
    const who = await scene.person(scene.allow(RIGHTS[rights], where));

    expect(await told(deeds[deed](who, where))).toBe(outcome);
  });

  test('in another repository: nothing', async () => {
    const [mine, other] = [await scene.repository(), await scene.repository()];
    const who = await scene.person(scene.allow(RIGHTS[rights], mine));

    for (const deed of DEEDS) expect([deed, await told(deeds[deed](who, other))]).not.toEqual([deed, 'done']);
  });
});

test('without any rights there is no login', async () => {
  const nobody = await scene.stranger();

  await expect(nobody.password()).rejects.toThrow(/ecr:GetAuthorizationToken/);

  expect(await deeds.manifest(nobody, await scene.repository())).toMatchObject({ code: 1, stderr: expect.stringContaining('UNAUTHORIZED') });
});

describe('another account', () => {
  const trust = { Effect: 'Allow', Principal: { AWS: OTHER_ACCOUNT }, Action: RIGHTS.pull };
  const theirs = (statements: object[]) => scene.person(statements, { account: OTHER_ACCOUNT });

  test('pulls what both sides let it pull, and pushes nothing', async () => {
    const where = await scene.repository([trust]);
    const who = await theirs([ECR.everything]);

    expect(await told(deeds.pull(who, where))).toBe('done');
    expect(await told(deeds.push(who, where))).toBe('ecr:InitiateLayerUpload');
  });

  test.each<[string, object[] | undefined, object[]]>([
    ['only its own policy allows', undefined, [ECR.everything]], ['only the repository allows', [trust], []],
  ])('is refused where %s', async (_, policy, statements) => {
    const where = await scene.repository(policy);

    expect(await told(deeds.pull(await theirs(statements), where))).toBe('ecr:BatchGetImage');
  });

  test('copies from our registry into its own', async () => {
    const where = await scene.repository([trust]);
    const { repositoryName } = await scene.actors.repository(`their/${scene.unique()}`, { account: OTHER_ACCOUNT });
    const [ours, own] = [scene.ref(where), scene.ref(repositoryName, ':v1', OTHER_ACCOUNT)];
    const who = await theirs([ECR.everything]);

    expect(await told(who.crane('copy', ours, own))).toBe('done');

    expect((await who.crane('digest', own)).stdout).toBe((await who.crane('digest', ours)).stdout);
  });
});

test('a Deny of the repository stops an administrator', async () => {
  const where = await scene.repository([{ Effect: 'Deny', Principal: '*', Action: 'ecr:PutImage' }]);
  const administrator = await scene.person([{ Effect: 'Allow', Action: '*', Resource: '*' }]);

  expect(await told(deeds.pull(administrator, where))).toBe('done');
  expect(await told(deeds.push(administrator, where))).toBe('ecr:PutImage');
});

describe('a login', () => {
  test('is worth what its role may do now', async () => {
    const where = await scene.repository();
    const who = await scene.person(scene.allow(RIGHTS.pull, where), { name: 'leaver' });
    expect(await told(deeds.pull(who, where))).toBe('done');

    await scene.actors.removePolicy('leaver');

    expect(await told(deeds.pull(who, where))).toBe('ecr:BatchGetImage');
  });

  test('with a made up password fails, and so does what is tried with it', async () => {
    const where = await scene.repository();
    const forger = await scene.person([ECR.everything]);
    const password = [scene.aws.registryHost(), '-u', 'AWS', '-p', 'guessed'];
    const refused = { code: 1, stderr: expect.stringContaining('Authorization Token is invalid') };

    expect(await forger.oras('login', ...password)).toMatchObject(refused);

    // crane notes it without asking the registry.
    expect(await forger.crane('auth', 'login', ...password)).toMatchObject({ code: 0 });
    expect(await deeds.pull(forger, where)).toMatchObject(refused);
  });

  test('expires', async () => {
    const where = await scene.repository();
    const who = await scene.person([ECR.everything]);

    await scene.aws.expireTokens();

    expect(await deeds.pull(who, where)).toMatchObject({ code: 1, stderr: expect.stringContaining('authorization token has expired') });
    expect(await told(deeds.pull(await who.login(), where))).toBe('done');
  });
});
