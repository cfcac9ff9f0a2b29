import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { Deeds, RELEASE, Scene, told } from './scene';
import { makeImage } from '../local-aws';
import { ECR } from '../local-aws/actors';
import { sha256 } from '../local-aws/oci-image';

let scene: Scene;
let deeds: Deeds;

beforeAll(async () => {
  scene = await Scene.open();
  deeds = new Deeds(scene);
}, 900_000);

afterAll(() => scene?.close());

test('what is pulled is what was pushed, byte for byte, until it is deleted', async () => {
  const where = await scene.repository();
  const who = await scene.person([ECR.everything]);
  const image = makeImage({ version: '3.0.0', greeting: 'pushed by crane' });

  expect(await told(who.crane('push', who.layout(image), scene.ref(where, ':v3')))).toBe('done');
  expect(await told(who.crane('pull', '--format=oci', scene.ref(where, ':v3'), who.path('pulled')))).toBe('done');

  for (const digest of [image.digest, image.config.digest, image.layers[0].digest]) {
    expect(sha256(readFileSync(join(who.path('pulled'), 'blobs', ...digest.split(':'))))).toBe(digest);
  }
  expect(await told(who.crane('delete', scene.ref(where, `@${image.digest}`)))).toBe('done');
  expect((await who.crane('manifest', scene.ref(where, ':v3'))).stderr).toContain('MANIFEST_UNKNOWN');
});

test('oras asks for the manifest before it pushes, so the right to push has to include it; crane does not', async () => {
  const where = await scene.repository();
  const who = await scene.person(scene.allow(ECR.push, where));
  const [one, two] = [makeImage({ version: '1' }), makeImage({ version: '2' })];

  expect(await told(who.crane('push', who.layout(one), scene.ref(where, ':one')))).toBe('done');
  expect(await told(who.oras('cp', '--from-oci-layout', `${who.layout(two)}@${two.digest}`, scene.ref(where, ':two')))).toBe('403');
});

test.each([
  ['nothing', [], 'ecr:BatchGetImage'],
  ['its manifests', ['ecr:BatchGetImage'], 'ecr:GetDownloadUrlForLayer'],
  ['its images', ECR.pull, 'done'],
])('a copy from another repository of which one may read %s', async (_, rights, expected) => {
  const [from, to] = [await scene.repository(), (await scene.actors.repository(`team/${scene.unique()}`)).repositoryName];
  const who = await scene.person([...scene.allow([...ECR.push, 'ecr:BatchGetImage'], to), ...scene.allow(rights, from)]);

  // crane asks the registry to mount the layers, which would spare it reading them.
  expect(await told(who.crane('copy', scene.ref(from), scene.ref(to)))).toBe(expected);

  const { imageDetails } = await scene.aws.client(ECRClient).send(new DescribeImagesCommand({ repositoryName: to }));
  expect(imageDetails).toHaveLength(expected === 'done' ? 1 : 0);
});

test('an immutable tag is not moved, and the same again is no error', async () => {
  const where = await scene.repository(undefined, 'IMMUTABLE');
  const who = await scene.person([ECR.everything]);

  const moved = await who.crane('push', who.layout(makeImage({ version: '6.6.6' })), scene.ref(where));

  expect(moved).toMatchObject({ code: 1, stderr: expect.stringContaining('TAG_INVALID') });
  expect(await told(who.crane('push', who.layout(RELEASE), scene.ref(where)))).toBe('done');
  expect((await who.crane('digest', scene.ref(where))).stdout.trim()).toBe(RELEASE.digest);
});

test('attachments of an image are found by what they are, also where tags are immutable', async () => {
  const where = await scene.repository(undefined, 'IMMUTABLE');
  const who = await scene.person([ECR.everything]);
  const types = ['application/vnd.example.sbom', 'application/vnd.example.signature'];
  for (const type of types) expect(await told(deeds.attach(who, where, type))).toBe('done');

  const found = await who.oras('discover', scene.ref(where), '--format', 'json', '--artifact-type', types[1]);

  const { referrers } = JSON.parse(found.stdout);
  expect(referrers).toMatchObject([{ artifactType: types[1] }]);
  expect(await told(who.oras('pull', referrers[0].reference, '-o', who.path('attached')))).toBe('done');
  expect(readFileSync(join(who.path('attached'), 'file'), 'utf8')).toBe(types[1]);
  expect((await who.crane('ls', scene.ref(where, ''))).stdout.trim()).toBe('v1'); // no tag stands in for the list of referrers
});
